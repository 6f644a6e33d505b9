/** One's own reports and what became of them, and statements of reasons about oneself, each with the way to appeal. */
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { html, type Markup } from '../../../platform/html.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { Statement, StatementList } from '../../../protocol/trust/decisions.ts';
import type { Report, ReportList } from '../../../protocol/trust/reports.ts';
import { pageDay, pageMoment } from '../page-dates.ts';
import { reportTexts } from './report-texts.ts';

export function ownReports({ reports, limitedUntil }: ReportList, language: Language, appealPath: string): Markup {
  const texts = reportTexts[language];
  const limited =
    limitedUntil !== null &&
    html`<p class="danger" role="status">${texts.limited(pageDay(limitedUntil, language))}</p>`;
  if (reports.length === 0) return html`${limited}<p>${texts.none}</p>`;
  return html`${limited}<ul data-testid="own-reports">${reports.map(
    ({ number, subject, category, article, note, state, outcome, createdAt }) => html`<li>
      <strong>${texts.number(number)}</strong>, ${texts.subjects[subject]}, ${texts.categories[category]}
      <br><span class="quiet">${pageMoment(createdAt, language)} · ${texts.states[state]}${
        article !== null && html` · <a href="/charter#${article}">${texts.article}</a>`
      }</span>
      ${note !== null && html`<br>${note}`}
      ${outcome !== null && outcomeOf(outcome, language, appealPath)}</li>`,
  )}</ul>`;
}

function outcomeOf(outcome: NonNullable<Report['outcome']>, language: Language, appealPath: string): Markup {
  const texts = reportTexts[language];
  const { decision, at, acted, mayAppeal, appealUntil, appeal } = outcome;
  return html`<p>${acted ? texts.acted : texts.notActed} <span class="quiet">${pageMoment(at, language)}</span></p>
    ${appeal !== null && appealState(appeal, language)}
    ${mayAppeal && appealForm({ decision, appealUntil }, language, appealPath)}`;
}

export function ownStatements({ statements, strikes }: StatementList, language: Language, appealPath: string): Markup {
  const texts = reportTexts[language];
  if (statements.length === 0) return html``;
  return html`<h2>${texts.statements}</h2>
    ${strikes > 0 && html`<p class="quiet">${texts.strikes(strikes)}</p>`}
    <ul data-testid="own-statements">${statements.map((statement) => statementOf(statement, language, appealPath))}</ul>`;
}

function statementOf(statement: Statement, language: Language, appealPath: string): Markup {
  const texts = reportTexts[language];
  const { id, at, kind, measures, subject, state, reasons, automated, appeal, appealUntil, mayAppeal } = statement;
  return html`<li id="${id}" data-testid="statement-${id}">
    <strong>${measures.length > 0 ? measures.map(({ kind: name }) => texts.measures[name]).join(' ') : texts.nothingDone}</strong>
    <br><span class="quiet">${pageMoment(at, language)} · ${texts.concerns} ${texts.subjects[subject]} · ${texts.decisionStates[state]}${
      kind === 'provisional' && html` · ${texts.provisional}`
    }</span>
    ${measures.map(
      ({ until }) => until !== null && html`<br><span class="quiet">${texts.until(pageMoment(until, language))}</span>`,
    )}
    <p class="words">${reasons ?? texts.erased}</p>
    <p class="quiet">${texts.ground} ${groundOf(statement, language)}. ${automated ? texts.machine : texts.noMachine}</p>
    ${appeal !== null && appealState(appeal, language)}
    ${mayAppeal && appealForm({ decision: id, appealUntil }, language, appealPath)}</li>`;
}

function groundOf({ ground, article }: Statement, language: Language): Markup {
  if ('law' in ground) return html`${ground.law}`;
  return html`<a href="/charter/${ground.version}#${ground.article}">${article?.[language] ?? ground.article}</a>`;
}

function appealState(
  { outcome, reasons }: { outcome: 'granted' | 'upheld' | null; reasons: string | null },
  language: Language,
): Markup {
  const texts = reportTexts[language];
  return html`<p data-testid="appeal-state"><strong>${texts.appealStates[outcome ?? 'waiting']}</strong></p>
    ${reasons !== null && html`<p class="words">${reasons}</p>`}`;
}

function appealForm(
  { decision, appealUntil }: { decision: string; appealUntil: string | null },
  language: Language,
  appealPath: string,
): Markup {
  const texts = reportTexts[language];
  return html`<details data-testid="appeal-${decision}"><summary>${texts.appeal}</summary>
    <p class="quiet">${texts.appealText}${appealUntil !== null && html` ${texts.appealUntil(pageDay(appealUntil, language))}`}</p>
    <form method="post" action="${appealPath}?lang=${language}">
      <input type="hidden" name="decision" value="${decision}">
      <label>${texts.appealReasons}<textarea name="text" maxlength="${LIMITS.reportNoteChars}" required></textarea></label>
      <button>${texts.appealSend}</button>
    </form></details>`;
}
