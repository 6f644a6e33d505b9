/** One's own reports and what became of them, and statements of reasons about oneself, each with the way to appeal. */
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, type Markup } from '../../../platform/html.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type { OwnCommitteeRequest } from '../../../protocol/trust/committee-cases.ts';
import type { MeasureKind, OwnAppeal, Statement, StatementList } from '../../../protocol/trust/decisions.ts';
import type { Report, ReportList } from '../../../protocol/trust/reports.ts';
import { pageTexts } from '../texts/page-texts.ts';

/** What somebody asks of the committee once an appeal of theirs has failed. */
export interface Asking {
  /** By the appeal. */
  asked: ReadonlyMap<string, OwnCommitteeRequest>;
  /** Whether the committee has members. */
  isPossible: boolean;
}

/** `asking`: absent for a visitor without an account. */
export function ownReports({ reports, limitedUntil }: ReportList, locale: HouseLocale, asking?: Asking): Markup {
  const texts = pageTexts(locale.language).reports;
  const limited =
    limitedUntil !== null &&
    html`<p class="danger" role="status">${texts.limited(formatDate(limitedUntil, 'long', locale))}</p>`;
  if (reports.length === 0) return html`${limited}<p>${texts.none}</p>`;
  return html`${limited}<ul data-testid="own-reports">${reports.map(
    ({ number, subject, category, article, note, state, outcome, createdAt }) => html`<li>
      <strong>${texts.number(number)}</strong>, ${texts.subjects[subject]}, ${texts.categories[category]}
      <br><span class="quiet">${formatDate(createdAt, 'long', locale)} · ${texts.states[state]}${
        article !== null && html` · <a href="/charter#${article}">${texts.article}</a>`
      }</span>
      ${note !== null && html`<br>${note}`}
      ${outcome !== null && outcomeOf(outcome, locale, asking)}</li>`,
  )}</ul>`;
}

function outcomeOf(outcome: NonNullable<Report['outcome']>, locale: HouseLocale, asking?: Asking): Markup {
  const texts = pageTexts(locale.language).reports;
  const { decision, at, acted, mayAppeal, appealUntil, appeal } = outcome;
  return html`<p>${acted ? texts.acted : texts.notActed} <span class="quiet">${formatDate(at, 'long', locale)}</span></p>
    ${appeal !== null && appealState(appeal, locale, asking)}
    ${mayAppeal && appealForm({ decision, appealUntil }, locale)}`;
}

export function ownStatements({ statements, strikes }: StatementList, locale: HouseLocale, asking?: Asking): Markup {
  const texts = pageTexts(locale.language).reports;
  if (statements.length === 0) return html``;
  return html`<h2>${texts.statements}</h2>
    ${strikes > 0 && html`<p class="quiet">${texts.strikes(strikes)}</p>`}
    <ul data-testid="own-statements">${statements.map((statement) => statementOf(statement, locale, asking))}</ul>`;
}

function statementOf(statement: Statement, locale: HouseLocale, asking?: Asking): Markup {
  const texts = pageTexts(locale.language).reports;
  const { id, at, kind, measures, subject, state, reasons, automated, holdsPayouts, appeal, appealUntil, mayAppeal } =
    statement;
  const textOf = (name: MeasureKind) =>
    name === 'suspend_account' && holdsPayouts ? texts.suspendedCreator : texts.measures[name];
  return html`<li id="${id}" data-testid="statement-${id}">
    <strong>${measures.length > 0 ? measures.map(({ kind: name }) => textOf(name)).join(' ') : texts.nothingDone}</strong>
    <br><span class="quiet">${formatDate(at, 'long', locale)} · ${texts.concerns} ${texts.subjects[subject]} · ${texts.decisionStates[state]}${
      kind === 'provisional' && html` · ${texts.provisional}`
    }</span>
    ${measures.map(
      ({ until }) =>
        until !== null && html`<br><span class="quiet">${texts.until(formatDate(until, 'long', locale))}</span>`,
    )}
    <p class="words">${reasons ?? texts.erased}</p>
    <p class="quiet">${texts.ground} ${groundOf(statement, locale.language)}. ${automated ? texts.machine : texts.noMachine}</p>
    ${appeal !== null && appealState(appeal, locale, asking)}
    ${mayAppeal && appealForm({ decision: id, appealUntil }, locale)}</li>`;
}

function groundOf({ ground, article }: Statement, language: Language): Markup {
  if ('law' in ground) return html`${ground.law}`;
  return html`<a href="/charter/${ground.version}#${ground.article}">${article?.[language] ?? ground.article}</a>`;
}

function appealState(
  { id, outcome, reasons }: Pick<OwnAppeal, 'id' | 'outcome' | 'reasons'>,
  locale: HouseLocale,
  asking?: Asking,
): Markup {
  const texts = pageTexts(locale.language).reports;
  return html`<p data-testid="appeal-state"><strong>${texts.appealStates[outcome ?? 'waiting']}</strong></p>
    ${reasons !== null && html`<p class="words">${reasons}</p>`}
    ${outcome === 'upheld' && asking !== undefined && askedOrForm(id, locale, asking)}`;
}

function askedOrForm(appeal: string, locale: HouseLocale, { asked, isPossible }: Asking): Markup {
  const texts = pageTexts(locale.language).reports;
  const known = asked.get(appeal);
  if (known)
    return html`<p data-testid="asked">${texts.asked(formatDate(known.at, 'day', locale))} ${known.isTaken ? texts.askTaken : texts.askWaits} <a href="/committee">${texts.askPage}</a></p>`;
  if (!isPossible) return html``;
  return html`<details data-testid="ask-${appeal}"><summary>${texts.ask}</summary>
    <p class="quiet">${texts.askText} <a href="/committee">${texts.askPage}</a></p>
    <form method="post" action="?lang=${locale.language}">
      <input type="hidden" name="appeal" value="${appeal}">
      <label>${texts.askWhy}<textarea name="text" maxlength="${LIMITS.committeeTextChars}" required></textarea></label>
      <button>${texts.askSend}</button>
    </form></details>`;
}

/** It is sent to the page itself, which then says that it was received. */
function appealForm(
  { decision, appealUntil }: { decision: string; appealUntil: string | null },
  locale: HouseLocale,
): Markup {
  const texts = pageTexts(locale.language).reports;
  return html`<details data-testid="appeal-${decision}"><summary>${texts.appeal}</summary>
    <p class="quiet">${texts.appealText}${appealUntil !== null && html` ${texts.appealUntil(formatDate(appealUntil, 'long', locale))}`}</p>
    <form method="post" action="?lang=${locale.language}">
      <input type="hidden" name="decision" value="${decision}">
      <label>${texts.appealReasons}<textarea name="text" maxlength="${LIMITS.reportNoteChars}" required></textarea></label>
      <button>${texts.appealSend}</button>
    </form></details>`;
}
