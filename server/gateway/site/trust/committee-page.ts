/** The committee for everybody to see: seats, members, what they declared, vacancies, and how earlier terms ended. */
import type { Express } from 'express';
import { css } from 'lit';
import { elementTexts } from '../../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../../client-sdk/elements/texts/shown-name.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, Markup } from '../../../platform/html.ts';
import type { CommitteeMember, CommitteeSeat, CommitteeView, PastMember } from '../../../protocol/trust/committee.ts';
import type { PublicOpinion } from '../../../protocol/trust/opinions.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { footerPages } from '../house-pages.ts';
import { pageLanguage } from '../page-language.ts';
import { pageTexts } from '../texts/page-texts.ts';
import { opinionStyles, opinionsContent } from './committee-opinions.ts';

const styles = css`
  .committee section {
    margin-block: var(--_space-24);
    padding-block-start: var(--_space-8);
    border-block-start: 1px solid var(--_line);
  }

  .committee section h2 {
    margin-block-start: var(--_space-8);
  }

  .committee h3 {
    margin: 0;
    font: var(--_strong-16);
  }

  .committee p + h3 {
    margin-block-start: var(--_space-24);
  }

  .committee p {
    margin-block: var(--_space-8);
  }

  .committee .member {
    display: flex;
    gap: var(--_space-16);
    align-items: center;
  }

  .committee img {
    flex: none;
    border-radius: var(--_radius-full);
  }

  .committee .notice {
    padding: var(--_space-8) var(--_space-16);
    border-inline-start: 3px solid var(--_accent);
    background: var(--_surface);
  }
`;
const STYLE = html`<style>${new Markup(`${styles.cssText}${opinionStyles.cssText}`)}</style>`;

type Member = Omit<CommitteeMember, 'declarationDueSince'> & { declarationDueSince?: string | null };

export function mountCommitteePage(app: Express, context: HttpContext, limits: HttpLimits): void {
  const { committee, opinions, proposals, config } = context;
  app.get('/committee', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const language = pageLanguage(request, response);
    const [view, given, isProposed, links] = await Promise.all([
      committee.view(),
      opinions.listPublic(),
      proposals.isAnyPublic(),
      footerPages(context),
    ]);
    const content = committeeContent(view, given, { language, timeZone: config.timeZone });
    const proposed =
      isProposed && html`<p class="next"><a href="/charter/proposals">${pageTexts(language).proposals.title}</a></p>`;
    const body = html`${STYLE}<div class="committee text">${content}${proposed}</div>`;
    response
      .set('cache-control', 'private, no-cache')
      .type('html')
      .send(page(pageTexts(language).committee.title, body, { language, links }));
  });
}

function committeeContent(
  { quorum, seats, past }: CommitteeView,
  opinions: readonly PublicOpinion[],
  locale: HouseLocale,
): Markup {
  const texts = pageTexts(locale.language).committee;
  const fails = quorum.failsSince;
  return html`${
    seats.length === 0
      ? html`<p>${texts.none}</p>${opinions.length > 0 && opinionsContent(opinions, locale)}`
      : html`<p>${texts.text}</p>
        <p>${texts.quorum(quorum.held, seats.length, quorum.needed)}</p>
        ${fails !== null && html`<p class="notice">${texts.quorumFails(dayOf(fails, locale))}</p>`}
        ${opinionsContent(opinions, locale)}
        ${seats.map((seat) => seatContent(seat, locale))}`
  }
    ${past.length > 0 && html`<section><h2>${texts.past}</h2>${past.map((member) => pastContent(member, locale))}</section>`}`;
}

function seatContent({ name, member, next, vacantSince }: CommitteeSeat, locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).committee;
  return html`<section><h2>${name[locale.language]}</h2>
    ${member !== null && memberContent(member, locale)}
    ${vacantSince !== null && html`<p class="notice">${texts.vacant(dayOf(vacantSince, locale))}</p>`}
    ${next !== null && html`<p>${texts.next(nameOf(next, locale), dayOf(next.from, locale))}</p>`}
  </section>`;
}

function memberContent(member: Member, locale: HouseLocale): Markup {
  const { language } = locale;
  const texts = pageTexts(language).committee;
  const { portrait, biography, appointedBy, from, until, declarationDueSince } = member;
  const picture = portrait?.[0];
  return html`<div class="member">
      ${picture && html`<img src="${picture.path}" alt="" width="${picture.width}" height="${picture.height}">`}
      <div><h3>${nameOf(member, locale)}</h3>
        <span class="quiet">${texts.appointedBy} ${appointedBy[language]} · ${texts.term} ${texts.dates(dayOf(from, locale), dayOf(until, locale))}</span></div>
    </div>
    ${biography !== null && html`<p class="words">${biography[language] || biography.en || biography.fr}</p>`}
    ${declarationContent(member, locale)}
    ${typeof declarationDueSince === 'string' && html`<p class="notice">${texts.overdue(dayOf(declarationDueSince, locale))}</p>`}`;
}

function declarationContent({ declaration }: Member, locale: HouseLocale): Markup {
  if (!declaration) return html``;
  const texts = pageTexts(locale.language).committee;
  const { independent, unpaid, interests, declaredAt, countsUntil } = declaration;
  return html`<p><span class="quiet">${texts.declared(dayOf(declaredAt, locale))}, ${texts.countsUntil(dayOf(countsUntil, locale))}</span><br>
      ${independent ? texts.independent : texts.notIndependent}<br>${unpaid ? texts.unpaid : texts.notUnpaid}</p>
    ${interests !== null && html`<p class="words">${texts.interests} ${interests[locale.language]}</p>`}`;
}

function pastContent(member: PastMember, locale: HouseLocale): Markup {
  const { language } = locale;
  const texts = pageTexts(language).committee;
  const { seatName, ended, appointedBy, from, until } = member;
  return html`<h3>${nameOf(member, locale)}</h3>
    <p>${seatName[language]}<br><span class="quiet">${texts.appointedBy} ${appointedBy[language]} · ${texts.term} ${texts.dates(dayOf(from, locale), dayOf(until, locale))}</span></p>
    <p>${texts.ended[ended.how](dayOf(ended.at, locale))}</p>
    ${ended.reason !== null && html`<p class="words">${texts.reason} ${ended.reason[language]}</p>`}`;
}

function nameOf({ name }: { name: string }, { language }: HouseLocale): string {
  return shownName({ name }, elementTexts(language));
}

function dayOf(at: string, locale: HouseLocale): string {
  return formatDate(at, 'day', locale);
}
