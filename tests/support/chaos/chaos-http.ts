/** Retries an HTTP request at random gateways until one gives a final answer. Requests carry idempotency keys. */
import { setTimeout as pause } from 'node:timers/promises';
import { DEVELOPMENT_API_KEY, DEVELOPMENT_API_SECRET } from '../../../server/config.ts';
import type { Dice } from '../soak/dice.ts';

const ANSWER_LIMIT_MS = 8_000;
/** A request that is under way at the end must be answered within this time. */
const LAST_ANSWER_MS = 15_000;
const RETRY_MIN_MS = 50;
const RETRY_SPREAD_MS = 250;
const TOO_MANY = 429;
const SERVER_FAULT = 500;

/** A final refusal. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class ChaosHttp {
  readonly #urls: () => string[];
  readonly #dice: Dice;
  readonly #isOver: () => boolean;
  /** Refused requests counted by code, printed when the test fails. */
  readonly refusals: Record<string, number> = {};

  constructor(options: { urls: () => string[]; dice: Dice; isOver: () => boolean }) {
    this.#urls = options.urls;
    this.#dice = options.dice;
    this.#isOver = options.isOver;
  }

  server<T>(method: string, path: string, body?: object): Promise<T> {
    const credentials = Buffer.from(`${DEVELOPMENT_API_KEY}:${DEVELOPMENT_API_SECRET}`).toString('base64');
    return this.ask<T>({ method, path, authorization: `Basic ${credentials}`, body });
  }

  participant<T>(token: string, path: string, body: object): Promise<T> {
    return this.ask<T>({ method: 'POST', path, authorization: `Bearer ${token}`, body });
  }

  async ask<T>(request: { method: string; path: string; authorization: string; body: object | undefined }): Promise<T> {
    let giveUpAtMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const answer = await this.#askOnce<T>(request);
      if (answer !== undefined) return answer;
      if (this.#isOver()) giveUpAtMs = Math.min(giveUpAtMs, performance.now() + LAST_ANSWER_MS);
      if (performance.now() >= giveUpAtMs) throw new Refusal('no_answer');
      await pause(RETRY_MIN_MS + this.#dice.next() * RETRY_SPREAD_MS);
    }
  }

  /** Undefined if the request must be retried. */
  async #askOnce<T>(request: {
    method: string;
    path: string;
    authorization: string;
    body: object | undefined;
  }): Promise<T | undefined> {
    const { method, path, authorization, body } = request;
    const url = this.#dice.pick(this.#urls()) ?? '';
    try {
      const response = await fetch(url + path, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        ...(body && { body: JSON.stringify(body) }),
      });
      const said = (await response.json()) as T & { error?: { code: string } };
      if (response.ok) return said;
      const code = said.error?.code ?? String(response.status);
      this.refusals[code] = (this.refusals[code] ?? 0) + 1;
      if (response.status >= SERVER_FAULT || response.status === TOO_MANY) return undefined;
      throw new Refusal(code);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      return undefined;
    }
  }
}
