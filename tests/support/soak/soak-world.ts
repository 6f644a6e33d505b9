/** The soak's view of its server: people, rooms and recent purchases, from which the next action chooses. */
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { Answers } from './answers.ts';
import type { Dice } from './dice.ts';
import type { SoakApp, SoakHouse } from './soak-house.ts';

/** An open checkout page. */
export interface OpenPage {
  url: string;
  session: string;
  purpose: 'topup' | 'ticket' | 'tip' | 'membership';
}

/** An unanswered tip, which its sender will retry. */
export interface Doubt {
  room: string;
  identity: string;
  input: { amountMinor: number; menuItem?: string; message?: string; idempotencyKey: string };
}

/** A top-up by a saved card, with its idempotency key. */
export interface CardTopupAsked {
  identity: string;
  card: string;
  amountMinor: number;
  idempotencyKey: string;
}

/** A bank's confirmation request for a saved card, not answered yet. */
export interface OpenChallenge {
  url: string;
  topup: string;
}

const KEPT_MAX = 40;

/** The most recent items of a kind. */
class Recent<T> {
  readonly items: T[] = [];

  add(item: T): void {
    this.items.push(item);
    if (this.items.length > KEPT_MAX) this.items.shift();
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
  /** Overrides of the test cards' weights. */
  readonly cardWeights: Record<string, number> = {};
  menuVersion = 0;
}

/** Input of an action: the application is the one current at its start. */
export interface Scene {
  house: SoakHouse;
  app: SoakApp;
  world: SoakWorld;
  answers: Answers;
  dice: Dice;
}

/** Performs one action, and returns a short description of its outcome. */
export type Act = (scene: Scene) => Promise<string>;

export const NOTHING = 'nothing to choose from';
