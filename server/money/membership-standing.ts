/**
 * What becomes of a membership whose payment is disputed or given back. The key to the rooms of the club goes at once, in the transaction that
 * changes the books; the subscription at the provider follows by the sweeper, which sees the standing and ends it or lets it go on.
 */
import type { Orm } from '../platform/db.ts';
import type { MembershipId } from '../protocol/ids.ts';
import type { AccessReason } from '../protocol/rooms.ts';
import type { InvoiceRow, MembershipRow, MembershipsStore } from './memberships.store.ts';
import type { MoneyContext } from './money-context.ts';

export class MembershipStanding {
  readonly #context: MoneyContext;
  readonly #store: MembershipsStore;

  constructor(context: MoneyContext, store: MembershipsStore) {
    this.#context = context;
    this.#store = store;
  }

  /** A payment for it is disputed. */
  suspend(tx: Orm, payment: string): Promise<void> {
    return this.#set(tx, payment, 'disputed', 'disputed');
  }

  /** The dispute was won: the next look lets the member in again. */
  async restore(tx: Orm, payment: string): Promise<void> {
    const row = await this.#lock(tx, payment);
    if (row?.standing !== 'disputed') return;
    await this.#store.update(tx, row.id, { standing: null, nextCheckAt: this.#context.nowIso() });
  }

  /** The dispute was lost. */
  end(tx: Orm, payment: string): Promise<void> {
    return this.#set(tx, payment, 'ending', 'disputed');
  }

  /** The whole of a payment was given back: the time that it had paid for is over. An older one was money alone. */
  async handleRefunded(tx: Orm, payment: string): Promise<void> {
    const invoice = await this.#store.findInvoice(payment, tx);
    if (invoice && (await this.#store.isLatestInvoice(tx, invoice))) {
      await this.#set(tx, payment, 'ending', 'refunded');
    }
  }

  async #set(
    tx: Orm,
    payment: string,
    standing: NonNullable<MembershipRow['standing']>,
    reason: AccessReason,
  ): Promise<void> {
    const row = await this.#lock(tx, payment);
    if (!row || row.status === 'ended' || row.standing === 'ending') return;
    await this.#store.update(tx, row.id, { standing, nextCheckAt: this.#context.nowIso() });
    await this.#context.rooms.clubs.revoke(tx, row.id as MembershipId, reason);
  }

  async #lock(tx: Orm, payment: InvoiceRow['id']): Promise<MembershipRow | undefined> {
    const invoice = await this.#store.findInvoice(payment, tx);
    return invoice && this.#store.lock(tx, invoice.membership);
  }
}
