/**
 * A live during which every process is replaced: fans watch, chat and tip while others join and buy tickets. Each
 * client records what was acknowledged, so that losses and duplicates show.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '../../../client-sdk/client/connection/connection.ts';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { LightFan } from '../people/light-fan.ts';
import { signToken } from '../people/wire-fan.ts';
import type { SfuHouse } from './sfu-house.ts';

export const TICKET_MINOR = 500;
const TIP_MINOR = 100;
const CREDIT_MINOR = 20_000;
const CREDIT_ATTEMPTS = 200;
const TALK_PAUSE_MS = 1_500;
const TIP_PAUSE_MS = 2_000;
const BUYER_PAUSE_MS = 600;
const SETTLE_MS = 20_000;
const LOOK_MS = 50;

export interface UpgradeAccount {
  messages: number;
  tips: number;
  tickets: number;
  lost: number;
  doubled: number;
}

export class LiveDuringUpgrade implements Disposable {
  readonly fans: LightFan[] = [];
  readonly #house: SfuHouse;
  readonly #room: string;
  readonly #said: string[] = [];
  readonly #tipped = new Map<number, string[]>();
  readonly #buyers: Connection[] = [];
  readonly #acts: Promise<void>[] = [];
  #isOver = false;

  /** Resolves when all fans have tickets and video. */
  static async begin(options: { house: SfuHouse; room: string; fans: number }): Promise<LiveDuringUpgrade> {
    const evening = new LiveDuringUpgrade(options);
    for (let index = 0; index < options.fans; index += 1) {
      const identity = `upgrade-fan-${index}`;
      await evening.#credit(identity);
      const buyer = evening.#connect();
      const token = signToken({ identity, room: options.room });
      await buyer.connect(token);
      await buyTicket(buyer);
      buyer.close();
      evening.fans.push(await LightFan.join({ url: options.house.url, token }));
    }
    return evening;
  }

  private constructor({ house, room }: { house: SfuHouse; room: string }) {
    this.#house = house;
    this.#room = room;
  }

  /** Fans chat, tip and buy until `end`. */
  go(): void {
    for (const [index, fan] of this.fans.entries()) {
      this.#acts.push(this.#talk(fan, index), this.#tip(fan, index));
    }
    this.#acts.push(this.#buy());
  }

  /** Waits for requests in flight, and returns the totals. */
  async end(): Promise<UpgradeAccount> {
    this.#isOver = true;
    await Promise.all(this.#acts);
    const tips = [...this.#tipped.values()].flat();
    const wanted = [...this.#said, ...tips];
    const until = performance.now() + SETTLE_MS;
    const counts = () => this.fans.flatMap((fan) => countsOf(fan, wanted));
    while (counts().includes(0) && performance.now() < until) await pause(LOOK_MS);
    const shown = counts();
    let [lost, doubled] = [shown.filter((count) => count === 0).length, shown.filter((count) => count > 1).length];
    for (const [index, fan] of this.fans.entries()) {
      const { balanceMinor } = await fan.connection.requestReliably('money:wallet', {});
      const paid = CREDIT_MINOR - balanceMinor - TICKET_MINOR - TIP_MINOR * (this.#tipped.get(index)?.length ?? 0);
      if (paid > 0) doubled += 1;
      if (paid < 0) lost += 1;
    }
    for (const buyer of this.#buyers) {
      const { balanceMinor } = await buyer.requestReliably('money:wallet', {});
      if (balanceMinor < CREDIT_MINOR - TICKET_MINOR) doubled += 1;
      if (balanceMinor > CREDIT_MINOR - TICKET_MINOR) lost += 1;
    }
    const tickets = this.fans.length + this.#buyers.length;
    return { messages: this.#said.length, tips: tips.length, tickets, lost, doubled };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const fan of this.fans) fan[Symbol.dispose]();
    for (const buyer of this.#buyers) buyer.close();
  }

  async #talk(fan: LightFan, index: number): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      const text = `fan ${index} says ${count}`;
      await fan.connection.requestReliably('chat:send', { clientId: randomUUID(), text });
      this.#said.push(text);
      await pause(TALK_PAUSE_MS);
    }
  }

  async #tip(fan: LightFan, index: number): Promise<void> {
    const own: string[] = [];
    this.#tipped.set(index, own);
    for (let count = 0; !this.#isOver; count += 1) {
      const message = `fan ${index} tips ${count}`;
      await fan.connection.requestReliably('money:tip', {
        amountMinor: TIP_MINOR,
        message,
        idempotencyKey: randomUUID(),
      });
      own.push(message);
      await pause(TIP_PAUSE_MS);
    }
  }

  async #buy(): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      const identity = `upgrade-buyer-${count}`;
      await this.#credit(identity);
      const buyer = this.#connect();
      this.#buyers.push(buyer);
      await buyer.connect(signToken({ identity, room: this.#room }));
      await buyTicket(buyer);
      await pause(BUYER_PAUSE_MS);
    }
  }

  #connect(): Connection {
    const nothing = () => {};
    return new Connection({
      url: this.#house.url,
      log: nothing,
      handlers: {
        onWelcome: nothing,
        onEvent: nothing,
        onReconnecting: nothing,
        onReconnected: nothing,
        onDisconnected: nothing,
        chatSince: () => undefined,
      },
    });
  }

  /** Retries at any gateway with one idempotency key until one answers. */
  async #credit(identity: string): Promise<void> {
    const grant = { identity, amountMinor: CREDIT_MINOR, reason: 'welcome', idempotencyKey: randomUUID() };
    for (let at = 0; ; at += 1) {
      const gateway = at % this.#house.gateways.gateways.length;
      try {
        await this.#house.gateways.server('POST', '/v1/promotions', grant, gateway);
        return;
      } catch (error) {
        if (at === CREDIT_ATTEMPTS) throw error;
        await pause(LOOK_MS);
      }
    }
  }
}

/** Retries after a lost answer; `already_entitled` then means that the purchase succeeded. */
async function buyTicket(buyer: Connection): Promise<void> {
  await buyer.requestReliably('money:buyTicket', { from: 'wallet' }).catch((error) => {
    if (!(error instanceof LogeError) || error.code !== 'already_entitled') throw error;
  });
}

/** How often each text was shown, at different sequence numbers. */
function countsOf(fan: LightFan, texts: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const text of fan.seen.values()) counts.set(text, (counts.get(text) ?? 0) + 1);
  return texts.map((text) => counts.get(text) ?? 0);
}

/** Replaces every process by SIGTERM, one after another; returns how long each took to exit. */
export async function replaceAll(house: SfuHouse, handleStep: (what: string) => Promise<void> | void): Promise<void> {
  for (const node of [...house.nodes]) {
    await house.startNode();
    await house.takeNode(node).end('SIGTERM');
    await handleStep(`SFU node ${node.id}`);
  }
  for (const [index, gateway] of house.gateways.gateways.entries()) {
    await gateway.stop();
    await handleStep(`gateway ${index} is gone`);
    await gateway.start();
    await house.ready();
    await handleStep(`gateway ${index} is back`);
  }
}
