import type { SfuEvent } from '../contract.ts';
import { HELD_EVENTS_PER_SESSION_MAX } from '../limits.ts';
import type { PipeEvent } from '../pipes/pipe-messages.ts';

export interface NumberedEvent {
  number: number;
  event: SfuEvent | PipeEvent;
}

/** A gateway's connection. */
export interface EventReceiver {
  deliver(event: NumberedEvent): void;
}

/**
 * Not held for a gateway that is away. It learns of an adoption when it renews, and the events held meanwhile go to the
 * adopting one. What a publisher's line was like some time ago is of no use.
 */
const ONLY_NOW: ReadonlySet<string> = new Set<SfuEvent['type']>(['adopted', 'uplinkNarrow']);

/**
 * Delivers the events of each session that was opened over the control API to the gateway that owns it: the one that
 * opened it or last adopted it. While that gateway is not connected its events are held, in order, for its return or
 * for another gateway. A session with more than `HELD_EVENTS_PER_SESSION_MAX` is given up, so that its participant
 * opens a new one.
 */
export class EventRelay {
  readonly #giveUp: (session: string) => void;
  /** Undefined: the gateway is not connected. Sessions that are absent are owned by this process. */
  readonly #owners = new Map<string, EventReceiver | undefined>();
  readonly #held = new Map<string, NumberedEvent[]>();
  #number = 0;

  /** Sessions with held events. */
  get heldSessions(): number {
    return this.#held.size;
  }

  constructor(options: { giveUp: (session: string) => void }) {
    this.#giveUp = options.giveUp;
  }

  /** The gateway owns the session from now on, and first receives the held events. */
  claim(session: string, receiver: EventReceiver): void {
    this.#owners.set(session, receiver);
    const held = this.#held.get(session) ?? [];
    this.#held.delete(session);
    for (const event of held) receiver.deliver(event);
  }

  /** Claims a session that is being opened; false if it has an owner. */
  claimNew(session: string, receiver: EventReceiver): boolean {
    if (this.#owners.has(session)) return false;
    this.#owners.set(session, receiver);
    return true;
  }

  /** The session was not opened, or has ended. */
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
    else if (ONLY_NOW.has(type)) return;
    else this.#hold(numbered);
    // An ended session is not claimed again: renewing it answers that it is lost.
    if (isLastOfSession(event)) this.forget(session);
  }

  /** A gateway's connection is gone; these events may not have arrived. */
  drop(receiver: EventReceiver, undelivered: readonly NumberedEvent[]): void {
    for (const [session, owner] of this.#owners) if (owner === receiver) this.#owners.set(session, undefined);
    for (const event of undelivered) {
      if (ONLY_NOW.has(event.event.type)) continue;
      const owner = this.#owners.get(claimedSession(event));
      if (owner) owner.deliver(event);
      else this.#hold(event);
    }
  }

  #hold(event: NumberedEvent): void {
    const session = claimedSession(event);
    // The session has ended meanwhile.
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

/** The session whose next owner must receive the event: after a takeover only the former spare can be claimed. */
function claimedSession({ event }: NumberedEvent): string {
  return event.type === 'takenOver' ? event.by : event.session;
}

/** No event of a session follows this one. */
export function isLastOfSession({ type }: SfuEvent | PipeEvent): boolean {
  return type === 'sessionClosed' || type === 'takenOver' || type === 'adopted';
}
