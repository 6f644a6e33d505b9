import { iso } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { and, count, desc, eq, min, sql, sum } from '../../platform/db/sql.ts';
import type { ChatReport, ReportCategory } from '../../protocol/chat/chat-moderation.ts';
import type { ChatReportId, MessageId, RoomId } from '../../protocol/ids.ts';
import { chatEntries } from '../log/chat.schema.ts';
import { chatReports } from '../moderation/moderation.schema.ts';
import { chatRooms } from '../policy/chat-rooms.schema.ts';

/** A tip that was not paid back. */
const IS_KEPT_TIP = sql`(${chatEntries.kind} = 'tip' and not exists (select 1 from chat_entries refund
  where refund.kind = 'tip_refund' and refund.id = ${chatEntries.id}))`;

export interface AuthorFigures {
  since: string | null;
  messages: number;
  removed: number;
  tips: number;
  tippedMinor: number;
}

export class RecordsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What a person has written and tipped in rooms of one creator, without a trace of what they gave anonymously. */
  async figuresOf(creator: string, identity: string): Promise<AuthorFigures> {
    const [row] = await this.#db.orm
      .select({
        since: min(chatEntries.sentAt),
        messages: count(sql`case when ${chatEntries.kind} = 'message' then 1 end`),
        removed: count(chatEntries.removedAt),
        tips: count(sql`case when ${IS_KEPT_TIP} then 1 end`),
        tippedMinor: sum(sql`case when ${IS_KEPT_TIP} then ${chatEntries.amountMinor} end`),
      })
      .from(chatEntries)
      .innerJoin(chatRooms, eq(chatRooms.room, chatEntries.room))
      .where(
        and(
          eq(chatEntries.identity, identity),
          eq(chatRooms.creator, creator),
          sql`${chatEntries.details} -> 'anonymous' is null`,
        ),
      );
    return {
      since: row?.since ? iso(row.since) : null,
      messages: row?.messages ?? 0,
      removed: row?.removed ?? 0,
      tips: row?.tips ?? 0,
      tippedMinor: Number(row?.tippedMinor ?? 0),
    };
  }

  /** Stores a report; a second one of the same message by the same person returns the first. */
  async insertReport(report: {
    id: ChatReportId;
    room: RoomId;
    reporter: string;
    messageId: MessageId;
    category: ReportCategory;
    note: string | null;
    evidence: ChatReport['evidence'];
    at: string;
  }): Promise<ChatReportId> {
    await this.#db.orm.insert(chatReports).values(report).onConflictDoNothing();
    const [row] = await this.#db.orm
      .select({ id: chatReports.id })
      .from(chatReports)
      .where(and(eq(chatReports.messageId, report.messageId), eq(chatReports.reporter, report.reporter)));
    return (row?.id ?? report.id) as ChatReportId;
  }

  listReports(room: RoomId, limit: number): Promise<ChatReport[]> {
    return this.#list(eq(chatReports.room, room), limit);
  }

  listReportsBy(reporter: string, limit: number): Promise<ChatReport[]> {
    return this.#list(eq(chatReports.reporter, reporter), limit);
  }

  async #list(where: ReturnType<typeof eq>, limit: number): Promise<ChatReport[]> {
    const rows = await this.#db.orm.select().from(chatReports).where(where).orderBy(desc(chatReports.id)).limit(limit);
    return rows.map((row) => ({ ...row, at: iso(row.at) })) as ChatReport[];
  }
}
