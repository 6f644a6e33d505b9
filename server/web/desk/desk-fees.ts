/** `<desk-fees>`: the versions of the house's commission, and a form for a new one with its start date. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { FeePolicyView } from '../../protocol/money/pricing.ts';
import type { Row } from '../site/page-part.ts';
import { parsePercent } from '../site/percent.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const BPS = 10_000;

export class DeskFees extends DeskPart<FeePolicyView[]> {
  protected override height = '10rem';
  #version = 0;

  /** Newest first. */
  protected override read = async () => {
    const { feePolicies } = await call('GET /v1/fee-policies');
    return feePolicies.toSorted((one, other) => other.version - one.version);
  };

  protected override show(items: FeePolicyView[]): unknown {
    const texts = this.desk.fees;
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.list({ items, testId: 'fee-policies', row: (policy) => this.#row(policy) }),
      this.section('create', { title: texts.create }, this.#form()),
    ];
  }

  #percentOf(bps: number): string {
    return new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 }).format(bps / BPS);
  }

  #row({ version, inForce, effectiveAt, vatBps, commissionBps }: FeePolicyView): Row {
    const texts = this.desk.fees;
    const isComing = Date.parse(effectiveAt) > Date.now();
    return {
      title: texts.version(version),
      state: inForce
        ? { look: 'good', text: texts.inForce }
        : isComing
          ? { look: 'open', text: texts.coming }
          : undefined,
      lines: [
        !inForce && !isComing && texts.past,
        `${texts.from(this.moment(effectiveAt))} · ${texts.vat(this.#percentOf(vatBps))}`,
      ],
      amount: texts.commission(this.#percentOf(commissionBps)),
      testId: `fee-version-${version}`,
    };
  }

  #form(): unknown {
    const texts = this.desk.fees;
    return this.form({
      fields: [
        {
          ...{ name: 'percent', label: texts.percent, hint: texts.percentHint, testId: 'fee-percent' },
          inputMode: 'decimal',
        },
        {
          ...{ name: 'start', label: texts.effectiveAt, hint: texts.effectiveAtHint, testId: 'fee-effective-at' },
          kind: 'moment',
        },
      ],
      submit: { label: texts.act, testId: 'fee-create' },
      faults: (values) => ({
        percent: parsePercent(values('percent')) === undefined && texts.percentInvalid,
        start: Date.parse(values('start')) < Date.now() && texts.effectiveAtPast,
      }),
      question: (values) => {
        const start = startOf(values('start'));
        return {
          title: texts.askTitle(this.#percentOf(parsePercent(values('percent')) ?? 0)),
          text: start ? texts.askLater(this.moment(start)) : texts.askNow,
          confirm: texts.act,
          cancel: texts.keep,
          testId: 'confirm-fee',
        };
      },
      send: async (values) => {
        const start = startOf(values('start'));
        const commissionBps = parsePercent(values('percent')) ?? 0;
        const created = await call('POST /v1/fee-policies', { commissionBps, ...(start && { effectiveAt: start }) });
        this.#version = created.version;
      },
      done: () => texts.done(this.#version),
      isCleared: true,
    });
  }
}

function startOf(given: string): string | undefined {
  return given ? new Date(given).toISOString() : undefined;
}

defineElement('desk-fees', DeskFees);
