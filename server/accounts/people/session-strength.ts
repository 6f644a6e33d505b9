/** What a session proves, and for how long. */

import { HOUR_MS } from '../../platform/clock.ts';
import type { PersonSessionId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';

/** `oidc`: at the house's OpenID provider. `demo` exists in development only, where nobody is asked for a passkey. */
export type SignInMethod = 'mail' | 'passkey' | 'oidc' | 'demo';

const STRONG: ReadonlySet<SignInMethod> = new Set(['passkey', 'oidc']);

export interface SessionProof {
  id: PersonSessionId;
  method: SignInMethod;
  /** When the person last proved who they are; with `oidc` when the provider last asked them. */
  provedAtMs: number;
}

/** Whether its person used a passkey or signed in at the provider a few minutes ago, which dangerous acts need. */
export function isConfirmed(session: SessionProof, nowMs: number): boolean {
  return session.method === 'demo' || (STRONG.has(session.method) && isRecent(session, nowMs));
}

/** Whether it opens the desk and the review: a sign-in by mail alone does not, however recent. */
export function isStrong({ method, provedAtMs }: SessionProof, nowMs: number): boolean {
  return method === 'demo' || (STRONG.has(method) && nowMs - provedAtMs < LIMITS.strongHours * HOUR_MS);
}

/** Whether its person signed in a few minutes ago, by whatever method. */
export function isRecent({ provedAtMs }: SessionProof, nowMs: number): boolean {
  return nowMs - provedAtMs < LIMITS.confirmedMinutes * 60_000;
}
