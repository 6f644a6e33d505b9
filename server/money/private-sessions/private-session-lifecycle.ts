/**
 * The steps of a private session: the fan requests it and money is held, the creator accepts one at a time, and the
 * confirmed time is booked once at the end. Every step is one local transaction. `private-runner.ts` meters between
 * them; a session left by a crash is booked at its last heartbeat. Lock order: the fan's credit before the session.
 */

import { iso, isoOrNull } from '../../platform/clock.ts';
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PrivateSessionId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { PrivateEndReason, PrivateSession } from '../../protocol/money/private-sessions.ts';
import type { Room } from '../../protocol/rooms.ts';
import { refusalOf } from '../../rooms/access-decision.ts';
import { creatorPending, fanWallet, saleLegs, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { SaleTerms } from '../sales/pricing.ts';
import { type Hold, HoldsStore } from '../wallet/holds.store.ts';
import { payWithPromo } from '../wallet/promo-legs.ts';
import { dueMinor } from './private-billing.ts';
import {
  type ClosedStatus,
  HEARTBEAT,
  ONE_ACTIVE_SESSION,
  ONE_OPEN_SESSION,
  type PrivateSessionChange,
  type PrivateSessionRow,
  PrivateSessionsStore,
} from './private-sessions.store.ts';

/** How long the creator has to answer. */
const REQUEST_LIFE_MS = 120_000;
/** Validity of the fan's entitlement, extended by every heartbeat. */
export const ENTITLEMENT_LIFE_MS = 30_000;
/** Without a heartbeat for this long, the session's process is gone. */
const ABANDONED_AFTER_MS = 15_000;
const SWEEP_SESSIONS = 50;

/** The state of a running session at one moment. */
export interface Heartbeat {
  confirmedMs: number;
  /** Minutes to hold ahead from now on. */
  holdMinutes?: number;
}

export class PrivateSessionLifecycle {
  readonly #context: MoneyContext;
  readonly #store: PrivateSessionsStore;
  readonly #holds: HoldsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new PrivateSessionsStore(context.db);
    this.#holds = new HoldsStore(context.spending, { isPromoHeld: context.promoPays === 'everything' });
  }

  /** Requests a session and holds the price of its first minutes. */
  async request(asking: { room: Room; identity: string; name: string; minutes?: number }): Promise<PrivateSessionRow> {
    const { room, identity, name, minutes = 1 } = asking;
    const { db, currency, walletMode, pricing, ledger } = this.#context;
    const rateMinor = room.access.ratePerMinuteMinor;
    if (room.access.kind !== 'private' || rateMinor === undefined) throw new AppError('private_not_offered');
    if (walletMode === 'off') throw new AppError('wallet_off');
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > LIMITS.privateHoldMinutesMax) {
      throw new AppError('amount_invalid');
    }
    await this.#assertMayAsk(room, identity);
    const creator = room.creator.identity;
    const terms = await pricing.findTerms({ creator, buyer: identity });
    await ledger.ensureAccounts([creatorPending(creator, currency)]);
    const id = createId('privateSession');
    const requestedAt = this.#context.nowIso();
    const heldMinor = rateMinor * minutes;
    const row = {
      ...{ id, room: room.id, creator, identity, name, rateMinor, currency, heldMinor, requestedAt },
      status: 'requested' as const,
      terms: terms.termsId,
      expiresAt: this.#context.laterIso(REQUEST_LIFE_MS),
    };
    const requested = await this.#orExists(() =>
      db.transaction(async (tx) => {
        if ((await this.#store.lockQueue(tx, room.id)) >= LIMITS.privateQueueRequests) {
          throw new AppError('private_queue_full');
        }
        const held = await this.#holds.place(tx, { id, identity, currency }, heldMinor, requestedAt);
        if (!held) throw new AppError('insufficient_funds');
        const inserted = await this.#store.insert(tx, row);
        await this.#addFact(tx, 'private_session.requested', inserted);
        return inserted;
      }),
    );
    this.#context.outbox.wake();
    return requested;
  }

  async #assertMayAsk(room: Room, identity: string): Promise<void> {
    const access = await this.#context.rooms.decideAccess({ room, identity, role: 'fan' });
    if (access.state === 'refused') throw refusalOf(access);
    if (identity === room.creator.identity) throw new AppError('already_entitled');
    const [open] = await this.#store.listOpen(room.id, identity);
    if (open) throw new AppError('private_session_exists');
    if (access.state === 'granted') throw new AppError('already_entitled');
  }

  async #orExists<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isUniqueViolation(error, ONE_OPEN_SESSION)) throw new AppError('private_session_exists');
      if (isUniqueViolation(error, ONE_ACTIVE_SESSION)) throw new AppError('private_session_busy');
      throw error;
    }
  }

  /** The creator accepts: the fan is entitled to the room, and time counts once media is confirmed. */
  async accept(room: RoomId, id: string): Promise<PrivateSessionRow> {
    const { db, rooms, clock } = this.#context;
    if ((await rooms.getRoom(room)).status === 'ended') throw new AppError('room_ended');
    const started = await this.#orExists(() =>
      db.transaction(async (tx) => {
        const row = await this.#store.lock(tx, id, ['requested']);
        if (row?.room !== room || Date.parse(row.expiresAt) <= clock.now()) {
          throw new AppError('private_session_not_found');
        }
        const startedAt = this.#context.nowIso();
        const active = await this.#store.update(tx, id, { status: 'active', startedAt, ...HEARTBEAT });
        await rooms.entitlements.grant(tx, {
          ...{ room, identity: row.identity, source: 'private', sourceId: id },
          validUntil: this.#context.laterIso(ENTITLEMENT_LIFE_MS),
        });
        await this.#addFact(tx, 'private_session.started', active);
        return active;
      }),
    );
    this.#context.outbox.wake();
    return started;
  }

  /** Closes a request without a session and releases its hold. */
  async closeRequest(id: string, status: ClosedStatus): Promise<PrivateSessionRow> {
    const found = await this.#get(id);
    const closed = await this.#context.db.transaction(async (tx) => {
      await this.#holds.release(tx, holdOf(found));
      await this.#context.promoExpiry.expire(tx, found.identity);
      if (!(await this.#store.lock(tx, id, ['requested']))) throw new AppError('private_session_not_found');
      const row = await this.#store.update(tx, id, { status, endedAt: this.#context.nowIso() });
      await this.#addFact(tx, 'private_session.closed', row);
      return row;
    });
    this.#context.outbox.wake();
    return closed;
  }

  /**
   * Stores the confirmed time, extends a short hold and the entitlement. Idempotent, because the time is a total.
   * Undefined when the session has ended.
   */
  heartbeat(id: string, beat: Heartbeat): Promise<PrivateSessionRow | undefined> {
    return this.#advance(id, beat, async (tx) => {
      const validUntil = this.#context.laterIso(ENTITLEMENT_LIFE_MS);
      await this.#context.rooms.entitlements.extend(tx, { source: 'private', sourceId: id }, validUntil);
      return HEARTBEAT;
    });
  }

  /** Extends the hold at the fan's request. The session may run in another process. Undefined when it has ended. */
  extend(id: string, holdMinutes: number): Promise<PrivateSessionRow | undefined> {
    return this.#advance(id, { confirmedMs: 0, holdMinutes });
  }

  /** The hold first: a charge never exceeds it. */
  async #advance(
    id: string,
    beat: Heartbeat,
    also?: (tx: Orm) => Promise<PrivateSessionChange>,
  ): Promise<PrivateSessionRow | undefined> {
    const { db, pricing, spending } = this.#context;
    const found = await this.#get(id);
    const terms = await pricing.getTerms(found.terms);
    return db.transaction(async (tx) => {
      if (beat.holdMinutes !== undefined) await spending.lockCredit(tx, found.identity, found.currency);
      const row = await this.#store.lock(tx, id, ['active']);
      if (!row) return undefined;
      const heldMinor = row.heldMinor + (await this.#holdAhead(tx, row, beat));
      const charged = await this.#charge(tx, { ...row, heldMinor }, { ...beat, terms });
      return this.#store.update(tx, id, { heldMinor, ...charged, ...(await also?.(tx)) });
    });
  }

  /** Extends the hold to this many minutes beyond what is due, as far as there is credit. */
  async #holdAhead(tx: Orm, row: PrivateSessionRow, beat: Heartbeat): Promise<number> {
    if (beat.holdMinutes === undefined) return 0;
    const confirmedMs = Math.max(row.confirmedMs, beat.confirmedMs);
    const wantedMinor = dueMinor(row.rateMinor, confirmedMs) + row.rateMinor * beat.holdMinutes - row.heldMinor;
    return wantedMinor > 0 ? this.#holds.extend(tx, holdOf(row), wantedMinor) : 0;
  }

  /** Charges the difference to the total, which follows from the confirmed time alone and never exceeds the hold. */
  async #charge(
    tx: Orm,
    row: PrivateSessionRow,
    beat: { confirmedMs: number; terms: SaleTerms },
  ): Promise<Pick<PrivateSessionRow, 'sequence' | 'confirmedMs' | 'chargedMinor' | 'creatorMinor'>> {
    const sequence = row.sequence + 1;
    const confirmedMs = Math.max(row.confirmedMs, Math.floor(beat.confirmedMs));
    const chargedMinor = Math.max(row.chargedMinor, Math.min(row.heldMinor, dueMinor(row.rateMinor, confirmedMs)));
    if (confirmedMs > row.confirmedMs || chargedMinor > row.chargedMinor) {
      await this.#store.insertCharge(tx, {
        ...{ session: row.id, sequence, chargedAt: this.#context.nowIso() },
        amountMinor: chargedMinor - row.chargedMinor,
        confirmedMs: confirmedMs - row.confirmedMs,
      });
    }
    const creatorMinor = chargedMinor > 0 ? splitSale(chargedMinor, beat.terms).creatorMinor : 0;
    return { sequence, confirmedMs, chargedMinor, creatorMinor };
  }

  /**
   * Ends a running session and books it, at the given time or at its last heartbeat. Undefined when it was over
   * already.
   */
  async finish(
    id: string,
    end: { reason: PrivateEndReason; confirmedMs?: number },
  ): Promise<PrivateSessionRow | undefined> {
    const { db, rooms, pricing, spending, metrics } = this.#context;
    const found = await this.#get(id);
    const terms = await pricing.getTerms(found.terms);
    const ended = await db.transaction(async (tx) => {
      await spending.lockCredit(tx, found.identity, found.currency);
      const row = await this.#store.lock(tx, id, ['active']);
      if (!row) return undefined;
      const parts = await this.#holds.release(tx, holdOf(row));
      const { confirmedMs = row.confirmedMs } = end;
      const charged = await this.#charge(tx, row, { confirmedMs, terms });
      const endedAt = this.#context.nowIso();
      const sale = { ...charged, promoMinor: parts.promoMinor, terms, endedAt };
      if (charged.chargedMinor > 0) await this.#book(tx, row, sale);
      await this.#context.promoExpiry.expire(tx, row.identity);
      const change = { ...charged, status: 'ended' as const, endReason: end.reason, endedAt };
      const over = await this.#store.update(tx, id, change);
      await rooms.entitlements.revoke(tx, { source: 'private', sourceId: id }, 'private_ended');
      await this.#addFact(tx, 'private_session.ended', over);
      return over;
    });
    if (!ended) return undefined;
    this.#context.outbox.wake();
    metrics.moneyMinor.inc({ kind: 'private_session' }, ended.chargedMinor);
    return ended;
  }

  async #book(
    tx: Orm,
    { id, room, identity, creator, currency, requestedAt }: PrivateSessionRow,
    sale: { chargedMinor: number; creatorMinor: number; promoMinor: number; terms: SaleTerms; endedAt: string },
  ): Promise<void> {
    const { chargedMinor, creatorMinor, promoMinor, terms, endedAt } = sale;
    const payer = fanWallet(identity, currency);
    const split = splitSale(chargedMinor, terms);
    const { association } = terms;
    const legs = saleLegs({ payer, creator, grossMinor: chargedMinor, split, association });
    const left = await this.#context.ledger.post(tx, {
      kind: 'private_session',
      source: { type: 'private_session', id },
      legs: payWithPromo(legs, { payer, promoMinor }),
      at: endedAt,
    });
    if (left === undefined) throw new AppError('internal', 'The hold of the private session is missing.');
    await this.#context.stores.payments.insert(tx, {
      ...{ id, kind: 'private_session', identity, room, creator, currency, paidFrom: 'wallet' },
      ...{ amountMinor: chargedMinor, shares: { [creator]: creatorMinor }, terms: terms.termsId },
      ...{ createdAt: requestedAt, paidAt: endedAt },
    });
  }

  /**
   * Closes unanswered requests, and sessions whose process is gone; `isOurs` are those that run here. True when there
   * may be more.
   */
  async sweep(isOurs: (id: string) => boolean): Promise<boolean> {
    const lapsed = await this.#store.findLapsed(this.#context.nowIso(), SWEEP_SESSIONS);
    for (const id of lapsed) await ignoreOver(this.closeRequest(id, 'expired'));
    const abandoned = await this.#store.findAbandoned(ABANDONED_AFTER_MS, SWEEP_SESSIONS);
    const lost = abandoned.filter((id) => !isOurs(id));
    for (const id of lost) await this.finish(id, { reason: 'interrupted' });
    return lapsed.length === SWEEP_SESSIONS || lost.length === SWEEP_SESSIONS;
  }

  listOpen(room: RoomId, identity?: string): Promise<PrivateSessionRow[]> {
    return this.#store.listOpen(room, identity);
  }

  listOpenOf(person: string): Promise<PrivateSessionRow[]> {
    return this.#store.listOpenOf(person);
  }

  async #get(id: string): Promise<PrivateSessionRow> {
    const row = await this.#store.find(id);
    if (!row) throw new AppError('private_session_not_found');
    return row;
  }

  /** The session, if it is open and in this room. */
  async getOpen(room: RoomId, id: string): Promise<PrivateSessionRow> {
    const row = await this.#get(id);
    if (row.room !== room || (row.status !== 'requested' && row.status !== 'active')) {
      throw new AppError('private_session_not_found');
    }
    return row;
  }

  async #addFact(tx: Orm, topic: PrivateSessionTopic, row: PrivateSessionRow): Promise<void> {
    const room = row.room as RoomId;
    const { identity } = row;
    const wallet = await this.#context.readWallet(identity, tx);
    await this.#context.addFacts(
      tx,
      [topic, { session: toPrivateSession(row) }, { room, identity }],
      ['wallet.changed', { identity, wallet }, { identity }],
    );
    if (topic === 'private_session.ended' && row.chargedMinor > 0) {
      await this.#context.addFacts(tx, ['earnings.changed', { room }, { room }]);
    }
  }
}

export type PrivateSessionTopic =
  | 'private_session.requested'
  | 'private_session.started'
  | 'private_session.closed'
  | 'private_session.ended';

function holdOf({ id, identity, currency }: PrivateSessionRow): Hold {
  return { id, identity, currency };
}

async function ignoreOver(closing: Promise<unknown>): Promise<void> {
  await closing.catch((error) => {
    if (!(error instanceof AppError) || error.code !== 'private_session_not_found') throw error;
  });
}

export function toPrivateSession(row: PrivateSessionRow): PrivateSession {
  const isOpen = row.status === 'requested' || row.status === 'active';
  return {
    id: row.id as PrivateSessionId,
    room: row.room as RoomId,
    identity: row.identity,
    name: row.name,
    status: row.status,
    ratePerMinuteMinor: row.rateMinor,
    currency: row.currency,
    heldMinor: isOpen ? row.heldMinor : 0,
    confirmedMs: row.confirmedMs,
    costMinor: row.chargedMinor,
    creatorMinor: row.creatorMinor,
    endReason: row.endReason,
    requestedAt: iso(row.requestedAt),
    expiresAt: iso(row.expiresAt),
    startedAt: isoOrNull(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
  };
}
