/**
 * The public form for reports, which needs no account and takes no files; what became of one's own reports, and what
 * the house decided about oneself, with the way to appeal.
 */
import { randomUUID } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import { css } from 'lit';
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { addressIn, mailboxOf } from '../../../accounts/people/mail-addresses.ts';
import type { HelpContacts } from '../../../operator-files.ts';
import { HOUR_MS } from '../../../platform/clock.ts';
import { html, Markup } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { committeeRequestInput } from '../../../protocol/trust/committee-cases.ts';
import { appealInput } from '../../../protocol/trust/decisions.ts';
import { reportCategory, reportFormInput } from '../../../protocol/trust/reports.ts';
import { signInPath } from '../../../web/site/site-paths.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import { digestOf, type HttpLimits } from '../../rate-limits.ts';
import { footerPages } from '../house-pages.ts';
import { pageLanguage } from '../page-language.ts';
import type { SiteSessions } from '../sign-in/site-session.ts';
import { pageTexts } from '../texts/page-texts.ts';
import { type Asking, ownReports, ownStatements } from './own-reports.ts';

const OWN_PATH = '/reports';
const FORM_PATH = '/reports/new';
const FORM_BYTES = 32 * 1024;
/** How long the answer to the form names the address to which its letter went. */
const ADDRESS_SHOWN_MS = HOUR_MS;

const styles = css`
  .report form {
    display: grid;
    gap: var(--_space-16);
    margin: var(--_space-24) 0;
  }

  .report label {
    display: grid;
    gap: var(--_space-4);
    font-weight: 600;
  }

  .report label small {
    color: var(--_muted);
    font: var(--_type-14);
  }

  .report :is(input, select, textarea) {
    font-weight: 400;
  }

  .report textarea {
    min-height: 9rem;
    resize: vertical;
  }

  .report :is(.danger, .done) {
    margin-bottom: var(--_space-16);
    padding: var(--_space-12) var(--_space-16);
    border: 1px solid var(--_danger);
    border-radius: var(--_radius-small);
  }

  .report .danger > :last-child {
    margin-bottom: 0;
  }

  .report .done {
    border-color: var(--_success);
  }

  .report .done::before {
    content: '✓';
    margin-inline-end: var(--_space-8);
    color: var(--_success);
    font-weight: 600;
  }

  .report .fault {
    color: var(--_danger);
  }

  .report summary {
    display: flex;
    align-items: center;
    min-height: 2.75rem;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }

  .report ul {
    padding: 0;
    list-style: none;
  }

  .report li {
    padding: var(--_space-16) 0;
    border-bottom: 1px solid var(--_line);
    overflow-wrap: anywhere;
  }
`;
const STYLE = html`<style>${new Markup(styles.cssText)}</style>`;

interface ReportPageParts {
  limits: HttpLimits;
  sessions: SiteSessions;
}

export function mountReportPages(app: Express, context: HttpContext, { limits, sessions }: ReportPageParts): void {
  const { committee, committeeCases, config, decisions, reports, reportLinks } = context;
  const help = config.helpContacts;
  const localeOf = (language: Language) => ({ language, timeZone: config.timeZone });
  const write = async (language: Language, title: string, body: Markup) =>
    page(title, html`${STYLE}<div class="report text">${body}</div>`, { language, links: await footerPages(context) });

  /** Whether a letter may go to an address that anybody can have typed. */
  const mayWriteTo = (address: string) =>
    limits.isWithin('reportFormMailbox', { identity: digestOf(mailboxOf(address)) });

  /** Without members there is no committee to ask. */
  const askingOf = async (person: string): Promise<Asking> => {
    const [asked, { quorum }] = await Promise.all([committeeCases.listAsked(person), committee.view()]);
    return { asked, isPossible: quorum.held > 0 };
  };

  const ownPage = async (person: string | undefined, language: Language, note?: Markup): Promise<string> => {
    const texts = pageTexts(language).reports;
    const decided = person ? await decisions.statements.list(person) : undefined;
    const locale = localeOf(language);
    const asking = person ? await askingOf(person) : undefined;
    const isConcerned = decided !== undefined && decided.statements.length > 0;
    const own =
      person &&
      html`${decided && ownStatements(decided, locale, asking)}
      ${isConcerned && html`<h2>${texts.own}</h2>`}
      ${ownReports(await reports.listOwn(person), locale, asking)}`;
    const signedOut = html`<p>${texts.signedOut} ${config.hasSite && html`<a href="${signInPath(OWN_PATH)}">${texts.signIn}</a>`}</p>`;
    const body = html`${note}${own ?? signedOut}
      <p class="next"><a href="${FORM_PATH}">${texts.toForm}</a></p>`;
    return write(language, isConcerned ? texts.ownAndDecisions : texts.own, body);
  };

  app.get(OWN_PATH, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const language = pageLanguage(request, response);
    const person = (await sessions.find(request))?.person;
    response.type('html').send(await ownPage(person?.identity, language));
  });

  /** False: something is missing. */
  const appeal = async (person: string, given: Record<string, string>): Promise<boolean> => {
    const { success, data } = appealInput.safeParse(given);
    if (success) await decisions.appeal(person, data);
    return success;
  };
  const ask = async (person: string, given: Record<string, string>): Promise<boolean> => {
    const { success, data } = committeeRequestInput.safeParse(given);
    if (success) await committeeCases.ask(person, data);
    return success;
  };

  const parseForm = express.urlencoded({ extended: false, limit: FORM_BYTES, parameterLimit: 10, inflate: false });
  app.post(OWN_PATH, noStore, parseForm, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    assertOwnPage(config, request);
    const language = pageLanguage(request, response);
    const person = (await sessions.find(request))?.person;
    if (!person) throw new AppError('token_missing', 'Sign in first.');
    await limits.consume('report', { identity: person.identity, address: request.ip });
    const given = textsOf(request.body);
    const isSent =
      given.appeal === undefined ? await appeal(person.identity, given) : await ask(person.identity, given);
    const note = given.appeal === undefined ? appealNote(isSent, language) : askNote(isSent, language);
    response
      .status(isSent ? 201 : 422)
      .type('html')
      .send(await ownPage(person.identity, language, note));
  });

  /** The link authorises, nobody signs in. Mail programs open every link, so opening the page changes nothing. */
  const bySender = `${reportLinks.path}/:token`;
  const readLink = (request: Request): string => {
    const report = reportLinks.parse(String(request.params.token));
    if (!report) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    return report;
  };
  const senderPage = async (report: string, language: Language, note?: Markup): Promise<string> => {
    const list = { reports: [await reports.getOfForm(report)], limitedUntil: null };
    const body = html`${note}${ownReports(list, localeOf(language))}<p class="next"><a href="${FORM_PATH}">${pageTexts(language).reports.toForm}</a></p>`;
    return write(language, pageTexts(language).reports.ownOne, body);
  };
  app.get(bySender, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    response.type('html').send(await senderPage(readLink(request), pageLanguage(request, response)));
  });
  app.post(bySender, noStore, parseForm, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    assertOwnPage(config, request);
    const report = readLink(request);
    const language = pageLanguage(request, response);
    await limits.consume('report', { identity: report, address: request.ip });
    const parsed = appealInput.safeParse(textsOf(request.body));
    if (parsed.success) await decisions.appealByForm(report, parsed.data);
    response
      .status(parsed.success ? 201 : 422)
      .type('html')
      .send(await senderPage(report, language, appealNote(parsed.success, language)));
  });

  app.get(FORM_PATH, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const language = pageLanguage(request, response);
    response
      .type('html')
      .send(await write(language, pageTexts(language).reports.title, form({ language, help }, {}, '')));
  });

  app.post(FORM_PATH, noStore, parseForm, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    assertOwnPage(config, request);
    const language = pageLanguage(request, response);
    const texts = pageTexts(language).reports;
    const given = textsOf(request.body);
    const parsed = reportFormInput.safeParse(given);
    if (!parsed.success) {
      response
        .status(422)
        .type('html')
        .send(await write(language, texts.title, form({ language, help }, given, texts.incomplete)));
      return;
    }
    // The same words from the same form are one report, however often the button is pressed.
    const key = digestOf(JSON.stringify([given.key ?? randomUUID(), parsed.data]));
    if (!(await reports.findForm(key))) {
      await limits.consume('reportForm', { address: request.ip });
      const address = addressIn(parsed.data.contact);
      const isMailed = address !== undefined && (await mayWriteTo(address));
      await reports.fileForm(parsed.data, isMailed ? language : null, key);
    }
    response.redirect(303, `${FORM_PATH}/${key}?lang=${language}`);
  });

  app.get(`${FORM_PATH}/:key`, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const language = pageLanguage(request, response);
    const texts = pageTexts(language).reports;
    const filed = await reports.findForm(String(request.params.key));
    if (!filed) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    const isRecent = context.clock.now() - Date.parse(filed.createdAt) < ADDRESS_SHOWN_MS;
    const mailed = isRecent && filed.isMailed ? addressIn(filed.contact ?? undefined) : undefined;
    const body = html`<p><strong data-testid="report-number">${texts.number(filed.number)}</strong></p><p>${texts.thanks}</p>
      <p>${filed.contact === null ? texts.noContact : texts.weWrite} ${mailed !== undefined && texts.mailed(mailed)}</p>${danger({ language, help })}`;
    response.type('html').send(await write(language, texts.received, body));
  });
}

function appealNote(isReceived: boolean, language: Language): Markup {
  const { appealed, appealIncomplete } = pageTexts(language).reports;
  return isReceived
    ? html`<p class="done" role="status" data-testid="appeal-received">${appealed}</p>`
    : html`<p class="danger" role="alert">${appealIncomplete}</p>`;
}

function askNote(isReceived: boolean, language: Language): Markup {
  const { askReceived, askIncomplete } = pageTexts(language).reports;
  return isReceived
    ? html`<p class="done" role="status" data-testid="ask-received">${askReceived}</p>`
    : html`<p class="danger" role="alert">${askIncomplete}</p>`;
}

/**
 * Empty fields count as absent; a field that was sent twice is not taken. Browsers send a line break as two characters,
 * and count it as one for `maxlength`.
 */
export function textsOf(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  const texts = Object.entries(body).filter((field): field is [string, string] => typeof field[1] === 'string');
  const filled = texts.filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(filled.map(([name, text]) => [name, text.replaceAll('\r\n', '\n')]));
}

interface Help {
  language: Language;
  help: HelpContacts;
}

function form({ language, help }: Help, given: Record<string, string>, fault: string): Markup {
  const texts = pageTexts(language).reports;
  const field = (name: 'place' | 'time' | 'contact', maxChars: number, isRequired = false) =>
    html`<label>${texts.fields[name]}<small>${texts.hints[name]}</small>
      <input name="${name}" maxlength="${maxChars}" value="${given[name] ?? ''}" autocomplete="${name === 'contact' ? 'email' : 'off'}" ${isRequired && html`required`}></label>`;
  return html`<p>${texts.text}</p>${danger({ language, help })}
    ${fault !== '' && html`<p class="fault" role="alert">${fault}</p>`}
    <form method="post" action="${FORM_PATH}?lang=${language}">
      <input type="hidden" name="key" value="${given.key ?? randomUUID()}">
      <label>${texts.fields.category}<select name="category" required>
        <option value="">${texts.choose}</option>
        ${reportCategory.options.map(
          (name) =>
            html`<option value="${name}" ${given.category === name && html`selected`}>${texts.categories[name]}</option>`,
        )}
      </select></label>
      ${field('place', 300, true)} ${field('time', 120)}
      <label>${texts.fields.note}<small>${texts.hints.note}</small>
        <textarea name="note" maxlength="${LIMITS.reportNoteChars}" required>${given.note ?? ''}</textarea></label>
      ${field('contact', 200)}
      <button>${texts.send}</button>
    </form><p class="quiet">${texts.data}</p>`;
}

/** What somebody in danger needs first: 112, and the numbers of the operator's file. */
function danger({ language, help }: Help): Markup {
  const texts = pageTexts(language).reports;
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return html`<div class="danger"><p>${texts.danger}</p>${Object.entries(help).map(
    ([country, contacts]) => html`<details><summary>${texts.helpIn(names.of(country) ?? country)}</summary>
      <ul>${contacts.map(
        ({ name, number, source }) => html`<li>${name[language]}${language === 'fr' ? '\u00a0' : ''}:
          <a href="tel:${number.replace(/[ .-]/g, '')}">${number}</a> (<a href="${source}" rel="noreferrer">${texts.source}</a>)</li>`,
      )}</ul></details>`,
  )}</div>`;
}
