/**
 * `<wallet-withdrawals>`: the function to withdraw from a contract (directive 2011/83/EU, article 11a), in the words of
 * the law: what one can withdraw from now, the declaration, and its confirmation.
 */
import type { PropertyValues } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { Wallet } from '../../protocol/money/money.ts';
import type { Withdrawable } from '../../protocol/money/pricing.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

export class WalletWithdrawals extends PagePart<Withdrawable[]> {
  static override properties = { ...PagePart.properties, of: {} };
  /** Read again when it changes. */
  declare of: Wallet | undefined;

  protected override read = async () => (await call('GET /v1/withdrawals')).contracts;

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.get('of') !== undefined) void this.reload();
  }

  protected override show(contracts: Withdrawable[]): unknown {
    const texts = this.words.wallet.withdrawals;
    const amountOf = ({ amountMinor, currency }: Withdrawable) => this.money(amountMinor, currency);
    const dayOf = (at: string) => formatLongDay(at, this.language);
    const nameOf = ({ kind, title, concludedAt }: Withdrawable) => texts.names[kind](title ?? '', dayOf(concludedAt));
    const list = this.list({
      items: contracts,
      testId: 'withdrawable',
      empty: texts.none,
      row: (contract) => ({
        title: nameOf(contract),
        lines: [texts.goesBack(amountOf(contract)), contract.until && texts.until(dayOf(contract.until))],
        testId: `withdrawable-${contract.item}`,
      }),
      acts: [
        {
          label: texts.act,
          testId: ({ item }) => `withdraw-${item}`,
          question: (contract) => ({
            title: texts.act,
            text: texts.statement(nameOf(contract), amountOf(contract), contract.kind === 'membership'),
            confirm: texts.confirm,
            cancel: texts.keep,
            testId: 'confirm-withdrawal',
          }),
          run: async ({ item }) => {
            await call('POST /v1/withdrawals', { item });
            this.emit('wallet-changed', {});
          },
          done: () => texts.done,
        },
      ],
    });
    return this.section('withdrawals', { title: texts.title, text: texts.text }, list);
  }
}

defineElement('wallet-withdrawals', WalletWithdrawals);
