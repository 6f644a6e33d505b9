/**
 * State shared by the participants of a chaos test: the deployment, acknowledged requests, and violations found so far.
 */
import type { RoomId } from '../../../server/protocol/ids.ts';
import { type Account, type Acknowledged, ReturningFan, type ReturningFanOptions } from '../people/returning-fan.ts';
import { Answers } from '../soak/answers.ts';
import type { Dice } from '../soak/dice.ts';
import type { ChaosHouse } from './chaos-house.ts';
import { ChaosHttp } from './chaos-http.ts';
import type { ChaosMonkey } from './chaos-monkey.ts';

export const CREATOR = 'ada';
const PRICE_MINOR = 300;

export class ChaosWorld {
  readonly house: ChaosHouse;
  readonly monkey: ChaosMonkey;
  readonly http: ChaosHttp;
  readonly answers = new Answers();
  readonly account: Account = { doubled: 0, reordered: 0, gaps: 0, replays: [] };
  readonly said: Acknowledged[] = [];
  /** Descriptions of broken invariants. */
  readonly violations: string[] = [];
  /** Milliseconds from the answer to a removal until the last picture or message that was still received. */
  readonly removals: { ms: number; isDisturbed: boolean }[] = [];
  deniedAttempts = 0;
  room = '' as RoomId;
  isOver = false;
  #people = 0;

  constructor(house: ChaosHouse, monkey: ChaosMonkey, dice: Dice) {
    this.house = house;
    this.monkey = monkey;
    this.http = new ChaosHttp({ urls: () => house.urls, dice, isOver: () => this.isOver });
  }

  async open(): Promise<void> {
    await this.http.server('POST', '/v1/creators', { identity: CREATOR, name: 'Ada', country: 'FR' });
    const access = { kind: 'ticket', priceMinor: PRICE_MINOR };
    const room = { creator: CREATOR, title: 'A night', access };
    this.room = (await this.http.server<{ id: RoomId }>('POST', '/v1/rooms', room)).id;
  }

  /** A participant that reconnects whenever its connection is lost. */
  connect(dice: Dice, options: Pick<ReturningFanOptions, 'claims' | 'onEvent'>): ReturningFan {
    this.#people += 1;
    const { house, room, account } = this;
    const random = () => dice.next();
    return new ReturningFan({ index: this.#people, room, urls: () => house.urls, random, account, ...options });
  }
}
