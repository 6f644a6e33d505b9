/** Ids with Stripe-like prefixes, as template literal types and zod schemas. */
import { z } from 'zod';

export const ID_PREFIXES = {
  room: 'room_',
  ticket: 'ticket_',
  tip: 'tip_',
  topup: 'topup_',
  message: 'msg_',
  heldMessage: 'held_',
  poll: 'poll_',
  chatAct: 'act_',
  chatReport: 'evidence_',
  report: 'report_',
  case: 'case_',
  decision: 'decision_',
  appeal: 'appeal_',
  restriction: 'restriction_',
  entitlement: 'ent_',
  checkout: 'checkout_',
  refund: 'refund_',
  promotion: 'promo_',
  removal: 'removal_',
  ledgerTransaction: 'ltx_',
  release: 'release_',
  payout: 'payout_',
  payoutBatch: 'payouts_',
  dispute: 'dispute_',
  creatorFreeze: 'freeze_',
  cardHold: 'cardhold_',
  deskAct: 'act_',
  deskBooking: 'booking_',
  dac7Filing: 'dac7_',
  selfBill: 'selfbill_',
  deskSession: 'desk_',
  apiKey: 'key_',
  person: 'person_',
  personSession: 'login_',
  role: 'role_',
  invitation: 'invite_',
  signInRequest: 'signin_',
  passkey: 'passkey_',
  oidcBinding: 'oidc_',
  addressChange: 'move_',
  operatorInvitation: 'opinvite_',
  committeeSeat: 'seat_',
  committeeTerm: 'term_',
  declaration: 'declaration_',
  committeeCase: 'committeecase_',
  committeeRequest: 'request_',
  opinion: 'opinion_',
  opinionRemark: 'remark_',
  opinionStep: 'step_',
  proposalComment: 'comment_',
  letter: 'letter_',
  pushDevice: 'pushdev_',
  reconciliation: 'recon_',
  event: 'evt_',
  tier: 'tier_',
  membership: 'mbr_',
  membershipInvoice: 'invoice_',
  webhookEndpoint: 'whe_',
  webhookDelivery: 'whd_',
  goal: 'goal_',
  session: 'sess_',
  privateSession: 'private_',
  gateway: 'gw_',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;
export type Id<K extends IdKind> = `${(typeof ID_PREFIXES)[K]}${string}`;

export type RoomId = Id<'room'>;
export type TicketId = Id<'ticket'>;
export type TipId = Id<'tip'>;
export type TopupId = Id<'topup'>;
export type MessageId = Id<'message'>;
export type HeldMessageId = Id<'heldMessage'>;
export type PollId = Id<'poll'>;
export type ChatActId = Id<'chatAct'>;
export type ChatReportId = Id<'chatReport'>;
export type SessionId = Id<'session'>;
export type PrivateSessionId = Id<'privateSession'>;
export type DeskSessionId = Id<'deskSession'>;
export type ApiKeyId = Id<'apiKey'>;
export type PersonSessionId = Id<'personSession'>;
export type PushDeviceId = Id<'pushDevice'>;
export type RoleId = Id<'role'>;
export type InvitationId = Id<'invitation'>;
export type AddressChangeId = Id<'addressChange'>;
export type PasskeyId = Id<'passkey'>;
export type OidcBindingId = Id<'oidcBinding'>;
export type SignInRequestId = Id<'signInRequest'>;
export type LetterId = Id<'letter'>;
export type TierId = Id<'tier'>;
export type MembershipId = Id<'membership'>;
export type EventId = Id<'event'>;
export type WebhookEndpointId = Id<'webhookEndpoint'>;
export type WebhookDeliveryId = Id<'webhookDelivery'>;

/** In order of code points, so that ids sort by time. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Milliseconds since the epoch in base 62 have seven characters until the year 2081. */
const TIME_CHARS = 7;
const RANDOM_CHARS = 17;
/** 248 is the largest multiple of 62 below 256: larger bytes would favour some characters. */
const FAIR_BYTES = 248;

const randomBytes = new Uint8Array(4_096);
let unusedFrom = randomBytes.length;

/**
 * A new unguessable id: prefix, time, and 17 base-62 characters (about 101 bits from the platform's CSPRNG). Ids that
 * are created together are adjacent in an index, which saves page writes.
 */
export function createId<K extends IdKind>(kind: K): Id<K> {
  let time = '';
  for (let left = Date.now(); time.length < TIME_CHARS; left = Math.floor(left / ALPHABET.length)) {
    time = ALPHABET.charAt(left % ALPHABET.length) + time;
  }
  let random = '';
  while (random.length < RANDOM_CHARS) {
    if (unusedFrom === randomBytes.length) {
      crypto.getRandomValues(randomBytes);
      unusedFrom = 0;
    }
    const byte = randomBytes[unusedFrom] ?? FAIR_BYTES;
    unusedFrom += 1;
    if (byte < FAIR_BYTES) random += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return `${ID_PREFIXES[kind]}${time}${random}` as Id<K>;
}

/** The schema of one kind's ids. */
export function idSchema<K extends IdKind>(kind: K) {
  return z.templateLiteral([ID_PREFIXES[kind], z.string().regex(/[0-9A-Za-z]{8,40}/)]) as unknown as z.ZodType<Id<K>>;
}

export const roomId = idSchema('room');
export const ticketId = idSchema('ticket');
export const tipId = idSchema('tip');
export const topupId = idSchema('topup');
export const messageId = idSchema('message');
export const sessionId = idSchema('session');
