/** Authorises participants, in the same way for sockets and for HTTP. */
import { isConfirmed } from '../../accounts/people/session-strength.ts';
import type { Permissions, Role } from '../../protocol/accounts/accounts.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { AppError, type ErrorCode } from '../../protocol/errors.ts';
import {
  type HttpContract,
  type HttpDoor,
  type ParticipantRules,
  type Permission,
  takesBody,
} from '../../protocol/operations/contract.ts';
import type { Access } from '../../protocol/rooms.ts';
import type { Authenticated } from '../http/auth.ts';

const REFUSAL = {
  chat: 'chat_not_allowed',
  tip: 'tip_not_allowed',
  publish: 'publish_not_allowed',
  moderate: 'forbidden',
} as const satisfies Record<Permission, ErrorCode>;

export interface Standing {
  access: Access;
  can: Required<Permissions>;
  role: Role;
}

export function assertMay(rules: ParticipantRules, { access, can, role }: Standing): void {
  if (access.reason === 'suspended' && !rules.servesSuspended) throw new AppError('account_suspended');
  if (rules.from === 'inside' && access.state !== 'granted') {
    throw new AppError(access.reason === 'removed' ? 'access_removed' : 'access_required');
  }
  if (rules.right && !can[rules.right]) throw new AppError(REFUSAL[rules.right]);
  assertRole(rules, role);
}

export function assertRole(rules: ParticipantRules, role: Role): void {
  if (rules.role && rules.role !== role) throw new AppError('forbidden', `This is for a ${rules.role}.`);
}

/**
 * People of the house confirm dangerous acts with a passkey; others have none here. A room token proves no passkey, and
 * anybody with a person's session can mint one.
 */
export function assertConfirmed(
  { stepUp }: HttpDoor,
  { session, claims, input, nowMs }: Pick<Authenticated, 'session' | 'claims'> & { input: unknown; nowMs: number },
): void {
  const isNeeded = stepUp === true || (stepUp?.(input as never) ?? false);
  if (!isNeeded) return;
  const isConfirmedSession = session === undefined || isConfirmed(session, nowMs);
  if (!isConfirmedSession || (claims && isPersonId(claims.sub))) throw new AppError('step_up_required');
}

const ERRORS_OF_CALLER = {
  server: ['credentials_invalid', 'scope_missing', 'token_invalid'],
  participant: ['token_missing', 'token_invalid', 'token_expired', 'origin_not_allowed'],
  person: ['token_missing', 'origin_not_allowed'],
  reviewer: ['token_missing', 'origin_not_allowed', 'forbidden', 'step_up_required'],
  member: ['token_missing', 'origin_not_allowed', 'forbidden', 'step_up_required'],
  operator: ['token_missing', 'token_invalid', 'token_expired', 'origin_not_allowed', 'forbidden', 'step_up_required'],
  visitor: ['origin_not_allowed'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** Every code that an operation may answer over HTTP. */
export function errorsOf({
  http,
  from,
  right,
  role,
  servesSuspended,
}: ParticipantRules & Pick<HttpContract, 'http'>): ErrorCode[] {
  const isForParticipants = http.by.includes('participant');
  return [
    ...new Set<ErrorCode>([
      ...http.by.flatMap((caller) => ERRORS_OF_CALLER[caller]),
      ...http.errors,
      ...(http.stepUp ? (['step_up_required'] as const) : []),
      ...(role !== undefined && (isForParticipants || http.by.includes('person')) ? (['forbidden'] as const) : []),
      ...(isForParticipants ? (['room_not_found'] as const) : []),
      ...(isForParticipants && from !== undefined ? (['forbidden'] as const) : []),
      ...(isForParticipants && !servesSuspended ? (['account_suspended'] as const) : []),
      ...(isForParticipants && from === 'inside' ? (['access_required', 'access_removed', 'room_ended'] as const) : []),
      ...(isForParticipants && right !== undefined ? [REFUSAL[right]] : []),
      ...(http.isOfRoom ? (['room_not_found'] as const) : []),
      ...(takesBody(http) ? (['payload_too_large'] as const) : []),
      ...(['invalid_request', 'rate_limited', 'unavailable', 'internal'] as const),
    ]),
  ];
}
