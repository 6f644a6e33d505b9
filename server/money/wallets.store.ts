import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { RoomId } from '../protocol/ids.ts';
import { rooms } from '../rooms/rooms.schema.ts';
import { type Account, accountId } from './ledger.ts';
import { ledgerEntries, ledgerTransactions, refunds, tickets, tips } from './money.schema.ts';

/** A line of a wallet's history, from its entries in the ledger: the amounts sum to the balance. */
export interface WalletEntry {
  /** The top-up, ticket, tip or refund. */
  id: string;
  kind: 'topup' | 'ticket' | 'tip' | 'refund';
  /** Signed: what came in, or went out. */
  amountMinor: number;
  currency: string;
  at: string;
  /** Title of the room, reason of a refund; a top-up has none. */
  label: string | null;
  room?: RoomId;
}

const KINDS = ['topup', 'ticket', 'tip', 'refund'] as const;

export class WalletsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** The newest entries first. */
  async listEntries(wallet: Account, limit: number): Promise<WalletEntry[]> {
    const rows = await this.#orm
      .select({
        id: ledgerTransactions.sourceId,
        kind: ledgerTransactions.kind,
        amountMinor: ledgerEntries.amountMinor,
        currency: ledgerTransactions.currency,
        at: ledgerTransactions.createdAt,
        room: sql<string | null>`coalesce(${tickets.room}, ${tips.room})`,
        title: rooms.title,
        reason: refunds.reason,
      })
      .from(ledgerEntries)
      .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transaction))
      .leftJoin(refunds, and(eq(ledgerTransactions.kind, 'refund'), eq(refunds.id, ledgerTransactions.sourceId)))
      .leftJoin(tickets, sql`${tickets.id} = coalesce(${refunds.ticket}, ${ledgerTransactions.sourceId})`)
      .leftJoin(tips, sql`${tips.id} = coalesce(${refunds.tip}, ${ledgerTransactions.sourceId})`)
      .leftJoin(rooms, sql`${rooms.id} = coalesce(${tickets.room}, ${tips.room})`)
      .where(and(eq(ledgerEntries.account, accountId(wallet)), inArray(ledgerTransactions.kind, [...KINDS])))
      .orderBy(desc(ledgerEntries.seq))
      .limit(limit);
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind as WalletEntry['kind'],
      amountMinor: row.amountMinor,
      currency: row.currency,
      at: new Date(row.at).toISOString(),
      label: row.reason ?? row.title,
      ...(row.room ? { room: row.room as RoomId } : {}),
    }));
  }
}
