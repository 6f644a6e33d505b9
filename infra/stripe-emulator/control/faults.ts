/** Faults of the API on demand: what a network and a busy provider do to a request, as often as one asks for. */

import type { SeededRandom } from '../random.ts';

export interface ApiFault {
  /** `/v1/refunds`, or with a star at its end `/v1/payment_intents*`. */
  path: string;
  method?: 'GET' | 'POST' | 'DELETE';
  times: number;
  /** Of the requests that match, how many meet it, from 0 to 1 by the seed; absent: each. */
  share?: number;
  /** `reset` cuts the connection instead of answering; `delay` answers late and as usual. */
  kind: 'conflict' | 'rate_limit' | 'server_error' | 'hang' | 'reset' | 'delay';
  /** Whether the request is carried out all the same: only its answer is then wrong or lost. */
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

  /** The fault that this request meets, which is used up by it. */
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
