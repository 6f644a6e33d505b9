import { describe, expect, it } from 'vitest';
import type { SfuEvent } from '../contract.ts';
import { HELD_EVENTS_PER_SESSION_MAX } from '../limits.ts';
import { EventRelay, type NumberedEvent } from './event-relay.ts';

const added = (session: string): SfuEvent => ({ type: 'consumersAdded', room: 'r', session, consumers: [] });
const adopted = (session: string): SfuEvent => ({ type: 'adopted', room: 'r', session });
const takenOver = (session: string, by: string): SfuEvent => ({ type: 'takenOver', room: 'r', session, by });
const closed = (session: string): SfuEvent => ({ type: 'sessionClosed', room: 'r', session, reason: 'closed' });

function receiver() {
  const delivered: NumberedEvent[] = [];
  return { delivered, unconfirmed: delivered, deliver: (event: NumberedEvent) => delivered.push(event) };
}

describe('EventRelay', () => {
  it('holds the unconfirmed events of a lost gateway for the next one that claims the session', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    relay.handleEvent(added('s'));
    relay.drop(first);
    relay.handleEvent(added('s'));
    relay.claim('s', second);
    expect(second.delivered.map(({ number }) => number)).toEqual([1, 2]);
    expect(relay.heldSessions).toBe(0);
  });

  it('sends first, and once, what a connection that broke unnoticed may have missed', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [broken, next] = [receiver(), receiver()];
    relay.claim('s', broken);
    relay.handleEvent(added('s'));
    relay.handleEvent(added('s'));
    relay.claim('s', next);
    relay.handleEvent(added('s'));
    relay.drop(broken);
    expect(next.delivered.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(relay.heldSessions).toBe(0);
  });

  it('delivers an adoption to the previous owner alone', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    relay.handleEvent(adopted('s'));
    relay.claim('s', second);
    relay.handleEvent(added('s'));
    expect(first.delivered.map(({ event }) => event.type)).toEqual(['adopted']);
    expect(second.delivered.map(({ event }) => event.type)).toEqual(['consumersAdded']);
    // The unconfirmed `adopted` is not for the second gateway, which would take it for its own loss.
    relay.drop(first);
    expect(second.delivered).toHaveLength(1);
  });

  it('holds the events that a gateway missed for the one that adopts its session', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    relay.drop(first);
    relay.handleEvent(added('s'));
    relay.handleEvent(adopted('s'));
    relay.claim('s', second);
    expect(second.delivered.map(({ event }) => event.type)).toEqual(['consumersAdded']);
  });

  it.each(['before the claim', 'after the claim'])(
    'sends the adopting gateway, once, what the earlier one may have missed if that is dropped %s',
    (when) => {
      const relay = new EventRelay({ giveUp: () => {} });
      const [first, second] = [receiver(), receiver()];
      relay.claim('s', first);
      relay.handleEvent(added('s'));
      relay.handleEvent(adopted('s'));
      if (when === 'before the claim') relay.drop(first);
      relay.claim('s', second);
      relay.handleEvent(added('s'));
      if (when === 'after the claim') relay.drop(first);
      expect(second.delivered.map(({ number }) => number)).toEqual([1, 3]);
      expect(relay.heldSessions).toBe(0);
    },
  );

  it('does not send a gateway again what it has received, where it adopts its own session', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const gateway = receiver();
    relay.claim('s', gateway);
    relay.handleEvent(added('s'));
    relay.handleEvent(adopted('s'));
    relay.claim('s', gateway);
    expect(gateway.delivered.map(({ event }) => event.type)).toEqual(['consumersAdded', 'adopted']);
  });

  it.each([true, false])('holds no events of a session that this process adopts (earlier owner away: %s)', (isAway) => {
    const givenUp: string[] = [];
    const relay = new EventRelay({ giveUp: (session) => givenUp.push(session) });
    const [first, second] = [receiver(), receiver()];
    relay.claim('s', first);
    if (isAway) relay.drop(first);
    relay.handleEvent(added('s'));
    relay.handleEvent(adopted('s'));
    // They used to be held for the gateway that was away, until the session was given up.
    for (let i = 0; i < 2 * HELD_EVENTS_PER_SESSION_MAX; i++) relay.handleEvent(added('s'));
    expect(givenUp).toEqual([]);
    // What is older than the events that this process has handled is of no use to a later gateway.
    relay.handleEvent(adopted('s'));
    relay.claim('s', second);
    expect(second.delivered).toEqual([]);
  });

  it('holds nothing that is only of use at once', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const [first, second] = [receiver(), receiver()];
    const narrow: SfuEvent = { type: 'uplinkNarrow', room: 'r', session: 's', share: 0.4 };
    relay.claim('s', first);
    relay.handleEvent(narrow);
    relay.drop(first);
    relay.handleEvent(narrow);
    relay.claim('s', second);
    expect([first.delivered.length, second.delivered.length]).toEqual([1, 0]);
  });

  it('holds no events of a session that this process owns', () => {
    const givenUp: string[] = [];
    const relay = new EventRelay({ giveUp: (session) => givenUp.push(session) });
    for (let i = 0; i < 2 * HELD_EVENTS_PER_SESSION_MAX; i++) relay.handleEvent(added('s'));
    expect([givenUp, relay.heldSessions]).toEqual([[], 0]);
  });

  it('holds nothing of a session that ended before its gateway was lost', () => {
    const relay = new EventRelay({ giveUp: () => {} });
    const first = receiver();
    relay.claim('s', first);
    relay.handleEvent(added('s'));
    relay.handleEvent(closed('s'));
    relay.drop(first);
    // It used to be held for ever, because no gateway claims an ended session.
    expect(relay.heldSessions).toBe(0);
    relay.claim('adopted', first);
    relay.handleEvent(added('adopted'));
    relay.handleEvent(adopted('adopted'));
    relay.handleEvent(closed('adopted'));
    expect(relay.heldSessions).toBe(0);
  });

  it.each(['before its connection was known to be lost', 'while it is not connected'])(
    'holds a takeover that its gateway missed %s',
    (when) => {
      const relay = new EventRelay({ giveUp: () => {} });
      const [first, second] = [receiver(), receiver()];
      relay.claim('s', first);
      relay.claim('spare', first);
      if (when === 'while it is not connected') relay.drop(first);
      relay.handleEvent(takenOver('s', 'spare'));
      relay.handleEvent(added('spare'));
      if (first.delivered.length > 0) relay.drop(first);
      relay.claim('spare', second);
      // Without it the page would keep the ended session, and the spare would stay on stage unused.
      expect(second.delivered.map(({ event }) => event.type)).toEqual(['takenOver', 'consumersAdded']);
      expect(relay.heldSessions).toBe(0);
    },
  );
});
