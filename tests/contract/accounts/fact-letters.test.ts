/** Which facts become letters, to whom, and that a fact which is dispatched twice becomes one. */
import { expect, test, vi } from 'vitest';
import { FactLetters, type FactLettersOptions } from '../../../server/fact-letters.ts';
import type { MoneyFacts } from '../../../server/money/money-facts.ts';
import { formatDate } from '../../../server/platform/house-dates.ts';
import type { Fact } from '../../../server/platform/outbox/outbox.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { type MailHouse, openMailHouse } from '../../support/houses/mail-house.ts';
import { openMoneyHouse, pay } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

type Lookups = Pick<FactLettersOptions, 'db' | 'paidOf' | 'getRoom' | 'addressOf'> & Partial<FactLettersOptions>;
const openLetters = ({ mail }: MailHouse, lookups: Lookups) =>
  new FactLetters({
    ...{ mail, publicUrl: 'https://loge.example' },
    listOperators: async () => [],
    listMembers: async () => [],
    isRefusedAgain: async () => false,
    contactOf: async () => undefined,
    reportLinkOf: () => 'https://loge.example',
    statements: { find: async () => undefined, findAppeal: async () => undefined },
    ...lookups,
  });

test('a person gets receipts and word of refunds, once each; people without an address get nothing', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db });
  await using post = openMailHouse(db, { keepsData: true });
  const [fan, embedded] = [await house.createFan(2_000), await house.createFan(2_000)];
  const room = await house.createRoom({ kind: 'ticket', priceMinor: 500 });
  for (const identity of [fan, embedded]) {
    const bought = await house.money.tickets.buy({ room, identity, name: 'Léa', from: 'wallet' });
    if ('ticket' in bought) await house.money.refunds.refund({ ticket: bought.ticket.id, reason: 'Ill' }, 'operator');
  }
  const topics = () => new Set(house.facts.map(({ topic }) => topic));
  await eventually(() => topics().has('refund.changed') && topics().has('ticket.bought'), 'the facts are dispatched');

  const getRoom = vi.fn((id: string) => house.rooms.getRoom(id));
  const letters = openLetters(post, {
    db,
    paidOf: (payment) => house.money.receipts.findPaid(payment),
    getRoom,
    addressOf: async (identity) => (identity === fan ? { address: 'lea@example.com', language: 'fr' } : undefined),
  });
  const own = house.facts.filter(({ topic }) => ['topup.settled', 'ticket.bought', 'refund.changed'].includes(topic));
  for (let times = 0; times < 2; times += 1) await letters.handleFacts(own);
  // Of the ticket and of its refund, each time. No room is read for a person who gets no letter.
  expect(getRoom).toHaveBeenCalledTimes(4);
  await post.sendDue();
  const sent = await post.mail.listKept();
  expect(sent.map(({ to }) => to)).toEqual(Array(3).fill('lea@example.com'));
  const said = sent.map(({ subject, text }) => {
    const [amount] = /\d+,\d\d €/.exec(text.replace(/[\u00a0\u202f]/g, ' ')) ?? [];
    const [link] = /https:\/\/loge\.example\/(receipts\/ticket_|wallet)/.exec(text) ?? [];
    return [subject.replace(/[\u00a0\u202f]/g, ' '), amount, link];
  });
  expect(said.sort()).toEqual([
    ['Votre billet : An evening with Ada', '5,00 €', 'https://loge.example/receipts/ticket_'],
    ['Votre recharge : 20,00 €', '20,00 €', 'https://loge.example/wallet'],
    ['Votre remboursement : 5,00 € pour un billet', '5,00 €', 'https://loge.example/wallet'],
  ]);
});

test('each payment of a membership has a receipt by letter: the first one and the renewals', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db });
  await using post = openMailHouse(db, { keepsData: true });
  const input = { name: 'Inner circle', priceMinor: 1_200, interval: 'month' } as const;
  const { id: tier } = await house.rooms.clubs.createTier(house.creator, input);
  const identity = await house.createFan(0);
  const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
  await house.money.confirmCheckout(await pay(checkoutUrl));
  const paidUntil = async () => (await house.money.memberships.list(identity))[0]?.paidUntil ?? '';
  const first = await paidUntil();
  // The renewal is collected an hour after the end of the paid time.
  house.advance(Date.parse(first) - Date.now() + 2 * 3_600_000);
  const paid = await eventually(async () => {
    await house.money.sweep();
    const found = house.facts.filter(({ topic }) => topic === 'membership.paid');
    return found.length === 2 && found;
  });
  const letters = openLetters(post, {
    db,
    paidOf: (payment) => house.money.receipts.findPaid(payment),
    getRoom: (id) => house.rooms.getRoom(id),
    addressOf: async (one) => (one === identity ? { address: 'lea@example.com', language: 'en' } : undefined),
  });
  for (let times = 0; times < 2; times += 1) await letters.handleFacts(paid);
  await post.sendDue();
  const sent = await post.mail.listKept();
  expect(sent.map(({ subject }) => subject)).toEqual(Array(2).fill('Your membership: Inner circle, €12.00'));
  for (const { text } of sent) expect(text).toMatch(/“Inner circle” is paid.*€12\.00/s);
  // Each names the end of its own month.
  const ends = [first, await paidUntil()].map((at) => formatDate(at, 'day', { language: 'en', timeZone: 'UTC' }));
  expect(new Set(sent.map(({ text }) => /Paid until: (.+)/.exec(text)?.[1]))).toEqual(new Set(ends));
  // Each links its own receipt.
  const links = sent.map(({ text }) => /\/receipts\/(\w+)/.exec(text)?.[1] ?? '');
  expect(new Set(links).size).toBe(2);
  for (const id of links)
    expect(await house.money.receipts.get(id, identity)).toMatchObject({ kind: 'membership', amountMinor: 1_200 });
});

test('a member is told of a yearly renewal once, 40 days ahead, unless they have cancelled', async () => {
  await using db = await openDatabase();
  await using house = await openMoneyHouse({ db });
  const { id: tier } = await house.rooms.clubs.createTier(house.creator, {
    ...{ name: 'Season', priceMinor: 9_900, interval: 'year' },
  });
  const [stays, leaves] = await Promise.all(
    [0, 1].map(async () => {
      const identity = await house.createFan(0);
      const { checkoutUrl } = await house.money.memberships.join({ tier, identity, name: 'Léa' });
      await house.money.confirmCheckout(await pay(checkoutUrl));
      return identity;
    }),
  );
  const [left] = await house.money.memberships.list(leaves ?? '');
  await house.money.memberships.cancel(leaves ?? '', left?.id ?? '');
  const renewsAt = (await house.money.memberships.list(stays ?? ''))[0]?.paidUntil ?? '';
  let atMs = Date.now();
  const told = async (daysAhead: number) => {
    const laterMs = Date.parse(renewsAt) - daysAhead * 86_400_000;
    house.advance(laterMs - atMs);
    atMs = laterMs;
    await house.money.sweep();
    return house.facts.flatMap(({ topic, identity, data }) =>
      topic === 'membership.renewal_ahead' ? [{ identity, data }] : [],
    );
  };
  expect(await told(41)).toEqual([]);
  const ahead = { identity: stays, data: expect.objectContaining({ tier: 'Season', amountMinor: 9_900, renewsAt }) };
  expect(await told(40)).toEqual([ahead]);
  expect(await told(20)).toEqual([ahead]);
});

test('renewals that fail, payouts, cancelled lives and tips by card are written about, and nothing twice or pending', async () => {
  await using db = await openDatabase();
  await using post = openMailHouse(db, { keepsData: true });
  const addressOf = async () => ({ address: 'lea@example.com', language: 'en' as const });
  const getRoom = async () => ({ title: 'Vespers', creator: { identity: 'ada', name: 'Ada' } }) as Room;
  const paidOf = async () => ({ kind: 'ticket', room: 'room_1' }) as const;
  const isRefusedAgain = async (id: string) => id === 'payout_again';
  const listOperators = async () => ['person_8', 'person_9'];
  const letters = openLetters(post, { db, addressOf, getRoom, paidOf, isRefusedAgain, listOperators });
  const fact = <Topic extends keyof MoneyFacts>(topic: Topic, data: object): Fact => ({
    id: `fact_${topic}_${JSON.stringify(data).length}`,
    topic,
    room: null,
    identity: 'person_1',
    data,
    createdAt: '2026-05-04T20:00:00Z',
  });
  const membership = { identity: 'person_1', tier: { name: 'Inner <circle>' }, accessUntil: '2026-05-11T00:00:00Z' };
  const payout = { creator: 'person_1', amountMinor: 12_345, currency: 'eur', reversedMinor: 0 };
  const disputed = { amountMinor: 4_000, currency: 'eur', evidenceDueAt: '2026-05-18T23:59:59Z' };
  const renewal = { amountMinor: 9_900, currency: 'eur', renewsAt: '2026-06-11T08:00:00Z' };
  const refund = { payment: 'tip_1', amountMinor: 100, currency: 'eur', reason: 'Ill' };
  const cancelled = { payment: 'ticket_1', reason: 'not_held' };
  const tip = {
    id: 'tip_1',
    from: { identity: 'person_1' },
    amountMinor: 700,
    currency: 'eur',
    sentAt: '2026-05-04T20:00:00Z',
  };
  await letters.handleFacts([
    fact('membership.changed', { change: 'renewed', membership }),
    fact('membership.changed', { change: 'past_due', membership }),
    fact('payout.changed', { payout: { ...payout, status: 'pending' } }),
    fact('payout.changed', { payout: { ...payout, status: 'paid' } }),
    fact('payout.changed', { payout: { ...payout, id: 'payout_again', status: 'failed' } }),
    fact('creator.payouts_changed', { frozen: true, reason: 'Who are you?', isByDecision: false }),
    fact('creator.payouts_changed', { frozen: true, reason: 'By a decision', isByDecision: true }),
    fact('creator.reserve_changed', { shareBps: 1_000, days: 90, reason: 'Many chargebacks' }),
    // To the operator who did not ask for it.
    fact('booking.waiting', { by: 'person_8', amountMinor: 60_000, currency: 'eur', reason: 'Transfer 4711' }),
    // To each operator.
    fact('dispute.changed', { dispute: { ...disputed, status: 'open' } }),
    fact('dispute.changed', { dispute: { ...disputed, status: 'under_review' } }),
    fact('membership.renewal_ahead', { ...renewal, tier: 'Season' }),
    fact('refund.changed', { refund: { ...refund, status: 'pending', to: 'card' } }),
    // A cancelled live is one letter a ticket: by card when it is decided, not when the provider confirms it.
    fact('refund.changed', { refund: { ...refund, ...cancelled, status: 'succeeded', to: 'wallet' } }),
    fact('refund.changed', { refund: { ...refund, ...cancelled, status: 'pending', to: 'card' } }),
    fact('refund.changed', { refund: { ...refund, ...cancelled, status: 'succeeded', to: 'card' } }),
    fact('tips.settled', { tips: [tip] }),
    fact('tips.settled', { tips: [tip], byCard: true }),
  ]);
  await post.sendDue();
  const sent = await post.mail.listKept();
  expect(sent.map(({ subject }) => subject).sort()).toEqual([
    'A booking needs confirming: €600.00',
    'A reserve on your sales',
    'Cancelled: Vespers, €1.00 refunded',
    'Cancelled: Vespers, €1.00 refunded',
    'New dispute: €40.00',
    'New dispute: €40.00',
    'Your membership “Inner <circle>” couldn’t be renewed',
    'Your membership “Season” renews on 11 June 2026',
    'Your payout: €123.45',
    'Your payouts are stopped',
    'Your tip: €7.00 to Ada',
  ]);
  expect(sent.map(({ html }) => html).join()).toContain('Inner &lt;circle&gt;');
  expect(sent.map(({ text }) => text).join()).toMatch(/€123\.45|11 May 2026/);
  expect(sent.map(({ text }) => text).join()).toMatch(/10% of each sale stays back as a reserve for 90 days/);
  expect(sent.map(({ text }) => text).join()).toMatch(/Evidence due by: .*18 May 2026/);
  const tipped = sent.find(({ subject }) => subject.startsWith('Your tip'));
  expect(tipped?.text).toContain('Live: Vespers\nCreator: Ada\nAmount: €7.00');
});
