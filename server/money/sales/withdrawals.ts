/**
 * The right of withdrawal: a buyer returns a ticket that they have not waived it for, until a live begins for them. A
 * waiver holds for a date: without one, it counts once a live has begun, and after a change of the date not any more.
 * Who was inside while the room was live has used the ticket.
 */
import { AppError } from '../../protocol/errors.ts';
import type { TicketId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OwnTicket, Refund, Ticket } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { MoneyContext } from '../money-context.ts';
import { toRefund } from '../refunds/refunds.store.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { type TicketRow, toTicket } from './tickets.store.ts';

const REASON = 'withdrawal';

/** Whether there was no live for a ticket yet: none is on, and those since its sale were too short. */
export function isWithoutLive(room: Room, ticket: TicketRow, minLiveSeconds: number): boolean {
  if (room.liveStartedAt !== null) return false;
  if (room.liveSeconds - ticket.liveSecondsBefore < minLiveSeconds) return true;
  const { boughtAt, createdAt } = ticket;
  return room.liveEndedAt !== null && Date.parse(boughtAt ?? createdAt) >= Date.parse(room.liveEndedAt);
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
    const { rooms, stores, minLiveSeconds } = this.#context;
    const room = await rooms.getRoom(ticket.room);
    if (await this.#isReturnedForMove(room, ticket)) return undefined;
    if (!isWithoutLive(room, ticket, minLiveSeconds)) return 'The live has begun.';
    const waiver = await stores.tickets.findWaiver(ticket.id);
    return waiver?.startsAt ? 'The right of withdrawal was waived for this ticket.' : undefined;
  }

  /** Whether the date was changed after this ticket was ordered, and its return is still open for that. */
  async #isReturnedForMove(room: Room, ticket: TicketRow): Promise<boolean> {
    const { clock, rooms, minLiveSeconds } = this.#context;
    const { movedAt, returnUntil } = room;
    if (movedAt === null || Date.parse(ticket.createdAt) > Date.parse(movedAt)) return false;
    if (isWithoutLive(room, ticket, minLiveSeconds)) return true;
    const isOpen = returnUntil !== null && clock.now() < Date.parse(returnUntil);
    return isOpen && !(await rooms.entitlements.isUsed(ticket.id));
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
          movedAt: (await this.#isReturnedForMove(room, row)) ? room.movedAt : null,
        };
      }),
    );
  }

  /** A ticket with its room and what its return brought, for who has a link to it. */
  async getTicket(id: string): Promise<Ticket & { withdrawable: boolean; of: Room; givenBack: Refund | undefined }> {
    const row = await this.#find(id);
    const { rooms, stores } = this.#context;
    const [of, refunds] = await Promise.all([rooms.getRoom(row.room), stores.refunds.listOf(id)]);
    const last = row.status === 'refunded' ? refunds.at(-1) : undefined;
    return {
      ...toTicket(row),
      ...{ of, withdrawable: (await this.findObstacle(row)) === undefined, givenBack: last && toRefund(last) },
    };
  }

  async withdraw(id: string, identity: string): Promise<Refund> {
    const ticket = await this.#find(id);
    // Another person's ticket is not revealed.
    if (ticket.identity !== identity) throw new AppError('payment_not_found');
    return this.#giveBack(ticket);
  }

  /** For who has a link to the ticket. */
  async giveBack(id: string): Promise<Refund> {
    return this.#giveBack(await this.#find(id));
  }

  async #find(id: string): Promise<TicketRow> {
    const ticket = await this.#context.stores.tickets.find(id);
    if (!ticket) throw new AppError('payment_not_found');
    return ticket;
  }

  async #giveBack(ticket: TicketRow): Promise<Refund> {
    if (ticket.status === 'refunded') throw new AppError('already_refunded');
    const obstacle = await this.findObstacle(ticket);
    if (obstacle) throw new AppError('not_refundable', obstacle);
    return this.#refunds.refund({ ticket: ticket.id as TicketId, reason: REASON }, ticket.identity);
  }
}
