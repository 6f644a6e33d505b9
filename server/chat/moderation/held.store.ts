import { iso } from '../../platform/clock.ts';
import type { Database, Run } from '../../platform/db/db.ts';
import { and, asc, count, eq, isNull } from '../../platform/db/sql.ts';
import type { Participant, Role } from '../../protocol/accounts/accounts.ts';
import type { HoldReason, OwnHeld } from '../../protocol/chat/chat.ts';
import type { HeldMessage } from '../../protocol/chat/chat-moderation.ts';
import type { HeldMessageId, MessageId, RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { chatHeld } from './moderation.schema.ts';

export interface NewHeld {
  id: HeldMessageId;
  room: RoomId;
  from: Participant;
  text: string;
  links: boolean;
  member?: number | undefined;
  clientId: string;
  replyTo?: string | undefined;
  mentions?: string[] | undefined;
  reason: HoldReason;
  detail: string | null;
  heldAt: string;
}

/** A held message, taken for review. */
export interface TakenHeld {
  id: string;
  identity: string;
  name: string;
  role: Role;
  text: string;
  client_id: string;
  reply_to: string | null;
  mentions: string[] | null;
  links: number;
  member: number | null;
  reason: HoldReason;
}

const TAKE = `update chat_held set decision = $3, decided_at = $4::timestamptz, decided_reason = $5
  where id = $1 and room = $2 and decision is null returning *`;

const REFUSE_ALL_OF = `update chat_held set decision = 'refuse', decided_at = $3::timestamptz, decided_reason = $4
  where room = $1 and identity = $2 and decision is null returning id`;

/** One's own message, and what became of it. */
export type OwnReview = Omit<OwnHeld, 'state'> & { state: OwnHeld['state'] | 'allowed' };

/**
 * For each person, the messages that wait and those decided recently. Where there are too many, those that wait come
 * first and the allowed ones last.
 */
const FIND_OWN = `select asked.n, held.id, held.client_id, held.text, held.reply_to, held.mentions, held.decision, held.decided_reason
  from unnest($1::text[], $2::text[]) with ordinality as asked (room, identity, n)
  cross join lateral (select * from chat_held where chat_held.room = asked.room and chat_held.identity = asked.identity
    and (decision is null or decided_at > $3::timestamptz)
    order by array_position(array['refuse', 'allow'], decision) nulls first, id desc limit ${LIMITS.chatOwnHeld}) held
  order by held.id`;

interface OwnRow {
  n: number | string;
  id: string;
  client_id: string;
  text: string;
  reply_to: string | null;
  mentions: string[] | null;
  decision: 'allow' | 'refuse' | null;
  decided_reason: string | null;
}

export class HeldStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Keeps a message for review; idempotent. */
  async insert(held: NewHeld): Promise<void> {
    await this.#db.orm
      .insert(chatHeld)
      .values({
        id: held.id,
        room: held.room,
        ...held.from,
        text: held.text,
        clientId: held.clientId,
        replyTo: held.replyTo ?? null,
        mentions: held.mentions ?? null,
        links: held.links ? 1 : 0,
        member: held.member ?? null,
        reason: held.reason,
        detail: held.detail,
        heldAt: held.heldAt,
      })
      .onConflictDoNothing();
  }

  async findSent(room: RoomId, identity: string, clientId: string) {
    const [row] = await this.#db.orm
      .select({ id: chatHeld.id, reason: chatHeld.reason })
      .from(chatHeld)
      .where(and(eq(chatHeld.room, room), eq(chatHeld.identity, identity), eq(chatHeld.clientId, clientId)));
    return row && { id: row.id as HeldMessageId, reason: row.reason };
  }

  /** Of everybody, or of one author. */
  async countWaiting(room: RoomId, identity?: string): Promise<number> {
    const ofAuthor = identity === undefined ? undefined : eq(chatHeld.identity, identity);
    const [row] = await this.#db.orm
      .select({ n: count() })
      .from(chatHeld)
      .where(and(waitingIn(room), ofAuthor));
    return row?.n ?? 0;
  }

  /** Oldest first. */
  async listWaiting(room: RoomId, limit: number): Promise<HeldMessage[]> {
    const rows = await this.#db.orm
      .select()
      .from(chatHeld)
      .where(waitingIn(room))
      .orderBy(asc(chatHeld.id))
      .limit(limit);
    return rows.map(toHeld);
  }

  /** In the order of the given people. */
  async findOwn(people: { room: RoomId; identity: string }[], decidedSince: string): Promise<OwnReview[][]> {
    const columns = [people.map(({ room }) => room), people.map(({ identity }) => identity), decidedSince];
    const rows = await this.#db.bulk<OwnRow>(FIND_OWN, columns);
    const byPerson = Map.groupBy(rows, ({ n }) => Number(n) - 1);
    return people.map((_person, index) => (byPerson.get(index) ?? []).map(toOwn));
  }

  async exists(room: RoomId, id: string): Promise<boolean> {
    const rows = await this.#db.orm
      .select({ id: chatHeld.id })
      .from(chatHeld)
      .where(and(eq(chatHeld.room, room), eq(chatHeld.id, id)));
    return rows.length > 0;
  }

  async listOf(identity: string, limit: number): Promise<HeldMessage[]> {
    const rows = await this.#db.orm.select().from(chatHeld).where(eq(chatHeld.identity, identity)).limit(limit);
    return rows.map(toHeld);
  }
}

/** Takes a message out of the queue in the reviewer's transaction; undefined if another reviewer was first. */
export async function takeHeld(
  run: Run,
  taken: { id: string; room: RoomId; decision: 'allow' | 'refuse'; at: string; reason: string | null },
): Promise<TakenHeld | undefined> {
  const [row] = await run<TakenHeld>(TAKE, [taken.id, taken.room, taken.decision, taken.at, taken.reason]);
  return row;
}

/** Refuses everything of one author that waits; returns the ids. */
export async function refuseHeldOf(
  run: Run,
  { room, identity, at, reason }: { room: RoomId; identity: string; at: string; reason: string },
): Promise<string[]> {
  return (await run<{ id: string }>(REFUSE_ALL_OF, [room, identity, at, reason])).map(({ id }) => id);
}

const STATES = { allow: 'allowed', refuse: 'refused' } as const;

const waitingIn = (room: RoomId) => and(eq(chatHeld.room, room), isNull(chatHeld.decision));

function toOwn(row: OwnRow): OwnReview {
  return {
    id: row.id as HeldMessageId,
    clientId: row.client_id,
    text: row.text,
    replyTo: row.reply_to as MessageId | null,
    mentions: row.mentions ?? [],
    state: row.decision === null ? 'held' : STATES[row.decision],
    reason: row.decided_reason,
  };
}

function toHeld(row: typeof chatHeld.$inferSelect): HeldMessage {
  return {
    id: row.id as HeldMessageId,
    room: row.room as RoomId,
    from: { identity: row.identity, name: row.name, role: row.role },
    text: row.text,
    reason: row.reason,
    detail: row.detail,
    heldAt: iso(row.heldAt),
  };
}
