/** Disturbs webhooks on purpose: by default they arrive shuffled and duplicated, as Stripe allows. */
import { z } from 'zod';
import type { SeededRandom } from '../random.ts';

const TIMES_MAX = 1_000_000_000;
const DELAY_MAX_MS = 30 * 24 * 60 * 60 * 1000;

const ruleSchema = z.strictObject({
  action: z.enum(['drop', 'double', 'delay']),
  /** An event type, or a group such as `payment_intent.*`; by default every event. */
  type: z.string().default('*'),
  times: z.int().min(1).max(TIMES_MAX).default(1),
  /** The share of matching events that are disturbed, drawn by the seed. */
  share: z.number().min(0).max(1).default(1),
  delayMs: z.int().min(0).max(DELAY_MAX_MS).default(0),
});

export type NewWebhookRule = z.input<typeof ruleSchema>;

/** The delay of each copy; an empty list drops the event. */
export type Fate = readonly number[];

const SHUFFLE_WINDOW_MS = 40;
const DOUBLED_SHARE = 0.5;
const RULES_MAX = 100;

export class Disturbance {
  readonly #isShuffled: boolean;
  readonly #random: SeededRandom;
  #rules: z.output<typeof ruleSchema>[] = [];

  constructor(random: SeededRandom, isShuffled: boolean) {
    this.#random = random;
    this.#isShuffled = isShuffled;
  }

  addRule(rule: NewWebhookRule): void {
    if (this.#rules.length >= RULES_MAX) throw new Error(`At most ${RULES_MAX} webhook rules at once`);
    this.#rules.push(ruleSchema.parse(rule));
  }

  clearRules(): void {
    this.#rules = [];
  }

  fateOf(eventType: string): Fate {
    // Always draws both values, so that a rule does not change the seed's later choices.
    const isDoubled = this.#random.next() < DOUBLED_SHARE;
    const delaysMs = [this.#random.next(), this.#random.next()].map((part) => Math.floor(part * SHUFFLE_WINDOW_MS));
    const usual = this.#isShuffled ? (isDoubled ? delaysMs : delaysMs.slice(0, 1)) : [0];
    const rule = this.#rules.find(
      ({ type, share }) => matchesEventType(type, eventType) && (share === 1 || this.#random.next() < share),
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
        return usual.map((delayMs) => delayMs + rule.delayMs);
    }
  }
}

export function matchesEventType(pattern: string, eventType: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? eventType.startsWith(pattern.slice(0, -1)) : pattern === eventType;
}
