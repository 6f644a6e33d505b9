import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, gte, inArray, lt, type SQL, sql } from '../../platform/db/sql.ts';
import { alias } from '../../platform/db/tables.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { walletEntry } from '../../protocol/money/pricing.ts';
import { rooms } from '../../rooms/rooms.schema.ts';
import { ledgerEntries, ledgerTransactions } from '../ledger/ledger.schema.ts';
import { type Account, accountId, fanPromo } from '../ledger/ledger.ts';
import { payments } from '../payments/payments.schema.ts';
import { refunds } from '../refunds/refunds.schema.ts';
import { promotions } from './wallet.schema.ts';

/** A page of the history, newest first, after a given transaction. */
export interface HistoryPage {
  after?: string | undefined;
  limit: number;
}

/** An item of a wallet's history, from its ledger entries. All amounts sum to the balance. */
export interface WalletEntry {
  /** The top-up, ticket, tip or refund. */
  id: string;
  kind: (typeof KINDS)[number];
  /** Signed: positive for credits, negative for debits. */
  amountMinor: number;
  /** The promotional part of the amount. */
  promoMinor: number;
  currency: string;
  at: string;
  /** Title of the room, or reason of a refund; a top-up has none. */
  label: string | null;
  room?: RoomId;
  /** Where the label is a reason. */
  roomTitle?: string;
  /** Of a refund. */
  status?: (typeof refunds.$inferSelect)['status'];
}

/** Every kind of transaction that moves a fan's credit. */
const KINDS = walletEntry.shape.kind.options;

export class WalletsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /**
   * Newest first. A payment from both accounts of a fan is one item. The cursor is a transaction's id: a sequence
   * number of the ledger would reveal how much the house books.
   */
  async listEntries(
    wallet: Account,
    { after, limit }: HistoryPage,
  ): Promise<{ entries: WalletEntry[]; next: string | null }> {
    const promo = accountId(fanPromo(wallet.owner, wallet.currency));
    const accounts = [accountId(wallet), promo];
    const place = after === undefined ? undefined : await this.#findPlace(accounts, after);
    const rows = await this.#orm
      .select({
        id: ledgerTransactions.sourceId,
        transaction: ledgerTransactions.id,
        sourceType: ledgerTransactions.sourceType,
        kind: ledgerTransactions.kind,
        amountMinor: sql<string>`sum(${ledgerEntries.amountMinor})`,
        promoMinor: sql<string>`coalesce(sum(${ledgerEntries.amountMinor}) filter (where ${ledgerEntries.account} = ${promo}), 0)`,
        currency: ledgerTransactions.currency,
        at: ledgerTransactions.createdAt,
        room: payments.room,
        title: rooms.title,
        status: refunds.status,
        reason: sql<string | null>`coalesce(${refunds.reason}, ${promotions.reason})`,
      })
      .from(ledgerEntries)
      .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transaction))
      .leftJoin(refunds, and(eq(ledgerTransactions.kind, 'refund'), eq(refunds.id, ledgerTransactions.sourceId)))
      .leftJoin(promotions, sql`${promotions.id} = split_part(${ledgerTransactions.sourceId}, ':', 1)`)
      .leftJoin(payments, sql`${payments.id} = coalesce(${refunds.payment}, ${ledgerTransactions.sourceId})`)
      .leftJoin(rooms, eq(rooms.id, payments.room))
      .where(
        and(
          inArray(ledgerEntries.account, accounts),
          inArray(ledgerTransactions.kind, KINDS),
          place === undefined ? undefined : isOlder(accounts, place),
        ),
      )
      .groupBy(ledgerTransactions.id, refunds.id, promotions.id, payments.id, rooms.id)
      .orderBy(desc(sql`max(${ledgerEntries.seq})`))
      .limit(limit + 1);
    const page = rows.slice(0, limit);
    const entries = page.map((row) => ({
      // A dispute books its parts under ids with a suffix; a refund by hand has no record of the house.
      id: row.sourceType === 'provider_refund' ? row.transaction : (row.id.split(':', 1)[0] ?? row.id),
      kind: row.kind as WalletEntry['kind'],
      amountMinor: Number(row.amountMinor),
      promoMinor: Number(row.promoMinor),
      currency: row.currency,
      at: iso(row.at),
      label: row.reason ?? row.title,
      ...(row.room ? { room: row.room as RoomId } : {}),
      ...(row.reason && row.title ? { roomTitle: row.title } : {}),
      ...(row.status ? { status: row.status } : {}),
    }));
    return { entries, next: rows.length > limit ? (page.at(-1)?.transaction ?? null) : null };
  }

  /** Position of a transaction among the entries of these accounts. */
  async #findPlace(accounts: string[], transaction: string): Promise<number> {
    const [found] = await this.#orm
      .select({ seq: sql<string | null>`max(${ledgerEntries.seq})` })
      .from(ledgerEntries)
      .where(and(eq(ledgerEntries.transaction, transaction), inArray(ledgerEntries.account, accounts)));
    if (!found?.seq) throw new AppError('cursor_invalid');
    return Number(found.seq);
  }
}

/**
 * Entries of older transactions only. A transaction with entries on both sides of the position has been shown already.
 */
function isOlder(accounts: string[], place: number): SQL | undefined {
  const other = alias(ledgerEntries, 'other');
  const newer = and(
    eq(other.transaction, ledgerEntries.transaction),
    inArray(other.account, accounts),
    gte(other.seq, place),
  );
  return and(lt(ledgerEntries.seq, place), sql`not exists (select 1 from ${ledgerEntries} as other where ${newer})`);
}
