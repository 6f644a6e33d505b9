/** Injects faults of a network and a busy provider into requests, on demand. */

import type { SeededRandom } from '../random.ts';

export interface ApiFault {
  /** `/v1/refunds`, or a prefix with a star, such as `/v1/payment_intents*`. */
  path: string;
  method?: 'GET' | 'POST' | 'DELETE';
  times: number;
  /** The share of matching requests that fail, from 0 to 1, drawn by the seed; absent: all. */
  share?: number;
  /** `reset` cuts the connection instead of answering; `delay` answers late. */
  kind: 'conflict' | 'rate_limit' | 'server_error' | 'hang' | 'reset' | 'delay';
  /** Whether the request takes effect; only its answer is then wrong or lost. */
  isApplied?: boolean;
  delayMs?: number;
}

const FAULTS_MAX = 100;

export class ApiFaults {
  #faults: ApiFault[] = [];
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  add(fault: ApiFault): void {
    if (this.#faults.length >= FAULTS_MAX) throw new Error(`At most ${FAULTS_MAX} faults at once`);
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults = [];
  }

  /** Takes the fault for this request. */
  take(method: string, path: string): ApiFault | undefined {
    const fault = this.#faults.find(
      (candidate) => matches(candidate, method, path) && this.#random.next() < (candidate.share ?? 1),
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
