/** `<desk-payouts>`: due payouts, a batch that pays them after confirmation, and earlier payouts. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { DeskPayouts as Listed } from '../../protocol/money/desk.ts';
import type { PayoutBatch } from '../../protocol/money/payouts.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const LOOK = { pending: 'open', paid: 'good', failed: 'bad' } as const;

export class DeskPayouts extends DeskPart<Listed> {
  static override properties = { ...DeskPart.properties, currency: {} };
  /** The house's currency. */
  declare currency: string;
  #batch: PayoutBatch | undefined;
  protected override height = '16rem';

  protected override read = async () => this.know(await call('GET /v1/payouts'));

  protected override show({ due, payouts }: Listed): unknown {
    const texts = this.desk.payouts;
    const paid = this.list({
      items: payouts,
      testId: 'payouts',
      empty: texts.allNone,
      row: ({ id, creator, batch, status, failure, reversedMinor, amountMinor, currency, ...payout }) => ({
        title: this.person(creator),
        state: { look: LOOK[status], text: texts.states[status] },
        lines: [
          this.moment(payout.settledAt ?? payout.createdAt),
          html`<code>${batch}</code>`,
          failure && texts.failure(failure),
          reversedMinor > 0 && texts.reversed(this.money(reversedMinor, currency)),
        ],
        amount: this.money(amountMinor, currency),
        testId: `payout-${id}`,
      }),
    });
    return [
      this.section('due', { title: texts.due }, this.#due(due)),
      this.section('payouts', { title: texts.all }, paid),
      this.section('one', { title: texts.one, text: texts.oneText }, this.#one()),
    ];
  }

  #due(due: Listed['due']): unknown {
    const texts = this.desk.payouts;
    const total = this.money(
      due.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      this.currency,
    );
    const list = this.list({
      items: due,
      testId: 'due',
      empty: texts.dueNone,
      row: ({ creator, amountMinor }) => ({
        title: this.person(creator),
        amount: this.money(amountMinor, this.currency),
        testId: `due-${creator}`,
      }),
    });
    const run = this.acts(due, [
      {
        label: texts.run(total),
        look: 'filled',
        testId: () => 'run-payouts',
        isFor: ({ length }) => length > 0,
        question: () => ({
          title: texts.runTitle(total),
          text: texts.runText(due.length),
          confirm: texts.runConfirm,
          cancel: texts.notNow,
          testId: 'confirm-payouts',
        }),
        run: async () => {
          this.#batch = await call('POST /v1/payout-batches');
        },
        done: () => this.#outcome(),
      },
    ]);
    return [list, run];
  }

  #one(): unknown {
    const { holds, payouts } = this.desk;
    const reason = { label: holds.reason, hint: this.desk.people.reasonHint, maxChars: LIMITS.reasonChars };
    return this.form({
      fields: [
        {
          ...{ name: 'creator', label: holds.creator, hint: holds.creatorHint, testId: 'payout-creator' },
          ...{ maxChars: LIMITS.identityChars, isVerbatim: true },
        },
        { name: 'reason', testId: 'payout-reason', ...reason },
      ],
      submit: { label: payouts.oneAct, testId: 'payout-one' },
      faults: (values) => ({
        creator: values('creator') === '' && holds.creatorMissing,
        reason: values('reason') === '' && holds.reasonMissing,
      }),
      send: async (values) => {
        const creators = [values('creator')];
        const asked = { creators, withoutMinimum: true, reason: values('reason') };
        this.#batch = await call('POST /v1/payout-batches', asked);
        await this.reload();
      },
      done: () => this.#outcome(),
      isCleared: true,
    });
  }

  #outcome(): string {
    const texts = this.desk.payouts;
    const { payouts = [], totalMinor = 0 } = this.#batch ?? {};
    return payouts.length === 0 ? texts.nothing : texts.done(payouts.length, this.money(totalMinor, this.currency));
  }
}

defineElement('desk-payouts', DeskPayouts);
