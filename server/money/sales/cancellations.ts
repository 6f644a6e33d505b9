/**
 * Refunds the tickets of rooms that never went live: ended before any live, or scheduled and long overdue. The decision
 * is a row, so a crash half-way is resumed; each refund is idempotent.
 */
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type CancellationRow, CancellationsStore } from './cancellations.store.ts';

const CLAIM_ROOMS = 20;
const BATCH_TICKETS = 100;

export class Cancellations {
  readonly #context: MoneyContext;
  readonly #store: CancellationsStore;
  readonly #refunds: Refunds;
  /**
   * The open cancellation that was processed last. A run continues after it, and starts again with the oldest after the
   * last.
   */
  #after: CancellationRow | undefined;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#store = new CancellationsStore(context.db);
    this.#refunds = refunds;
  }

  /** Processes some due rooms; true when there may be more. */
  async sweep(): Promise<boolean> {
    const isMore = this.#after === undefined && (await this.#findNew());
    // A ticket that cannot be refunded now (in dispute) keeps its cancellation open, blocks nobody, and is retried in
    // the next run.
    const open = await this.#store.findOpen(CLAIM_ROOMS, this.#after);
    for (const cancellation of open) {
      this.#after = cancellation;
      await this.#refundTickets(cancellation.room as RoomId);
    }
    if (open.length < CLAIM_ROOMS) this.#after = undefined;
    return isMore || open.length === CLAIM_ROOMS;
  }

  async #findNew(): Promise<boolean> {
    const { rooms } = this.#context;
    const overdue = await rooms.findOverdue(LIMITS.notHeldAfterMs, CLAIM_ROOMS);
    for (const room of overdue) await rooms.endRoom(room);
    const undecided = await this.#store.findUndecided(CLAIM_ROOMS);
    for (const room of undecided) await this.#store.insert(room, this.#context.nowIso());
    await this.#store.reopen();
    return overdue.length === CLAIM_ROOMS || undecided.length === CLAIM_ROOMS;
  }

  async #refundTickets(room: RoomId): Promise<void> {
    let after = '';
    for (;;) {
      const tickets = await this.#context.stores.tickets.listReturnable(room, { after, limit: BATCH_TICKETS });
      for (const { id } of tickets) await this.#tryRefund(id as TicketId);
      if (tickets.length > 0) this.#context.outbox.wake();
      if (tickets.length < BATCH_TICKETS) break;
      after = tickets.at(-1)?.id ?? '';
    }
    await this.#complete(room);
  }

  /** A ticket that cannot be refunded must not block the others. */
  async #tryRefund(ticket: TicketId): Promise<void> {
    try {
      await this.#refunds.returnTicket(ticket, 'not_held');
    } catch (error) {
      this.#context.log.warn({ err: error, ticket }, 'ticket of a cancelled room not refunded yet');
    }
  }

  async #complete(room: RoomId): Promise<void> {
    const { db, currency, outbox } = this.#context;
    await db.transaction(async (tx) => {
      const done = await this.#store.complete(tx, room, this.#context.nowIso());
      if (!done || done.ticketCount === 0) return;
      const { reason, ticketCount, refundedMinor } = done;
      await this.#context.addFacts(tx, [
        'room.notHeld',
        { room, reason, ticketCount, refundedMinor, currency },
        { room },
      ]);
    });
    outbox.wake();
  }
}
