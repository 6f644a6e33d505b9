/** `<desk-dac7>`: the yearly report to the tax authority about what creators earn. The year is in the URL. */
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatCount } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Dac7Candidate, Dac7Filing, Dac7Filings, Dac7MessageType } from '../../protocol/money/dac7.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** Reports can be corrected for as long as what they rely on is kept. */
const YEARS_OFFERED = 10;
const LOOK = { new: 'open', changed: 'open', unchanged: 'good', no_details: 'bad', outside: '' } as const;

export class DeskDac7 extends DeskPart<Dac7Filings> {
  static override styles = [
    ...DeskPart.styles,
    css`
      section > p + .acts,
      section > .rows + p {
        margin-top: var(--_space-12);
      }
    `,
  ];

  protected override height = '24rem';

  protected override read = async () => this.know(await call('GET /v1/reports/dac7-filings', { year: this.#year() }));

  /** The last one that is over, unless the URL names another. */
  #year(): number {
    return Number(new URLSearchParams(location.search).get('year')) || new Date().getFullYear() - 1;
  }

  override render(): unknown {
    const texts = this.desk.dac7;
    const thisYear = new Date().getFullYear();
    const years = new Set([...Array.from({ length: YEARS_OFFERED }, (_, index) => thisYear - index), this.#year()]);
    const options = [...years].map((year) => ({ value: String(year), label: String(year) }));
    const year = { name: 'year', label: texts.year, kind: 'select', testId: 'dac7-year', options } as const;
    const search = this.search({
      fields: [{ ...year, value: String(this.#year()) }],
      ask: (values) => {
        const url = new URL(location.href);
        url.searchParams.set('year', values('year'));
        history.replaceState(history.state, '', url.href);
      },
    });
    return html`<p class="muted">${texts.text}</p>${search}<div aria-live="polite">${super.render()}</div>`;
  }

  protected override show(report: Dac7Filings): unknown {
    const texts = this.desk.dac7;
    return html`<div data-testid="dac7-report">
      ${this.section('dac7-next', { title: texts.next }, this.#next(report))}
      ${report.filings.length > 0 ? this.section('dac7-made', { title: texts.made, text: texts.madeText }, this.#made(report)) : nothing}
      ${this.section('dac7-sellers', { title: texts.sellers, text: texts.sellersText }, this.#sellers(report))}
    </div>`;
  }

  #next(report: Dac7Filings): unknown {
    const texts = this.desk.dac7;
    const { year, isOver, missingSettings, next, schema, faults } = report;
    const missing = report.sellers.filter(({ state }) => state === 'no_details').length;
    const isPossible = isOver && missingSettings.length === 0 && next.length > 0 && faults.length === 0;
    const make = this.acts(year, [
      {
        label: texts.make,
        look: 'filled',
        testId: () => 'dac7-make',
        isFor: () => isPossible,
        question: () => ({
          title: texts.makeTitle(year),
          text: missing > 0 ? texts.makeMissing(missing) : texts.makeText,
          confirm: texts.make,
          cancel: texts.cancel,
          testId: 'confirm-dac7-make',
        }),
        run: () => call('POST /v1/reports/dac7-filings', { year }),
        done: () => texts.makeDone,
      },
    ]);
    return [
      isOver ? nothing : html`<p>${texts.notOver(year)}</p>`,
      missingSettings.length > 0
        ? html`<p><span class="bad-mark">${texts.missingSettings}</span> <code>${missingSettings.join(' ')}</code></p>`
        : nothing,
      missingSettings.length === 0 && next.length === 0
        ? html`<p data-testid="dac7-done">${texts.nothingNew}</p>`
        : nothing,
      this.list({
        items: next,
        row: ({ type, sellerCount }) => ({
          title: this.#nameOf(type, sellerCount),
          testId: `dac7-next-${type}`,
        }),
      }),
      this.#check(next.length > 0, schema, faults),
      make,
    ];
  }

  #check(isDue: boolean, schema: string | null, faults: string[]): unknown {
    const texts = this.desk.dac7;
    if (schema === null)
      return html`<p data-testid="dac7-unchecked"><span class="bad-mark">${texts.unchecked}</span> ${texts.uncheckedText}</p>`;
    if (!isDue) return nothing;
    if (faults.length === 0) return html`<p><span class="good-mark">${texts.valid}</span> <code>${schema}</code></p>`;
    return html`<p><span class="bad-mark">${texts.faulty}</span> <code>${schema}</code></p>
      <pre lang="en">${faults.join('\n')}</pre>`;
  }

  #made({ filings }: Dac7Filings): unknown {
    const texts = this.desk.dac7;
    return this.list({
      items: filings.toReversed(),
      testId: 'dac7-filings',
      row: ({ id, type, sellerCount, by, createdAt, schema, refusedAt, refusalReason }) => ({
        title: html`<a href="/v1/reports/dac7.xml?filing=${id}" download data-testid="dac7-xml">${this.#nameOf(type, sellerCount)}</a>`,
        state: refusedAt
          ? { look: 'bad', text: texts.refused }
          : schema
            ? { look: 'good', text: texts.valid }
            : { look: 'open', text: texts.unchecked },
        lines: [
          texts.by(this.nameOf(by), this.moment(createdAt)),
          refusedAt && html`${texts.refusedAt(this.moment(refusedAt))} <bdi>${refusalReason}</bdi>`,
        ],
      }),
      acts: [
        {
          label: texts.refuse,
          testId: () => 'dac7-refuse',
          isFor: ({ refusedAt }: Dac7Filing) => refusedAt === null,
          question: () => ({
            title: texts.refuseTitle,
            text: texts.refuseText,
            confirm: texts.refuse,
            cancel: texts.cancel,
            testId: 'confirm-dac7-refuse',
            field: {
              label: texts.reason,
              hint: texts.reasonHint,
              maxChars: LIMITS.reasonChars,
              testId: 'dac7-refusal-reason',
              missing: texts.reasonMissing,
            },
          }),
          run: ({ id }, reason) => call('POST /v1/reports/dac7-filings/:filing/refusal', { filing: id, reason }),
          done: () => texts.refuseDone,
        },
      ],
    });
  }

  #sellers({ sellers }: Dac7Filings): unknown {
    const texts = this.desk.dac7;
    return this.list({
      items: sellers.toSorted((left, right) => rank(left) - rank(right)),
      testId: 'dac7-sellers',
      empty: texts.none,
      row: ({ creator, name, country, state }) => ({
        title: this.person(creator, `/desk/people/${creator}`),
        state: { look: LOOK[state], text: texts.states[state] },
        lines: [[name, country && this.#country(country)].filter(Boolean).join(' · ')],
      }),
    });
  }

  #nameOf(type: Dac7MessageType, count: number): string {
    return this.desk.dac7.messages[type](count, formatCount(count, this.language));
  }

  #country(code: string): string {
    return new Intl.DisplayNames([this.language], { type: 'region' }).of(code) ?? code;
  }
}

/** Whoever needs the operator first. */
function rank({ state }: Dac7Candidate): number {
  return ['no_details', 'new', 'changed', 'unchanged', 'outside'].indexOf(state);
}

defineElement('desk-dac7', DeskDac7);
