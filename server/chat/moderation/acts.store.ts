/** The audit log's rows: inserted in the transaction of the act, read by moderators, never changed. */

import { iso } from '../../platform/clock.ts';
import type { Database, Run } from '../../platform/db/db.ts';
import { and, desc, eq, isNull, lt, or } from '../../platform/db/sql.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type { ActKind, ActorRole, ChatAct } from '../../protocol/chat/chat-moderation.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { chatActs } from './moderation.schema.ts';

/** The person or system that acts. */
export interface Actor {
  identity: string;
  name: string;
  role: ActorRole;
}

export interface NewAct {
  at: string;
  kind: ActKind;
  actor: Pick<Actor, 'identity' | 'role'>;
  room?: RoomId | null;
  creator?: string | null;
  target?: string | null;
  messageId?: string | null;
  reason?: string | null | undefined;
  details?: Record<string, unknown>;
}

const INSERT = `insert into chat_acts (id, at, kind, actor, actor_role, room, creator, target, message_id, reason, details)
  select id, at::timestamptz, kind, actor, actor_role, room, creator, target, message_id, reason, details::jsonb
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[]) as act (id, at, kind, actor, actor_role, room, creator, target, message_id, reason, details)`;

export async function insertActs(run: Run, acts: NewAct[]): Promise<void> {
  await run(INSERT, [
    acts.map(() => createId('chatAct')),
    acts.map((act) => act.at),
    acts.map((act) => act.kind),
    acts.map((act) => act.actor.identity),
    acts.map((act) => act.actor.role),
    acts.map((act) => act.room ?? null),
    acts.map((act) => act.creator ?? null),
    acts.map((act) => act.target ?? null),
    acts.map((act) => act.messageId ?? null),
    acts.map((act) => act.reason ?? null),
    acts.map((act) => JSON.stringify(act.details ?? {})),
  ]);
}

export class ActsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Acts in a room and in all rooms of its creator; newest first. */
  async list(of: { room: RoomId; creator: string }, page: { before?: string | undefined; limit: number }) {
    const ofCreator = and(eq(chatActs.creator, of.creator), isNull(chatActs.room));
    const conditions = [or(eq(chatActs.room, of.room), ofCreator)];
    if (page.before) conditions.push(lt(chatActs.id, page.before));
    return this.#read(and(...conditions), page.limit);
  }

  /** Acts on one person in rooms of one creator. */
  listAbout(creator: string, target: string, limit: number): Promise<ChatAct[]> {
    return this.#read(and(eq(chatActs.creator, creator), eq(chatActs.target, target)), limit);
  }

  listAllAbout(target: string, limit: number): Promise<ChatAct[]> {
    return this.#read(eq(chatActs.target, target), limit);
  }

  async #read(where: ReturnType<typeof and>, limit: number): Promise<ChatAct[]> {
    const rows = await this.#db.orm.select().from(chatActs).where(where).orderBy(desc(chatActs.id)).limit(limit);
    return rows.map((row) => ({
      id: row.id as ChatAct['id'],
      at: iso(row.at),
      kind: row.kind,
      actor: { identity: row.actor, role: row.actorRole },
      room: row.room as RoomId | null,
      creator: row.creator,
      target: row.target,
      messageId: row.messageId as RemovableId | null,
      reason: row.reason,
      details: row.details,
    }));
  }
}
