import { personSessions } from '../../accounts/people/people.schema.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gt, inArray, isNull, lte, sql } from '../../platform/db/sql.ts';
import type { Lane } from '../../platform/jobs/due-rows.ts';
import { pushDevices, pushKeys, pushMessages } from './push.schema.ts';

export type PushDeviceRow = typeof pushDevices.$inferSelect;
export type PushMessageRow = typeof pushMessages.$inferSelect;
export type PushKeysRow = typeof pushKeys.$inferSelect;

/**
 * Who answers for an endpoint: the last two labels of its name, or its address, without the port. One owner can make
 * any number of names below, and of ports. Names without a dot exist in development only.
 */
const owner = sql<string>`regexp_replace(
  regexp_replace(split_part(${pushDevices.endpoint}, '/', 3), '^(?:.*\\.)?([^.:]+\\.[^.:0-9][^.:]*)\\.?(:[0-9]+)?$', '\\1'),
  '^(?!127\\.)([0-9.]+|\\[.*\\]):[0-9]+$', '\\1')`;

export class PushStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async findKeys(): Promise<PushKeysRow | undefined> {
    const [row] = await this.#db.orm.select().from(pushKeys);
    return row;
  }

  /** The keys that another process has stored meanwhile are kept. */
  async insertKeys(row: PushKeysRow): Promise<void> {
    await this.#db.orm.insert(pushKeys).values(row).onConflictDoNothing();
  }

  /** Devices are subscribed under these keys, so they go with them. */
  async deleteKeys(publicKey: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const gone = await tx.delete(pushKeys).where(eq(pushKeys.publicKey, publicKey)).returning();
      if (gone.length === 0) return;
      await tx.delete(pushMessages);
      await tx.delete(pushDevices);
    });
  }

  /**
   * A browser has one endpoint. If another person subscribes there, the device gets a new id, so that waiting messages
   * of the previous person are not sent to it.
   */
  async upsertDevice(row: PushDeviceRow): Promise<void> {
    const { id: _id, endpoint: _endpoint, ...rest } = row;
    const isSame = eq(pushDevices.person, row.person);
    const moved = { ...rest, id: sql`case when ${isSame} then ${pushDevices.id} else ${row.id} end` };
    await this.#db.orm.insert(pushDevices).values(row).onConflictDoUpdate({ target: pushDevices.endpoint, set: moved });
  }

  /** Those of a person beyond the newest so many. */
  async deleteOldest(person: string, kept: number): Promise<void> {
    await this.#db.orm.delete(pushDevices).where(
      sql`${pushDevices.id} in (select id from ${pushDevices} where person = ${person}
        order by created_at desc, id offset ${kept})`,
    );
  }

  /** Of sessions that are still valid, newest first. */
  async listDevices(person: string, nowIso: string): Promise<PushDeviceRow[]> {
    const rows = await this.#db.orm
      .select({ device: pushDevices })
      .from(pushDevices)
      .innerJoin(personSessions, isValid(nowIso))
      .where(eq(pushDevices.person, person))
      .orderBy(sql`${pushDevices.createdAt} desc`);
    return rows.map(({ device }) => device);
  }

  async deleteDevice(id: string, person?: string): Promise<void> {
    const isOwn = person === undefined ? undefined : eq(pushDevices.person, person);
    const gone = await this.#db.orm
      .delete(pushDevices)
      .where(and(eq(pushDevices.id, id), isOwn))
      .returning({ id: pushDevices.id });
    if (gone.length > 0) await this.#db.orm.delete(pushMessages).where(eq(pushMessages.device, id));
  }

  /** Queues messages for each device of their people that is still signed in. Idempotent by key. */
  async enqueue(
    tx: Orm,
    messages: (Pick<PushMessageRow, 'key' | 'text' | 'expiresAt'> & { person: string })[],
    nowIso: string,
  ): Promise<void> {
    if (messages.length === 0) return;
    const people = [...new Set(messages.map(({ person }) => person))];
    const devices = await tx
      .select({ id: pushDevices.id, person: pushDevices.person, owner })
      .from(pushDevices)
      .innerJoin(personSessions, isValid(nowIso))
      .where(inArray(pushDevices.person, people));
    const devicesOf = Map.groupBy(devices, ({ person }) => person);
    const rows = messages.flatMap(({ person, key, text, expiresAt }) =>
      (devicesOf.get(person) ?? []).map(({ id, owner }) => ({
        ...{ text, expiresAt, device: id, owner },
        key: `${key}:${id}`,
        dueAt: nowIso,
      })),
    );
    if (rows.length > 0) await tx.insert(pushMessages).values(rows).onConflictDoNothing();
  }

  /** Owners with due messages, as lanes. */
  async listDueOwners(nowIso: string): Promise<Lane[]> {
    const isDue = lte(pushMessages.dueAt, nowIso);
    const rows = await this.#db.orm.selectDistinct({ owner: pushMessages.owner }).from(pushMessages).where(isDue);
    return rows.map((row) => ({ name: row.owner, where: eq(pushMessages.owner, row.owner) }));
  }

  /** Where to send a message; undefined once its browser is signed out. */
  async findDevice(id: string, nowIso: string): Promise<PushDeviceRow | undefined> {
    const [row] = await this.#db.orm
      .select({ device: pushDevices })
      .from(pushDevices)
      .innerJoin(personSessions, isValid(nowIso))
      .where(eq(pushDevices.id, id));
    return row?.device;
  }

  async delete(key: string): Promise<void> {
    await this.#db.orm.delete(pushMessages).where(eq(pushMessages.key, key));
  }
}

function isValid(nowIso: string) {
  return and(
    eq(personSessions.id, pushDevices.session),
    isNull(personSessions.revokedAt),
    gt(personSessions.expiresAt, nowIso),
  );
}
