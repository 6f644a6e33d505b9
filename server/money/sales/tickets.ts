/**
 * Tickets: access to one room for one person. Concurrent purchases make one ticket. A card payment that arrives too
 * late for a ticket is returned to the card.
 */

import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import type { Ticket } from '../../protocol/money/money.ts';
import type { WaiverInput, WaiverText } from '../../protocol/money/pricing.ts';
import type { Room } from '../../protocol/rooms.ts';
import { refusalOf } from '../../rooms/access-decision.ts';
import type { RoomOnSale } from '../../rooms/rooms.store.ts';
import type { Checkout } from '../checkout/checkouts.store.ts';
import type { Booking, Checkouts, Payable } from '../checkout/checkouts.ts';
import { assertAmount, fanWallet, houseAccount, type Leg, saleLegs, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { NewPayment } from '../payments/payments.store.ts';
import type { CountryEvidence } from './country-evidence.ts';
import type { SaleTerms } from './pricing.ts';
import {
  type NewTicket,
  ONE_PENDING_TICKET,
  ONE_VALID_TICKET,
  type TicketRow,
  type TicketsStore,
  toTicket,
} from './tickets.store.ts';
import { acceptedWaiver } from './waiver-texts.ts';

export interface TicketRequest {
  room: Room;
  identity: string;
  name: string;
  /** Absent means a fan. Other roles do not pay. */
  role?: Role;
  from: 'wallet' | 'card';
  returnUrl?: string | undefined;
  /** The price that the buyer saw; absent: any. */
  priceMinor?: number | undefined;
  /** Language of the payment page: `fr` or `en`; absent means the browser's. */
  locale?: string | undefined;
  /** Without a waiver, the ticket can be returned until a live begins after the purchase. */
  waiver?: WaiverInput | undefined;
}

/** A ticket to be sold: its row, its terms and the buyer's waiver. */
interface TicketDraft {
  row: NewTicket;
  terms: SaleTerms;
  waiver: WaiverText | undefined;
}

interface Admission {
  refusal?: 'room_ended' | 'removed' | 'sold_out';
  at: string;
  liveSeconds: number;
  startsAt: string | null;
  priceMinor: number | null;
}

export type TicketAnswer = { ticket: Ticket } | { checkoutUrl: string };

/** Two tabs that buy by card need two attempts; one that finds an expired page needs a third. */
const CARD_ATTEMPTS = 3;

export class Tickets implements Payable {
  readonly #context: MoneyContext;
  readonly #store: TicketsStore;
  readonly #checkouts: Checkouts;

  constructor(context: MoneyContext, checkouts: Checkouts) {
    this.#context = context;
    this.#store = context.stores.tickets;
    this.#checkouts = checkouts;
    checkouts.register('ticket', this);
  }

  async buy(request: TicketRequest): Promise<TicketAnswer> {
    const { room, identity, role = 'fan', from } = request;
    const { rooms, walletMode } = this.#context;
    if (role !== 'fan') throw new AppError('nothing_to_buy');
    if (from === 'wallet' && walletMode === 'off') throw new AppError('wallet_off');
    if (room.status === 'ended') throw new AppError('room_ended');
    const priceMinor = ticketPriceOf(room);
    assertAmount(priceMinor);
    if (request.priceMinor !== undefined && request.priceMinor !== priceMinor) throw new AppError('price_changed');
    const access = await rooms.decideAccess({ room, identity, role: 'fan' });
    if (access.state === 'refused') throw refusalOf(access);
    const held = await this.#store.findByHolder(room.id, identity, 'valid');
    if (held) return { ticket: toTicket(held) };
    // Access without a ticket. Access by a ticket that is no longer valid means that it was refunded just now.
    const hasOtherKey = access.state === 'granted' && access.ticket === undefined;
    if (hasOtherKey || identity === room.creator.identity) throw new AppError('already_entitled');
    return from === 'wallet' ? { ticket: await this.#buyFromWallet(request) } : this.#buyByCard(request);
  }

  async #draft(request: TicketRequest): Promise<TicketDraft> {
    const { room, identity, from, locale } = request;
    const priceMinor = ticketPriceOf(room);
    const terms = await this.#context.pricing.findTerms({ creator: room.creator.identity, buyer: identity, from });
    const row = {
      id: createId('ticket'),
      room: room.id,
      identity,
      priceMinor,
      currency: this.#context.currency,
      paidFrom: from,
      terms: terms.termsId,
      createdAt: this.#context.nowIso(),
    };
    return { row, terms, waiver: request.waiver && acceptedWaiver(request.waiver, locale) };
  }

  /**
   * Must come first in the transaction: from then on the room and its live do not end, nobody is blocked or
   * removed, and buyers of limited tickets come one after another. Returns the time of the sale, and how long the
   * lives before it were.
   */
  async #admitSale(
    tx: Orm,
    { room, identity }: { room: RoomOnSale & Pick<Room, 'creator'>; identity: string },
  ): Promise<Admission> {
    const { rooms } = this.#context;
    const { isOver, capacity, isUndated, ...sale } = await rooms.lockForSale(tx, room);
    const admission = { ...sale, at: this.#context.nowIso() };
    if (isOver) return { refusal: 'room_ended', ...admission };
    if (await rooms.removals.isShutOut(room, identity, tx)) return { refusal: 'removed', ...admission };
    const isLeft = capacity === null || (await this.#store.countPlacesOfOthers(room.id, identity, tx)) < capacity;
    if (!isLeft) return { refusal: 'sold_out', ...admission };
    if (isUndated) await rooms.setDateDue(tx, room.id);
    return admission;
  }

  async #assertOnSale(tx: Orm, sale: TicketRequest, row: NewTicket): Promise<Admission> {
    const admission = await this.#admitSale(tx, sale);
    const { refusal, priceMinor } = admission;
    if (refusal) throw new AppError(refusal === 'removed' ? 'access_removed' : refusal);
    await this.#context.rooms.suspensions.assertStageOpen(sale.room.id, tx);
    if (priceMinor !== row.priceMinor) throw new AppError('price_changed');
    return admission;
  }

  async #keepWaiver(tx: Orm, { row, waiver }: TicketDraft, { startsAt, at }: Admission): Promise<void> {
    if (waiver) await this.#store.insertWaiver(tx, row.id, { ...waiver, startsAt, acceptedAt: at });
  }

  async #buyFromWallet(request: TicketRequest): Promise<Ticket> {
    const { room, identity } = request;
    const { db, currency, spending, stores } = this.#context;
    const draft = await this.#draft(request);
    const { row } = draft;
    const legs = await this.#legsOf(draft, room.creator.identity);
    let ticket: Ticket;
    try {
      ticket = await db.transaction(async (tx) => {
        const admission = await this.#assertOnSale(tx, request, row);
        const { at: boughtAt, liveSeconds } = admission;
        const left = await spending.spend(tx, {
          kind: 'ticket',
          source: { type: 'ticket', id: row.id },
          identity,
          currency,
          legs,
          at: boughtAt,
        });
        // Rolled back: what was not sold leaves no trace in the room.
        if (!left) throw new AppError('insufficient_funds');
        const bought = toTicket(
          await this.#store.insertValid(tx, { ...row, boughtAt, liveSecondsBefore: liveSeconds }),
        );
        await stores.payments.insert(tx, { ...soldAs(draft, room), paidAt: boughtAt });
        await this.#keepWaiver(tx, draft, admission);
        await this.#grant(tx, bought);
        const wallet = this.#context.walletOf(left.paidMinor, left.promoMinor);
        await this.#context.addFacts(tx, ['wallet.changed', { identity, wallet }, { identity }]);
        return bought;
      });
    } catch (error) {
      const isShort = error instanceof AppError && error.code === 'insufficient_funds';
      if (!isShort && !isUniqueViolation(error, ONE_VALID_TICKET)) throw error;
      // A concurrent request of the same person may have bought the ticket.
      const held = await this.#store.findByHolder(room.id, identity, 'valid');
      if (!held) throw new AppError('insufficient_funds');
      return toTicket(held);
    }
    this.#context.outbox.wake();
    this.#context.metrics.moneyMinor.inc({ kind: 'ticket' }, row.priceMinor);
    this.#closeOpenPage(room.id, identity);
    return ticket;
  }

  /** Closes a page that is still open for the same ticket, so that it cannot be paid. */
  #closeOpenPage(room: RoomId, identity: string): void {
    void this.#context.runInBackground('close the page of a ticket bought otherwise', async () => {
      const pending = await this.#store.findByHolder(room, identity, 'pending');
      const checkout = pending && (await this.#context.stores.checkouts.findBySource(pending.id));
      if (checkout) await this.#checkouts.cancel(checkout);
    });
  }

  async #buyByCard(request: TicketRequest): Promise<TicketAnswer> {
    const { room, identity, name, returnUrl, locale } = request;
    // Before an open page is returned; `#assertOnSale` looks again under the lock.
    await this.#context.rooms.suspensions.assertStageOpen(room.id);
    for (let attempt = 1; attempt <= CARD_ATTEMPTS; attempt += 1) {
      const checkoutUrl = await this.#resumeOpenPage(request);
      if (checkoutUrl) return { checkoutUrl };
      const held = await this.#store.findByHolder(room.id, identity, 'valid');
      if (held) return { ticket: toTicket(held) };
      const draft = await this.#draft(request);
      const { row } = draft;
      try {
        const url = await this.#checkouts.open(
          {
            purpose: 'ticket',
            sourceId: row.id,
            identity,
            name,
            amountMinor: row.priceMinor,
            description: `${locale === 'fr' ? 'Billet' : 'Ticket'} · ${room.title}`,
            returnUrl,
            returnPath: `/rooms/${room.id}`,
            locale,
          },
          async (tx) => {
            const admission = await this.#assertOnSale(tx, request, row);
            await this.#store.insertPending(tx, row);
            if (room.capacity !== null) await this.#addPlacesChanged(tx, room.id);
            await this.#keepWaiver(tx, draft, admission);
          },
        );
        return { checkoutUrl: url };
      } catch (error) {
        if (!isUniqueViolation(error, ONE_PENDING_TICKET)) throw error;
      }
    }
    throw new AppError('unavailable');
  }

  /** Returns the open page of an earlier order with the same waiver; an order with another waiver is cancelled. */
  async #resumeOpenPage({ room, identity, waiver, locale }: TicketRequest): Promise<string | undefined> {
    const wanted = waiver && acceptedWaiver(waiver, locale);
    const pending = await this.#store.findByHolder(room.id, identity, 'pending');
    const checkout = pending && (await this.#context.stores.checkouts.findBySource(pending.id));
    if (!checkout) return undefined;
    const kept = await this.#store.findWaiver(checkout.sourceId);
    if (kept?.text === wanted?.text) return this.#checkouts.resume(checkout);
    await this.#checkouts.cancel(checkout);
    return undefined;
  }

  async planSettlement(checkout: Checkout, paidFrom: CountryEvidence[]): Promise<Booking> {
    const { rooms, ledger, pricing, stores } = this.#context;
    const row = await this.#store.find(checkout.sourceId);
    if (!row) throw new AppError('payment_not_found');
    const room = await rooms.getRoom(row.room);
    const refusal = await this.#refusalOf(row, room);
    if (refusal) return async () => refusal;
    const terms = await pricing.findPaidTerms(row.terms, row.identity, paidFrom);
    const legs = await this.#legsOf({ row, terms }, room.creator.identity);
    return async (tx, paid) => {
      // Its place is kept unless its page had expired.
      const capacity = row.status === 'expired' ? room.capacity : null;
      const admission = await this.#admitSale(tx, { room: { ...room, capacity }, identity: row.identity });
      const { refusal, at, liveSeconds } = admission;
      if (refusal) return refusal;
      await ledger.post(tx, { kind: 'ticket', source: { type: 'ticket', id: row.id }, legs, at });
      const bought = await this.#store.markValid(tx, row.id, { at, liveSeconds, terms: terms.termsId });
      if (!bought) throw new AppError('internal', 'The paid ticket had been refunded.');
      await stores.payments.insert(tx, { ...paid, ...soldAs({ row, terms }, room), paidAt: at });
      await this.#grant(tx, toTicket(bought));
      return undefined;
    };
  }

  async findRefusal({ sourceId }: Checkout): Promise<string | undefined> {
    const row = await this.#store.find(sourceId);
    return row && this.#refusalOf(row, await this.#context.rooms.getRoom(row.room));
  }

  async #refusalOf(row: TicketRow, room: Room): Promise<string | undefined> {
    const { identity } = row;
    if (await this.#store.findByHolder(row.room, identity, 'valid')) return 'ticket_held_already';
    const access = await this.#context.rooms.decideAccess({ room, identity, role: 'fan' });
    return access.state === 'refused' ? (access.reason ?? 'room_ended') : undefined;
  }

  async expire(tx: Orm, checkout: Checkout): Promise<void> {
    const room = await this.#store.markExpired(tx, checkout.sourceId);
    if (room) await this.#addPlacesChanged(tx, room as RoomId);
  }

  async handleUnusable(tx: Orm, checkout: Checkout): Promise<string | undefined> {
    const ticket = await this.#store.markRefunded(tx, checkout.sourceId, ['pending', 'expired']);
    if (ticket) await this.#addPlacesChanged(tx, ticket.room as RoomId);
    return ticket?.room;
  }

  #addPlacesChanged(tx: Orm, room: RoomId): Promise<void> {
    return this.#context.addFacts(tx, ['places.changed', { room }, { room }]);
  }

  /** Whether somebody has bought a ticket of this room, or has a page open to pay one. */
  isSold(tx: Orm, room: RoomId): Promise<boolean> {
    return this.#store.hasSales(tx, room);
  }

  /** Who has a valid ticket of a room, in pages by ticket; those that were ordered until then. */
  async listHolders(
    room: RoomId,
    { limit, ...page }: { after: string; limit: number; orderedUntil: string | undefined },
  ): Promise<{ people: { identity: string; ticket: string }[]; after: string | undefined }> {
    const people = await this.#store.listHolders(room, { limit, ...page });
    return { people, after: people.length < limit ? undefined : people.at(-1)?.ticket };
  }

  /** How many tickets each of these people can still buy from; null where they are not limited. */
  async countLeft({ id, capacity }: Pick<Room, 'id' | 'capacity'>, identities: string[]): Promise<number[] | null> {
    if (capacity === null) return null;
    const places = await this.#store.countPlaces(id, identities);
    return identities.map((identity) => Math.max(0, capacity - places.count + (places.holders.has(identity) ? 1 : 0)));
  }

  /** Whether no ticket is left for this person, or for a visitor who is not signed in. */
  async isSoldOut(room: Pick<Room, 'id' | 'capacity'>, identity = ''): Promise<boolean> {
    const left = await this.countLeft(room, [identity]);
    return left?.[0] === 0;
  }

  /** The sold-out ones of these rooms, for people without a ticket. */
  async findSoldOut(rooms: Pick<Room, 'id' | 'capacity'>[]): Promise<Set<string>> {
    const limits = rooms.flatMap(({ id, capacity }) => (capacity === null ? [] : [{ room: id, capacity }]));
    return new Set(limits.length > 0 ? await this.#store.listFull(limits) : []);
  }

  async #legsOf({ row, terms }: Pick<TicketDraft, 'row' | 'terms'>, creator: string): Promise<Leg[]> {
    const { ledger, currency } = this.#context;
    await ledger.ensureAccounts([{ kind: 'creator_pending', owner: creator, currency }]);
    const payer =
      row.paidFrom === 'wallet' ? fanWallet(row.identity, currency) : houseAccount('provider_clearing', currency);
    const split = splitSale(row.priceMinor, terms);
    return saleLegs({ payer, creator, grossMinor: row.priceMinor, split, association: terms.association });
  }

  async #grant(tx: Orm, ticket: Ticket): Promise<void> {
    const { rooms } = this.#context;
    const { id, room, identity } = ticket;
    await rooms.entitlements.grant(tx, { room, identity, source: 'ticket', sourceId: id });
    await this.#context.addFacts(
      tx,
      ['ticket.bought', { ticket }, { room, identity }],
      ['earnings.changed', { room }, { room }],
    );
  }
}

/** The payment of a ticket. */
function soldAs(
  { row, terms }: Pick<TicketDraft, 'row' | 'terms'>,
  { creator: { identity: creator } }: Room,
): Omit<NewPayment, 'paidAt'> {
  const { id, identity, room, priceMinor: amountMinor, currency, paidFrom, createdAt } = row;
  const sold = { creator, shares: { [creator]: splitSale(amountMinor, terms).creatorMinor }, terms: terms.termsId };
  return { kind: 'ticket', id, identity, room, amountMinor, currency, paidFrom, createdAt, ...sold };
}

export function ticketPriceOf({ access: { kind, priceMinor } }: Room): number {
  if (kind !== 'ticket' || priceMinor === undefined) throw new AppError('nothing_to_buy');
  return priceMinor;
}
