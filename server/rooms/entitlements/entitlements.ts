/**
 * Entitlements to single rooms, such as by a ticket, a private session or a token. Money and tokens write them here in
 * their own transactions and wake the outbox after the commit; a client never does. Access decisions read the same
 * table (`rooms.store.ts`).
 */
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { AccessReason } from '../../protocol/rooms.ts';
import { accessChanged } from '../room-facts.ts';
import { type EntitlementKey, EntitlementsStore, type NewEntitlement } from './entitlements.store.ts';

export class Entitlements {
  readonly #store = new EntitlementsStore();
  readonly #db: Database;
  readonly #outbox: Outbox;

  constructor({ db, outbox }: { db: Database; outbox: Outbox }) {
    this.#db = db;
    this.#outbox = outbox;
  }

  /** Idempotent; one that was revoked stays so. */
  async grant(tx: Orm, entry: NewEntitlement): Promise<void> {
    await this.#store.insert(tx, entry);
    await this.#addGranted(tx, entry);
  }

  /** Grants it also where it was revoked. Nothing happens if it is granted already. */
  async restore(tx: Orm, entry: Omit<NewEntitlement, 'validUntil'>): Promise<void> {
    if (await this.#store.restore(tx, entry)) await this.#addGranted(tx, entry);
  }

  /** Whether the holder of a ticket was inside while its room was live, counted once a minute. */
  isUsed(ticket: string): Promise<boolean> {
    return this.#store.isUsed(this.#db.orm, { source: 'ticket', sourceId: ticket });
  }

  /** Commits no fact, since people inside stay. Nothing happens if it was revoked. */
  extend(tx: Orm, key: EntitlementKey, validUntil: string): Promise<void> {
    return this.#store.extend(tx, key, validUntil);
  }

  /** Idempotent. */
  async revoke(tx: Orm, key: EntitlementKey, reason: AccessReason): Promise<void> {
    const holder = await this.#store.revoke(tx, key, reason);
    if (!holder) return;
    await this.#outbox.add(tx, accessChanged(holder.room as RoomId, holder.identity, { granted: false, reason }));
  }

  #addGranted(tx: Orm, { room, identity, source, validUntil }: NewEntitlement): Promise<void> {
    return this.#outbox.add(tx, accessChanged(room, identity, { granted: true, source, until: validUntil ?? null }));
  }
}
