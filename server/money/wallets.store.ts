import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { RoomId } from '../protocol/ids.ts';
import { rooms } from '../rooms/rooms.schema.ts';
import { type Account, accountId, fanPromo } from './ledger.ts';
import { ledgerEntries, ledgerTransactions, refunds, tickets, tips } from './money.schema.ts';
import { privateSessions } from './private-sessions.schema.ts';
import { promotions } from './promotions.schema.ts';

/** A line of a wallet's history, from its entries in the ledger: the amounts sum to the balance. */
export interface WalletEntry {
  /** The top-up, ticket, tip or refund. */
  id: string;
  kind: 'topup' | 'ticket' | 'tip' | 'private_session' | 'refund' | 'promotion' | 'promotion_expired';
  /** Signed: what came in, or went out. */
  amountMinor: number;
  /** How much of it is promotional credit. */
  promoMinor: number;
  currency: string;
  at: string;
  /** Title of the room, reason of a refund; a top-up has none. */
  label: string | null;
  room?: RoomId;
}

const KINDS = ['topup', 'ticket', 'tip', 'private_session', 'refund', 'promotion', 'promotion_expired'] as const;

export class WalletsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** The newest first; a payment from both of a fan's accounts is one entry. */
  async listEntries(wallet: Account, limit: number): Promise<WalletEntry[]> {
    const promo = accountId(fanPromo(wallet.owner, wallet.currency));
    const rows = await this.#orm
      .select({
        id: ledgerTransactions.sourceId,
        kind: ledgerTransactions.kind,
        amountMinor: sql<string>`sum(${ledgerEntries.amountMinor})`,
        promoMinor: sql<string>`coalesce(sum(${ledgerEntries.amountMinor}) filter (where ${ledgerEntries.account} = ${promo}), 0)`,
        currency: ledgerTransactions.currency,
        at: ledgerTransactions.createdAt,
        room: sql<string | null>`coalesce(${tickets.room}, ${tips.room}, ${privateSessions.room})`,
        title: rooms.title,
        reason: sql<string | null>`coalesce(${refunds.reason}, ${promotions.reason})`,
      })
      .from(ledgerEntries)
      .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transaction))
      .leftJoin(refunds, and(eq(ledgerTransactions.kind, 'refund'), eq(refunds.id, ledgerTransactions.sourceId)))
      .leftJoin(promotions, eq(promotions.id, ledgerTransactions.sourceId))
      .leftJoin(tickets, sql`${tickets.id} = coalesce(${refunds.ticket}, ${ledgerTransactions.sourceId})`)
      .leftJoin(tips, sql`${tips.id} = coalesce(${refunds.tip}, ${ledgerTransactions.sourceId})`)
      .leftJoin(privateSessions, eq(privateSessions.id, ledgerTransactions.sourceId))
      .leftJoin(rooms, sql`${rooms.id} = coalesce(${tickets.room}, ${tips.room}, ${privateSessions.room})`)
      .where(
        and(inArray(ledgerEntries.account, [accountId(wallet), promo]), inArray(ledgerTransactions.kind, [...KINDS])),
      )
      .groupBy(ledgerTransactions.id, refunds.id, promotions.id, tickets.id, tips.id, privateSessions.id, rooms.id)
      .orderBy(desc(sql`max(${ledgerEntries.seq})`))
      .limit(limit);
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind as WalletEntry['kind'],
      amountMinor: Number(row.amountMinor),
      promoMinor: Number(row.promoMinor),
      currency: row.currency,
      at: new Date(row.at).toISOString(),
      label: row.reason ?? row.title,
      ...(row.room ? { room: row.room as RoomId } : {}),
    }));
  }
}
