/** Every fact of the house is told outside, or is left out on purpose: nobody can add one and forget to decide. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FACTS } from '../../../server/facts.ts';
import type { MoneyFacts } from '../../../server/money/money-facts.ts';
import { EVENT_TYPES } from '../../../server/protocol/events.ts';
import { PUBLIC_TOPICS } from '../../../server/webhooks/event-mapping.ts';

const SERVER = fileURLToPath(new URL('../../../server/', import.meta.url));

/** Complete by its type: a new fact of money does not compile until it is decided here. */
const MONEY: Record<keyof MoneyFacts, 'told' | 'kept'> = {
  'membership.changed': 'told',
  'wallet.changed': 'kept',
  'wallets.changed': 'kept',
  'topup.settled': 'told',
  'ticket.bought': 'told',
  'ticket.refunded': 'told',
  'tips.settled': 'told',
  'tip.refunded': 'told',
  'private_session.requested': 'told',
  'private_session.started': 'told',
  'private_session.closed': 'told',
  'private_session.ended': 'told',
  'earnings.changed': 'kept',
  'request.changed': 'kept',
  'places.changed': 'kept',
  'goal.changed': 'kept',
  'tipMenu.changed': 'kept',
  'promotion.granted': 'told',
  'room.notHeld': 'told',
  'refund.changed': 'told',
  'payout.changed': 'told',
  'creator.account_changed': 'told',
  'creator.payouts_changed': 'told',
  'dispute.changed': 'told',
};

/** Every topic that the sources of the server name when they add a fact to the outbox. */
function topicsInSources(): string[] {
  const files = readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter(
    // The gateway tells nothing by itself; its documentation names types of events.
    (name) => name.endsWith('.ts') && !name.includes('.test.') && !name.startsWith('gateway'),
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
    expect([topic, WEBHOOK_TOPICS.includes(topic)]).toEqual([topic, decision === 'told']);
  }
});

test('the table of facts names every topic that a domain commits, and each webhook has a mapping', () => {
  const told = topicsInSources();
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((topic) => !Object.hasOwn(FACTS, topic))).toEqual([]);
  expect(PUBLIC_TOPICS.toSorted()).toEqual(WEBHOOK_TOPICS.toSorted());
});

test('the protocol page names every type of event', () => {
  const page = readFileSync(join(SERVER, 'protocol/README.md'), 'utf8');
  expect(EVENT_TYPES.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
