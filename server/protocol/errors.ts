/**
 * The wire's error catalogue: every code that a client can receive, with HTTP status, retryability and a text. Codes
 * are stable; texts may change. Imported by the server and the SDK; imports neither.
 */

interface ErrorEntry {
  status: number;
  retryable: boolean;
  message: string;
}

/** Codes that the SDK raises itself too. It has no other texts of the catalogue: each error comes with its text. */
export const SHARED_ERRORS = {
  access_required: { status: 402, retryable: false, message: 'This needs a ticket for the room. Buy one first.' },
  publish_not_allowed: { status: 403, retryable: false, message: 'Only the creator of the room can go live here.' },
  live_over: { status: 409, retryable: false, message: 'This live is over. Go live again to begin another.' },
  live_interrupted: {
    status: 409,
    retryable: false,
    message: 'This live was interrupted for too long. Go live again to continue.',
  },
  live_replaced: { status: 409, retryable: false, message: 'Another window of yours has taken this live over.' },
  cannot_consume: { status: 422, retryable: false, message: 'This browser cannot play the media of this room.' },
  stage_unavailable: {
    status: 503,
    retryable: true,
    message: 'Video is not available at the moment. Try again.',
  },
  message_not_found: { status: 404, retryable: false, message: 'There is no such message.' },
  private_session_not_found: {
    status: 404,
    retryable: false,
    message: 'There is no such private session, or it is over.',
  },
  timeout: { status: 504, retryable: true, message: 'The server did not answer in time.' },
  internal: { status: 500, retryable: true, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, ErrorEntry>;

export const ERROR_CATALOGUE = {
  ...SHARED_ERRORS,
  // Who you are
  token_missing: { status: 401, retryable: false, message: 'No token was given. Ask your server for a room token.' },
  token_invalid: { status: 401, retryable: false, message: 'The token is not valid here.' },
  token_expired: { status: 401, retryable: false, message: 'The token has expired. Ask your server for a new one.' },
  credentials_invalid: { status: 401, retryable: false, message: 'The API key or secret is wrong.' },
  scope_missing: { status: 403, retryable: false, message: 'This API key lacks the scope that this needs.' },
  api_key_not_found: { status: 404, retryable: false, message: 'There is no such API key.' },
  api_key_limit: {
    status: 409,
    retryable: false,
    message: 'The limit of API keys is reached. Revoke one first.',
  },
  desk_link_invalid: {
    status: 410,
    retryable: false,
    message: 'This link was used before, has expired or is unknown. Ask for a new one.',
  },
  sign_in_link_invalid: {
    status: 410,
    retryable: false,
    message: 'This link was used before, has expired or is unknown. Ask for a new one.',
  },
  sign_in_code_invalid: { status: 422, retryable: false, message: 'This is not the code in the email.' },
  sign_in_over: {
    status: 410,
    retryable: false,
    message: 'This code was used before, has expired or was wrong too often. Ask for a new one.',
  },
  passkey_invalid: {
    status: 422,
    retryable: false,
    message: 'This passkey is not valid here, or its time is over. Try again.',
  },
  passkey_not_found: { status: 404, retryable: false, message: 'There is no such passkey.' },
  passkey_limit: { status: 409, retryable: false, message: 'The limit of passkeys is reached. Remove one first.' },
  sign_in_again: {
    status: 403,
    retryable: false,
    message: 'A first one is added soon after signing in. Sign in again, then add it.',
  },
  oidc_answer_invalid: {
    status: 422,
    retryable: false,
    message: 'This answer of the OpenID provider is not valid here, or its time is over. Try again.',
  },
  oidc_unknown: {
    status: 403,
    retryable: false,
    message: 'This account of the OpenID provider belongs to no operator or reviewer of this house.',
  },
  oidc_taken: {
    status: 409,
    retryable: false,
    message: 'This account of the OpenID provider belongs to somebody else here, or you have another one.',
  },
  oidc_stale: {
    status: 403,
    retryable: false,
    message: 'The OpenID provider did not ask you to sign in again. Try again, or use a passkey.',
  },
  oidc_unavailable: {
    status: 503,
    retryable: true,
    message: 'The OpenID provider does not answer. Try again later, or use a passkey.',
  },
  last_strong_sign_in: {
    status: 409,
    retryable: false,
    message: 'An operator or a reviewer keeps a passkey or an account of the OpenID provider. Add another one first.',
  },
  invitation_for_another: {
    status: 403,
    retryable: false,
    message: 'This invitation is for another email address. Sign in with that one.',
  },
  address_taken: { status: 409, retryable: false, message: 'This email address belongs to another account.' },
  address_link_invalid: {
    status: 410,
    retryable: false,
    message: 'This link was used before, has expired or is unknown.',
  },
  step_up_required: { status: 403, retryable: false, message: 'Confirm this with a passkey.' },
  handle_invalid: {
    status: 422,
    retryable: false,
    message: 'A handle has 3 to 30 of a-z and 0-9, with single . _ or - between them.',
  },
  name_reserved: {
    status: 409,
    retryable: false,
    message: 'This name stands for the house or its staff. Choose another one.',
  },
  handle_unavailable: {
    status: 409,
    retryable: false,
    message: 'This handle is taken or reserved.',
  },
  picture_invalid: { status: 422, retryable: false, message: 'This is no JPEG, PNG or WebP picture.' },
  picture_too_large: { status: 422, retryable: false, message: 'A picture has at most 50 megapixels.' },
  invitation_invalid: {
    status: 410,
    retryable: false,
    message: 'This invitation was used before, has expired or was withdrawn. Ask for a new one.',
  },
  person_not_found: { status: 404, retryable: false, message: 'There is no such person.' },
  last_operator: {
    status: 409,
    retryable: false,
    message: 'A house keeps at least one operator. Name another one first.',
  },
  desk_session_not_found: { status: 404, retryable: false, message: 'There is no such session of the desk.' },
  forbidden: { status: 403, retryable: false, message: 'You may not do this.' },
  origin_not_allowed: {
    status: 403,
    retryable: false,
    message: 'This site is not allowed to embed. Add it to LOGE_ALLOWED_ORIGINS.',
  },
  // What you sent
  invalid_request: { status: 400, retryable: false, message: 'The request is malformed.' },
  wrong_room: {
    status: 409,
    retryable: false,
    message: 'This request was meant for another room than the one you are in now.',
  },
  cursor_invalid: { status: 400, retryable: false, message: 'Pass `after` exactly as an earlier answer returned it.' },
  time_in_past: { status: 422, retryable: false, message: 'This time is in the past.' },
  payload_too_large: { status: 413, retryable: false, message: 'The request is too large.' },
  unknown_event: { status: 400, retryable: false, message: 'There is no such event.' },
  not_found: { status: 404, retryable: false, message: 'There is nothing at this address.' },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: 'This address does not support this method. The header `Allow` lists the supported ones.',
  },
  reports_limited: {
    status: 429,
    retryable: false,
    message: 'Several of your reports were found to be manifestly unfounded: for some time you can file one a day.',
  },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests. Wait a moment and try again.' },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    message: 'This idempotency key was already used for a different request.',
  },
  // Rooms and access
  room_not_found: { status: 404, retryable: false, message: 'There is no such room.' },
  room_ended: { status: 410, retryable: false, message: 'This room is over.' },
  room_limit: {
    status: 409,
    retryable: false,
    message: 'The limit of open rooms is reached. End one first.',
  },
  date_fixed: {
    status: 409,
    retryable: false,
    message: 'The date of a room cannot be changed once its first live has begun.',
  },
  creator_not_found: { status: 404, retryable: false, message: 'There is no such creator.' },
  erasure_blocked: {
    status: 409,
    retryable: false,
    message: 'This person cannot be erased while money or a live is open.',
  },
  creator_exists: { status: 409, retryable: false, message: 'A creator with this identity exists with other details.' },
  country_not_payable: {
    status: 422,
    retryable: false,
    message: 'The payment provider has no payouts to this country, so this creator could not be paid.',
  },
  access_removed: { status: 403, retryable: false, message: 'You were removed from this room.' },
  capacity_without_tickets: { status: 422, retryable: false, message: 'Only a room with tickets has a capacity.' },
  participant_not_removable: {
    status: 409,
    retryable: false,
    message: 'You cannot remove the creator of the room or another moderator.',
  },
  too_many_connections: { status: 429, retryable: true, message: 'Too many connections at once. Close another tab.' },
  connection_too_slow: {
    status: 408,
    retryable: true,
    message: 'This connection read its data too slowly and was closed. Connect again.',
  },
  // Stage
  not_live: { status: 409, retryable: true, message: 'Nobody is live in this room at the moment.' },
  session_not_found: { status: 404, retryable: true, message: 'This media session is over. Join again.' },
  producer_not_found: { status: 404, retryable: false, message: 'There is no such track.' },
  invalid_media_parameters: { status: 400, retryable: false, message: 'The media parameters are not usable.' },
  spare_unavailable: { status: 409, retryable: false, message: 'No media worker is free for a spare session.' },
  too_many_media_sessions: {
    status: 429,
    retryable: false,
    message: 'You are watching this room in too many places at once. Close another tab.',
  },
  stage_full: { status: 503, retryable: true, message: 'The room is full at the moment.' },
  // Charter
  report_not_found: { status: 404, retryable: false, message: 'There is no such report.' },
  charter_acceptance_required: {
    status: 403,
    retryable: false,
    message: 'Accept the charter in force first, then go live.',
  },
  charter_not_found: { status: 404, retryable: false, message: 'There is no such charter.' },
  charter_changed: { status: 409, retryable: false, message: 'The charter has changed. Read it again.' },
  // Decisions
  account_suspended: { status: 403, retryable: false, message: 'The house has suspended this account.' },
  live_stopped: { status: 403, retryable: false, message: 'The house has stopped the live of this room.' },
  case_not_found: { status: 404, retryable: false, message: 'There is no such case.' },
  decision_not_found: { status: 404, retryable: false, message: 'There is no such decision about you.' },
  appeal_not_found: { status: 404, retryable: false, message: 'There is no such appeal.' },
  already_decided: { status: 409, retryable: false, message: 'This was decided already. Load it again.' },
  another_reviewer_needed: {
    status: 403,
    retryable: false,
    message: 'Another reviewer has to decide this: you reported it, decided it before, or are concerned.',
  },
  measure_invalid: { status: 422, retryable: false, message: 'This measure does not fit the case.' },
  appeal_not_allowed: {
    status: 409,
    retryable: false,
    message: 'This decision cannot be appealed: its time is over, or another decision has taken its place.',
  },
  // Chat
  message_empty: { status: 400, retryable: false, message: 'The message is empty.' },
  message_too_long: { status: 400, retryable: false, message: 'The message is too long.' },
  chat_not_allowed: { status: 403, retryable: false, message: 'You may not write in this chat.' },
  chat_timed_out: { status: 403, retryable: false, message: 'You may not write here for a while.' },
  chat_banned: { status: 403, retryable: false, message: 'You may not write here any more.' },
  chat_slow_mode: {
    status: 429,
    retryable: true,
    message: 'The chat is slowed down. Wait a moment before you write again.',
  },
  chat_members_only: { status: 403, retryable: false, message: 'Only members of the club write here at the moment.' },
  chat_emoji_only: { status: 422, retryable: false, message: 'Only emoji are allowed here at the moment.' },
  chat_paused: { status: 409, retryable: false, message: 'The chat is paused.' },
  message_refused: { status: 422, retryable: false, message: 'This message is not allowed here.' },
  message_duplicate: {
    status: 409,
    retryable: false,
    message: 'This was just sent. Write something else, or wait a moment.',
  },
  held_message_not_found: { status: 404, retryable: false, message: 'There is no such message in the queue.' },
  already_reviewed: { status: 409, retryable: false, message: 'Somebody else has decided about this message already.' },
  participant_not_restrictable: {
    status: 409,
    retryable: false,
    message: 'You cannot restrict the creator of the room or another moderator.',
  },
  poll_not_found: { status: 404, retryable: false, message: 'There is no such poll.' },
  poll_closed: { status: 409, retryable: false, message: 'This poll is over.' },
  poll_running: { status: 409, retryable: false, message: 'There is a poll already. Close it first.' },
  already_voted: { status: 409, retryable: false, message: 'You have voted already.' },
  mute_limit: { status: 409, retryable: false, message: 'You have muted as many people as possible.' },
  chat_hook_not_found: { status: 404, retryable: false, message: 'There is no chat hook.' },
  word_pattern_invalid: {
    status: 422,
    retryable: false,
    message: 'This pattern would match nearly everything, or nothing.',
  },
  // Money
  amount_invalid: { status: 400, retryable: false, message: 'The amount is not valid.' },
  amount_too_small: { status: 400, retryable: false, message: 'The amount is below the minimum.' },
  amount_too_large: { status: 400, retryable: false, message: 'The amount is above the maximum.' },
  wallet_limit: { status: 409, retryable: false, message: 'A wallet cannot hold that much. Spend some of it first.' },
  insufficient_funds: {
    status: 402,
    retryable: false,
    message: 'There is not enough credit in your wallet. Top it up first.',
  },
  tip_not_allowed: { status: 403, retryable: false, message: 'You may not tip here.' },
  menu_item_not_found: { status: 404, retryable: false, message: 'This is not on the menu any more.' },
  tip_request_not_found: { status: 404, retryable: false, message: 'There is no such request in this room.' },
  request_undo_closed: {
    status: 409,
    retryable: false,
    message:
      'This tip was paid out already, or is older than 30 days. Only the house can pay it back now: ask its operators.',
  },
  menu_item_duplicate: { status: 422, retryable: false, message: 'Two items of this menu have the same id.' },
  menu_price_mismatch: {
    status: 409,
    retryable: false,
    message: 'The price of this item has changed. Load the menu again.',
  },
  nothing_to_buy: { status: 409, retryable: false, message: 'This room needs no ticket.' },
  already_entitled: { status: 409, retryable: false, message: 'You already have access to this room.' },
  price_fixed: {
    status: 409,
    retryable: false,
    message: 'The price cannot be changed once a ticket was bought or is being paid.',
  },
  price_changed: {
    status: 409,
    retryable: false,
    message: 'The price has changed meanwhile. Nothing was charged: look at the new one.',
  },
  sold_out: { status: 409, retryable: false, message: 'All tickets of this room are sold.' },
  private_not_offered: { status: 409, retryable: false, message: 'This room has no private sessions.' },
  private_session_exists: {
    status: 409,
    retryable: false,
    message: 'You have asked for a private session in this room already.',
  },
  private_session_busy: { status: 409, retryable: true, message: 'Another private session is going on.' },
  private_queue_full: { status: 429, retryable: true, message: 'Too many people are waiting. Try again later.' },
  wallet_off: { status: 409, retryable: false, message: 'This house has no wallets: pay by card.' },
  waiver_invalid: {
    status: 409,
    retryable: false,
    message: 'This is not the text that is shown now. Read and accept the current one.',
  },
  association_not_found: { status: 404, retryable: false, message: 'There is no such association.' },
  association_exists: {
    status: 409,
    retryable: false,
    message: 'An association with this id exists with other details.',
  },
  card_not_found: { status: 404, retryable: false, message: 'There is no such saved card.' },
  card_declined: { status: 402, retryable: false, message: 'The card was declined. Nothing was charged.' },
  checkout_limit: {
    status: 429,
    retryable: true,
    message: 'Too many payment pages are open. Pay on one of them, or try again within the hour.',
  },
  payment_not_found: { status: 404, retryable: false, message: 'There is no such payment.' },
  not_refundable: { status: 409, retryable: false, message: 'This cannot be refunded.' },
  already_refunded: { status: 409, retryable: false, message: 'This was refunded already.' },
  payout_refused: {
    status: 422,
    retryable: false,
    message: 'The payment provider does not pay out to this account.',
  },
  payout_batch_not_found: { status: 404, retryable: false, message: 'There is no such batch of payouts.' },
  dispute_not_found: { status: 404, retryable: false, message: 'There is no such dispute.' },
  dispute_closed: { status: 409, retryable: false, message: 'This dispute accepts no more evidence.' },
  provider_unavailable: {
    status: 503,
    retryable: true,
    message: 'The payment provider does not answer. Try again in a moment; a payment that was made shows up by itself.',
  },
  signature_invalid: { status: 400, retryable: false, message: 'The webhook signature is not valid.' },
  // Memberships
  tier_not_found: { status: 404, retryable: false, message: 'There is no such tier.' },
  tier_limit: {
    status: 409,
    retryable: false,
    message: 'The limit of tiers in this club is reached. Retire one first.',
  },
  tier_retired: { status: 409, retryable: false, message: 'This tier is not offered any more.' },
  membership_not_found: { status: 404, retryable: false, message: 'There is no such membership.' },
  membership_exists: { status: 409, retryable: false, message: 'You are a member of this club already.' },
  membership_ended: {
    status: 409,
    retryable: false,
    message: 'This membership cannot go on. Once it has ended, you can join again.',
  },
  membership_unpaid: {
    status: 409,
    retryable: true,
    message: 'A payment for this membership is under way or due. Change the tier once it is paid.',
  },
  tier_interval: {
    status: 409,
    retryable: false,
    message: 'This membership cannot move to that tier before its time is over. Cancel it, and join that tier then.',
  },
  membership_disputed: {
    status: 409,
    retryable: false,
    message: 'A payment for this membership is disputed. Until the bank has decided, you can only leave.',
  },
  // Events out
  event_not_found: { status: 404, retryable: false, message: 'There is no such event.' },
  webhook_endpoint_not_found: { status: 404, retryable: false, message: 'There is no such webhook endpoint.' },
  webhook_endpoint_limit: {
    status: 409,
    retryable: false,
    message: 'The limit of webhook endpoints is reached. Delete one first.',
  },
  webhook_url_not_allowed: {
    status: 422,
    retryable: false,
    message: 'This address cannot receive webhooks: it must be a public https address without credentials.',
  },
  push_endpoint_not_allowed: {
    status: 422,
    retryable: false,
    message: 'Messages cannot be sent to this address: it must be a public https address without credentials.',
  },
  // The house
  unavailable: { status: 503, retryable: true, message: 'The server is not ready. Try again in a moment.' },
  shutting_down: { status: 503, retryable: true, message: 'This server is restarting. Reconnect in a moment.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** For `rate_limited` and similar codes: when to retry. */
  retryAfterMs?: number;
  /** For `amount_too_small` and `amount_too_large`: the smallest or largest amount. */
  limitMinor?: number;
}

type ErrorDetails = Pick<WireError, 'retryAfterMs' | 'limitMinor'>;

/** An expected failure with a code of the catalogue. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly limitMinor: number | undefined;

  constructor(code: ErrorCode, message?: string, options?: ErrorOptions & ErrorDetails) {
    super(message ?? ERROR_CATALOGUE[code].message, options);
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
    this.limitMinor = options?.limitMinor;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }

  get retryable(): boolean {
    return ERROR_CATALOGUE[this.code].retryable;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.limitMinor === undefined ? {} : { limitMinor: this.limitMinor }),
    };
  }
}

/** Refuses an amount outside of its limits, with an error that names the limit. */
export function assertWithin(amountMinor: number, limits: { minMinor?: number; maxMinor: number }): void {
  const { minMinor = 0, maxMinor } = limits;
  if (amountMinor < minMinor) {
    const message = `The amount is below the minimum of ${minMinor} in the minor unit.`;
    throw new AppError('amount_too_small', message, { limitMinor: minMinor });
  }
  if (amountMinor > maxMinor) {
    const message = `The amount is above the maximum of ${maxMinor} in the minor unit.`;
    throw new AppError('amount_too_large', message, { limitMinor: maxMinor });
  }
}
