/** The charter for everybody to read: the version in force, all others, and what changed between two. */
import type { Express, Request, Response } from 'express';
import { css } from 'lit';
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, Markup } from '../../../platform/html.ts';
import { LANGUAGE_CODES } from '../../../protocol/languages.ts';
import type { ArticleChange, PublishedVersion, TextPart } from '../../../protocol/trust/charter.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { parseCharterVersion } from '../../operations/params.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { footerPages } from '../house-pages.ts';
import { pageLanguage } from '../page-language.ts';
import { pageTexts } from '../texts/page-texts.ts';

const styles = css`
  .charter ul {
    padding-inline-start: var(--_space-16);
  }

  .charter li {
    margin: var(--_space-8) 0;
  }

  .charter ins {
    background: var(--_chosen);
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
  }

  .charter del {
    color: var(--_muted);
  }

  .charter del + ins {
    margin-inline-start: var(--_space-4);
  }

  .charter :is(ins, del)::before {
    position: absolute;
    overflow: hidden;
    clip-path: inset(50%);
    width: 1px;
    height: 1px;
    white-space: nowrap;
  }

  .charter form.comment {
    display: grid;
    justify-items: start;
  }

  .charter form.comment label {
    width: 100%;
  }

  .charter form {
    display: flex;
    flex-wrap: wrap;
    gap: var(--_space-12);
    align-items: end;
    margin: var(--_space-16) 0;
  }

  .charter label {
    display: grid;
    gap: var(--_space-4);
    font: var(--_type-14);
  }
`;
/** For the eye, how words are shown says it; for screen readers, words before them do. */
const spoken = LANGUAGE_CODES.map((language) => {
  const { legendAdded, legendRemoved } = pageTexts(language).charter;
  return `:lang(${language}) .charter ins::before { content: '${legendAdded}: '; }
:lang(${language}) .charter del::before { content: '${legendRemoved}: '; }`;
}).join('\n');
export const CHARTER_STYLE = html`<style>${new Markup(`${styles.cssText}${spoken}`)}</style>`;

export function mountCharterPages(app: Express, context: HttpContext, limits: HttpLimits): void {
  const { charter, config, proposals } = context;
  const show = (path: string, create: (request: Request, locale: HouseLocale) => Promise<[string, Markup]>) =>
    app.get(path, async (request: Request, response: Response) => {
      await limits.consume('site', { address: request.ip });
      const language = pageLanguage(request, response);
      const [title, body] = await create(request, { language, timeZone: config.timeZone });
      const links = await footerPages(context);
      const content = html`${CHARTER_STYLE}<div class="charter text">${body}</div>`;
      response
        .set('cache-control', 'private, no-cache')
        .type('html')
        .send(page(title, content, { language, links }));
    });

  show('/charter', async (_request, locale) => {
    const texts = pageTexts(locale.language).charter;
    const versions = await charter.list();
    const current = versions.find(({ state }) => state === 'in_force');
    const text = current ? await versionContent(current.version, locale) : html`<p>${texts.none}</p>`;
    const proposed =
      (await proposals.isAnyPublic()) &&
      html`<p class="next"><a href="/charter/proposals">${pageTexts(locale.language).proposals.title}</a></p>`;
    return [texts.title, html`${text}${proposed}${versionList(versions, locale)}`];
  });

  // Before `/charter/:version`, which it would match.
  app.get('/charter/changes', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const { from, to } = request.query;
    response.redirect(303, `/charter/changes/${parseCharterVersion(from)}/${parseCharterVersion(to)}`);
  });

  show('/charter/:version', async ({ params }, locale) => {
    const version = parseCharterVersion(params.version);
    const [text, versions] = await Promise.all([versionContent(version, locale), charter.list()]);
    return [pageTexts(locale.language).charter.version(version), html`${text}${versionList(versions, locale)}`];
  });

  show('/charter/changes/:from/:to', async ({ params }, locale) => {
    const { language } = locale;
    const texts = pageTexts(language).charter;
    const [from, to] = [parseCharterVersion(params.from), parseCharterVersion(params.to)];
    const [changes, versions] = await Promise.all([charter.compare(from, to, language), charter.list()]);
    const body = html`${changesContent(changes, texts.noChange, language)}${versionList(versions, locale)}`;
    return [texts.changes(from, to), body];
  });

  async function versionContent(version: number, locale: HouseLocale): Promise<Markup> {
    const { language } = locale;
    const texts = pageTexts(language).charter;
    const found = await charter.getVersion(version);
    return html`<p class="quiet">${texts.version(version)} · ${stateOf(found, locale)}</p>
      ${found.articles.map(({ id, title, text }) => articleContent({ id, title: title[language], text: text[language] }))}
      <p class="quiet">${texts.hash}<br><code>${found.hash}</code></p>`;
  }
}

function articleContent({ id, title, text }: Record<'title' | 'text', Markup | string> & { id: string }): Markup {
  return html`<section id="${id}"><h2>${title}</h2><p class="words">${text}</p></section>`;
}

/** What differs, below how it is marked; `none` where nothing does. */
export function changesContent(changes: readonly ArticleChange[], none: string, language: Language): Markup {
  const texts = pageTexts(language).charter;
  const changed = changes.filter(({ change }) => change !== 'same');
  if (changed.length === 0) return html`<p>${none}</p>`;
  return html`<p class="quiet">${texts.legend} <ins>${texts.legendAdded}</ins>, <del>${texts.legendRemoved}</del></p>
    ${changed.map((change) => changeContent(change, language))}`;
}

function changeContent({ id, titleParts, change, parts }: ArticleChange, language: Language): Markup {
  const title = html`${titleParts.map(changedText)} · ${pageTexts(language).charter.change[change]}`;
  return articleContent({ id, title, text: html`${parts.map(changedText)}` });
}

function changedText({ kind, text }: TextPart): Markup {
  if (kind === 'same') return html`${text}`;
  return kind === 'added' ? html`<ins>${text}</ins>` : html`<del>${text}</del>`;
}

function stateOf({ state, effectiveFrom }: PublishedVersion, locale: HouseLocale): string {
  return pageTexts(locale.language).charter.state[state](formatDate(effectiveFrom, 'day', locale));
}

function versionList(versions: PublishedVersion[], locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).charter;
  if (versions.length === 0) return html``;
  const [newest, before] = versions;
  return html`<h2>${texts.versions}</h2>
    <ul>${versions.map((each, index) => {
      const earlier = versions[index + 1];
      return html`<li><a href="/charter/${each.version}">${texts.version(each.version)}</a>, ${stateOf(each, locale)}
        ${earlier && html`<br><a href="/charter/changes/${earlier.version}/${each.version}">${texts.since(earlier.version)}</a>`}</li>`;
    })}</ul>
    ${
      versions.length > 2 &&
      html`<form action="/charter/changes" method="get">
        ${versionSelect('from', texts.from, versions, before?.version)} ${versionSelect('to', texts.to, versions, newest?.version)}
        <button>${texts.compare}</button>
      </form>`
    }`;
}

function versionSelect(name: string, label: string, versions: PublishedVersion[], chosen: number | undefined): Markup {
  return html`<label>${label}<select name="${name}">${versions.map(
    ({ version }) => html`<option value="${version}" ${version === chosen && html`selected`}>${version}</option>`,
  )}</select></label>`;
}
