/** English texts of the elements; those of the inside of a room, the chat and the studio are loaded with them. */
import type { LogeErrorCode } from '../../../client/errors.ts';
import { asSentence } from '../format.ts';

/** The errors of a page that cannot load its other texts. */
export const failures = {
  code_unavailable: 'Part of this page couldn’t be loaded. Check your connection; we keep trying.',
  token_unavailable: 'Your invitation couldn’t be fetched. Try again in a moment.',
  connection_failed: 'We can’t reach the server. Check your network.',
  timeout: 'The server didn’t answer in time. Try again.',
  internal: 'Something went wrong on our side. Try again in a moment.',
};

export const base = {
  room: {
    loading: 'Opening the room…',
    noToken: 'This room needs a token from the site that shows it.',
    retry: 'Try again',
    reconnecting: 'Connection lost. Finding our way back…',
    ended: 'This live is over',
    disconnected: 'You’re no longer in the room',
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
    noDate: 'No date yet',
    newDate: (date: string) => `New date: ${date}`,
    postponed: 'Postponed, with no new date yet',
    liveNow: 'Live right now',
    pausedUntil: (time: string) => `Paused, back by ${time}`,
    offAir: 'Off air for now',
    pausedText: (time: string) =>
      `If the live doesn’t resume by ${time}, the room closes and a ticket bought now is refunded. Until then, you can also return it.`,
    ticket: 'Ticket for this live',
    once: 'Paid once. No subscription.',
    payCard: (price: string) => `Pay ${price} by card`,
    payWallet: (price: string) => `Pay ${price} from your wallet`,
    buyCard: 'Pay by card',
    walletShort: (missing: string) => `You’re ${missing} short in your wallet`,
    walletTopUp: (amount: string) => `Top up ${amount}`,
    secure: 'You pay by card on our payment provider’s page. Refunds go back the way the money came.',
    confirmed: 'Payment confirmed. Opening the doors…',
    confirming: 'Your payment is being confirmed. The doors then open.',
    late: 'This takes a while. If you’ve paid, the doors will open; if not, try again.',
    refused: 'Your bank didn’t confirm the payment. Nothing was charged. Try again or use another card.',
    cancelled: 'Payment cancelled. Nothing was charged.',
    returned: 'Your payment couldn’t be used. The money goes back the way it came.',
    paid: 'Payment confirmed.',
    topupArrived: (amount: string) => `${amount} added to your wallet`,
    soldOut: 'Sold out',
    soldOutNote: (places: number) => (places === 1 ? 'The only ticket is gone.' : `All ${places} tickets are gone.`),
    soldOutText: 'Stay here: if a place opens up, you can buy it.',
    closed: 'The doors are closed to you',
    removed: (reason: string) =>
      `${reason ? `Reason given: ${asSentence(reason)} ` : ''}Your credit stays yours. A used ticket isn’t refunded; to contest the removal, write to the house.`,
    contact: 'Write to the house',
    appeal: 'Read the reasons, or appeal',
    reasons: {
      free: '',
      role: '',
      ticket: '',
      embedder: '',
      gift: '',
      refunded: 'Your ticket was refunded.',
      disputed: 'The payment for your ticket is disputed: it gives no access for now.',
      removed: 'You were removed from this room by its creator or a moderator.',
      expired: 'Your access to this room has expired.',
      private: '',
      membership: '',
      private_ended: 'Your private session is over.',
      revoked: 'Your access to this room was taken away.',
      room_ended: '',
      suspended: 'The house has suspended your account.',
      subscribe_not_allowed: 'Your invitation doesn’t include watching this live.',
    },
  },
  club: {
    label: 'Membership',
    title: 'This room is for members of the club',
    price: (price: string, interval: 'month' | 'year') => `${price} a ${interval}`,
    join: 'Join',
    joined: 'You’re now a member of the club.',
    terms:
      'Renews until you cancel, at any time; time you’ve paid for stays yours. Shut out, or if the club closes, you get the unused part back. You can withdraw within 14 days.',
  },
  price: {
    summary: (creator: string, amount: string) => `${amount} of this goes to ${creator}. Who gets what?`,
    processor: 'Payment provider, about',
    platform: 'The house, about',
    vat: (rate: string, country: string) => `VAT ${rate}% (${country})`,
    estimate: ', estimated',
    total: 'You pay',
    charter: 'The charter of the house',
    pledge: (creator: string, share: string, association: string) =>
      `${creator} gives ${share}% of their share to ${association}.`,
    /** Whether a ticket can be returned: by when it is bought, and with the right of withdrawal given up. */
    returns: {
      before: 'You can return it until the live begins',
      live: 'The live is on, so the ticket can’t be returned',
      after: 'You can return it until the live resumes',
      waived: 'Right of withdrawal given up',
      waivedUndated: 'Right of withdrawal given up once the live begins',
    },
    /** With 0 minutes, every live counts. */
    goesBack: (minutes: number) =>
      minutes > 0
        ? `Without a live of at least ${minutes} minutes in all, your ticket is refunded automatically.`
        : 'If the live doesn’t take place, your ticket is refunded automatically.',
    dateDue: (date: string) => `The same goes if it has no date by ${date}.`,
    dateDueDays: (days: number) => `The same goes if it still has no date ${days} days after the first ticket.`,
    optional: 'Optional.',
    ticketsLeft: (count: number) => (count === 1 ? 'Only one ticket left' : `Only ${count} tickets left`),
  },
  wallet: {
    balance: (amount: string) => `Wallet: ${amount}`,
    topUp: 'Top up',
  },
  limits: {
    tooSmall: (minimum: string) => `The minimum is ${minimum}.`,
    tooLarge: (maximum: string) => `The maximum is ${maximum}.`,
  },
  /** In place of the name of somebody whose account was erased. */
  erasedPerson: 'Deleted account',
  /** In place of the name of somebody who gave a tip anonymously. */
  somebody: 'Someone',
  /** A label, and what it is about. */
  labelled: (name: string, text: string) => `${name}: ${text}`,
  /** Completed by `errors.ts`. */
  errors: failures as typeof failures & Partial<Record<LogeErrorCode, string>>,
};
