/**
 * Events that the provider initiates: bank payouts, changes of creators' accounts, inquiries, another API version; and
 * payouts stopped by the server.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type TopupId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { type MoneyHouse, openMoneyHouse, WEBHOOK_SECRET } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const failure = (code: string) => expect.objectContaining({ code });

describe.each(DATABASES)('events of the provider on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: MoneyHouse;
  let stripe: Stripe;
  let connect: Server;

  beforeEach(async () => {
    db = await open();
    house = await openMoneyHouse({ db });
    stripe = house.stripe;
    // Connected accounts have a separate webhook endpoint.
    connect = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      await house.money.providerEvents.receive(Buffer.concat(chunks), String(request.headers['stripe-signature']));
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => connect.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(connect.address() as AddressInfo).port}/`;
    house.emulator.setConnectWebhook({ url, secret: WEBHOOK_SECRET });
  });

  afterEach(async () => {
    await eventually(() => house.emulator.listDeliveries('pending').length === 0);
    await house.money.sweep();
    expect(await house.money.checkInvariants()).toEqual([]);
    await house[Symbol.asyncDispose]();
    await new Promise((resolve) => connect.close(resolve));
    await db[Symbol.asyncDispose]();
  });

  const factsOf = (topic: string) => house.facts.filter((fact) => fact.topic === topic).map(({ data }) => data);
  const bankMinor = async () => (await house.money.desk.overview()).clearing;
  const onboard = async () => {
    const { creatorAccounts: accounts } = house.money;
    await accounts.startOnboarding({ creator: { identity: house.creator, name: 'Ada', country: 'FR' } });
    const all = await stripe.accounts.list({ limit: 100 });
    const account = all.data.find((each) => each.metadata?.creator === house.creator)?.id ?? '';
    house.emulator.act('onboard_account', { account });
    return account;
  };
  const statusOf = (status: string) =>
    eventually(() => factsOf('creator.account_changed').some((data) => data.account.status === status));
  /** Available earnings of an established creator. */
  const earn = async () => {
    const room = await house.createRoom({ kind: 'free' });
    const fan = await house.createFan(20_000);
    const input = { amountMinor: 10_000, idempotencyKey: createId('event') };
    await house.money.tips.send({ room, from: { identity: fan, name: 'Léa', role: 'fan' }, input });
    house.advance(20 * DAY_MS);
    await house.money.sweep();
    return house.money.earnings.describe(house.creator);
  };

  test('a payout to the house’s bank is booked once by its event, and reversed when the bank returns it', async () => {
    await house.createFan(5_000);
    house.advance(10 * DAY_MS);
    await eventually(async () => {
      const { ledgerMinor, providerMinor } = await bankMinor();
      return ledgerMinor === providerMinor;
    });
    const before = (await bankMinor()).ledgerMinor;
    const payout = await stripe.payouts.create({ amount: 1_000, currency: 'eur' });
    await eventually(async () => (await bankMinor()).ledgerMinor === before - 1_000);
    house.emulator.act('pay_payout', { account: null, payout: payout.id });
    // Reconciliation runs while the webhooks arrive: each payout is booked once.
    const compared = await Promise.all([1, 2, 3].map(() => house.money.reconciliations.run(0)));
    expect(compared.map(({ unexplainedCount }) => unexplainedCount)).toEqual([0, 0, 0]);
    expect((await bankMinor()).ledgerMinor).toBe(before - 1_000);
    house.emulator.act('fail_payout', { account: null, payout: payout.id });
    await eventually(async () => (await bankMinor()).ledgerMinor === before);
    // The two movements are named, and nothing differs.
    const { items, ...result } = await house.money.reconciliations.run(0);
    expect(result).toMatchObject({ differenceMinor: 0, unexplainedCount: 0 });
    const named = { verdict: 'bank_payout', isExplained: true, differenceMinor: 0 };
    expect(items.toSorted((one, other) => one.reference.localeCompare(other.reference))).toMatchObject([
      { ...named, reference: 'payout', text: expect.stringContaining('-1000 in all') },
      { ...named, reference: 'payout_failure', text: expect.stringContaining(' 1000 in all') },
    ]);
  });

  test('changes of a creator’s account arrive by the webhook of connected accounts', async () => {
    const account = await onboard();
    await statusOf('enabled');
    house.emulator.act('restrict_account', {
      account,
      reason: 'requirements.past_due',
      due: ['individual.verification.document'],
    });
    await statusOf('restricted');
    const { frozen } = await earn();
    expect(frozen).toMatchObject([{ reason: 'onboarding' }]);
    expect((await house.money.payouts.createBatch({ by: 'operator' })).payouts).toEqual([]);
    house.emulator.act('lift_restriction', { account });
    await eventually(() => factsOf('creator.account_changed').at(-1)?.account.status === 'enabled');
  });

  test('a creator’s bank that sends a payout back stops the next one', async () => {
    const account = await onboard();
    await statusOf('enabled');
    const { availableMinor } = await earn();
    await house.money.payouts.createBatch({ by: 'operator' });
    await house.money.sweep();
    const there = { stripeAccount: account };
    const payout = await stripe.payouts.create({ amount: availableMinor, currency: 'eur' }, there);
    house.emulator.act('fail_payout', { account, payout: payout.id, code: 'account_closed' });
    await eventually(async () => !(await house.money.creatorAccounts.isPayable(house.creator)));
    // The money is in the creator's provider account: for the server it is paid.
    expect(await house.money.earnings.describe(house.creator)).toMatchObject({ paidOutMinor: availableMinor });
    expect((await house.money.reconciliations.run(0)).unexplainedCount).toBe(0);
  });

  test('stopped payouts to a creator wait until they are resumed', async () => {
    await onboard();
    await statusOf('enabled');
    const { desk } = house.money;
    await desk.setFreeze(house.creator, { frozen: true, reason: 'Identity in doubt', by: 'operator' });
    const { availableMinor, frozen } = await earn();
    expect(frozen).toEqual([{ reason: 'house', amountMinor: availableMinor }]);
    expect((await house.money.payouts.createBatch({ by: 'operator', creators: [house.creator] })).payouts).toEqual([]);
    await desk.setFreeze(house.creator, { frozen: false, reason: 'All is well', by: 'operator' });
    const { payouts } = await house.money.payouts.createBatch({ by: 'operator' });
    expect(payouts).toMatchObject([{ creator: house.creator, amountMinor: availableMinor }]);
    await eventually(() => factsOf('payout.changed').length === 2);
    expect(factsOf('payout.changed').map((data) => data.payout.status)).toEqual(['pending', 'paid']);
    expect(factsOf('creator.payouts_changed').map((data) => data.frozen)).toEqual([true, false]);
  });

  test('an inquiry withdraws and holds nothing until it becomes a dispute', async () => {
    const fan = await house.createFan(3_000);
    const topup = (await house.money.wallets.listEntries(fan)).entries[0]?.id as TopupId;
    const { data } = await stripe.paymentIntents.list({ limit: 1 });
    const opened = house.emulator.act('open_dispute', { paymentIntent: data[0]?.id ?? '', isInquiry: true }) as {
      id: string;
    };
    const told = await eventually(() => factsOf('dispute.changed')[0]);
    expect(told.dispute).toMatchObject({ status: 'inquiry', source: topup, amountMinor: 3_000, frozenCreditMinor: 0 });
    expect((await house.money.wallets.get(fan)).balanceMinor).toBe(3_000);
    const { disputes } = house.money;
    const { evidence } = await disputes.submitEvidence(told.dispute.id, { by: 'operator', note: 'They watched it' });
    expect(evidence).toMatchObject({ uncategorized_text: 'They watched it' });
    house.emulator.act('escalate_inquiry', { dispute: opened.id });
    await eventually(async () => (await house.money.wallets.get(fan)).balanceMinor === 0);
    const refund = house.money.refunds.refund({ topup, reason: 'Again' }, 'operator');
    await expect(refund).rejects.toEqual(failure('not_refundable'));
    house.emulator.act('close_dispute', { dispute: opened.id, outcome: 'won' });
    await eventually(async () => (await house.money.wallets.get(fan)).balanceMinor === 3_000);
    // The fact arrives after the commit.
    await eventually(() => factsOf('dispute.changed').at(-1)?.dispute.status === 'won');
    expect(factsOf('dispute.changed').map(({ dispute }) => dispute.status)).toEqual(
      expect.arrayContaining(['inquiry', 'open', 'won']),
    );
  });

  test('an event of another API version is processed and counted', async () => {
    const body = JSON.stringify({
      id: `evt_${createId('event').slice(4)}`,
      object: 'event',
      api_version: '2020-08-27',
      created: Math.floor(Date.now() / 1_000),
      type: 'payment_intent.succeeded',
      data: { object: { id: 'pi_000000000000000000000000', object: 'payment_intent' } },
      livemode: false,
      pending_webhooks: 1,
      request: null,
    });
    const signature = await stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret: WEBHOOK_SECRET });
    const counted = async () => (await house.metrics.providerEventVersionMismatches.get()).values[0]?.value ?? 0;
    const before = await counted();
    await house.money.providerEvents.receive(Buffer.from(body), signature);
    expect(await counted()).toBe(before + 1);
    await house.money.providerEvents.receive(Buffer.from(body.replace('2020-08-27', '2020-08-27')), signature);
    const broken = house.money.providerEvents.receive(Buffer.from(body.replace('pi_0', 'pi_1')), signature);
    await expect(broken).rejects.toEqual(failure('signature_invalid'));
  });
});
