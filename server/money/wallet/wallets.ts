/** What fans see of their prepaid credit: the balance and its history. */
import * as LIMITS from '../../protocol/limits.ts';
import type { Wallet } from '../../protocol/money/money.ts';
import { fanWallet } from '../ledger/ledger.ts';
import type { MoneyContext, WalletMode } from '../money-context.ts';
import { type HistoryPage, type WalletEntry, WalletsStore } from './wallets.store.ts';

export class Wallets {
  readonly #context: MoneyContext;
  readonly #store: WalletsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new WalletsStore(context.db);
  }

  /** `off`: fans have no credit and pay everything by card. */
  get mode(): WalletMode {
    return this.#context.walletMode;
  }

  get(identity: string): Promise<Wallet> {
    return this.#context.readWallet(identity);
  }

  /** Pages through the transactions of a wallet, newest first. */
  listEntries(
    identity: string,
    { after, limit = LIMITS.listPageItems }: Partial<HistoryPage> = {},
  ): Promise<{ entries: WalletEntry[]; next: string | null }> {
    const wallet = fanWallet(identity, this.#context.currency);
    return this.#store.listEntries(wallet, { after, limit: Math.min(limit, LIMITS.listPageItems) });
  }
}
