/** Actions with saved cards: save, pay with one tap, confirm, refuse or ignore the bank's request, retry, remove. */
import { type Act, type CardTopupAsked, NOTHING, type OpenChallenge, type Scene } from '../soak-world.ts';
import { confirm, keyOf, post } from './paying.ts';

/** Provider names of the cards: good, authenticated each time, declined once saved, disputed, refunded slowly. */
const METHODS = {
  pm_card_visa: 5,
  pm_card_authenticationRequired: 4,
  pm_card_chargeCustomerFail: 1,
  pm_card_createDispute: 0.4,
  pm_card_pendingRefund: 0.6,
};
const ABANDONED_SHARE = 0.35;

/** Adds a card beside those saved during checkout. */
const saveCard: Act = async ({ dice, house }) => {
  const customer = dice.pick((await house.stripe.customers.list({ limit: 30 })).data);
  if (!customer) return NOTHING;
  return (await house.stripe.paymentMethods.attach(dice.weighted(METHODS), { customer: customer.id })).id;
};

async function drawCard({ app, world, dice }: Scene): Promise<{ identity: string; card: string } | undefined> {
  const identity = dice.pick(world.fans) ?? '';
  const card = dice.pick(await app.money.cards.list(identity));
  return card && { identity, card: card.id };
}

const topUpByCard: Act = async (scene) => {
  const { world, dice } = scene;
  const drawn = await drawCard(scene);
  if (!drawn) return NOTHING;
  const asked = { ...drawn, amountMinor: dice.between(500, 6_000), idempotencyKey: keyOf(dice) };
  world.cardTopups.add(asked);
  return charge(scene, asked);
};

/** A retry after a lost answer or a second tap uses the same key: it must be the same payment. */
const topUpByCardAgain: Act = async (scene) => {
  const { world, dice } = scene;
  const asked = dice.pick(world.cardTopups.items);
  if (!asked) return NOTHING;
  const times = dice.chance(0.5) ? 2 : 1;
  const answers = await Promise.allSettled(Array.from({ length: times }, () => charge(scene, asked)));
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  return `${times} times`;
};

async function charge(scene: Scene, asked: CardTopupAsked): Promise<string> {
  const { app, answers, world, dice } = scene;
  const key = `card ${asked.identity} ${asked.idempotencyKey}`;
  const answer = await app.money.topups.createByCard({ ...asked, name: 'Fan' });
  answers.compare(key, answer.topup);
  if (answer.status === 'succeeded') {
    answers.note('topup', answer.topup);
    world.topups.add(answer.topup);
    return answer.topup;
  }
  const challenge = { url: answer.actionUrl, topup: answer.topup };
  if (!dice.chance(ABANDONED_SHARE)) return `${answer.topup}: ${await answerBank(scene, challenge)}`;
  world.challenges.add(challenge);
  return `${answer.topup}: the bank's request is left open`;
}

/** The payer's action on the bank's page. A confirmed payment must be credited even if the payer never returns. */
async function answerBank(scene: Scene, challenge: OpenChallenge): Promise<string> {
  const { answers, dice, world } = scene;
  const isHonest = dice.chance(0.8);
  const response = await post(scene, challenge.url, { verdict: isHonest ? 'complete' : 'fail' });
  world.challenges.remove(challenge);
  const location = response.headers.get('location');
  if (response.status !== 303 || !location) return `request expired (${response.status})`;
  const back = new URL(location).searchParams;
  const payment = back.get('payment_intent') ?? '';
  const { status } = await scene.house.stripe.paymentIntents.retrieve(payment);
  if (status === 'succeeded') {
    answers.note('paid_page', payment);
    world.paidSessions.add({ url: challenge.url, session: payment, purpose: 'topup' });
  }
  if (dice.chance(0.4)) return `${status}, and away`;
  return confirm(scene, back.get('session_id') ?? '');
}

/** The bank's page was left open for minutes or days. */
const answerLate: Act = async (scene) => {
  const challenge = scene.dice.pick(scene.world.challenges.items);
  return challenge ? answerBank(scene, challenge) : NOTHING;
};

const removeCard: Act = async (scene) => {
  const drawn = await drawCard(scene);
  if (!drawn) return NOTHING;
  const left = await scene.app.money.cards.remove(drawn.identity, drawn.card);
  return `${drawn.card}, ${left.length} left`;
};

export const SAVED_CARDS = {
  saveCard: { act: saveCard, weight: 1 },
  topUpByCard: { act: topUpByCard, weight: 4 },
  topUpByCardAgain: { act: topUpByCardAgain, weight: 1 },
  answerLate: { act: answerLate, weight: 0.7 },
  removeCard: { act: removeCard, weight: 0.5 },
};
