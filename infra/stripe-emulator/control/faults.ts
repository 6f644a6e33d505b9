/** Injects faults of a network and a busy provider into requests, on demand. */

import { z } from 'zod';
import type { SeededRandom } from '../random.ts';

const TIMES_MAX = 1_000_000_000;
const FAULTS_MAX = 100;

const faultSchema = z.strictObject({
  /** `/v1/refunds`, or a prefix with a star, such as `/v1/payment_intents*`. */
  path: z.string().startsWith('/v1/'),
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  times: z.int().min(1).max(TIMES_MAX).default(1),
  /** The share of matching requests that fail, drawn by the seed. */
  share: z.number().min(0).max(1).default(1),
  /** `reset` cuts the connection instead of answering; `delay` answers late. */
  kind: z.enum(['conflict', 'rate_limit', 'server_error', 'hang', 'reset', 'delay']),
  /** Whether the request takes effect; only its answer is then wrong or lost. */
  isApplied: z.boolean().default(false),
  delayMs: z.int().min(0).max(600_000).default(0),
});

export type NewApiFault = z.input<typeof faultSchema>;
export type ApiFault = z.output<typeof faultSchema>;

export class ApiFaults {
  #faults: ApiFault[] = [];
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  add(fault: NewApiFault): void {
    if (this.#faults.length >= FAULTS_MAX) throw new Error(`At most ${FAULTS_MAX} faults at once`);
    this.#faults.push(faultSchema.parse(fault));
  }

  clear(): void {
    this.#faults = [];
  }

  /** Takes the fault for this request. */
  take(method: string, path: string): ApiFault | undefined {
    const fault = this.#faults.find(
      (candidate) => matches(candidate, method, path) && this.#random.next() < candidate.share,
    );
    if (fault === undefined) return undefined;
    fault.times -= 1;
    this.#faults = this.#faults.filter(({ times }) => times > 0);
    return { ...fault };
  }
}

function matches(fault: ApiFault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path;
}
