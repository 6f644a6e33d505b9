/**
 * What a disputed payment bought: the sale that a card paid, or what credit from the top-up paid. From the first
 * question of the bank on, their earnings stay held; while the dispute is open, their tickets give no access. Lost,
 * each is reversed by what was disputed of it and its ticket is over; won, a ticket is valid again, or goes back where
 * its holder cannot use it. A bank that gives back what it had kept undoes a loss: the sale stands again, and what had
 * ended meanwhile goes to its payer.
 */
import type { Orm } from '../../platform/db/db.ts';
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import { moneyLeftOf, remainderOf, sumOf } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';
import type { CancellationRow, TicketRow } from '../sales/tickets.store.ts';
import { isWithoutLive } from '../sales/withdrawals.ts';
import { lostSaleLegs, sourceOf, undoneSaleLegs } from './dispute-legs.ts';
import { type DisputedSale, DisputedSalesStore, type SpentTopup } from './disputed-sales.store.ts';
import type { DisputeRow } from './disputes.store.ts';

/** Why a ticket goes back although its dispute was won. */
type Obstacle = 'ticket_held_already' | 'sold_out' | 'blocked' | CancellationRow['reason'];

/** A dispute, and how often it was decided. */
type Decided = Pick<DisputeRow, 'id' | 'decisions'>;

export class DisputedSales {
  readonly #context: MoneyContext;
  readonly #store = new DisputedSalesStore();
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#refunds = refunds;
  }

  findSpent(tx: Orm, wallet: string, topup: string): Promise<SpentTopup> {
    return this.#store.findSpent(tx, wallet, topup);
  }

  listFrozen(tx: Orm, dispute: string): Promise<DisputedSale[]> {
    return this.#store.listFrozen(tx, dispute);
  }

  /** Rooms are locked before a wallet, as purchases do: a place that is free must stay so. */
  async lockRooms(tx: Orm, dispute: string): Promise<void> {
    const { rooms } = this.#context;
    for (const room of await this.#store.listRooms(tx, dispute))
      await rooms.lockForSale(tx, await rooms.getRoom(room, tx));
  }

  freeze(tx: Orm, dispute: string, sales: DisputedSale[]): Promise<void> {
    return this.#store.freeze(tx, dispute, sales, this.#context.nowIso());
  }

  /** Before what is frozen is counted anew. */
  unfreeze(tx: Orm, dispute: string): Promise<void> {
    return this.#store.unfreeze(tx, dispute, this.#context.nowIso());
  }

  /** Closes the tickets of what is frozen. */
  async suspend(tx: Orm, dispute: string): Promise<void> {
    for (const { id, room } of await this.#store.suspendTickets(tx, dispute)) {
      await this.#context.rooms.entitlements.revoke(tx, { source: 'ticket', sourceId: id }, 'disputed');
      await this.#addPlacesChanged(tx, room as RoomId);
    }
    await this.#addEarningsChanged(tx, dispute);
  }

  /**
   * Reverses what is frozen of a sale, up to the loss. The house bears a creator's part that was released already.
   */
  async take(
    tx: Orm,
    { id: dispute, decisions }: Decided,
    { sale, amountMinor: upToMinor }: DisputedSale,
  ): Promise<{ takenMinor: number; borneMinor: number }> {
    const { ledger, currency } = this.#context;
    const booked = await ledger.getTransaction(tx, sale);
    const amountMinor = Math.max(0, Math.min(upToMinor, remainderOf(booked), moneyLeftOf(booked)));
    await this.#store.setTaken(tx, dispute, { sale, amountMinor });
    if (amountMinor === 0) return { takenMinor: 0, borneMinor: 0 };
    const legs = lostSaleLegs(booked, amountMinor, currency);
    await ledger.post(tx, {
      kind: 'dispute_reversal',
      source: sourceOf(dispute, decisions, sale),
      reversesId: sale,
      legs,
      at: this.#context.nowIso(),
    });
    const borne = legs.filter(({ account }) => account.kind === 'chargeback_loss');
    return { takenMinor: amountMinor, borneMinor: -sumOf(borne) };
  }

  /** Books what its last decision took the other way round. */
  async giveBack(tx: Orm, { id: dispute, decisions }: Decided): Promise<void> {
    const { ledger } = this.#context;
    for (const { sale } of await this.#store.listTaken(tx, dispute)) {
      const booked = await ledger.getTransaction(tx, sale);
      const source = sourceOf(dispute, decisions - 1, sale);
      const taken = await ledger.findLegs(tx, { kind: 'dispute_reversal', source });
      const legs = undoneSaleLegs(booked, taken);
      await ledger.post(tx, { kind: 'dispute_undone', source, reversesId: sale, legs, at: this.#context.nowIso() });
      await this.#store.setTaken(tx, dispute, { sale, amountMinor: 0 });
    }
  }

  /** Once a dispute is won or lost. Another open one keeps its tickets closed until that is decided. */
  async lift(tx: Orm, dispute: string): Promise<void> {
    await this.#store.lift(tx, dispute, this.#context.nowIso());
    for (const ticket of await this.#store.listSuspended(tx, dispute)) {
      const { isOpen, isLost } = await this.#store.findDecisions(tx, ticket.id);
      if (isOpen) continue;
      if (isLost) await this.#endTicket(tx, ticket);
      else await this.#restoreTicket(tx, ticket);
    }
    for (const { sale, payment } of await this.#store.listEnded(tx, dispute)) {
      const isLeft = remainderOf(await this.#context.ledger.getTransaction(tx, sale)) > 0;
      if (isLeft) await this.#refunds.returnRest(tx, payment, 'dispute_won');
    }
    await this.#addEarningsChanged(tx, dispute);
  }

  /** What of it was paid with other credit goes back to who saw nothing for it. */
  async #endTicket(tx: Orm, ticket: TicketRow): Promise<void> {
    const { rooms, minLiveSeconds } = this.#context;
    if (ticket.paidFrom === 'card') return;
    if (!isWithoutLive(await rooms.getRoom(ticket.room, tx), ticket, minLiveSeconds)) return;
    const id = ticket.id as TicketId;
    const booked = await this.#context.ledger.findTransaction(tx, { kind: 'ticket', source: { type: 'ticket', id } });
    if (booked && remainderOf(booked) > 0) await this.#refunds.refundDisputedTicket(tx, id, 'dispute_lost');
  }

  /** Makes the ticket valid again, or refunds it if its holder cannot use it. */
  async #restoreTicket(tx: Orm, ticket: TicketRow): Promise<void> {
    const { identity } = ticket;
    const [id, room] = [ticket.id as TicketId, ticket.room as RoomId];
    const obstacle = await this.#obstacleOf(tx, ticket);
    if (obstacle) return this.#refunds.refundDisputedTicket(tx, id, obstacle);
    if (!(await this.#store.restoreTicket(tx, id))) return;
    await this.#context.rooms.entitlements.restore(tx, { room, identity, source: 'ticket', sourceId: id });
    await this.#addPlacesChanged(tx, room);
  }

  async #obstacleOf(tx: Orm, ticket: TicketRow): Promise<Obstacle | undefined> {
    if (await this.#store.hasOtherTicket(tx, ticket)) return 'ticket_held_already';
    const returned = await this.#store.findReturnReason(tx, ticket.id);
    if (returned) return returned;
    const { rooms, stores, minLiveSeconds } = this.#context;
    const room = await rooms.getRoom(ticket.room, tx);
    const { id, capacity } = room;
    const isFull = capacity !== null && (await stores.tickets.countPlacesOfOthers(id, ticket.identity, tx)) >= capacity;
    if (isFull) return 'sold_out';
    if (!isWithoutLive(room, ticket, minLiveSeconds)) return undefined;
    return (await rooms.removals.isShutOut(room, ticket.identity, tx)) ? 'blocked' : undefined;
  }

  #addPlacesChanged(tx: Orm, room: RoomId): Promise<void> {
    return this.#context.addFacts(tx, ['places.changed', { room }, { room }]);
  }

  /** Earnings, goals and leaderboards count what is not disputed. */
  async #addEarningsChanged(tx: Orm, dispute: string): Promise<void> {
    for (const id of await this.#store.listRooms(tx, dispute)) {
      const room = id as RoomId;
      await this.#context.addFacts(tx, ['earnings.changed', { room }, { room }]);
    }
  }
}
