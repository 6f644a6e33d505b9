/**
 * What a page may use of the elements: properties, attributes and events. Their classes implement it; what else these
 * have is not for pages.
 */
import type { Access, LogeErrorCode, Room, Tip } from '../client/index.ts';

/** An element that shows one side of a room. */
export interface LogePartElement extends HTMLElement {
  /** The room that it shows. Default: the one of the surrounding `<loge-room>`. */
  room: Room | undefined;
}

/** A part that opens payment pages. */
export interface LogePayingElement extends LogePartElement {
  /** Attribute `return-url`: where payment pages return to. Default: the current page. */
  returnUrl: string | undefined;
}

/** `<loge-room>`: a whole room. Its children replace its layout; slots `loading` and `lobby`. */
export interface LogeRoomElement extends LogePayingElement {
  /** Attribute `url`: the address of the Loge server. */
  url: string | undefined;
  /**
   * Attribute `token`: a room token from your server. A newer one of the same person for the same room is used at the
   * next reconnect; one for another room or person, or with other rights, is used at once; none leaves the room.
   */
  token: string | undefined;
  /** Called for a token on connecting and at every reconnect; takes precedence over `token`. */
  tokenProvider: (() => Promise<string>) | undefined;
  /** Attribute `receipt-path`: path of receipts on your site, to which the payment's id is added. */
  receiptPath: string | undefined;
  /** Attribute `contact-path`: where a person who was removed can write to. */
  contactPath: string | undefined;
  /** Attribute `decisions-path`: where a suspended person reads the reasons and can appeal. */
  decisionsPath: string | undefined;
}

/** `<loge-moderation>`: the moderator's view. */
export interface LogeModerationElement extends LogePartElement {
  /** Attribute `page`: a part of the page instead of a drawer. */
  page: boolean;
}

/** The elements by their names. */
export interface LogeElements {
  'loge-chat': LogePartElement;
  'loge-leaderboard': LogePartElement;
  'loge-lobby': LogePayingElement;
  'loge-moderation': LogeModerationElement;
  'loge-private': LogePartElement;
  'loge-room': LogeRoomElement;
  'loge-stage': LogePartElement;
  'loge-studio': LogePartElement;
  'loge-tip': LogePayingElement;
  'loge-wallet': LogePayingElement;
}

/** The events of the elements, by name. All bubble and cross shadow roots. */
export interface LogeElementEvents {
  /** A payment page is about to open; `preventDefault()` leaves that to you. */
  'loge-checkout': CustomEvent<{ checkoutUrl: string }>;
  /** Something needs more credit, by this amount in the minor unit. */
  'loge-topup-wanted': CustomEvent<{ missingMinor: number }>;
  /** The person asked to be reminded of the live. */
  'loge-reminder-set': CustomEvent<Record<string, never>>;
  /** A tip is booked; `text` says so in the person's language. */
  'loge-tip-sent': CustomEvent<{ tip: Tip; text: string }>;
  /** Access was granted or revoked. */
  'loge-access-changed': CustomEvent<{ access: Access }>;
  /** The connection has ended; null if your page ended it. */
  'loge-disconnected': CustomEvent<{ code: LogeErrorCode | null }>;
}
