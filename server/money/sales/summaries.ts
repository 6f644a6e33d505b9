/**
 * What a room that has ended means to one person: what they paid, what of it goes back, and what all gave together.
 * Writes nothing.
 */
import { SharedRead } from '../../platform/db/shared-read.ts';
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import type { RoomSummary } from '../../protocol/money/money.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Earnings } from '../payouts/earnings.ts';
import type { Tipping } from '../tips/tipping.ts';
import type { TicketRow } from './tickets.store.ts';
import { isWithoutLive } from './withdrawals.ts';

const GIVERS = 5;

export class Summaries {
  readonly #context: MoneyContext;
  readonly #earnings: Earnings;
  /** When a room ends, everybody in it reads the same. */
  readonly #gifts: SharedRead<RoomId, Pick<RoomSummary, 'goal' | 'givers'>>;

  constructor(context: MoneyContext, { earnings, tipping }: { earnings: Earnings; tipping: Tipping }) {
    this.#context = context;
    this.#earnings = earnings;
    this.#gifts = new SharedRead(async (room) => {
      const [goal, { entries }] = await Promise.all([tipping.getGoal(room), tipping.getLeaderboard(room, GIVERS)]);
      return { goal, givers: entries.map(({ identity, name }) => ({ identity, name })) };
    });
  }

  /**
   * For its creator also how many tickets go back. What others gave is for those who could see it: `couldEnter`, or who
   * gave, whatever became of their access.
   */
  async of(room: Room, identity: string, couldEnter = false): Promise<Omit<RoomSummary, 'next'>> {
    const { stores, currency, minLiveSeconds } = this.#context;
    const isCreator = identity === room.creator.identity;
    const [ticket, tips, returned, earnings] = await Promise.all([
      stores.tickets.findLatest(room.id, identity),
      stores.tips.sumOf(room.id, identity),
      isCreator && room.endedAt ? stores.tickets.sumReturned(room.id, minLiveSeconds) : null,
      isCreator ? this.#earnings.ofRoom(room.id) : null,
    ]);
    const goesBack = ticket?.status === 'valid' && (await this.#goesBack(room, ticket));
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
      ...(couldEnter || tips.count > 0 ? await this.#gifts.get(room.id) : { goal: null, givers: [] }),
      returnedTickets: returned,
      earnings,
    };
  }

  /** By itself: after an end without a live, or to somebody shut out who has not used it. */
  async #goesBack(room: Room, ticket: TicketRow): Promise<boolean> {
    const { entitlements, removals } = this.#context.rooms;
    if (room.endedAt) return isWithoutLive(room, ticket, this.#context.minLiveSeconds);
    return (await removals.isShutOut(room, ticket.identity)) && !(await entitlements.isUsed(ticket.id));
  }
}
