/**
 * What the soak knows of its house: people, rooms and the things that were bought lately, for the next act to choose
 * from.
 */
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { Answers } from './answers.ts';
import type { Dice } from './dice.ts';
import type { SoakApp, SoakHouse } from './soak-house.ts';

/** A page to pay on that somebody was given. */
export interface OpenPage {
  url: string;
  session: string;
  purpose: 'topup' | 'ticket' | 'tip' | 'membership';
}

/** A tip that was sent and not answered: its sender sends it again. */
export interface Doubt {
  room: string;
  identity: string;
  input: { amountMinor: number; menuItem?: string; message?: string; idempotencyKey: string };
}

/** A top-up by a saved card, as it was asked for under its key. */
export interface CardTopupAsked {
  identity: string;
  card: string;
  amountMinor: number;
  idempotencyKey: string;
}

/** Where the bank asks for a payment by a saved card, and nobody has answered yet. */
export interface OpenChallenge {
  url: string;
  topup: string;
}

const REMEMBERED = 40;

/** The last things of a kind; what is older is left in peace. */
class Recent<T> {
  readonly items: T[] = [];

  add(item: T): void {
    this.items.push(item);
    if (this.items.length > REMEMBERED) this.items.shift();
  }

  remove(item: T): void {
    const index = this.items.indexOf(item);
    if (index >= 0) this.items.splice(index, 1);
  }
}

export class SoakWorld {
  readonly creators: string[] = [];
  readonly fans: string[] = [];
  readonly tiers: Tier[] = [];
  readonly free: Room[] = [];
  readonly privateRooms: Room[] = [];
  readonly ticketRooms = new Recent<Room>();
  readonly tips = new Recent<string>();
  readonly tickets = new Recent<{ id: string; identity: string }>();
  readonly topups = new Recent<string>();
  readonly pages = new Recent<OpenPage>();
  readonly paidSessions = new Recent<OpenPage>();
  readonly memberships = new Recent<{ id: string; identity: string }>();
  readonly privateSessions = new Recent<string>();
  readonly cardTopups = new Recent<CardTopupAsked>();
  readonly challenges = new Recent<OpenChallenge>();
  readonly disputes = new Recent<string>();
  readonly doubts: Doubt[] = [];
  /** How often test cards are used, where it is to be otherwise than usual. */
  readonly cardWeights: Record<string, number> = {};
  menuVersion = 0;
}

/** What an act is given. The application is the one that lived when the act began. */
export interface Scene {
  house: SoakHouse;
  app: SoakApp;
  world: SoakWorld;
  answers: Answers;
  dice: Dice;
}

/** Does one thing, and says in a few words what came of it. */
export type Act = (scene: Scene) => Promise<string>;

export const NOTHING = 'nothing to choose from';
