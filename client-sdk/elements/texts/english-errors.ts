/** Texts for people by error code, where the catalogue's message is for developers. */

import type { ErrorCode } from '../../../server/protocol/errors.ts';
import { ERROR_CATALOGUE } from '../../../server/protocol/errors.ts';
import type { ClientErrorCode, LogeErrorCode } from '../../src/errors.ts';
import { CLIENT_ERRORS } from '../../src/errors.ts';

export type ErrorTexts = Record<LogeErrorCode, string>;

function messagesOf<Code extends string>(entries: Record<Code, { message: string }>): Record<Code, string> {
  const pairs = Object.entries<{ message: string }>(entries).map(([code, entry]) => [code, entry.message]);
  return Object.fromEntries(pairs) as Record<Code, string>;
}

const forPeople: Partial<ErrorTexts> = {
  token_missing: 'Sign in to enter this room.',
  token_invalid: 'Your invitation is not valid here. Reload the page.',
  token_expired: 'Your invitation has expired. Reload the page.',
  code_unavailable: 'A part of this page could not be loaded. Check your connection; we keep trying.',
  token_unavailable: 'Your invitation could not be fetched. Try again in a moment.',
  not_connected: 'You are not connected. Reload the page.',
  invalid_request: 'That could not be understood. Reload the page and try again.',
  unknown_event: 'This page is older than the server. Reload it.',
  connection_too_slow: 'Your connection could not keep up. We are restoring it.',
  access_required: 'You need a ticket for that.',
  origin_not_allowed: 'This site may not show this room.',
  stage_full: 'The room is full at the moment. We keep trying.',
  media_not_supported: 'This browser cannot show live video. Try a current Chrome, Edge, Firefox or Safari.',
};

export const englishErrors: ErrorTexts = {
  ...messagesOf<ErrorCode>(ERROR_CATALOGUE),
  ...messagesOf<ClientErrorCode>(CLIENT_ERRORS),
  ...forPeople,
};
