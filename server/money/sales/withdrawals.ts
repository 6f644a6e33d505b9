/**
 * The right of withdrawal and its function on the page (directive 2011/83/EU, articles 9 to 16; the function: article
 * 11a, inserted by directive 2023/2673). What one can withdraw from is listed with what goes back, and a declaration
 * is confirmed by a letter that repeats it with its time; its fact is committed with the refund.
 *
 * - A ticket that the right was not waived for, until a live begins. A waiver holds for a date: without one, it counts
 *   once a live has begun, and after a change of the date not any more. Who was inside while the room was live has
 *   used it.
 * - A membership, for 14 days (`membership-closures.ts`).
 * - A top-up, as far as it is unspent; the newest one counts as spent last.
 *
 * Minutes of a private session are charged as they pass, so there is nothing to withdraw from: who ends a session or
 * its request has the rest of what was held at once.
 */
import { DAY_MS, iso } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES, type TicketId, type TopupId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OwnTicket, Refund, Ticket } from '../../protocol/money/money.ts';
import type { Withdrawable, Withdrawal } from '../../protocol/money/pricing.ts';
import type { Room } from '../../protocol/rooms.ts';
import { remainderOf } from '../ledger/ledger.ts';
import type { MembershipClosures } from '../memberships/membership-closures.ts';
import type { MoneyContext } from '../money-context.ts';
import { toRefund, UNSPENT_CREDIT } from '../refunds/refunds.store.ts';
import type { AssertAllowed, Refunds } from '../refunds/refunds.ts';
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
  readonly #closures: MembershipClosures;

  constructor(context: MoneyContext, parts: { refunds: Refunds; closures: MembershipClosures }) {
    this.#context = context;
    this.#refunds = parts.refunds;
    this.#closures = parts.closures;
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

  /** What a person can withdraw from now, the latest of each kind first. */
  async list(identity: string): Promise<Withdrawable[]> {
    const { stores, rooms } = this.#context;
    const contracts: Withdrawable[] = [];
    for (const ticket of await stores.tickets.listOf(identity, LIMITS.listPageItems)) {
      if ((await this.findObstacle(ticket)) !== undefined) continue;
      const { title } = await rooms.getRoom(ticket.room);
      contracts.push(this.#toContract(ticket, title));
    }
    return [
      ...contracts,
      ...(await this.#closures.listWithdrawable(identity)),
      ...(await this.#listTopups(identity)).map(({ contract }) => contract),
    ];
  }

  /** A repeated request finds the same unspent part, and so repeats the same refund. */
  async #listTopups(identity: string): Promise<{ contract: Withdrawable; idempotencyKey: string }[]> {
    const { balanceMinor, promoMinor } = await this.#context.readWallet(identity);
    const found = await this.#context.stores.payments.listUnspent(identity, balanceMinor - promoMinor);
    return found.map(({ topup: { id: item, refundedMinor, currency, paidAt }, unspentMinor: amountMinor }) => ({
      contract: { kind: 'topup', item, title: null, amountMinor, currency, concludedAt: iso(paidAt), until: null },
      idempotencyKey: `unspent:${item}:${refundedMinor}`,
    }));
  }

  #toContract({ id: item, priceMinor, currency, createdAt }: TicketRow, title: string): Withdrawable {
    const conditions = { concludedAt: iso(createdAt), until: null };
    return { kind: 'ticket', item, title, amountMinor: priceMinor, currency, ...conditions };
  }

  /** What belongs to somebody else is not revealed. */
  async withdraw(item: string, identity: string): Promise<Withdrawal> {
    const madeAt = this.#context.nowIso();
    if (item.startsWith(ID_PREFIXES.membership)) return this.#closures.withdraw(item, identity, madeAt);
    if (item.startsWith(ID_PREFIXES.topup)) return this.#withdrawTopup(item, identity, madeAt);
    const ticket = await this.#find(item);
    if (ticket.identity !== identity) throw new AppError('payment_not_found');
    const { amountMinor } = await this.#giveBack(ticket, madeAt);
    const { title } = await this.#context.rooms.getRoom(ticket.room);
    return { ...toWithdrawal(this.#toContract(ticket, title), madeAt), amountMinor };
  }

  async #withdrawTopup(item: string, identity: string, madeAt: string): Promise<Withdrawal> {
    const found = (await this.#listTopups(identity)).find(({ contract }) => contract.item === item);
    if (!found) throw new AppError('payment_not_found');
    const { contract, idempotencyKey } = found;
    const { amountMinor } = contract;
    const assertAllowed: AssertAllowed = async (tx) => {
      await this.#tell(tx, identity, toWithdrawal(contract, madeAt));
      await this.#holdAfterMany(tx, { identity, topup: item });
    };
    const order = { topup: item as TopupId, amountMinor, reason: UNSPENT_CREDIT, idempotencyKey };
    await this.#refunds.refund(order, identity, { assertAllowed });
    return toWithdrawal(contract, madeAt);
  }

  /** The house bears the provider's fee of each; the right itself has no limit. */
  async #holdAfterMany(tx: Orm, of: { identity: string; topup: string }): Promise<void> {
    const { stores, cardHolds } = this.#context;
    const before = await stores.refunds.countWithdrawnTopups(tx, of, this.#context.laterIso(-DAY_MS));
    if (before + 1 >= LIMITS.withdrawnTopupsADay) await cardHolds.hold(tx, of.identity, 'topups_withdrawn');
  }

  #tell(tx: Orm, identity: string, withdrawal: Withdrawal): Promise<void> {
    return this.#context.addFacts(tx, ['withdrawal.made', { withdrawal }, { identity }]);
  }

  /** For who has a link to the ticket. */
  async giveBack(id: string): Promise<Refund> {
    return this.#giveBack(await this.#find(id), this.#context.nowIso());
  }

  async #find(id: string): Promise<TicketRow> {
    const ticket = await this.#context.stores.tickets.find(id);
    if (!ticket) throw new AppError('payment_not_found');
    return ticket;
  }

  async #giveBack(ticket: TicketRow, madeAt: string): Promise<Refund> {
    if (ticket.status === 'refunded') throw new AppError('already_refunded');
    const obstacle = await this.findObstacle(ticket);
    if (obstacle) throw new AppError('not_refundable', obstacle);
    const { id, identity, room } = ticket;
    const { title } = await this.#context.rooms.getRoom(room);
    const contract = this.#toContract(ticket, title);
    const assertAllowed: AssertAllowed = (tx, booked) =>
      this.#tell(tx, identity, { ...toWithdrawal(contract, madeAt), amountMinor: remainderOf(booked) });
    return this.#refunds.refund({ ticket: id as TicketId, reason: REASON }, identity, { assertAllowed });
  }
}

export function toWithdrawal(contract: Withdrawable, madeAt: string): Withdrawal {
  const { kind, item, title, amountMinor, currency } = contract;
  return { kind, item, title, amountMinor, currency, madeAt };
}
