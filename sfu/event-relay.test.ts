import { describe, expect, it } from 'vitest';
import type { SfuEvent } from './contract.ts';
import { EventRelay, type NumberedEvent } from './event-relay.ts';

const added = (session: string): SfuEvent => ({ type: 'consumersAdded', room: 'r', session, consumers: [] });
const closed = (session: string): SfuEvent => ({ type: 'sessionClosed', room: 'r', session, reason: 'closed' });

function receiver() {
  const delivered: NumberedEvent[] = [];
  return { delivered, deliver: (event: NumberedEvent) => delivered.push(event) };
}

describe('EventRelay', () => {
  it('keeps what a lost gateway may not have got for whoever claims the session', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    relay.handleEvent(added('s'));
    relay.drop(first, first.delivered);
    relay.handleEvent(added('s'));
    relay.claim('s', second);
    expect(second.delivered.map(({ number }) => number)).toEqual([1, 2]);
    expect(relay.heldSessions).toBe(0);
  });

  it('tells a gateway whose person is at another one now, and nobody else', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    relay.adopt({ session: 's', room: 'r' }, second);
    relay.adopt({ session: 's', room: 'r' }, second);
    relay.handleEvent(added('s'));
    expect(first.delivered.map(({ event }) => event.type)).toEqual(['adopted']);
    expect(second.delivered.map(({ event }) => event.type)).toEqual(['consumersAdded']);
    // What the first may not have got is not for the second, who would take it for its own loss.
    relay.drop(first, first.delivered);
    expect(second.delivered).toHaveLength(1);
  });

  it('keeps nothing of a session that had ended before its gateway was lost', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const first = receiver();
    relay.claim('s', first);
    relay.handleEvent(added('s'));
    relay.handleEvent(closed('s'));
    relay.drop(first, first.delivered);
    // It was kept for ever: nobody claims a session that is no more.
    expect(relay.heldSessions).toBe(0);
  });
});
