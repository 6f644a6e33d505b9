/**
 * English texts of the elements. Their shape is the contract: a key missing in another language is a type error. Those
 * of the inside of a room, of the chat and of the studio are in files of their own, and are loaded with them.
 */
import type { chatEnglish, moderationEnglish } from './chat-english.ts';
import { englishErrors } from './english-errors.ts';
import { asSentence } from './format.ts';
import type { InsideTexts } from './inside-english.ts';
import type { StudioTexts } from './studio-english.ts';
import type { TopupTexts } from './topup-texts.ts';

export const english = {
  room: {
    loading: 'Opening the room…',
    noToken: 'This room needs a token from the site that shows it.',
    retry: 'Try again',
    reconnecting: 'The connection was lost. Finding our way back…',
    ended: 'This live is over',
    thanks: 'Thank you',
    endedText: (creator: string) => `${creator}’s room is closed.`,
    disconnected: 'You are no longer in the room',
    label: (title: string) => `Room: ${title}`,
    live: 'Live',
    offAir: 'Off air',
    watching: (count: string, one: boolean) => `${count} ${one ? 'person' : 'people'} watching`,
    by: (creator: string) => `with ${creator}`,
  },
  lobby: {
    privateSession: 'Private session',
    aMinute: (amount: string) => `${amount} a minute`,
    label: 'Lobby',
    noDate: 'The date is not set yet',
    newDate: (date: string) => `New date: ${date}`,
    postponed: 'Postponed, with no new date yet',
    liveNow: 'The live is on right now',
    pausedUntil: (time: string) => `Paused, goes on by ${time}`,
    offAir: 'Off air at the moment',
    pausedText: (time: string) =>
      `If the live does not go on by ${time}, the room closes and a ticket that you buy now goes back by itself. Until it goes on you can also give it back yourself.`,
    ticket: 'Ticket for this live',
    once: 'Paid once. No subscription.',
    buyWallet: 'Buy with wallet',
    buyCard: 'Pay by card',
    walletHolds: (amount: string) => `Your wallet holds ${amount}`,
    walletShort: (missing: string) => `Your wallet is ${missing} short`,
    walletTopUp: (amount: string) => `Top up ${amount}`,
    secure:
      'Card payments happen on our payment provider’s page. If you are refunded, the money goes back the way it came.',
    confirmed: 'Payment confirmed, opening the doors…',
    confirming: 'We are waiting for the confirmation of your payment; this page opens by itself.',
    late: 'The confirmation is late. If you have paid, all follows by itself; if not, try again.',
    refused: 'Your bank did not confirm the payment. Nothing was charged. Try again or take another card.',
    cancelled: 'The payment was cancelled. Nothing was charged.',
    returned: 'Your payment arrived, but it bought nothing. The money returns the way it came.',
    paid: 'Payment confirmed.',
    topupArrived: (amount: string) => `${amount} added to your wallet`,
    soldOut: 'Sold out',
    soldOutNote: (places: number) => (places === 1 ? 'The only ticket is taken.' : `All ${places} tickets are taken.`),
    soldOutText: 'Stay here: as soon as a place becomes free, you can buy it on this page.',
    closed: 'The doors are closed to you',
    removed: (reason: string) =>
      `${reason ? `The reason given: ${asSentence(reason)} ` : ''}Your credit stays yours. A ticket for this room is not refunded by itself: to ask for it, or to object to the removal, write to the house.`,
    contact: 'Write to the house',
    appeal: 'Read the reasons, or appeal',
    reasons: {
      free: '',
      role: '',
      ticket: '',
      embedder: '',
      gift: '',
      refunded: 'Your ticket was refunded and your place given back. The money returns the way it came.',
      disputed: 'What paid for your ticket is disputed with your bank, so the ticket gives no access.',
      removed: 'You were removed from this room by its creator or a moderator.',
      expired: 'Your access to this room has expired.',
      private: '',
      membership: '',
      private_ended: 'Your private session is over.',
      revoked: 'Your access to this room was withdrawn.',
      room_ended: 'This room is over.',
      suspended: 'The house has suspended your account.',
      subscribe_not_allowed: 'Your invitation does not include watching this live.',
    },
  },
  club: {
    label: 'Membership',
    title: 'This room is for members of the club',
    price: (price: string, interval: 'month' | 'year') => `${price} a ${interval}`,
    join: 'Join',
    joined: 'You are a member of the club now.',
    terms:
      'Renewed until you cancel, which you can do at any time; it then lasts to the end of what you have paid for.',
  },
  price: {
    summary: (creator: string, amount: string) => `${amount} of it goes to ${creator}. Who gets what?`,
    processor: 'Payment provider, about',
    platform: 'The house, about',
    vat: (rate: string, country: string) => `VAT ${rate} % (${country})`,
    total: 'You pay',
    charter: 'The charter of the house',
    pledge: (creator: string, share: string, association: string) =>
      `${creator} gives ${share} % of their part to ${association}. The association’s account is public.`,
    waiverHints: {
      before: 'Optional. Without it you can give your ticket back until the live begins.',
      live: 'Optional. The live is on, so the ticket cannot be given back, with or without this.',
      after: 'Optional. Without it you can give your ticket back until the live goes on.',
    },
    ticketsLeft: (count: number) => (count === 1 ? 'One ticket left' : `${count} tickets left`),
  },
  wallet: {
    balance: (amount: string) => `Wallet: ${amount}`,
    topUp: 'Top up',
  },
  limits: {
    tooSmall: (minimum: string) => `The smallest amount is ${minimum}.`,
    tooLarge: (maximum: string) => `The largest amount is ${maximum}.`,
  },
  /** In place of the name of somebody whose account was erased. */
  erasedPerson: 'Erased person',
  /** A label, and what it is about. */
  labelled: (name: string, text: string) => `${name}: ${text}`,
  errors: englishErrors,
};

export type BaseTexts = typeof english;
/** A part may read the base and what it loads itself. */
export type ElementTexts = BaseTexts &
  InsideTexts &
  StudioTexts & { chat: typeof chatEnglish; moderation: typeof moderationEnglish; topup: TopupTexts };
