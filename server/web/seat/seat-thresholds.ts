/** `<seat-thresholds>`: the thresholds of the committee, what they raised, and the form to set another one. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { FIGURE_NAMES, FIGURE_UNITS, type FigureName } from '../../protocol/trust/figures.ts';
import type { Alarm, Threshold, ThresholdInput, ThresholdList } from '../../protocol/trust/thresholds.ts';
import type { Field, Row, RowAct, Values } from '../site/page-part.ts';
import { publicTextFields, publicTextOf } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { type FigureLocale, figureOptions, figureText, formatFigure, limitLabel, parseLimit } from './figure-words.ts';
import { SeatPart } from './seat-part.ts';

export class SeatThresholds extends SeatPart<ThresholdList> {
  static override properties = { ...SeatPart.properties, currency: {} };
  /** Of the house. */
  declare currency: string;
  protected override height = '40rem';

  protected override read = () => call('GET /v1/committee/thresholds');

  get #texts() {
    return this.words.seatThresholds;
  }

  protected override show({ thresholds, alarms }: ThresholdList): unknown {
    const texts = this.#texts;
    const locale = { texts, language: this.language, currency: this.currency };
    const active = thresholds.filter(({ ended }) => !ended);
    const ended = thresholds.filter((each) => each.ended);
    const row = (each: Threshold) => this.#row(each, locale);
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.section('active', { title: texts.active }, [
        this.list({ items: active, acts: [this.#ending()], testId: 'thresholds', empty: texts.none, row }),
        ended.length > 0
          ? html`<details data-testid="thresholds-ended">
              <summary>${texts.ended(ended.length)}</summary>
              ${this.list({ items: ended, row })}
            </details>`
          : nothing,
      ]),
      this.section(
        'alarms',
        { title: texts.alarms, text: texts.alarmsText },
        this.list({
          ...{ items: alarms, testId: 'alarms', empty: texts.noAlarms },
          row: (alarm) => this.#alarm(alarm, { thresholds, locale }),
        }),
      ),
      this.section('set', { title: texts.set, text: texts.setText }, [
        html`<p><a href="/seat/vigilance">${texts.seeFigures}</a></p>`,
        this.#form(locale),
      ]),
    ];
  }

  #row(threshold: Threshold, locale: FigureLocale): Row {
    const texts = this.#texts;
    const { title, figure, comparison, limit, windowDays, setBy, setAt, tellsOperators, reason, ended } = threshold;
    const rule = texts.rule(
      figureText(figure, texts),
      texts.comparisons[comparison],
      formatFigure(figure, limit, locale),
      texts.window(windowDays),
    );
    const tells = texts.tells[tellsOperators ? 'operators' : 'members'];
    return {
      title: title[this.language],
      lines: [
        html`<span data-testid="threshold-rule">${rule}</span>`,
        `${texts.setBy(setBy, this.day(setAt))} · ${tells}`,
        html`<span class="words">${texts.reason(reason)}</span>`,
        ended && texts.endedBy(ended.by, this.day(ended.at)),
        ended && html`<span class="words">${texts.reason(ended.reason)}</span>`,
      ],
    };
  }

  #ending(): RowAct<Threshold> {
    const texts = this.#texts;
    const titleOf = ({ title }: Threshold) => title[this.language];
    return {
      label: texts.end,
      name: (threshold) => texts.endOf(titleOf(threshold)),
      testId: () => 'threshold-end',
      question: (threshold) => ({
        ...{ title: texts.endTitle(titleOf(threshold)), text: texts.endText },
        ...{ confirm: texts.end, cancel: texts.keep, testId: 'confirm-threshold-end' },
        field: {
          ...{ label: texts.endReason, hint: texts.endHint, missing: texts.endMissing },
          ...{ maxChars: LIMITS.committeeTextChars, testId: 'threshold-end-reason' },
        },
      }),
      run: ({ id: threshold }, reason) => call('POST /v1/committee/thresholds/:threshold/end', { threshold, reason }),
      done: () => texts.endDone,
    };
  }

  #alarm(
    { threshold: of, at, value, case: opened }: Alarm,
    { thresholds, locale }: { thresholds: readonly Threshold[]; locale: FigureLocale },
  ): Row {
    const texts = this.#texts;
    const threshold = thresholds.find(({ id }) => id === of);
    const href = `/seat/cases/${opened}`;
    if (!threshold) return { title: texts.unknown, href, lines: [this.moment(at)] };
    const { title, figure, comparison, limit, windowDays } = threshold;
    const number = formatFigure(figure, value, locale);
    return {
      ...{ title: title[this.language], href },
      lines: [
        html`${figureText(figure, texts)} · <strong>${texts.alarmAt(number, texts.window(windowDays), this.moment(at))}</strong>`,
        texts.beyond(texts.comparisons[comparison], formatFigure(figure, limit, locale)),
      ],
    };
  }

  #form(locale: FigureLocale): unknown {
    const texts = this.#texts;
    const { currency } = locale;
    const maxDays = LIMITS.thresholdWindowDays;
    return this.form({
      fields: this.#fields(locale),
      submit: { label: texts.act, testId: 'threshold-set' },
      faults: (values) => {
        const [name, limit] = limitIn(values, currency);
        const days = Number(values('days'));
        const isInRange = Number.isInteger(days) && days >= 1 && days <= maxDays;
        return { [name]: limit === undefined && texts.limitFault, days: !isInRange && texts.daysFault(maxDays) };
      },
      send: (values) => call('POST /v1/committee/thresholds', inputOf(values, currency)),
      done: () => texts.done,
      isCleared: true,
    });
  }

  #fields(locale: FigureLocale): Field[] {
    const texts = this.#texts;
    const { above, below } = texts.comparisons;
    const options = figureOptions(texts);
    return [
      {
        ...{ name: 'figure', label: texts.figure, testId: 'threshold-figure', kind: 'select' },
        ...{ options, value: options[0]?.value ?? '' },
      },
      {
        ...{ name: 'comparison', label: texts.comparison, testId: 'threshold-comparison', kind: 'select' },
        value: 'above',
        options: [
          { value: 'above', label: above },
          { value: 'below', label: below },
        ],
      },
      // One for each unit, of which the chosen figure has one.
      ...FIGURE_UNITS.map(
        (unit): Field => ({
          ...{
            name: `limit-${unit}`,
            label: limitLabel(unit, locale),
            testId: 'threshold-limit',
            inputMode: 'decimal',
          },
          isFor: (values) => FIGURE_NAMES[values('figure') as FigureName] === unit,
        }),
      ),
      {
        ...{ name: 'days', label: texts.days, hint: texts.daysHint(LIMITS.thresholdWindowDays), value: '7' },
        ...{ testId: 'threshold-days', inputMode: 'numeric' },
      },
      ...publicTextFields(this.language, {
        ...{ name: 'title', label: texts.title, hint: texts.titleHint },
        ...{ maxChars: LIMITS.titleChars, isRequired: true },
      }),
      {
        ...{ name: 'reason', label: texts.setReason, hint: texts.setReasonHint, testId: 'threshold-reason' },
        ...{ kind: 'area', rows: 3, maxChars: LIMITS.committeeTextChars, isRequired: true },
      },
      {
        ...{ name: 'tells', label: texts.tellsOperators, hint: texts.tellsHint, testId: 'threshold-tells' },
        kind: 'check',
      },
    ];
  }
}

/** The name of the field, and what stands in it. */
function limitIn(values: Values, currency: string): [name: string, limit: number | undefined] {
  const unit = FIGURE_NAMES[values('figure') as FigureName];
  const name = `limit-${unit}`;
  return [name, parseLimit(unit, values(name), currency)];
}

function inputOf(values: Values, currency: string): ThresholdInput {
  const [, limit = 0] = limitIn(values, currency);
  return {
    ...{ title: publicTextOf(values, 'title'), figure: values('figure') as FigureName, limit },
    ...{ comparison: values('comparison') as ThresholdInput['comparison'], windowDays: Number(values('days')) },
    ...{ tellsOperators: values('tells') !== '', reason: values('reason') },
  };
}

defineElement('seat-thresholds', SeatThresholds);
