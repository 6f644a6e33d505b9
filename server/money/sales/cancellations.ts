/**
 * The end of a room, as money sees it. Rule: a ticket for whose buyer there was no live goes back by itself when the
 * room ends, even if people were inside. A live that is shorter than `minLiveSeconds` is none.
 *
 * - `rooms.live_ended_at` says since when nothing is shown; `paused_until` until when a room waits for its creator
 *   (`rooms:pause`, or a default when a live ends without a word). Both are null while live.
 * - `rooms.live_seconds` counts the lives that have ended. A sale locks its room (`Rooms.lockForSale`) and keeps what
 *   it was then (`live_seconds_before`): the difference says how long a ticket's live was. A live of a dead gateway is
 *   counted late, so a ticket that is bought after `live_ended_at` has had none either.
 * - This job ends lapsed rooms in one statement (paused past their time, long overdue, or without a date in time),
 *   writes a decision for every ended room with tickets (`cancellations`), refunds ticket by ticket, and marks the
 *   decision as completed. Each step is one transaction and idempotent: a crash half-way is resumed.
 * - Facts: `room.paused` and `live.ended` tell the lobby until when, `room.ended` closes it, each refund tells its
 *   buyer (`ticket.refunded`, `wallet.changed`), and `room.notHeld` tells embedders of a room without any live.
 */
import { DAY_MS } from '../../platform/clock.ts';
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { CancellationsStore } from './cancellations.store.ts';
import type { CancellationRow } from './tickets.store.ts';

const CLAIM_ROOMS = 20;
const BATCH_TICKETS = 100;
const EVER = '1970-01-01T00:00:00.000Z';
/** Longer than a transaction takes to commit, and than the clocks of two gateways differ. */
const SETTLED_AFTER_MS = DAY_MS;

export class Cancellations {
  readonly #context: MoneyContext;
  readonly #store: CancellationsStore;
  readonly #refunds: Refunds;
  /**
   * The open cancellation that was processed last. A run continues after it, and starts again with the oldest after the
   * last.
   */
  #after: CancellationRow | undefined;
  /** Rooms that ended before this time are dealt with. */
  #sinceIso = EVER;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#store = new CancellationsStore(context.db);
    this.#refunds = refunds;
  }

  /**
   * Ends the room and returns all of its tickets, by a decision of the house. Idempotent: the job completes it after a
   * crash.
   */
  async refundRoom(room: RoomId): Promise<void> {
    await this.#context.rooms.endRoom(room);
    const cancellation = await this.#context.db.transaction((tx) =>
      this.#store.insertWhole(tx, room, this.#context.nowIso()),
    );
    if (cancellation) void this.#context.runInBackground('refund a room', () => this.#refundTickets(cancellation));
  }

  /** Processes some due rooms; true when there may be more. */
  async sweep(): Promise<boolean> {
    const isMore = this.#after === undefined && (await this.#findNew());
    // A ticket that cannot be refunded now (in dispute) keeps its cancellation open, blocks nobody, and is retried in
    // the next run.
    const open = await this.#store.findOpen(CLAIM_ROOMS, this.#after);
    for (const cancellation of open) {
      this.#after = cancellation;
      await this.#refundTickets(cancellation);
    }
    if (open.length < CLAIM_ROOMS) this.#after = undefined;
    return isMore || open.length === CLAIM_ROOMS;
  }

  async #findNew(): Promise<boolean> {
    const { rooms } = this.#context;
    const settledIso = this.#context.laterIso(-SETTLED_AFTER_MS);
    const haveEnded = await rooms.endLapsed({ overdueMs: LIMITS.notHeldAfterMs, limit: CLAIM_ROOMS });
    const undecided = await this.#store.findUndecided({
      ...{ limit: CLAIM_ROOMS, sinceIso: this.#sinceIso, minLiveSeconds: this.#context.minLiveSeconds },
    });
    const decidedAt = this.#context.nowIso();
    for (const decision of undecided)
      await this.#context.db.transaction((tx) => this.#store.insert(tx, { ...decision, decidedAt }));
    const isMore = undecided.length === CLAIM_ROOMS;
    if (!isMore) this.#sinceIso = settledIso;
    return haveEnded || isMore;
  }

  async #refundTickets(cancellation: CancellationRow): Promise<void> {
    let after = '';
    for (;;) {
      const tickets = await this.#context.stores.tickets.listReturnable(cancellation, { after, limit: BATCH_TICKETS });
      for (const { id } of tickets) await this.#tryRefund(id as TicketId, cancellation.reason);
      if (tickets.length > 0) this.#context.outbox.wake();
      if (tickets.length < BATCH_TICKETS) break;
      after = tickets.at(-1)?.id ?? '';
    }
    await this.#complete(cancellation);
  }

  /** A ticket that cannot be refunded must not block the others. */
  async #tryRefund(ticket: TicketId, reason: CancellationRow['reason']): Promise<void> {
    try {
      await this.#refunds.returnTicket(ticket, reason);
    } catch (error) {
      this.#context.log.warn({ err: error, ticket }, 'ticket of an ended room not refunded yet');
    }
  }

  async #complete(cancellation: CancellationRow): Promise<void> {
    const { db, currency, outbox } = this.#context;
    const room = cancellation.room as RoomId;
    await db.transaction(async (tx) => {
      const done = await this.#store.complete(tx, cancellation, this.#context.nowIso());
      if (done?.reason !== 'not_held' || done.ticketCount === 0) return;
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
