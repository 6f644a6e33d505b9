/**
 * What people whom a creator has blocked get back: tickets of the creator's lives to come, and no further renewal of
 * their membership. Idempotent: a fact may come again.
 */
import type { Fact } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import type { TicketId } from '../../protocol/ids.ts';
import type { ParticipantBlocked } from '../../rooms/room-facts.ts';
import type { Memberships } from '../memberships/memberships.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { sawNoLive } from './withdrawals.ts';

const REASON = 'blocked';

export class BlockedBuyers {
  readonly #context: MoneyContext;
  readonly #parts: { refunds: Refunds; memberships: Memberships };

  constructor(context: MoneyContext, parts: { refunds: Refunds; memberships: Memberships }) {
    this.#context = context;
    this.#parts = parts;
  }

  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { data } of facts) {
      const { creator, identity, change } = data as ParticipantBlocked;
      if (!change.isBlocked) continue;
      await this.#returnTickets(creator, identity);
      await this.#parts.memberships.cancelOf(creator, identity);
    }
  }

  async #returnTickets(creator: string, identity: string): Promise<void> {
    const { rooms, stores, outbox, log } = this.#context;
    for (const { id, room, boughtAt, createdAt } of await stores.tickets.listValidInOpenRooms(creator, identity)) {
      if (!sawNoLive(await rooms.getRoom(room), boughtAt ?? createdAt)) continue;
      try {
        await this.#parts.refunds.returnTicket(id as TicketId, REASON);
      } catch (error) {
        // Such as a ticket in dispute, which the dispute decides.
        if (!(error instanceof AppError)) throw error;
        log.warn({ err: error, ticket: id }, 'ticket of a blocked person not refunded');
      }
    }
    outbox.wake();
  }
}
