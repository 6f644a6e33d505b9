import type { SfuEvent } from './contract.ts';
import { HELD_EVENTS_PER_SESSION_MAX } from './limits.ts';
import type { PipeEvent } from './pipe-messages.ts';

export interface NumberedEvent {
  number: number;
  event: SfuEvent | PipeEvent;
}

/** A gateway's connection, as far as the relay knows it. */
export interface EventReceiver {
  deliver(event: NumberedEvent): void;
}

/**
 * Brings each session's events to the gateway that looks after it: the one that opened it, or that last renewed it. What happens while
 * that gateway is not connected waits, in order, for whoever renews the session next. A session of which more would have to wait than can be made good
 * is given up, so that its participant comes anew.
 */
export class EventRelay {
  readonly #giveUp: (session: string) => void;
  readonly #owners = new Map<string, EventReceiver>();
  readonly #held = new Map<string, NumberedEvent[]>();
  #number = 0;

  /** Sessions of which events wait for somebody. */
  get heldSessions(): number {
    return this.#held.size;
  }

  constructor(options: { giveUp: (session: string) => void }) {
    this.#giveUp = options.giveUp;
  }

  /** The gateway looks after the session from now on, and first of all gets what waited for it. */
  claim(session: string, receiver: EventReceiver): void {
    this.#owners.set(session, receiver);
    const held = this.#held.get(session) ?? [];
    this.#held.delete(session);
    for (const event of held) receiver.deliver(event);
  }

  /** The session's person is at another gateway now: who looked after it so far hears that, and need not. */
  adopt({ session, room }: { session: string; room: string }, receiver: EventReceiver): void {
    const earlier = this.#owners.get(session);
    if (earlier && earlier !== receiver)
      earlier.deliver({ number: ++this.#number, event: { type: 'adopted', session, room } });
    this.claim(session, receiver);
  }

  /** Claims a session that is being opened; false when somebody has it already. */
  claimNew(session: string, receiver: EventReceiver): boolean {
    if (this.#owners.has(session) || this.#held.has(session)) return false;
    this.#owners.set(session, receiver);
    return true;
  }

  /** The session did not come to be, or is no more. */
  forget(session: string): void {
    this.#owners.delete(session);
    this.#held.delete(session);
  }

  handleEvent(event: SfuEvent | PipeEvent): void {
    const numbered = { number: ++this.#number, event };
    const owner = this.#owners.get(event.session);
    if (owner) owner.deliver(numbered);
    else this.#hold(numbered);
    // Nobody needs to claim a session that is gone: renewing it says so.
    if (isLastOfSession(event)) this.forget(event.session);
  }

  /** A gateway is gone, and with it the certainty that these last events arrived. */
  drop(receiver: EventReceiver, undelivered: readonly NumberedEvent[]): void {
    for (const [session, owner] of this.#owners) if (owner === receiver) this.#owners.delete(session);
    // Nobody will ever claim what ended meanwhile: of these nothing is held.
    const ended = new Set(undelivered.flatMap(({ event }) => (isLastOfSession(event) ? event.session : [])));
    for (const event of undelivered) {
      const { session, type } = event.event;
      // That was for nobody else.
      if (type === 'adopted') continue;
      const owner = this.#owners.get(session);
      if (owner) owner.deliver(event);
      else if (!ended.has(session)) this.#hold(event);
    }
  }

  #hold(event: NumberedEvent): void {
    const { session } = event.event;
    const held = this.#held.get(session) ?? [];
    held.push(event);
    this.#held.set(session, held);
    if (held.length > HELD_EVENTS_PER_SESSION_MAX) {
      this.#held.delete(session);
      this.#giveUp(session);
    }
  }
}

/** Nothing is told of a session after this. */
export function isLastOfSession({ type }: SfuEvent | PipeEvent): boolean {
  return type === 'sessionClosed' || type === 'takenOver' || type === 'adopted';
}
