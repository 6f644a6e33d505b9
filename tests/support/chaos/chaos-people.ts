/** The creator of a chaos test, and fans who buy tickets, watch, chat and tip until the test ends. */

import { setTimeout as pause } from 'node:timers/promises';
import { payCheckout } from '../people/checkout.ts';
import type { ReturningFan } from '../people/returning-fan.ts';
import { signToken } from '../people/wire-fan.ts';
import type { Dice } from '../soak/dice.ts';
import { Refusal } from './chaos-http.ts';
import { ChaosPublisher, ChaosViewer } from './chaos-media.ts';
import { type ChaosWorld, CREATOR } from './chaos-world.ts';

const TOPUP_MINOR = 2_000;
const TIP_MINOR = 100;
const ACTION_PAUSE_MS = 1_200;
const AWAY_MS = 400;
const WEIGHTS = { talk: 50, tip: 30, topUp: 6, drop: 8 };

export class ChaosCreator {
  readonly media: ChaosPublisher;
  readonly #wire: ReturningFan;

  constructor(world: ChaosWorld, dice: Dice) {
    this.#wire = world.connect(dice, {
      claims: { identity: CREATOR, role: 'creator' },
      onEvent: (name, data) => this.media.handleEvent(name, data),
    });
    this.media = new ChaosPublisher((name, input) => this.#wire.ask(name, input));
  }

  join(): Promise<void> {
    return this.#wire.comeBack();
  }

  close(): void {
    this.media.close();
    this.#wire.close();
  }
}

export class ChaosFan {
  readonly identity: string;
  readonly media: ChaosViewer;
  readonly wire: ReturningFan;
  readonly #world: ChaosWorld;
  readonly #dice: Dice;
  readonly #token: string;
  #keys = 0;
  #isEntitled = false;

  constructor(world: ChaosWorld, identity: string, dice: Dice) {
    this.#world = world;
    this.#dice = dice;
    this.identity = identity;
    const { room } = world;
    this.#token = signToken({ identity, room });
    this.wire = world.connect(dice, { claims: { identity }, onEvent: (name, data) => this.#handleEvent(name, data) });
    this.media = new ChaosViewer((name, input) => this.wire.ask(name, input));
  }

  /** Buys credit, buys a ticket with it, and joins the room. */
  async join(): Promise<void> {
    for (;;) {
      await this.#topUp();
      try {
        const ticket = await this.#ask<{ id: string }>(`/v1/rooms/${this.#world.room}/tickets`, { from: 'wallet' });
        this.#world.answers.note('ticket', ticket.id);
        break;
      } catch (error) {
        // The credit may not have arrived yet: its webhook is still pending.
        if (!(error instanceof Refusal) || error.code !== 'insufficient_funds') throw error;
        await pause(ACTION_PAUSE_MS);
      }
    }
    this.#isEntitled = true;
    await this.wire.comeBack();
  }

  async live(): Promise<void> {
    while (!this.#world.isOver) {
      await this.#act();
      await pause(this.#dice.between(0, 2 * ACTION_PAUSE_MS));
    }
  }

  close(): void {
    this.media.close();
    this.wire.close();
  }

  #handleEvent(name: string, data: never): void {
    if (name === 'rooms:welcome' && this.#isEntitled && !(data as { inside: object | null }).inside) {
      this.#world.violations.push(`${this.identity} has a ticket and was denied access: ${JSON.stringify(data)}`);
    }
    if (name === 'rooms:accessRevoked') this.#world.violations.push(`${this.identity} had its access revoked`);
    this.media.handleEvent(name, data);
  }

  async #act(): Promise<void> {
    const dice = this.#dice;
    this.#keys += 1;
    const key = `chaos-${this.identity}-${this.#keys}`;
    switch (dice.weighted(WEIGHTS)) {
      case 'talk':
        this.#world.said.push(await this.wire.say(`${word(dice)} ${word(dice)} ${key}`));
        return;
      case 'tip':
        return this.#tip(key);
      case 'topUp':
        return this.#topUp();
      case 'drop':
        return this.wire.drop(dice.next() * AWAY_MS);
    }
  }

  async #tip(idempotencyKey: string): Promise<void> {
    const { room, answers } = this.#world;
    try {
      const tip = await this.#ask<{ id: string }>(`/v1/rooms/${room}/tips`, { amountMinor: TIP_MINOR, idempotencyKey });
      answers.noteOnce('tip', idempotencyKey, tip.id);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'insufficient_funds') throw error;
    }
  }

  /** Pays on the provider's page. A paid page must be credited even if the fan never returns from it. */
  async #topUp(): Promise<void> {
    const { checkoutUrl } = await this.#ask<{ checkoutUrl: string }>('/v1/wallet/topups', { amountMinor: TOPUP_MINOR });
    const session = new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
    const page = await payCheckout(checkoutUrl).catch(() => undefined);
    if (page?.status === 303) this.#world.answers.note('paid_page', session);
  }

  #ask<T>(path: string, body: object): Promise<T> {
    return this.#world.http.participant<T>(this.#token, path, body);
  }
}

/** Random, so that the chat does not reject it as a repetition. */
function word(dice: Dice): string {
  return Math.floor(dice.next() * 36 ** 6).toString(36);
}
