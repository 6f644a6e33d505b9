/**
 * English texts of the elements. Their shape is the contract: a key missing in another language is a type error. Those
 * of the inside of a room, of the chat and of the studio are in files of their own, and are loaded with them.
 */
import type { chatEnglish, moderationEnglish } from './chat-english.ts';
import { englishErrors } from './english-errors.ts';
import type { InsideTexts } from './inside-english.ts';
import type { StudioTexts } from './studio-english.ts';

export const english = {
  room: {
    loading: 'Opening the room…',
    noToken: 'This room needs a token from the site that shows it.',
    retry: 'Try again',
    reconnecting: 'The connection was lost. Finding our way back…',
    ended: 'This live is over',
    endedText: (creator: string) => `Thank you for coming. ${creator} has closed the room.`,
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
    soon: 'The live starts soon',
    liveNow: 'The live is on right now',
    pausedUntil: (time: string) => `Paused, goes on by ${time}`,
    offAir: 'Off air at the moment',
    pausedText: (creator: string, time: string) =>
      `${creator} has paused. If the live does not go on by ${time}, the room closes and a ticket that you buy now goes back by itself. Until it goes on you can also give it back yourself.`,
    ticket: 'Ticket for this live',
    once: 'Paid once. No subscription.',
    buyWallet: 'Buy with wallet',
    buyCard: 'Pay by card',
    walletHolds: (amount: string) => `Your wallet holds ${amount}`,
    walletShort: (missing: string) => `Top up ${missing} more to buy with your wallet`,
    secure:
      'Card payments happen on our payment provider’s page. If you are refunded, the money goes back the way it came.',
    confirmed: 'Payment confirmed, opening the doors…',
    confirming: 'Payment received. We are waiting for the last confirmation; this page opens by itself.',
    cancelled: 'The payment was cancelled. Nothing was charged.',
    topupConfirmed: 'Payment confirmed. Your credit arrives in a moment.',
    topupArrived: (amount: string) => `Your credit has arrived: ${amount}`,
    closed: 'The doors are closed to you',
    removed: (reason: string) =>
      `${reason ? `The reason given: ${reason}. ` : ''}Your credit stays yours. A ticket for this room is not refunded by itself: to ask for it, or to object to the removal, write to the house.`,
    reasons: {
      free: '',
      role: '',
      ticket: '',
      embedder: '',
      gift: '',
      refunded: 'Your ticket was refunded and your place given back. The money returns the way it came.',
      disputed: 'The payment of your ticket is disputed with your bank, so your place is on hold.',
      removed: 'You were removed from this room by its creator or a moderator.',
      expired: 'Your access to this room has expired.',
      private: '',
      membership: '',
      private_ended: 'Your private session is over.',
      revoked: 'Your access to this room was withdrawn.',
      room_ended: 'This room is over.',
      subscribe_not_allowed: 'Your invitation does not include watching this live.',
    },
  },
  club: {
    label: 'Membership',
    title: 'This room is for members of the club',
    price: (price: string, interval: 'month' | 'year') => `${price} a ${interval}`,
    join: 'Join',
    terms:
      'Renewed until you cancel, which you can do at any time; it then lasts to the end of what you have paid for.',
  },
  price: {
    summary: (creator: string, amount: string) => `${amount} of it go to ${creator}. Who gets what?`,
    processor: 'Payment provider (estimate)',
    platform: 'The house',
    vat: (rate: string, country: string) => `VAT ${rate} % (${country})`,
    total: 'You pay',
    pledge: (creator: string, share: string, association: string) =>
      `${creator} gives ${share} % of their part to ${association}. The association’s account is public.`,
    waiverHint: 'Optional. Without it you can give your ticket back until the live begins.',
    ticketsLeft: (count: number) => (count === 1 ? 'One ticket left' : `${count} tickets left`),
  },
  tip: {
    open: 'Tip',
    title: 'Send a tip',
    to: (creator: string) => `To ${creator}, from your wallet`,
    toByCard: (creator: string) => `To ${creator}, by card`,
    amounts: 'Amount',
    other: 'Other amount',
    message: 'Message (optional)',
    messagePlaceholder: 'A few words for everyone to see',
    send: (amount: string) => `Send ${amount}`,
    sendNone: 'Choose an amount',
    balance: (amount: string) => `In your wallet: ${amount}`,
    after: (amount: string) => `Left after this tip: ${amount}`,
    short: (missing: string) => `You need ${missing} more in your wallet.`,
    topUp: 'Top up',
    byCard: 'Pay by card',
    payByCard: (amount: string) => `Pay ${amount} by card`,
    byCardFrom: (minimum: string) => `By card on our payment provider’s page, from ${minimum}.`,
    tooSmallByCard: (minimum: string) => `By card, the smallest tip is ${minimum}.`,
    confirmed: 'Payment confirmed. Your tip shows in a moment.',
    sent: (amount: string) => `${amount} sent. Thank you!`,
    maybeSent: 'This tip may be sent already, or its payment page may be open. Look before you send another.',
    tooSmall: (minimum: string) => `The smallest tip is ${minimum}.`,
    tooLarge: (maximum: string) => `The largest tip is ${maximum}.`,
    menu: 'From the menu',
  },
  goal: {
    title: 'Shared goal',
    label: (title: string) => `Goal: ${title}`,
    progress: (reached: string, target: string) => `${reached} of ${target}`,
    reached: (amounts: string) => `Reached: ${amounts}`,
    name: 'What for',
    target: (currency: string) => `Target (${currency})`,
    set: 'Set',
    clear: 'Take the goal away',
    incomplete: 'A goal needs a name and an amount.',
  },
  wallet: {
    balance: (amount: string) => `Wallet: ${amount}`,
    topUp: 'Top up',
    title: 'Top up your wallet',
    text: 'Credit for tickets and tips. You pay by card on our payment provider’s page and come back here.',
    holds: (amount: string) => `It holds ${amount} now.`,
    amounts: 'Amount',
    other: 'Other amount',
    pay: (amount: string) => `Pay ${amount} by card`,
    payNone: 'Choose an amount',
    tooSmall: (minimum: string) => `The smallest top-up is ${minimum}.`,
    tooLarge: (maximum: string) => `The largest top-up is ${maximum}.`,
    full: (maximum: string) => `A wallet holds at most ${maximum}.`,
    payWith: 'Pay with',
    card: (brand: string, last4: string) => `${brand} ending in ${last4}`,
    newCard: 'Another card',
    arrived: (amount: string) => `${amount} have been added.`,
    refused: 'Your bank did not confirm the payment. Nothing was charged.',
  },
  errors: englishErrors,
};

export type BaseTexts = typeof english;
/** A part may read the base and what it loads itself. */
export type ElementTexts = BaseTexts &
  InsideTexts &
  StudioTexts & { chat: typeof chatEnglish; moderation: typeof moderationEnglish };
