/** The right of withdrawal: a buyer returns a ticket that they have not waived it for, until a live begins for them. */
import { AppError } from '../../protocol/errors.ts';
import type { TicketId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OwnTicket, Refund } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type TicketRow, toTicket } from './tickets.store.ts';

const REASON = 'withdrawal';

/** Whether no live was on since this sale: there was none yet, or the last one had ended before. */
export function sawNoLive({ firstLiveAt, liveEndedAt }: Room, boughtAt: string): boolean {
  return firstLiveAt === null || (liveEndedAt !== null && Date.parse(boughtAt) >= Date.parse(liveEndedAt));
}

export class Withdrawals {
  readonly #context: MoneyContext;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#refunds = refunds;
  }

  /** Why the buyer cannot return a ticket; undefined when they can. */
  async findObstacle(ticket: TicketRow): Promise<string | undefined> {
    if (ticket.status !== 'valid') return 'This ticket is not valid any more.';
    if (await this.#context.stores.tickets.findWaiver(ticket.id))
      return 'The right of withdrawal was waived for this ticket.';
    const room = await this.#context.rooms.getRoom(ticket.room);
    return sawNoLive(room, ticket.boughtAt ?? ticket.createdAt) ? undefined : 'The live has begun.';
  }

  /** A person's own tickets, newest first, with what they are for. */
  async listTickets(identity: string): Promise<OwnTicket[]> {
    const { rooms, stores } = this.#context;
    const rows = await stores.tickets.listOf(identity, LIMITS.listPageItems);
    return Promise.all(
      rows.map(async (row) => {
        const room = await rooms.getRoom(row.room);
        return {
          ...toTicket(row),
          title: room.title,
          creatorName: room.creator.name,
          roomStatus: room.status,
          startsAt: room.startsAt,
          pausedUntil: room.pausedUntil,
          pauseAnnounced: room.pauseAnnounced,
          withdrawable: (await this.findObstacle(row)) === undefined,
        };
      }),
    );
  }

  async withdraw(id: string, identity: string): Promise<Refund> {
    const ticket = await this.#context.stores.tickets.find(id);
    // Another person's ticket is not revealed.
    if (!ticket || ticket.identity !== identity) throw new AppError('payment_not_found');
    if (ticket.status === 'refunded') throw new AppError('already_refunded');
    const obstacle = await this.findObstacle(ticket);
    if (obstacle) throw new AppError('not_refundable', obstacle);
    return this.#refunds.refund({ ticket: id as TicketId, reason: REASON }, identity);
  }
}
