/**
 * What people get back who were removed from a room, blocked by its creator, or suspended for good: tickets that they
 * have not used, of rooms that have not ended. A block also ends their membership (`membership-closures.ts`).
 * Idempotent: a fact may come again.
 */
import type { Fact } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import type { ParticipantBlocked } from '../../rooms/room-facts.ts';
import type { Memberships } from '../memberships/memberships.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import type { TicketRow } from './tickets.store.ts';

export class BlockedBuyers {
  readonly #context: MoneyContext;
  readonly #parts: { refunds: Refunds; memberships: Memberships };

  constructor(context: MoneyContext, parts: { refunds: Refunds; memberships: Memberships }) {
    this.#context = context;
    this.#parts = parts;
  }

  async handleFacts(facts: Fact[]): Promise<void> {
    const { tickets } = this.#context.stores;
    for (const fact of facts) {
      if (fact.topic === 'participant.removed') {
        const ticket = await tickets.findByHolder(fact.room as RoomId, fact.identity as string, 'valid');
        if (ticket) await this.#returnTickets([ticket], 'removed_from_room');
        continue;
      }
      if (fact.topic === 'suspension.changed') {
        const { identity } = fact;
        const isForGood = identity !== null && (await this.#context.rooms.suspensions.isForGood(identity));
        if (isForGood) await this.#returnTickets(await tickets.listValidInOpenRooms({ identity }), 'suspended');
        continue;
      }
      const { creator, identity, change } = fact.data as ParticipantBlocked;
      if (!change.isBlocked) continue;
      await this.#returnTickets(await tickets.listValidInOpenRooms({ creator, identity }), 'blocked');
      await this.#parts.memberships.closeOf(creator, identity);
    }
  }

  async #returnTickets(tickets: TicketRow[], reason: 'blocked' | 'removed_from_room' | 'suspended'): Promise<void> {
    const { rooms, outbox, log } = this.#context;
    for (const ticket of tickets) {
      if ((await rooms.getRoom(ticket.room)).endedAt || (await rooms.entitlements.isUsed(ticket.id))) continue;
      try {
        await this.#parts.refunds.returnTicket(ticket.id as TicketId, reason);
      } catch (error) {
        // Such as a ticket in dispute, which the dispute decides.
        if (!(error instanceof AppError)) throw error;
        log.warn({ err: error, ticket: ticket.id }, 'ticket of somebody shut out not refunded');
      }
    }
    outbox.wake();
  }
}
