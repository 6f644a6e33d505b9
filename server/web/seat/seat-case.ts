/** `<seat-case case reader>`: a case of the committee: its question, the files of the house, opinions, and the acts. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { CommitteeCaseView } from '../../protocol/trust/committee-cases.ts';
import type { OpinionList } from '../../protocol/trust/opinions.ts';
import { leaveFor } from '../site/leave-page.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { bothLanguages } from './both-languages.ts';
import { type ArticleTitles, personOf } from './case-words.ts';
import { figureText } from './figure-words.ts';
import './seat-file.ts';
import { SeatPart } from './seat-part.ts';

interface Shown {
  view: CommitteeCaseView;
  opinions: OpinionList['opinions'];
  titles: ArticleTitles;
}

export class SeatCase extends SeatPart<Shown> {
  static override properties = { ...SeatPart.properties, case: {}, reader: {} };
  /** Id of the case. */
  declare case: string;
  /** The name of the member who reads it. */
  declare reader: string;
  protected override height = '30rem';

  static override styles = [
    ...SeatPart.styles,
    bothLanguages,
    css`
      .question {
        padding-inline-start: var(--_space-16);
        border-inline-start: 3px solid var(--_accent);
        font: var(--_type-16);
      }

      section + p {
        margin-top: var(--_space-16);
      }

      .people {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8);
        margin: 0;
        padding: 0;
        list-style: none;
      }

      .people li {
        padding: var(--_space-4) var(--_space-12);
        border: 1px solid var(--_line);
        border-radius: var(--_radius-full);
      }
    `,
  ];

  protected override read = async (): Promise<Shown> => {
    const [view, { opinions }] = await Promise.all([
      call('GET /v1/committee/cases/:case', { case: this.case }),
      call('GET /v1/committee/drafts'),
    ]);
    return { view, opinions: opinions.filter(({ case: of }) => of?.id === view.id), titles: await titlesOf(view) };
  };

  override render(): unknown {
    return html`<p><a href="/seat/cases">${this.words.seatCases.back}</a></p>${super.render()}`;
  }

  protected override show({ view, opinions, titles }: Shown): unknown {
    const texts = this.words.seatCases;
    const { question, request, people, files, closed } = view;
    const file = (each: CommitteeCaseView['files'][number]) =>
      html`<seat-file .data=${each} .people=${people} .titles=${titles} case=${view.id} data-testid="file-${each.number}" @case-changed=${this.#handleCase}></seat-file>`;
    return [
      this.#head(view),
      view.needsRuling && !closed
        ? html`<div class="callout" data-testid="needs-ruling"><span>${texts.needsRuling}</span></div>`
        : nothing,
      this.#alarm(view),
      this.section(
        'question',
        { title: texts.theQuestion },
        html`<p class="words question">${question[this.language]}</p>`,
      ),
      request === null
        ? nothing
        : this.section(
            'request',
            { title: texts.theRequest },
            html`<p class="words"><bdi dir="auto">${request}</bdi></p>`,
          ),
      people.length > 0
        ? this.section('people', { title: texts.people, text: texts.peopleText }, this.#people(view))
        : html`<p class="muted">${texts.noFiles}</p>`,
      files.map(file),
      this.section('opinions', { title: texts.opinions }, this.#opinions(view, opinions)),
      view.recusals.length > 0 ? this.#recusals(view) : nothing,
      closed ? nothing : [this.#recusal(view), this.#closing(view)],
    ];
  }

  #head({ number, title, origin, openedBy, openedAt, closed }: CommitteeCaseView): TemplateResult {
    const texts = this.words.seatCases;
    const date = this.day(openedAt);
    const end =
      closed &&
      (closed.by === null
        ? `${texts.closed(this.day(closed.at))} ${texts.closedByOpinion}`
        : texts.closedBy(closed.by, this.day(closed.at)));
    return html`<h1 class="display" data-testid="case-title">${texts.titled(number, title[this.language])}</h1>
      <p class="line">
        <span class="state ${closed ? '' : 'open'}">${texts.states[closed ? 'closed' : 'open']}</span>
        <span class="muted">${texts.origins[origin]} · ${openedBy === null ? texts.openedByAlarm(date) : texts.openedBy(openedBy, date)}</span>
      </p>
      ${end ? html`<p data-testid="case-closed">${end}${closed?.reason ? html` · <span class="words">${closed.reason}</span>` : nothing}</p>` : nothing}`;
  }

  #alarm({ alarm }: CommitteeCaseView): unknown {
    if (!alarm) return nothing;
    const texts = this.words.seatCases;
    const { figure, comparison, limit, windowDays, value, from, at } = alarm;
    const number = new Intl.NumberFormat(this.language, { maximumFractionDigits: 2 });
    const facts = this.facts([
      [
        figureText(figure, this.words.seatThresholds),
        `${texts.alarmLimit[comparison](number.format(limit))} ${texts.alarmDays(windowDays)}`,
      ],
      ['', texts.alarmText(number.format(value), this.moment(from), this.moment(at))],
    ]);
    return this.section('alarm', { title: texts.alarm }, facts);
  }

  #people({ people }: CommitteeCaseView): TemplateResult {
    const texts = this.words.seatCases;
    return html`<ul class="people" data-testid="case-people">${people.map(
      ({ number }) => html`<li>${personOf(number, people, texts)}</li>`,
    )}</ul>`;
  }

  #opinions({ id, closed }: CommitteeCaseView, items: OpinionList['opinions']): unknown {
    const texts = this.words.seatCases;
    const words = this.words.opinions;
    return [
      this.list({
        items,
        testId: 'case-opinions',
        empty: texts.noOpinions,
        row: ({ id: opinion, number, title, state, by }) => ({
          title: words.titled(number, title[this.language]),
          href: `/seat/opinions/${opinion}`,
          state: { look: state === 'draft' || state === 'voting' ? 'open' : '', text: words.states[state] },
          lines: [by],
        }),
      }),
      closed
        ? nothing
        : html`<p class="buttons"><a class="button outlined" href="/seat/opinions?case=${id}" data-testid="draft-opinion">${texts.draft}</a></p>`,
    ];
  }

  #recusals({ recusals }: CommitteeCaseView): unknown {
    const texts = this.words.seatCases;
    const list = this.list({
      items: recusals,
      testId: 'recusals',
      row: ({ name, reason, at }) => ({
        title: html`<bdi>${name}</bdi>`,
        lines: [this.day(at), html`<span class="words">${reason[this.language]}</span>`],
      }),
    });
    return this.section('recusals', { title: texts.recusals, text: texts.recusalsText }, list);
  }

  #recusal({ id }: CommitteeCaseView): unknown {
    const texts = this.words.seatCases;
    const form = this.form({
      fields: publicTextFields(this.language, {
        ...{ name: 'recusal', label: texts.recuseReason, hint: texts.recuseHint },
        ...{ kind: 'area', rows: 3, maxChars: LIMITS.committeeTextChars, isRequired: true },
      }),
      submit: { label: texts.recuseAct, testId: 'recuse', look: 'danger' },
      question: () => ({
        ...{ title: texts.recuseAskTitle, text: texts.recuseAskText },
        ...{ confirm: texts.recuseAct, cancel: texts.keep, testId: 'confirm-recusal' },
      }),
      send: async (values) => {
        await call('POST /v1/committee/cases/:case/recusal', { case: id, reason: publicTextOf(values, 'recusal') });
        await leaveFor('/seat/cases');
      },
    });
    const folded = html`<details data-testid="recusal"><summary>${texts.recuse}</summary>${form}</details>`;
    return this.section('recuse', { title: texts.recuse, text: texts.recuseText }, folded);
  }

  /** A case of an alarm is closed by any member. */
  #closing({ id, openedBy }: CommitteeCaseView): unknown {
    if (openedBy !== null && openedBy !== this.reader) return nothing;
    const texts = this.words.seatCases;
    const form = this.form({
      fields: [
        {
          ...{ name: 'closing', label: texts.closeReason, testId: 'closing-reason', kind: 'area', rows: 3 },
          ...{ maxChars: LIMITS.committeeTextChars, isRequired: true },
        },
      ],
      submit: { label: texts.closeAct, testId: 'case-close', look: 'outlined' },
      question: () => ({
        ...{ title: texts.closeAskTitle, text: texts.closeAskText },
        ...{ confirm: texts.closeAct, cancel: texts.keep, testId: 'confirm-close' },
      }),
      send: (values) => call('POST /v1/committee/cases/:case/closing', { case: id, reason: values('closing') }),
    });
    const folded = html`<details data-testid="closing"><summary>${texts.close}</summary>${form}</details>`;
    return this.section('close', { title: texts.close, text: texts.closeText }, folded);
  }

  #handleCase = ({ detail }: CustomEvent<CommitteeCaseView>): void => {
    if (this.data) this.data = { ...this.data, view: detail };
  };

  protected override wordsFor(error: unknown): string {
    const isRefused = error instanceof LogeError && error.code === 'forbidden';
    return isRefused ? this.words.seatCases.refused : super.wordsFor(error);
  }
}

async function titlesOf({ files }: CommitteeCaseView): Promise<ArticleTitles> {
  const grounds = files.flatMap(({ decisions }) => decisions.map(({ ground }) => ground));
  const versions = new Set(grounds.flatMap((ground) => ('version' in ground ? [ground.version] : [])));
  const read = [...versions].map(async (version) => {
    const { articles } = await call('GET /v1/charter/versions/:version', { version });
    return articles.map(({ id, title }) => [`${version}#${id}`, title] as const);
  });
  return new Map((await Promise.all(read)).flat());
}

defineElement('seat-case', SeatCase);
