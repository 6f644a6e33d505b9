/** Invariants once all pending work has finished. */
import { sql } from '../../../server/platform/db/sql.ts';
import type { Reconciliation } from '../../../server/protocol/money/payouts.ts';
import { eventually } from '../run/eventually.ts';
import type { Answers } from './answers.ts';
import type { SoakHouse } from './soak-house.ts';

/** A claim that a crashed process left behind ends within the hour. */
const CLAIM_MS = 66 * 60_000;
const ROUNDS = 3;
const FEE_MS = 60_000;
/** A stalled machine lets the provider's answer time out, too. What fails this often has another cause. */
const ATTEMPTS_MAX = 10;

/** Lets all pending work finish: no faults, no crashes, and time for retries. */
export async function settle(house: SoakHouse): Promise<void> {
  const { money, outbox } = house.app;
  for (let round = 0; round < ROUNDS; round += 1) {
    await house.emulator.flush();
    await sweepUntilDone(house);
    await money.privateSessions.sweep();
    await outbox.idle();
    if (round < ROUNDS - 1) house.advance(CLAIM_MS);
  }
}

/**
 * Sweeps, and waits for the next attempt at what fails. What failed before several days passed is attempted again a
 * day later, because the pause is as long as it has been failing.
 */
async function sweepUntilDone(house: SoakHouse): Promise<void> {
  const { money } = house.app;
  for (let attempt = 1; ; attempt += 1) {
    await money.sweep();
    const failing = (await Promise.all(money.dueRows.map((rows) => rows.report()))).flatMap(({ faults }) => faults);
    if (failing.length === 0 || attempt === ATTEMPTS_MAX) return;
    const dueAtMs = Math.max(...failing.map(({ dueAt }) => (dueAt === null ? 0 : Date.parse(dueAt))));
    house.advance(Math.max(0, dueAtMs - house.clock.now()));
  }
}

interface Findings {
  violations: string[];
  lost: string[];
}

export function check(house: SoakHouse, answers: Answers): Promise<Findings> {
  return house.withWebhooksHeld(async () => {
    // For late arrivals, and the provider's fee, which is fetched half a minute later.
    await sweepUntilDone(house);
    house.advance(FEE_MS);
    await sweepUntilDone(house);
    await house.app.outbox.idle();
    return look(house, answers);
  });
}

async function look(house: SoakHouse, answers: Answers): Promise<Findings> {
  const { db, money } = house.app;
  const [lost, rules, ...others] = await Promise.all([
    answers.findLost(db),
    money.checkInvariants(),
    findUnprocessed(house),
    compareBalance(house),
    findNotShown(house, answers),
  ]);
  const violations = [...rules, ...others.flat(), ...house.notes.splice(0), ...answers.doubled];
  return { violations, lost: await Promise.all(lost.map((each) => describeLost(house, each))) };
}

async function select<Row>(house: SoakHouse, statement: string): Promise<Row[]> {
  return ((await house.app.db.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
}

/** Unfinished work although nothing prevents it. */
async function findUnprocessed(house: SoakHouse): Promise<string[]> {
  const events = await select<{ id: string; type: string; fault: string | null }>(
    house,
    'select id, type, fault from provider_events where processed_at is null',
  );
  const pending = () => select<{ id: string }>(house, 'select id from outbox where dispatched_at is null');
  const added = new Set((await pending()).map(({ id }) => id));
  const late = async () => (await pending()).filter(({ id }) => added.has(id));
  // A job may have committed some just now, or died with its claim, which another process takes over when it expires.
  await eventually(async () => (await late()).length === 0).catch(() => {});
  const facts = await late();
  return [
    ...events.map(({ id, type, fault }) => `${id} (${type}) was never processed: ${fault ?? 'no attempt'}`),
    ...facts.map(({ id }) => `${id} is a fact that was never dispatched`),
  ];
}

/** Compares the ledger's clearing account with the provider's balance. */
async function compareBalance(house: SoakHouse): Promise<string[]> {
  const [row] = await select<{ clearing: string }>(
    house,
    `select coalesce(-sum(amount_minor), 0) as clearing from ledger_entries
      where account = 'provider_clearing:eur:#house'`,
  );
  const [own] = await select<{ known: string }>(
    house,
    `select coalesce(sum(-e.amount_minor), 0) as known from ledger_entries e join ledger_transactions x on x.id = e.transaction
      where e.account = 'provider_clearing:eur:#house' and x.kind in ('bank_payout', 'provider_charge', 'provider_reserve', 'provider_other')`,
  );
  const { available, pending } = await house.stripe.balance.retrieve();
  const providerMinor = [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0);
  // Payouts to the server's own bank are booked only when reconciled.
  const toBankMinor = (await house.stripe.payouts.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }))
    .filter(({ status }) => status !== 'failed' && status !== 'canceled')
    .reduce((sum, { amount }) => sum + amount, 0);
  const clearingMinor = Number(row?.clearing) - Number(own?.known) - toBankMinor;
  if (clearingMinor === providerMinor) return [];
  const fault = `the clearing account says ${clearingMinor}, the provider's balance ${providerMinor}`;
  const { items } = await house.app.money.reconciliations.run(0);
  return [fault, ...(await describeItems(house, items))];
}

/** A tip is shown exactly if it is in the ledger. */
async function findNotShown(house: SoakHouse, answers: Answers): Promise<string[]> {
  const booked = new Set((await select<{ id: string }>(house, 'select id from tips')).map(({ id }) => id));
  return [
    ...[...answers.idsOf('tip')].filter((id) => !house.shown.has(id)).map((id) => `${id} was never shown`),
    ...[...house.shown].filter((id) => !booked.has(id)).map((id) => `${id} was shown, and is not in the ledger`),
  ];
}

/** Checks at the provider itself: nothing was charged or sent twice, and every movement is explained. */
export async function checkProvider(house: SoakHouse): Promise<{ violations: string[]; doubled: string[] }> {
  const { stripe } = house;
  const doubled: string[] = [];
  const once = (what: string, ids: (string | null | undefined)[]) => {
    const seen = new Set<string>();
    for (const id of ids) {
      if (!id) continue;
      if (seen.has(id)) doubled.push(`${id}: ${what} twice at the provider`);
      seen.add(id);
    }
  };
  const all = { limit: 100 };
  const most = { limit: 10_000 };
  const payments = await stripe.paymentIntents.list(all).autoPagingToArray(most);
  once(
    'paid',
    payments.filter(({ status }) => status === 'succeeded').map(({ metadata }) => metadata.checkout),
  );
  const refunds = await stripe.refunds.list(all).autoPagingToArray(most);
  once(
    'refunded',
    refunds.filter(({ status }) => status !== 'failed').map(({ metadata }) => metadata?.refund),
  );
  const transfers = await stripe.transfers.list(all).autoPagingToArray(most);
  once(
    'transferred',
    transfers.map(({ metadata }) => metadata.payout),
  );
  const subscriptions = await stripe.subscriptions.list(all).autoPagingToArray(most);
  once(
    'subscribed',
    subscriptions.map(({ metadata }) => metadata.membership),
  );
  return { doubled, violations: await findUnexplained(house) };
}

async function findUnexplained(house: SoakHouse): Promise<string[]> {
  const { items } = await house.app.money.reconciliations.run(0);
  return describeItems(
    house,
    items.filter(({ isExplained }) => !isExplained),
  );
}

/** Adds the provider events that the server received for each, for debugging. */
function describeItems(house: SoakHouse, items: Reconciliation['items']): Promise<string[]> {
  return Promise.all(
    items.map(async ({ verdict, reference, text }) => {
      const told = await select(
        house,
        `select type, created_at, received_at, processed_at, attempts from provider_events where object_id = '${reference}'`,
      );
      const payments = await select(house, `select * from payments where provider_payment = '${reference}'`);
      return `${verdict} ${reference}: ${text} Provider events: ${JSON.stringify(told)} ${JSON.stringify(payments)}`;
    }),
  );
}

/** A paid checkout session that the server does not know, as both sides see it. */
async function describeLost(house: SoakHouse, { kind, id }: { kind: string; id: string }): Promise<string> {
  if (kind !== 'paid_page') return `${kind} ${id}`;
  const { client_reference_id, mode, status, payment_status, subscription } =
    await house.stripe.checkout.sessions.retrieve(id);
  const rows = [
    ...(await select(house, `select * from checkouts where id = '${client_reference_id}'`)),
    ...(await select(house, `select * from memberships where id = '${client_reference_id}'`)),
  ];
  const atProvider = { client_reference_id, mode, status, payment_status, subscription };
  return `${kind} ${id}: ${JSON.stringify(atProvider)} here ${JSON.stringify(rows)}`;
}
