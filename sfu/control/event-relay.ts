import type { SfuEvent } from '../contract.ts';
import { HELD_EVENTS_PER_SESSION_MAX } from '../limits.ts';
import type { PipeEvent } from '../pipes/pipe-messages.ts';

export interface NumberedEvent {
  number: number;
  event: SfuEvent | PipeEvent;
}

/** A gateway's connection. */
export interface EventReceiver {
  /** Delivered events that it has not confirmed. */
  readonly unconfirmed: readonly NumberedEvent[];
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

  /**
   * The gateway owns the session from now on, and first receives the events that its earlier owner may have missed. The
   * earlier connection may be broken without this process knowing it.
   */
  claim(session: string, receiver: EventReceiver): void {
    if (this.#owners.get(session) === receiver) return;
    this.#holdUnconfirmed(session);
    this.#owners.set(session, receiver);
    const missed = this.#held.get(session) ?? [];
    this.#held.delete(session);
    for (const event of missed) if (!receiver.unconfirmed.includes(event)) receiver.deliver(event);
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
    if (this.#owners.has(session)) {
      const owner = this.#owners.get(session);
      const numbered = { number: ++this.#number, event };
      if (owner) owner.deliver(numbered);
      else if (!ONLY_NOW.has(type)) this.#hold(numbered);
      // What the earlier owner may have missed waits for the claim, which follows at once unless this process adopts.
      if (type === 'adopted') {
        this.#holdUnconfirmed(session);
        this.#owners.delete(session);
        return;
      }
    }
    // An ended session is not claimed again: renewing it answers that it is lost.
    if (isLastOfSession(event)) this.forget(session);
  }

  /** A gateway's connection is gone. Of its sessions, the events that it has not confirmed are held. */
  drop(receiver: EventReceiver): void {
    const lost = new Set<string>();
    for (const [session, owner] of this.#owners) if (owner === receiver) lost.add(session);
    for (const session of lost) this.#owners.set(session, undefined);
    for (const event of receiver.unconfirmed) {
      const session = claimedSession(event);
      if (lost.has(session) && isHeldFor(session, event)) this.#hold(event);
    }
  }

  #holdUnconfirmed(session: string): void {
    const events = this.#owners.get(session)?.unconfirmed.filter((event) => isHeldFor(session, event)) ?? [];
    if (events.length > 0) this.#held.set(session, events);
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

function isHeldFor(session: string, event: NumberedEvent): boolean {
  return claimedSession(event) === session && !ONLY_NOW.has(event.event.type);
}

/** No event of a session follows this one. */
export function isLastOfSession({ type }: SfuEvent | PipeEvent): boolean {
  return type === 'sessionClosed' || type === 'takenOver' || type === 'adopted';
}
