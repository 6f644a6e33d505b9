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
 * Brings the events of each session that was opened over the control API to the gateway that looks after it: the one that opened it, or that last
 * adopted it. What happens while that gateway is not connected waits, in order, for its return or for another gateway. A session of which more would
 * have to wait than can be made good is given up, so that its participant comes anew.
 */
export class EventRelay {
  readonly #giveUp: (session: string) => void;
  /** Undefined: its gateway is not connected. Sessions that are not in here are looked after in this process. */
  readonly #owners = new Map<string, EventReceiver | undefined>();
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

  /** Claims a session that is being opened; false when somebody has it already. */
  claimNew(session: string, receiver: EventReceiver): boolean {
    if (this.#owners.has(session)) return false;
    this.#owners.set(session, receiver);
    return true;
  }

  /** The session did not come to be, or is no more. */
  forget(session: string): void {
    this.#owners.delete(session);
    this.#held.delete(session);
  }

  handleEvent(event: SfuEvent | PipeEvent): void {
    const { session, type } = event;
    if (!this.#owners.has(session)) return;
    const owner = this.#owners.get(session);
    const numbered = { number: ++this.#number, event };
    if (owner) owner.deliver(numbered);
    // Who was not there to be told that another has taken over hears it on renewing. What waited is the other's to get.
    else if (type === 'adopted') return;
    else this.#hold(numbered);
    // A session that has ended is not claimed again: renewing it says so.
    if (isLastOfSession(event)) this.forget(session);
  }

  /** A gateway is gone, and with it the certainty that these last events arrived. */
  drop(receiver: EventReceiver, undelivered: readonly NumberedEvent[]): void {
    for (const [session, owner] of this.#owners) if (owner === receiver) this.#owners.set(session, undefined);
    for (const event of undelivered) {
      // `adopted` was for that gateway alone.
      if (event.event.type === 'adopted') continue;
      const owner = this.#owners.get(claimedSession(event));
      if (owner) owner.deliver(event);
      else this.#hold(event);
    }
  }

  #hold(event: NumberedEvent): void {
    const session = claimedSession(event);
    // It has ended meanwhile.
    if (!this.#owners.has(session)) return;
    const held = this.#held.get(session) ?? [];
    held.push(event);
    this.#held.set(session, held);
    if (held.length > HELD_EVENTS_PER_SESSION_MAX) {
      this.#held.delete(session);
      this.#giveUp(session);
    }
  }
}

/** The session whose next gateway must get the event: after a takeover only the former spare can be claimed. */
function claimedSession({ event }: NumberedEvent): string {
  return event.type === 'takenOver' ? event.by : event.session;
}

/** Nothing is told of a session after this. */
export function isLastOfSession({ type }: SfuEvent | PipeEvent): boolean {
  return type === 'sessionClosed' || type === 'takenOver' || type === 'adopted';
}
