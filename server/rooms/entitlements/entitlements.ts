/**
 * Entitlements to single rooms, such as by a ticket, a private session or a token. Money and tokens write them here in
 * their own transactions and wake the outbox after the commit; a client never does. Access decisions read the same
 * table (`rooms.store.ts`).
 */
import type { Orm } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { AccessReason } from '../../protocol/rooms.ts';
import { accessChanged } from '../room-facts.ts';
import { type EntitlementKey, EntitlementsStore, type NewEntitlement } from './entitlements.store.ts';

export class Entitlements {
  readonly #store = new EntitlementsStore();
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
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

  /** When the holder of a ticket was first inside while its room was live; null: never. */
  findUse(tx: Orm, key: EntitlementKey): Promise<string | null> {
    return this.#store.findUse(tx, key);
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
