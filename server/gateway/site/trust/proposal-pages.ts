/** Proposals to the charter for everybody to read, and the form to comment on one, without a script. */
import express, { type Express, type Request, type Response } from 'express';
import { elementTexts } from '../../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../../client-sdk/elements/texts/shown-name.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, type Markup } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import {
  commentInput,
  type Proposal,
  type ProposalView,
  type PublicOpinion,
} from '../../../protocol/trust/opinions.ts';
import { signInPath } from '../../../web/site/site-paths.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { footerPages } from '../house-pages.ts';
import { pageLanguage } from '../page-language.ts';
import type { SiteSessions } from '../sign-in/site-session.ts';
import { pageTexts } from '../texts/page-texts.ts';
import { CHARTER_STYLE, changesContent } from './charter-pages.ts';
import { textsOf } from './report-pages.ts';

const LIST_PATH = '/charter/proposals';
/** The text that was commented on, where another one was adopted. */
const COMMENTED = 'commented';
/** A comment in percent-encoding, where a letter can take nine characters, and room for the rest. */
const FORM_BYTES = 64 * 1024;

interface ProposalPageParts {
  limits: HttpLimits;
  sessions: SiteSessions;
}

/** Before the pages of the charter, whose `/charter/:version` matches these addresses too. */
export function mountProposalPages(app: Express, context: HttpContext, { limits, sessions }: ProposalPageParts): void {
  const { config, opinions, proposals } = context;

  const localeOf = async (request: Request, response: Response): Promise<HouseLocale> => {
    await limits.consume('site', { address: request.ip });
    return { language: pageLanguage(request, response), timeZone: config.timeZone };
  };
  const write = async (title: string, body: Markup, { language }: HouseLocale) =>
    page(title, html`${CHARTER_STYLE}<div class="charter text">${body}</div>`, {
      ...{ language, links: await footerPages(context) },
    });
  const onePage = async (request: Request, locale: HouseLocale, note?: Markup): Promise<string> => {
    const id = String(request.params.opinion);
    const [proposal, given, visit] = await Promise.all([
      proposals.view(id, locale.language),
      opinions.listPublic(),
      sessions.find(request),
    ]);
    const opinion = given.find((each) => each.id === id);
    const way = await commentWay(proposal, visit?.person.identity, locale);
    const parts = { ...{ opinion, way, note, locale }, isCommented: request.query.text === COMMENTED };
    return write(proposal.title[locale.language], proposalContent(proposal, parts), locale);
  };
  const commentWay = async (
    { id, isOpen }: ProposalView,
    person: string | undefined,
    locale: HouseLocale,
  ): Promise<Markup> => {
    const texts = pageTexts(locale.language).proposals;
    if (!isOpen) return html``;
    if (person === undefined)
      return html`<p>${texts.signedOut} ${config.hasSite && html`<a href="${signInPath(`${LIST_PATH}/${id}`)}">${texts.signIn}</a>`}</p>`;
    if (await proposals.hasCommented(person, id))
      return html`<p role="status" data-testid="commented">${texts.sent}</p>`;
    return commentForm(id, locale);
  };

  app.get(LIST_PATH, async (request, response) => {
    const locale = await localeOf(request, response);
    const list = listContent(await proposals.list(), locale);
    response
      .set('cache-control', 'private, no-cache')
      .type('html')
      .send(await write(pageTexts(locale.language).proposals.title, list, locale));
  });

  app.get(`${LIST_PATH}/:opinion`, noStore, async (request, response) => {
    const locale = await localeOf(request, response);
    response.type('html').send(await onePage(request, locale));
  });

  const parseForm = express.urlencoded({ extended: false, limit: FORM_BYTES, parameterLimit: 10, inflate: false });
  app.post(`${LIST_PATH}/:opinion`, noStore, parseForm, async (request, response) => {
    const locale = await localeOf(request, response);
    assertOwnPage(config, request);
    const person = (await sessions.find(request))?.person;
    if (!person) throw new AppError('token_missing', 'Sign in first.');
    await limits.consume('report', { identity: person.identity, address: request.ip });
    const parsed = commentInput.safeParse(textsOf(request.body));
    if (parsed.success) await proposals.comment(person.identity, String(request.params.opinion), parsed.data.text);
    const note = html`<p role="alert">${pageTexts(locale.language).proposals.incomplete}</p>`;
    response
      .status(parsed.success ? 201 : 422)
      .type('html')
      .send(await onePage(request, locale, parsed.success ? undefined : note));
  });
}

function listContent(list: readonly Proposal[], locale: HouseLocale): Markup {
  const { language } = locale;
  const texts = pageTexts(language).proposals;
  const row = (each: Proposal) => html`<li><a href="${LIST_PATH}/${each.id}">${each.title[language]}</a>
    <br><span class="quiet">${texts.number(each.number)} · ${stateOf(each, locale)} · ${texts.comments(each.commentCount)}</span></li>`;
  return html`<p>${texts.text}</p>
    ${list.length === 0 ? html`<p>${texts.none}</p>` : html`<ul data-testid="proposals">${list.map(row)}</ul>`}
    <p class="next"><a href="/charter">${texts.toCharter}</a></p>`;
}

interface ProposalParts {
  /** Once it was adopted. */
  opinion: PublicOpinion | undefined;
  /** How to comment on it. */
  way: Markup;
  note: Markup | undefined;
  /** Whether to show what was commented on, where another text was adopted. */
  isCommented: boolean;
  locale: HouseLocale;
}

function proposalContent(proposal: ProposalView, { opinion, way, note, isCommented, locale }: ProposalParts): Markup {
  const { language } = locale;
  const texts = pageTexts(language).proposals;
  const { number, commented, comments, hiddenCount, adoptedAt } = proposal;
  const { text, articles } = (isCommented && commented) || proposal;
  return html`${note}<p class="quiet" data-testid="proposal-state">${texts.number(number)} · ${stateOf(proposal, locale)}</p>
    ${adoptedAt !== null && fateContent(proposal, opinion, language)}
    ${commented !== null && revisedContent(proposal, isCommented, language)}
    <h2>${texts.why}</h2><p class="words">${text[language]}</p>
    <h2>${texts.changes}</h2>${changesContent(articles, texts.noChange, language)}
    <h2 id="comments">${texts.commentsTitle}</h2>
    ${way}
    ${comments.length === 0 && hiddenCount === 0 && html`<p>${texts.noComments}</p>`}
    ${
      comments.length > 0 &&
      html`<ul data-testid="comments">${comments.map(
        ({
          name,
          text: words,
          at,
        }) => html`<li><strong><bdi>${shownName({ name }, elementTexts(language))}</bdi></strong>
          <span class="quiet">${formatDate(at, 'day', locale)}</span><p class="words" dir="auto">${words}</p></li>`,
      )}</ul>`
    }
    ${hiddenCount > 0 && html`<p class="quiet">${texts.hidden(hiddenCount)}</p>`}
    <p class="next"><a href="${LIST_PATH}">${texts.toList}</a></p>`;
}

function fateContent(
  { charterVersion }: ProposalView,
  opinion: PublicOpinion | undefined,
  language: HouseLocale['language'],
): Markup {
  const texts = pageTexts(language).proposals;
  const answer = opinion?.answer;
  return html`<h2>${texts.fate}</h2>
    ${answer ? html`<p><strong>${texts.outcomes[answer.outcome]}</strong></p><p class="words">${answer.reasons[language]}</p>` : html`<p>${texts.waiting}</p>`}
    ${opinion && html`<p class="next"><a href="/committee#opinion-${String(opinion.number)}">${texts.opinion}</a></p>`}
    ${charterVersion !== null && html`<p class="next"><a href="/charter/${charterVersion}">${texts.version(charterVersion)}</a></p>`}`;
}

/** That what was adopted is not what was commented on, and the way from one to the other. */
function revisedContent({ id }: ProposalView, isCommented: boolean, language: HouseLocale['language']): Markup {
  const texts = pageTexts(language).proposals;
  const path = `${LIST_PATH}/${id}`;
  return html`<p data-testid="revised">${isCommented ? texts.commented : texts.revised}
      <a href="${isCommented ? path : `${path}?text=${COMMENTED}`}">${isCommented ? texts.toAdopted : texts.toCommented}</a></p>`;
}

function commentForm(id: string, { language }: HouseLocale): Markup {
  const texts = pageTexts(language).proposals;
  return html`<form class="comment" method="post" action="${LIST_PATH}/${id}?lang=${language}">
      <label>${texts.label}<small class="quiet">${texts.hint}</small>
        <textarea name="text" rows="5" maxlength="${LIMITS.committeeTextChars}" required></textarea></label>
      <button>${texts.send}</button>
    </form>`;
}

function stateOf({ state, isOpen, commentsUntil, adoptedAt }: Proposal, locale: HouseLocale): string {
  const texts = pageTexts(locale.language).proposals;
  switch (state) {
    case 'draft':
      return (isOpen ? texts.open : texts.closed)(formatDate(commentsUntil, isOpen ? 'long' : 'day', locale));
    case 'adopted':
      return texts.adopted(formatDate(adoptedAt ?? commentsUntil, 'day', locale));
    default:
      return texts[state];
  }
}
