/**
 * The end of a flow. First everything settles: webhooks are delivered, banks decide, memberships end, holds and terms
 * expire. Then everything is refunded, so that money which cannot be moved shows up.
 */
import { sql } from '../../../server/platform/db/sql.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { settle } from '../soak/checks.ts';
import type { Dice } from '../soak/dice.ts';
import { isRefusal } from '../soak/soak.ts';
import type { SoakHouse } from '../soak/soak-house.ts';
import type { Diary } from './diary.ts';
import { deliver } from './steps.ts';

interface Ending {
  house: SoakHouse;
  dice: Dice;
  diary: Diary;
}

const DAY_MS = 24 * 60 * 60_000;
/** A bank may take this long for a dispute; longer than the reconciliation window. */
const BANK_DAYS = 40;
/** Past every hold, grace period and term; in steps, because jobs run in between. */
const REST_DAYS = [1, 4, 10, 35, 60];
/** Partial refunds, the rest, and a retry for a refund that a bank returned. */
const REFUNDS_MAX = 12;
const DISPUTES_OPEN = ['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review'];
/** A creator's part of a sale; what was paid out before a loss, the house bears. */
const CREATORS = ['creator_pending', 'creator_available', 'chargeback_loss'];
/** Ordered, so that wallet payments are refunded before the wallet's top-ups. */
const KINDS = ['private_session', 'tip', 'ticket', 'membership', 'topup', 'unusable'] as const;

export async function settleFlow({ house, dice, diary }: Ending): Promise<string[]> {
  for (const room of diary.listLive()) {
    await house.app.rooms.endLive(room as never);
    diary.stop(room, house.clock.now());
  }
  await house.emulator.flush();
  await deliver({ house, dice }, Number.POSITIVE_INFINITY);
  house.heldWebhooks = undefined;
  await settle(house);
  await endPrivateSessions(house);
  if (dice.chance(0.5)) {
    house.advance(BANK_DAYS * DAY_MS);
    await settle(house);
  }
  await endDisputes({ house, dice });
  await settle(house);
  const faults = await reconcileWindow(house);
  for (const { id } of await open(house)) await house.stripe.subscriptions.cancel(id);
  for (const days of REST_DAYS) {
    house.advance(days * DAY_MS);
    await settle(house);
  }
  return faults;
}

/**
 * The server's own reconciliation job covers the last weeks only, in which disputes may close that were opened earlier.
 * Differences from before the window are expected when their webhooks arrived within it.
 */
async function reconcileWindow(house: SoakHouse): Promise<string[]> {
  const { items } = await house.app.money.reconciliations.run();
  const isFault = ({ verdict, isExplained, reference }: (typeof items)[number]) =>
    !isExplained && verdict !== 'missing_there' && reference !== 'balance';
  return items.filter(isFault).map(({ reference, text }) => `${reference}: ${text}`);
}

async function open(house: SoakHouse) {
  const { data } = await house.stripe.subscriptions.list({ limit: 100 });
  return data.filter(({ status }) => status !== 'canceled' && status !== 'incomplete_expired');
}

async function endDisputes({ house, dice }: Pick<Ending, 'house' | 'dice'>): Promise<void> {
  const { data } = await house.stripe.disputes.list({ limit: 100 });
  for (const { id, status } of data) {
    if (!DISPUTES_OPEN.includes(status)) continue;
    house.emulator.act('close_dispute', { dispute: id, outcome: dice.chance(0.5) ? 'won' : 'lost' });
  }
}

async function endPrivateSessions(house: SoakHouse): Promise<void> {
  const { db, money } = house.app;
  const { rows } = (await db.orm.execute(
    sql`select id, room, identity from private_sessions where status = 'active'`,
  )) as unknown as { rows: { id: string; room: string; identity: string }[] };
  for (const { id, room, identity } of rows) {
    await money.privateSessions.end(
      { room: room as never, participant: { identity, name: 'Fan', role: 'fan' } },
      id as never,
    );
  }
}

/** Refunds every payment in full; returns the unexpected refusals. */
export async function refundEverything({ house }: Pick<Ending, 'house'>): Promise<string[]> {
  const faults: string[] = [];
  for (const kind of KINDS) {
    const ids = await listPayments(house, kind);
    for (const id of ids) faults.push(...(await giveBack(house, id)));
    if (ids.length > 0) await settle(house);
  }
  return faults;
}

async function listPayments(house: SoakHouse, kind: (typeof KINDS)[number]): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const { payments, next } = await house.app.money.desk.payments.search({ kind, after, limit: 50 });
    ids.push(...payments.map(({ id }) => id));
    if (next === null) return ids;
    after = next;
  }
}

async function giveBack(house: SoakHouse, id: string): Promise<string[]> {
  const { money } = house.app;
  for (let time = 1; time <= REFUNDS_MAX; time += 1) {
    try {
      await money.desk.refund({ payment: id, reason: 'closing', idempotencyKey: `closing-${id}-${time}` }, 'operator');
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return explain(house, id, error instanceof AppError ? error.code : String(error));
    }
    await house.emulator.flush();
    await money.idle();
  }
  return explain(house, id, 'refund had no effect');
}

/** The legitimate reasons for a refused refund: nothing is left, a bank has decided, or the credit is spent. */
async function explain(house: SoakHouse, id: string, code: string): Promise<string[]> {
  const { payment, dispute, legs } = await house.app.money.desk.payments.get(id);
  const creatorMinor = legs
    .filter(({ account }) => CREATORS.includes(account))
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const isLost = dispute?.status === 'lost';
  if (isLost || payment.kind === 'topup') return [];
  // The creator's share must be gone when everything was refunded.
  const isGone = payment.status === 'refunded' || creatorMinor === 0;
  if (isGone) return [];
  return [`${id} is ${code} for the operator, and ${creatorMinor} of it is still the creator's`];
}
