/** Texts for people by error code, where the text that comes with the error is for developers. */
import { type LogeErrorCode, RAISED_ERRORS } from '../../src/errors.ts';

export type ErrorTexts = Record<LogeErrorCode, string>;

const forPeople: Partial<ErrorTexts> = {
  token_missing: 'Sign in to enter this room.',
  token_invalid: 'Your invitation is not valid here. Reload the page.',
  token_expired: 'Your invitation has expired. Reload the page.',
  token_unavailable: 'Your invitation could not be fetched. Try again in a moment.',
  not_connected: 'You are not connected. Reload the page.',
  invalid_request: 'That could not be understood. Reload the page and try again.',
  unknown_event: 'This page is older than the server. Reload it.',
  connection_too_slow: 'Your connection could not keep up. We are restoring it.',
  access_required: 'You need a ticket for that.',
  origin_not_allowed: 'This site may not show this room.',
  stage_full: 'The room is full at the moment. We keep trying.',
};

export const englishErrors = {
  ...Object.fromEntries(Object.entries(RAISED_ERRORS).map(([code, { message }]) => [code, message])),
  ...forPeople,
} as Partial<ErrorTexts> & Record<keyof typeof RAISED_ERRORS, string>;
