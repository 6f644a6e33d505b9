/** What the committee has said, whether the house followed, and what is late: a part of the committee's page. */
import { css } from 'lit';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, type Markup } from '../../../platform/html.ts';
import type { PublicOpinion } from '../../../protocol/trust/opinions.ts';
import { pageTexts } from '../texts/page-texts.ts';

type Answer = NonNullable<PublicOpinion['answer']>;

export const verdictStyles = css`
  .verdict {
    padding-inline-start: var(--_space-12);
    border-inline-start: 3px solid var(--_line-strong);
  }

  .verdict.follows {
    border-color: var(--_success);
  }

  .verdict:is(.does_not_follow, .late) {
    border-color: var(--_danger);
  }

  .verdict.late strong,
  strong.late {
    color: var(--_danger);
  }
`;
export const opinionStyles = css`
  ${verdictStyles}

  .committee .opinion {
    margin-block: var(--_space-16);
    padding: var(--_space-16);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }

  .committee .opinion h3 {
    font: var(--_title-20);
  }

  .committee .opinion summary {
    display: flex;
    align-items: center;
    min-height: 2.75rem;
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }

  .committee .opinion details > h4 {
    margin: var(--_space-16) 0 0;
    font: var(--_strong-16);
  }
`;

export function opinionsContent(opinions: readonly PublicOpinion[], locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).opinions;
  return html`<section data-testid="opinions"><h2>${texts.title}</h2>
    ${opinions.length === 0 ? html`<p>${texts.none}</p>` : opinions.map((each) => opinionContent(each, locale))}
    ${opinions.length > 0 && html`<p class="quiet">${texts.power}</p>`}
  </section>`;
}

function opinionContent(opinion: PublicOpinion, locale: HouseLocale): Markup {
  const { language } = locale;
  const texts = pageTexts(language).opinions;
  const { number, title, case: of, adoptedAt, tally } = opinion;
  const matter = of ? texts.onCase(of.number, of.title[language]) : texts.onRules;
  return html`<article class="opinion" id="opinion-${String(number)}" data-testid="opinion-${String(number)}">
    <h3>${title[language]}</h3>
    <p class="quiet">${texts.number(number)} ${matter} · ${texts.given(dayOf(adoptedAt, locale))} · ${texts.tally(tally.for, tally.against, tally.abstain)}</p>
    ${opinion.ruling !== null && html`<p><strong>${texts.rulings[opinion.ruling]}</strong></p>`}
    ${opinion.answer ? answerContent(opinion.answer, locale) : verdictLine(opinion, locale)}
    ${textsOf(opinion, locale)}
  </article>`;
}

/** Whether the house followed, or by when it has to answer. */
export function verdictLine({ answer, isLate, answerDueAt }: PublicOpinion, locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).opinions;
  const due = dayOf(answerDueAt, locale);
  if (answer) return html`<p class="verdict ${answer.outcome}">${outcomeOf(answer, locale)}</p>`;
  return isLate
    ? html`<p class="verdict late"><strong>${texts.late(due)}</strong></p>`
    : html`<p class="verdict">${texts.due(due)}</p>`;
}

function outcomeOf({ outcome, at, isLate }: Answer, locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).opinions;
  const when = dayOf(at, locale);
  return html`<strong>${texts.outcomes[outcome]}</strong>
    ${isLate ? html`<strong class="late">${texts.answeredLate(when)}</strong>` : html`<span class="quiet">${texts.answered(when)}</span>`}`;
}

function answerContent(answer: Answer, locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).opinions;
  const { outcome, reasons, steps } = answer;
  return html`<div class="verdict ${outcome}">
      <p>${outcomeOf(answer, locale)}</p>
      <p class="quiet">${texts.reasons}</p>
      <p class="words">${reasons[locale.language]}</p>
      ${
        steps.length > 0 &&
        html`<p class="quiet">${texts.steps}</p><ul>${steps.map((step) => stepContent(step, locale))}</ul>`
      }
    </div>`;
}

function stepContent({ text, dueAt, done, isLate }: Answer['steps'][number], locale: HouseLocale): Markup {
  const texts = pageTexts(locale.language).opinions;
  const due = dayOf(dueAt, locale);
  const state = done
    ? (isLate ? texts.stepDoneLate : texts.stepDone)(dayOf(done.at, locale))
    : (isLate ? texts.stepLate : texts.stepDue)(due);
  return html`<li>${text[locale.language]} (${isLate ? html`<strong class="late">${state}</strong>` : state})${done !== null && html`<br><span class="quiet">${done.note}</span>`}</li>`;
}

/** Nothing until it is public. */
function textsOf({ text, question, dissents, recusals }: PublicOpinion, locale: HouseLocale): Markup {
  if (text === null) return html``;
  const { language } = locale;
  const texts = pageTexts(language).opinions;
  return html`<details><summary>${dissents.length > 0 ? texts.readWithDissent : texts.read}</summary>
    ${question !== null && html`<h4>${texts.question}</h4><p class="words">${question[language]}</p>`}
    <p class="words">${text[language]}</p>
    ${dissents.map((each) => html`<h4>${texts.dissent(each.name)}</h4><p class="words">${each.text[language]}</p>`)}
    ${recusals.map(({ name, reason }) => html`<h4>${texts.recusal(name)}</h4><p class="words">${reason[language]}</p>`)}
  </details>`;
}

function dayOf(at: string, locale: HouseLocale): string {
  return formatDate(at, 'day', locale);
}
