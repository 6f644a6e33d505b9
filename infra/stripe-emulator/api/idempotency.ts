/** Idempotency keys: the first answer is replayed, 500s too; other parameters under a key are an error. */
import { createHash } from 'node:crypto';
import type { FormObject } from '../http/form.ts';
import type { Reader } from '../store/reader.ts';
import type { StoredAnswer } from '../store/records.ts';
import { invalidParameter, keyInUse, StripeApiError } from './errors.ts';

/** Stripe guarantees at least a day. */
export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;
const KEY_LENGTH_MAX = 255;

export class IdempotencyKeys {
  readonly #inProgress = new Set<string>();

  /** Returns the answer to replay; undefined after taking the key, which `leave` releases. */
  enter(reader: Reader, attempt: Attempt, nowMs: number): StoredAnswer | undefined {
    const { key, scopedKey, endpoint, parametersDigest } = attempt;
    if (key.length > KEY_LENGTH_MAX) {
      throw invalidParameter({ message: `Idempotency keys may be at most ${KEY_LENGTH_MAX} characters long.` });
    }
    if (this.#inProgress.has(scopedKey)) throw keyInUse(key);
    const stored = reader.get('answers', scopedKey);
    if (stored === undefined || stored.createdAtMs + KEY_LIFETIME_MS < nowMs) {
      this.#inProgress.add(scopedKey);
      return undefined;
    }
    if (stored.endpoint !== endpoint) {
      throw keyMisused(
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${stored.endpoint}' vs '${endpoint}'). Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (stored.parametersDigest !== parametersDigest) {
      throw keyMisused(
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    return stored;
  }

  leave(scopedKey: string): void {
    this.#inProgress.delete(scopedKey);
  }
}

export interface Attempt {
  key: string;
  /** The key, scoped to its account. */
  scopedKey: string;
  endpoint: string;
  parametersDigest: string;
}

export function digestOf(parameters: FormObject): string {
  return createHash('sha256').update(canonical(parameters)).digest('hex');
}

/** The same parameters in another order are the same request. */
function canonical(value: string | FormObject): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? '')}`).join(',')}}`;
}

function keyMisused(message: string): StripeApiError {
  return new StripeApiError(400, { type: 'idempotency_error', message }, false);
}
