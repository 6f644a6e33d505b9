/**
 * What the people of a chaos test share: the house, what was answered to them, and what they found that must not be.
 */
import type { RoomId } from '../../../server/protocol/ids.ts';
import { type Account, type Acknowledged, ReturningFan, type ReturningFanOptions } from '../people/returning-fan.ts';
import { Answers } from '../soak/answers.ts';
import type { Dice } from '../soak/dice.ts';
import type { ChaosHouse } from './chaos-house.ts';
import type { ChaosMonkey } from './chaos-monkey.ts';
import { ChaosTill } from './chaos-till.ts';

export const CREATOR = 'ada';
export const PRICE_MINOR = 300;

export class ChaosWorld {
  readonly house: ChaosHouse;
  readonly monkey: ChaosMonkey;
  readonly till: ChaosTill;
  readonly answers = new Answers();
  readonly account: Account = { doubled: 0, reordered: 0, gaps: 0, replays: [] };
  readonly said: Acknowledged[] = [];
  /** What must never be, in words. */
  readonly violations: string[] = [];
  /** From the answer to a removal to the last picture or message that still came, of each. */
  readonly removals: { ms: number; isDisturbed: boolean }[] = [];
  refusedCrashers = 0;
  room = '' as RoomId;
  isOver = false;
  #people = 0;

  constructor(house: ChaosHouse, monkey: ChaosMonkey, dice: Dice) {
    this.house = house;
    this.monkey = monkey;
    this.till = new ChaosTill({ urls: () => house.urls, dice, isOver: () => this.isOver });
  }

  async open(): Promise<void> {
    await this.till.server('POST', '/v1/creators', { identity: CREATOR, name: 'Ada', country: 'FR' });
    const access = { kind: 'ticket', priceMinor: PRICE_MINOR };
    const room = { creator: CREATOR, title: 'A night', access };
    this.room = (await this.till.server<{ id: RoomId }>('POST', '/v1/rooms', room)).id;
  }

  /** Somebody on the wire who comes back whenever their connection goes. */
  connect(dice: Dice, options: Pick<ReturningFanOptions, 'claims' | 'onEvent'>): ReturningFan {
    this.#people += 1;
    const { house, room, account } = this;
    const random = () => dice.next();
    return new ReturningFan({ index: this.#people, room, urls: () => house.urls, random, account, ...options });
  }
}
