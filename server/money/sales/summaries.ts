/** What a room that has ended means to one person: what they paid, and what of it goes back. Writes nothing. */
import type { TicketId } from '../../protocol/ids.ts';
import type { RoomSummary } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Earnings } from '../payouts/earnings.ts';
import { sawNoLive } from './withdrawals.ts';

export class Summaries {
  readonly #context: MoneyContext;
  readonly #earnings: Earnings;

  constructor(context: MoneyContext, earnings: Earnings) {
    this.#context = context;
    this.#earnings = earnings;
  }

  /** For its creator also how many tickets go back. */
  async of(room: Room, identity: string): Promise<RoomSummary> {
    const { stores, currency } = this.#context;
    const isCreator = identity === room.creator.identity;
    const [ticket, tips, returned, earnings] = await Promise.all([
      stores.tickets.findLatest(room.id, identity),
      stores.tips.sumOf(room.id, identity),
      isCreator && room.endedAt ? stores.tickets.sumReturned(room.id, room.firstLiveAt && room.liveEndedAt) : null,
      isCreator ? this.#earnings.ofRoom(room.id) : null,
    ]);
    const goesBack = ticket?.status === 'valid' && room.endedAt && sawNoLive(room, ticket.boughtAt ?? ticket.createdAt);
    return {
      liveSeconds: room.liveSeconds,
      currency,
      ticket: ticket
        ? {
            id: ticket.id as TicketId,
            priceMinor: ticket.priceMinor,
            paidFrom: ticket.paidFrom,
            state: ticket.status === 'refunded' ? 'returned' : goesBack ? 'returning' : 'kept',
          }
        : null,
      tips,
      returnedTickets: returned,
      earnings,
    };
  }
}
