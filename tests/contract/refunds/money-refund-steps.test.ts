/**
 * Kills a process at each step of a refund, before and after each provider call and each transaction. The next process
 * continues until the card is refunded once, and the ledger and the provider agree.
 */
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import type { TicketId } from '../../../server/protocol/ids.ts';
import {
  buyTicketByCard,
  countRefundSteps,
  type KillableHouse,
  type Killer,
  openKillableHouse,
} from '../../support/crash/refund-steps.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { closeBalanced } from '../../support/houses/money-house.ts';
import { killSteps } from '../../support/run/effort.ts';

/** Each step runs a purchase, a refund and another process. */
const TIMEOUT_MS = 240_000;
const DAY_MS = 24 * 60 * 60_000;

describe.each(DATABASES)('a refund that is killed at each step on $name', { timeout: TIMEOUT_MS }, ({ open }) => {
  let killable: KillableHouse;
  let house: KillableHouse['house'];
  let stripe: Stripe;
  /** The refund's webhook is late: the next process has to ask the provider. */
  let isNewsLate = false;

  beforeAll(async () => {
    killable = await openKillableHouse(open, wrapProvider);
    house = killable.house;
    stripe = house.stripe;
    // A house that has not listed events yet begins an hour ago; the tests let a day pass.
    await buyTicketByCard(house);
    await house.money.sweep();
  });

  afterAll(() => closeBalanced(killable));

  function wrapProvider(provider: PaymentProvider, killer: Killer): PaymentProvider {
    const { fetchEvents } = provider;
    provider.fetchEvents = async (span) =>
      isNewsLate ? { events: [], isWhole: true } : fetchEvents.call(provider, span);
    return countRefundSteps(provider, killer);
  }

  /**
   * Runs a refund with one more step each time until it ends without being killed; after each, a new process continues
   * it.
   */
  async function killAtEachStep(flow: (bought: { ticket: TicketId; payment: string }) => Promise<unknown>) {
    for (const steps of killSteps(60)) {
      const bought = await buyTicketByCard(house);
      isNewsLate = true;
      const hasKilled = await killable.killDuring(steps, () => flow(bought));
      house.advance(DAY_MS);
      await house.money.sweep();
      isNewsLate = false;
      await house.money.sweep();
      // The operator retries; an already decided refund is returned as it is.
      await house.money.refunds.refund({ ticket: bought.ticket, reason: 'Again' }, 'operator').catch(() => {});
      await house.money.sweep();
      const { data } = await stripe.refunds.list({ payment_intent: bought.payment });
      const sent = data.filter(({ status }) => status === 'succeeded');
      const sentMinor = sent.reduce((sum, each) => sum + each.amount, 0);
      const orders = sent.flatMap(({ metadata }) => metadata?.refund ?? []);
      expect({ steps, sentMinor, orders }).toEqual({ steps, sentMinor: 2_000, orders: [...new Set(orders)] });
      expect(await house.money.checkInvariants()).toEqual([]);
      if (!hasKilled) break;
    }
    expect(await house.money.reconciliations.run(0)).toMatchObject({ differenceMinor: 0, items: [] });
  }

  test('a refund by the house is decided once and sent once', async () => {
    await killAtEachStep(async ({ ticket }) =>
      house.money.refunds.refund({ ticket, reason: 'The sound was gone' }, 'operator'),
    );
  });

  test('a manual refund at the provider beside a part by the house', async () => {
    await killAtEachStep(async ({ ticket, payment }) => {
      await stripe.refunds.create({ payment_intent: payment, amount: 700 });
      await house.money.refunds.refund({ ticket, reason: 'A part', amountMinor: 500 }, 'operator');
      await house.money.sweep();
    });
  });
});
