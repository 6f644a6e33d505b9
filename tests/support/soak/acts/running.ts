/** Actions of the server, its creators' accounts and its jobs. */
import { type Act, NOTHING, type Scene } from '../soak-world.ts';

const GOOD_IBAN = 'FR1420041010050500013M02606';
const REFUSING_IBAN = 'FR3020041010050500013M02609';

/** Runs all jobs now. */
const sweep: Act = async ({ app }) => {
  await app.money.sweep();
  return 'swept';
};

const onboard: Act = async ({ app, world, dice, house }) => {
  const creator = dice.pick(world.creators) ?? '';
  await app.money.creatorAccounts.startOnboarding({ creator: { identity: creator, name: 'Ada', country: 'FR' } });
  const account = await accountOf(house, creator);
  if (!account) return NOTHING;
  house.emulator.act('onboard_account', { account, iban: dice.chance(0.8) ? GOOD_IBAN : REFUSING_IBAN });
  // The creator returns from the provider's page, or only the webhook arrives.
  if (dice.chance(0.5)) await app.money.creatorAccounts.describe(creator);
  return account;
};

async function accountOf(house: Scene['house'], creator: string): Promise<string | undefined> {
  const { data } = await house.stripe.accounts.list({ limit: 20 });
  return data.find(({ metadata }) => metadata?.creator === creator)?.id;
}

const restrict: Act = async ({ world, dice, house }) => {
  const account = await accountOf(house, dice.pick(world.creators) ?? '');
  if (!account) return NOTHING;
  if (dice.chance(0.4)) house.emulator.act('restrict_account', { account, reason: 'under_review' });
  else house.emulator.act('lift_restriction', { account });
  return account;
};

const payOut: Act = async ({ app, answers }) => {
  const { id, payouts } = await app.money.payouts.createBatch({ by: 'operator' });
  answers.note('payout_batch', id);
  return payouts.length === 0 ? `nothing is due: ${id}` : `${id} with ${payouts.length}`;
};

/** Freezes or unfreezes payouts to a creator; a reversed transfer also freezes them. */
const freeze: Act = async ({ app, world, dice }) => {
  const creator = dice.pick(world.creators) ?? '';
  const input = { frozen: dice.chance(0.2), reason: 'soak', by: 'operator' };
  return (await app.money.desk.setFreeze(creator, input))?.id ?? `${creator} is free`;
};

/** A creator's bank returns a payout; the money stays in their provider account. */
const failBankPayout: Act = async ({ world, dice, house }) => {
  const account = await accountOf(house, dice.pick(world.creators) ?? '');
  if (!account) return NOTHING;
  const { data } = await house.stripe.payouts.list({ limit: 3 }, { stripeAccount: account });
  const payout = dice.pick(data);
  if (!payout) return NOTHING;
  house.emulator.act('fail_payout', { account, payout: payout.id });
  return payout.id;
};

/** A payout to the server's own bank, which the ledger books only from the provider's records. */
const payHouse: Act = async ({ dice, house }) => {
  const { available } = await house.stripe.balance.retrieve();
  const amount = Math.min(available[0]?.amount ?? 0, dice.between(100, 2_000));
  if (amount <= 0) return NOTHING;
  return (await house.stripe.payouts.create({ amount, currency: 'eur' })).id;
};

const changeFees: Act = async ({ app, dice, answers }) => {
  const { id } = await app.money.pricing.addFeePolicy({ commissionBps: dice.between(500, 4_000) });
  answers.note('fee_policy', id);
  return id;
};

const pledge: Act = async ({ app, world, dice }) => {
  const creator = dice.pick(world.creators) ?? '';
  const association = dice.chance(0.5) ? 'red-cross' : 'sos';
  await app.money.pricing.pledge(creator, { association, shareBps: dice.between(0, 5_000) });
  return creator;
};

const moveHouse: Act = async ({ app, world, dice }) => {
  const identity = dice.pick(world.fans) ?? '';
  await app.money.pricing.noteBuyerCountry(identity, dice.pick(['FR', 'DE', 'HU', 'US', 'LU']) ?? 'FR');
  return identity;
};

const reconcile: Act = async ({ app }) => {
  const { unexplainedCount } = await app.money.reconciliations.run();
  return `${unexplainedCount} unexplained for now`;
};

const readBooks: Act = async ({ app, world, dice, house }) => {
  const creator = dice.pick(world.creators) ?? '';
  const month = new Date(house.clock.now()).toISOString().slice(0, 7);
  await app.money.creatorAccounts.describe(creator);
  await app.money.earnings.describe(creator);
  await app.money.statements.ofMonth(creator, month);
  return creator;
};

const lastAnswers: Act = async ({ house }) => {
  await house.emulator.flush();
  return 'flushed';
};

export const RUNNING = {
  sweep: { act: sweep, weight: 3 },
  onboard: { act: onboard, weight: 0.4 },
  restrict: { act: restrict, weight: 0.3 },
  payOut: { act: payOut, weight: 0.8 },
  freeze: { act: freeze, weight: 0.7 },
  failBankPayout: { act: failBankPayout, weight: 0.2 },
  payHouse: { act: payHouse, weight: 0.15 },
  changeFees: { act: changeFees, weight: 0.2 },
  pledge: { act: pledge, weight: 0.3 },
  moveHouse: { act: moveHouse, weight: 0.3 },
  reconcile: { act: reconcile, weight: 0.1 },
  readBooks: { act: readBooks, weight: 0.4 },
  flush: { act: lastAnswers, weight: 0.5 },
};
