/** Every fact is either mapped to a webhook event or excluded explicitly, so that a new fact needs a decision. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FACTS } from '../../../server/facts.ts';
import type { MoneyFacts } from '../../../server/money/money-facts.ts';
import { EVENT_TYPES } from '../../../server/protocol/events.ts';
import { PUBLIC_TOPICS } from '../../../server/webhooks/event-mapping.ts';

const SERVER = fileURLToPath(new URL('../../../server/', import.meta.url));

/** Exhaustive by type: a new money fact does not compile until it is listed here. */
const MONEY: Record<keyof MoneyFacts, 'sent' | 'excluded'> = {
  'membership.paid': 'excluded',
  'membership.renewal_ahead': 'excluded',
  'membership.changed': 'sent',
  'wallet.changed': 'excluded',
  'wallets.changed': 'excluded',
  'topup.settled': 'sent',
  'withdrawal.made': 'sent',
  'ticket.bought': 'sent',
  'ticket.refunded': 'sent',
  'tips.settled': 'sent',
  'tip.refunded': 'sent',
  'private_session.requested': 'sent',
  'private_session.started': 'sent',
  'private_session.closed': 'sent',
  'private_session.ended': 'sent',
  'earnings.changed': 'excluded',
  'request.changed': 'excluded',
  'places.changed': 'excluded',
  'goal.changed': 'excluded',
  'tipMenu.changed': 'excluded',
  'promotion.granted': 'sent',
  'room.notHeld': 'sent',
  'refund.changed': 'sent',
  'payout.changed': 'sent',
  'creator.account_changed': 'sent',
  'creator.payouts_changed': 'sent',
  'creator.reserve_changed': 'excluded',
  'self_bill.issued': 'excluded',
  'booking.waiting': 'excluded',
  'dispute.changed': 'sent',
};

/** Every topic that the server's sources add to the outbox. */
function topicsInSources(): string[] {
  const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter(
    // These commit no facts: contracts and documentation name event types, and mail has topics of its own.
    (name) =>
      name.endsWith('.ts') && !name.includes('.test.') && !/^(gateway|protocol|accounts\/(mail|people))/.test(name),
  );
  const found = files.flatMap((name) => {
    const text = readFileSync(join(SERVER, name), 'utf8');
    return [...text.matchAll(/topic: '([\w.]+)'|\[\s*'([a-zA-Z_]+\.[a-zA-Z_]+)',\s/g)].map(
      ([, named, listed]) => named ?? listed ?? '',
    );
  });
  return [...new Set(found)];
}

const WEBHOOK_TOPICS = Object.entries(FACTS)
  .filter(([, { dispatch }]) => dispatch?.includes('webhooks'))
  .map(([topic]) => topic);

test('each money fact is mapped to a webhook event or excluded explicitly', () => {
  for (const [topic, decision] of Object.entries(MONEY)) {
    expect([topic, WEBHOOK_TOPICS.includes(topic)]).toEqual([topic, decision === 'sent']);
  }
});

test('the table of facts names every topic that a domain commits, and each webhook has a mapping', () => {
  const committed = topicsInSources();
  expect(committed.length).toBeGreaterThan(20);
  expect(committed.filter((topic) => !Object.hasOwn(FACTS, topic))).toEqual([]);
  expect(PUBLIC_TOPICS.toSorted()).toEqual(WEBHOOK_TOPICS.toSorted());
});

test('the protocol page names every type of event', () => {
  const page = readFileSync(join(SERVER, 'protocol/README.md'), 'utf8');
  expect(EVENT_TYPES.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
