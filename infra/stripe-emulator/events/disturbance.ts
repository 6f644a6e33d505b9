/** Disturbs webhooks on purpose: by default they arrive shuffled and duplicated, as Stripe allows. */
import type { SeededRandom } from '../random.ts';

export interface WebhookRule {
  action: 'drop' | 'double' | 'delay';
  /** An event type, or a group such as `payment_intent.*`; absent: every event. */
  type?: string;
  times: number;
  /** The share of matching events that are disturbed, from 0 to 1, drawn by the seed; absent: all. */
  share?: number;
  delayMs?: number;
}

/** The delay of each copy; an empty list drops the event. */
export type Fate = readonly number[];

const SHUFFLE_WINDOW_MS = 40;
const DOUBLED_SHARE = 0.5;
const RULES_MAX = 100;

export class Disturbance {
  isShuffled: boolean;
  readonly #random: SeededRandom;
  #rules: WebhookRule[] = [];

  constructor(random: SeededRandom, isShuffled: boolean) {
    this.#random = random;
    this.isShuffled = isShuffled;
  }

  addRule(rule: WebhookRule): void {
    if (this.#rules.length >= RULES_MAX) throw new Error(`At most ${RULES_MAX} webhook rules at once`);
    this.#rules.push({ ...rule });
  }

  clearRules(): void {
    this.#rules = [];
  }

  fateOf(eventType: string): Fate {
    // Always draws both values, so that a rule does not change the seed's later choices.
    const isDoubled = this.#random.next() < DOUBLED_SHARE;
    const delaysMs = [this.#random.next(), this.#random.next()].map((part) => Math.floor(part * SHUFFLE_WINDOW_MS));
    const usual = this.isShuffled ? (isDoubled ? delaysMs : delaysMs.slice(0, 1)) : [0];
    const rule = this.#rules.find(
      ({ type, share = 1 }) => matchesEventType(type ?? '*', eventType) && (share === 1 || this.#random.next() < share),
    );
    if (rule === undefined) return usual;
    rule.times -= 1;
    this.#rules = this.#rules.filter(({ times }) => times > 0);
    switch (rule.action) {
      case 'drop':
        return [];
      case 'double':
        return [usual[0] ?? 0, delaysMs[1] ?? 0];
      case 'delay':
        return usual.map((delayMs) => delayMs + (rule.delayMs ?? 0));
    }
  }
}

export function matchesEventType(pattern: string, eventType: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? eventType.startsWith(pattern.slice(0, -1)) : pattern === eventType;
}
