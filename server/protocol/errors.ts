/**
 * The wire's error catalogue: every code that a client can receive, with HTTP status, retryability and a text. Codes
 * are stable; texts may change. Imported by the server and the SDK; imports neither.
 */

export interface ErrorEntry {
  status: number;
  retryable: boolean;
  message: string;
}

// The mark lets the build of the SDK leave the catalogue out.
/** The same request cannot succeed. */
/* @__NO_SIDE_EFFECTS__ */ const final = (status: number, message: string): ErrorEntry => ({
  status,
  retryable: false,
  message,
});
/** The same request may succeed later. */
/* @__NO_SIDE_EFFECTS__ */ const later = (status: number, message: string): ErrorEntry => ({
  status,
  retryable: true,
  message,
});

/** Codes that the SDK raises itself too. It has no other texts of the catalogue: each error comes with its text. */
export const SHARED_ERRORS = {
  access_required: final(402, 'This needs a ticket for the room. Buy one first.'),
  publish_not_allowed: final(403, 'Only the creator of the room can go live here.'),
  live_over: final(409, 'This live is over. Go live again to begin another.'),
  live_interrupted: final(409, 'This live was interrupted for too long. Go live again to continue.'),
  live_replaced: final(409, 'Another window of yours has taken this live over.'),
  cannot_consume: final(422, 'This browser cannot play the media of this room.'),
  stage_unavailable: later(503, 'Video is not available at the moment. Try again.'),
  message_not_found: final(404, 'There is no such message.'),
  private_session_not_found: final(404, 'There is no such private session, or it is over.'),
  timeout: later(504, 'The server did not answer in time.'),
  internal: later(500, 'Something went wrong on our side.'),
};

export const ERROR_CATALOGUE = {
  ...SHARED_ERRORS,
  // Who you are
  token_missing: final(401, 'No token was given. Ask your server for a room token.'),
  token_invalid: final(401, 'The token is not valid here.'),
  token_expired: final(401, 'The token has expired. Ask your server for a new one.'),
  credentials_invalid: final(401, 'The API key or secret is wrong.'),
  scope_missing: final(403, 'This API key lacks the scope that this needs.'),
  api_key_not_found: final(404, 'There is no such API key.'),
  api_key_limit: final(409, 'The limit of API keys is reached. Revoke one first.'),
  desk_link_invalid: final(410, 'This link was used before, has expired or is unknown. Ask for a new one.'),
  sign_in_link_invalid: final(410, 'This link was used before, has expired or is unknown. Ask for a new one.'),
  sign_in_code_invalid: final(422, 'This is not the code in the email.'),
  sign_in_over: final(410, 'This code was used before, has expired or was wrong too often. Ask for a new one.'),
  passkey_invalid: final(422, 'This passkey is not valid here, or its time is over. Try again.'),
  passkey_not_found: final(404, 'There is no such passkey.'),
  passkey_limit: final(409, 'The limit of passkeys is reached. Remove one first.'),
  sign_in_again: final(403, 'A first one is added soon after signing in. Sign in again, then add it.'),
  oidc_answer_invalid: final(
    422,
    'This answer of the OpenID provider is not valid here, or its time is over. Try again.',
  ),
  oidc_unknown: final(403, 'This account of the OpenID provider belongs to no operator or reviewer of this house.'),
  oidc_taken: final(409, 'This account of the OpenID provider belongs to somebody else here, or you have another one.'),
  oidc_stale: final(403, 'The OpenID provider did not ask you to sign in again. Try again, or use a passkey.'),
  oidc_unavailable: later(503, 'The OpenID provider does not answer. Try again later, or use a passkey.'),
  last_strong_sign_in: final(
    409,
    'Operators, reviewers and members of the committee keep a passkey or an account of the OpenID provider. Add another one first.',
  ),
  invitation_for_another: final(403, 'This invitation is for another email address. Sign in with that one.'),
  address_taken: final(409, 'This email address belongs to another account.'),
  address_link_invalid: final(410, 'This link was used before, has expired or is unknown.'),
  step_up_required: final(403, 'Confirm this with a passkey.'),
  handle_invalid: final(422, 'A handle has 3 to 30 of a-z and 0-9, with single . _ or - between them.'),
  name_reserved: final(409, 'This name stands for the house or its staff. Choose another one.'),
  handle_unavailable: final(409, 'This handle is taken or reserved.'),
  picture_invalid: final(422, 'This is no JPEG, PNG or WebP picture.'),
  picture_too_large: final(422, 'A picture has at most 50 megapixels.'),
  invitation_invalid: final(410, 'This invitation was used before, has expired or was withdrawn. Ask for a new one.'),
  person_not_found: final(404, 'There is no such person.'),
  last_operator: final(409, 'A house keeps at least one operator. Name another one first.'),
  desk_session_not_found: final(404, 'There is no such session of the desk.'),
  forbidden: final(403, 'You may not do this.'),
  origin_not_allowed: final(403, 'This site is not allowed to embed. Add it to LOGE_ALLOWED_ORIGINS.'),
  // What you sent
  invalid_request: final(400, 'The request is malformed.'),
  wrong_room: final(409, 'This request was meant for another room than the one you are in now.'),
  cursor_invalid: final(400, 'Pass `after` exactly as an earlier answer returned it.'),
  time_in_past: final(422, 'This time is in the past.'),
  payload_too_large: final(413, 'The request is too large.'),
  unknown_event: final(400, 'There is no such event.'),
  not_found: final(404, 'There is nothing at this address.'),
  method_not_allowed: final(
    405,
    'This address does not support this method. The header `Allow` lists the supported ones.',
  ),
  reports_limited: final(
    429,
    'Several of your reports were found to be manifestly unfounded: for some time you can file one a day.',
  ),
  rate_limited: later(429, 'Too many requests. Wait a moment and try again.'),
  idempotency_conflict: final(409, 'This idempotency key was already used for a different request.'),
  // Rooms and access
  room_not_found: final(404, 'There is no such room.'),
  room_ended: final(410, 'This room is over.'),
  room_limit: final(409, 'The limit of open rooms is reached. End one first.'),
  date_fixed: final(409, 'The date of a room cannot be changed once its first live has begun.'),
  creator_not_found: final(404, 'There is no such creator.'),
  erasure_blocked: final(409, 'This person cannot be erased while money or a live is open.'),
  creator_exists: final(409, 'A creator with this identity exists with other details.'),
  country_not_payable: final(
    422,
    'The payment provider has no payouts to this country, so this creator could not be paid.',
  ),
  access_removed: final(403, 'You were removed from this room.'),
  capacity_without_tickets: final(422, 'Only a room with tickets has a capacity.'),
  participant_not_removable: final(409, 'You cannot remove the creator of the room or another moderator.'),
  too_many_connections: later(429, 'Too many connections at once. Close another tab.'),
  connection_too_slow: later(408, 'This connection read its data too slowly and was closed. Connect again.'),
  // Stage
  not_live: later(409, 'Nobody is live in this room at the moment.'),
  session_not_found: later(404, 'This media session is over. Join again.'),
  producer_not_found: final(404, 'There is no such track.'),
  invalid_media_parameters: final(400, 'The media parameters are not usable.'),
  spare_unavailable: final(409, 'No media worker is free for a spare session.'),
  too_many_media_sessions: final(429, 'You are watching this room in too many places at once. Close another tab.'),
  stage_full: later(503, 'The room is full at the moment.'),
  // Charter
  report_not_found: final(404, 'There is no such report.'),
  charter_acceptance_required: final(403, 'Accept the charter in force first, then go live.'),
  charter_not_found: final(404, 'There is no such charter.'),
  charter_changed: final(409, 'The charter has changed. Read it again.'),
  // Decisions
  account_suspended: final(403, 'The house has suspended this account.'),
  live_stopped: final(403, 'The house has stopped the live of this room.'),
  case_not_found: final(404, 'There is no such case.'),
  decision_not_found: final(404, 'There is no such decision about you.'),
  appeal_not_found: final(404, 'There is no such appeal.'),
  already_decided: final(409, 'This was decided already. Load it again.'),
  another_reviewer_needed: final(
    403,
    'Another reviewer has to decide this: you reported it, decided it before, or are concerned.',
  ),
  measure_invalid: final(422, 'This measure does not fit the case.'),
  appeal_not_allowed: final(
    409,
    'This decision cannot be appealed: its time is over, or another decision has taken its place.',
  ),
  // Chat
  message_empty: final(400, 'The message is empty.'),
  message_too_long: final(400, 'The message is too long.'),
  chat_not_allowed: final(403, 'You may not write in this chat.'),
  chat_timed_out: final(403, 'You may not write here for a while.'),
  chat_banned: final(403, 'You may not write here any more.'),
  chat_slow_mode: later(429, 'The chat is slowed down. Wait a moment before you write again.'),
  chat_members_only: final(403, 'Only members of the club write here at the moment.'),
  chat_emoji_only: final(422, 'Only emoji are allowed here at the moment.'),
  chat_paused: final(409, 'The chat is paused.'),
  message_refused: final(422, 'This message is not allowed here.'),
  message_duplicate: final(409, 'This was just sent. Write something else, or wait a moment.'),
  held_message_not_found: final(404, 'There is no such message in the queue.'),
  already_reviewed: final(409, 'Somebody else has decided about this message already.'),
  participant_not_restrictable: final(409, 'You cannot restrict the creator of the room or another moderator.'),
  poll_not_found: final(404, 'There is no such poll.'),
  poll_closed: final(409, 'This poll is over.'),
  poll_running: final(409, 'There is a poll already. Close it first.'),
  already_voted: final(409, 'You have voted already.'),
  mute_limit: final(409, 'You have muted as many people as possible.'),
  chat_hook_not_found: final(404, 'There is no chat hook.'),
  word_pattern_invalid: final(422, 'This pattern would match nearly everything, or nothing.'),
  // Money
  amount_invalid: final(400, 'The amount is not valid.'),
  amount_too_small: final(400, 'The amount is below the minimum.'),
  amount_too_large: final(400, 'The amount is above the maximum.'),
  wallet_limit: final(409, 'A wallet cannot hold that much. Spend some of it first.'),
  insufficient_funds: final(402, 'There is not enough credit in your wallet. Top it up first.'),
  tip_not_allowed: final(403, 'You may not tip here.'),
  menu_item_not_found: final(404, 'This is not on the menu any more.'),
  tip_request_not_found: final(404, 'There is no such request in this room.'),
  request_undo_closed: final(
    409,
    'This tip was paid out already, or is older than 30 days. Only the house can pay it back now: ask its operators.',
  ),
  menu_item_duplicate: final(422, 'Two items of this menu have the same id.'),
  menu_price_mismatch: final(409, 'The price of this item has changed. Load the menu again.'),
  nothing_to_buy: final(409, 'This room needs no ticket.'),
  already_entitled: final(409, 'You already have access to this room.'),
  price_fixed: final(409, 'The price cannot be changed once a ticket was bought or is being paid.'),
  price_changed: final(409, 'The price has changed meanwhile. Nothing was charged: look at the new one.'),
  sold_out: final(409, 'All tickets of this room are sold.'),
  private_not_offered: final(409, 'This room has no private sessions.'),
  private_session_exists: final(409, 'You have asked for a private session in this room already.'),
  private_session_busy: later(409, 'Another private session is going on.'),
  private_queue_full: later(429, 'Too many people are waiting. Try again later.'),
  wallet_off: final(409, 'This house has no wallets: pay by card.'),
  waiver_invalid: final(409, 'This is not the text that is shown now. Read and accept the current one.'),
  association_not_found: final(404, 'There is no such association.'),
  association_exists: final(409, 'An association with this id exists with other details.'),
  card_not_found: final(404, 'There is no such saved card.'),
  card_declined: final(402, 'The card was declined. Nothing was charged.'),
  card_payments_held: final(403, 'This person pays by card only once an operator of the house allows it.'),
  checkout_limit: later(429, 'Too many payment pages are open. Pay on one of them, or try again within the hour.'),
  payment_not_found: final(404, 'There is no such payment.'),
  not_refundable: final(409, 'This cannot be refunded.'),
  already_refunded: final(409, 'This was refunded already.'),
  payout_refused: final(422, 'The payment provider does not pay out to this account.'),
  payout_batch_not_found: final(404, 'There is no such batch of payouts.'),
  dispute_not_found: final(404, 'There is no such dispute.'),
  dispute_closed: final(409, 'This dispute accepts no more evidence.'),
  provider_unavailable: later(
    503,
    'The payment provider does not answer. Try again in a moment; a payment that was made shows up by itself.',
  ),
  signature_invalid: final(400, 'The webhook signature is not valid.'),
  // Memberships
  tier_not_found: final(404, 'There is no such tier.'),
  tier_limit: final(409, 'The limit of tiers in this club is reached. Retire one first.'),
  tier_retired: final(409, 'This tier is not offered any more.'),
  membership_not_found: final(404, 'There is no such membership.'),
  membership_exists: final(409, 'You are a member of this club already.'),
  membership_ended: final(409, 'This membership cannot go on. Once it has ended, you can join again.'),
  membership_unpaid: later(409, 'A payment for this membership is under way or due. Change the tier once it is paid.'),
  tier_interval: final(
    409,
    'This membership cannot move to that tier before its time is over. Cancel it, and join that tier then.',
  ),
  membership_disputed: final(
    409,
    'A payment for this membership is disputed. Until the bank has decided, you can only leave.',
  ),
  // Events out
  event_not_found: final(404, 'There is no such event.'),
  webhook_endpoint_not_found: final(404, 'There is no such webhook endpoint.'),
  webhook_endpoint_limit: final(409, 'The limit of webhook endpoints is reached. Delete one first.'),
  webhook_url_not_allowed: final(
    422,
    'This address cannot receive webhooks: it must be a public https address without credentials.',
  ),
  push_endpoint_not_allowed: final(
    422,
    'Messages cannot be sent to this address: it must be a public https address without credentials.',
  ),
  // The house
  unavailable: later(503, 'The server is not ready. Try again in a moment.'),
  shutting_down: later(503, 'This server is restarting. Reconnect in a moment.'),
};

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
