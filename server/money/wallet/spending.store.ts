/**
 * Debits a fan: promotional credit first, then paid credit. Both accounts are always locked in the order of their ids,
 * the promotional one first, which prevents deadlocks.
 */

import type { Orm } from '../../platform/db/db.ts';
import { inArray, sql } from '../../platform/db/sql.ts';
import { ledgerAccounts } from '../ledger/ledger.schema.ts';
import type { LedgerStore, Posting } from '../ledger/ledger.store.ts';
import { accountId, fanPromo, fanWallet, type Leg, sumOf } from '../ledger/ledger.ts';
import { payWithPromo } from './promo-legs.ts';

export interface Spending extends Pick<Posting, 'kind' | 'source' | 'at'> {
  identity: string;
  currency: string;
  /** Legs as if the wallet paid everything. */
  legs: Leg[];
}

export interface Credit {
  paidMinor: number;
  promoMinor: number;
}

export class SpendingStore {
  readonly #orm: Orm;
  readonly #ledger: LedgerStore;

  constructor(orm: Orm, ledger: LedgerStore) {
    this.#orm = orm;
    this.#ledger = ledger;
  }

  /** Books a sale and returns the remaining credit. Undefined: there was too little credit, and nothing is booked. */
  async spend(tx: Orm, { identity, currency, legs, ...posting }: Spending): Promise<Credit | undefined> {
    const payer = fanWallet(identity, currency);
    const credit = await this.lockCredit(tx, identity, currency);
    const grossMinor = -sumOf(legs.filter((leg) => accountId(leg.account) === accountId(payer)));
    if (credit.paidMinor + credit.promoMinor < grossMinor) return undefined;
    await this.#ledger.post(tx, { ...posting, legs: payWithPromo(legs, { payer, promoMinor: credit.promoMinor }) });
    const promoPart = Math.min(credit.promoMinor, grossMinor);
    return { promoMinor: credit.promoMinor - promoPart, paidMinor: credit.paidMinor - (grossMinor - promoPart) };
  }

  /** What a fan can spend; zero without accounts. */
  async findCredit(identity: string, currency: string, tx: Orm): Promise<Credit> {
    const [credit] = await this.findCredits([identity], currency, tx);
    return credit ?? toCredit([]);
  }

  /** Like `findCredit` for several fans, in the given order. */
  async findCredits(identities: string[], currency: string, tx: Orm = this.#orm): Promise<Credit[]> {
    const idsOf = new Map(identities.map((identity) => [identity, creditIds(identity, currency)]));
    const rows = new Map((await this.#select(tx, [...idsOf.values()].flat())).map((row) => [row.id, row]));
    return identities.map((identity) => toCredit((idsOf.get(identity) ?? []).flatMap((id) => rows.get(id) ?? [])));
  }

  /** Locks both accounts until the transaction ends. */
  async lockCredit(tx: Orm, identity: string, currency: string): Promise<Credit> {
    const rows = await this.#select(tx, creditIds(identity, currency)).orderBy(ledgerAccounts.id).for('update');
    return toCredit(rows);
  }

  #select(tx: Orm, ids: string[]) {
    const { id, kind } = ledgerAccounts;
    return tx
      .select({ id, kind, has: sql<string>`${ledgerAccounts.balance} - ${ledgerAccounts.held}` })
      .from(ledgerAccounts)
      .where(inArray(ledgerAccounts.id, ids))
      .$dynamic();
  }
}

function creditIds(identity: string, currency: string): string[] {
  return [accountId(fanPromo(identity, currency)), accountId(fanWallet(identity, currency))];
}

function toCredit(rows: { kind: string; has: string }[]): Credit {
  const of = (kind: string) => Number(rows.find((row) => row.kind === kind)?.has ?? 0);
  return { paidMinor: of('fan_wallet'), promoMinor: of('fan_promo') };
}
