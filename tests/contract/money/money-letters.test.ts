/** Which facts of money become letters, to whom, and that a fact which is dispatched twice becomes one. */
import { expect, test } from 'vitest';
import type { MoneyFacts } from '../../../server/money/money-facts.ts';
import { MoneyLetters } from '../../../server/money-letters.ts';
import type { Fact } from '../../../server/platform/outbox/outbox.ts';
import { openDatabase } from '../../support/databases/databases.ts';
import { openMailHouse } from '../../support/houses/mail-house.ts';
import { openMoneyHouse } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

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

  const letters = new MoneyLetters({
    db,
    mail: post.mail,
    publicUrl: 'https://loge.example',
    addressOf: async (identity) => (identity === fan ? { address: 'lea@example.com', language: 'fr' } : undefined),
  });
  const own = house.facts.filter(({ topic }) => ['topup.settled', 'ticket.bought', 'refund.changed'].includes(topic));
  for (let times = 0; times < 2; times += 1) await letters.handleFacts(own);
  await post.sendDue();
  const sent = await post.mail.listKept();
  expect(sent.map(({ to, subject }) => [to, subject]).sort()).toEqual([
    ['lea@example.com', 'Un remboursement de Loge'],
    ['lea@example.com', 'Votre reçu de Loge'],
    ['lea@example.com', 'Votre reçu de Loge'],
  ]);
  const texts = sent.map(({ text }) => text.replace(/[\u00a0\u202f]/g, ' ')).join('\n');
  expect(texts).toContain('5,00 €');
  expect(texts).toContain('20,00 €');
  expect(texts).toMatch(/https:\/\/loge\.example\/receipts\/ticket_/);
});

test('a failed renewal and a payout are written about, and nothing that is still pending', async () => {
  await using db = await openDatabase();
  await using post = openMailHouse(db, { keepsData: true });
  const addressOf = async () => ({ address: 'lea@example.com', language: 'en' as const });
  const letters = new MoneyLetters({ db, mail: post.mail, publicUrl: 'https://loge.example', addressOf });
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
  await letters.handleFacts([
    fact('membership.changed', { change: 'renewed', membership }),
    fact('membership.changed', { change: 'past_due', membership }),
    fact('payout.changed', { payout: { ...payout, status: 'pending' } }),
    fact('payout.changed', { payout: { ...payout, status: 'paid' } }),
    fact('refund.changed', { refund: { status: 'pending', to: 'card', amountMinor: 100, currency: 'eur' } }),
  ]);
  await post.sendDue();
  const sent = await post.mail.listKept();
  expect(sent.map(({ subject }) => subject).sort()).toEqual([
    'Loge has paid you',
    'Your membership “Inner <circle>” could not be renewed',
  ]);
  expect(sent.map(({ html }) => html).join()).toContain('Inner &lt;circle&gt;');
  expect(sent.map(({ text }) => text).join()).toMatch(/€123\.45|11 May 2026/);
});
