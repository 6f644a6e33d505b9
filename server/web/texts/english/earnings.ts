/** English texts of the earnings page. */
import { asSentence } from '../../../../client-sdk/elements/texts/format.ts';

export const earnings = {
  title: 'Your earnings',
  text: 'What you’ve earned, what’s still held and why, and when it reaches your bank.',
  creatorsOnly: 'Earnings are for creators.',
  pending: 'Held for now',
  pendingHint: 'Yours, released on the dates below',
  available: 'Available',
  availableHint: 'Goes out with the next payout',
  waitsHint: 'Waiting for the step below',
  owedHint: 'Your next sales make this up first',
  inPayout: 'On its way to you',
  inPayoutHint: 'Sent to your bank',
  paidOut: 'Paid out so far',
  paidOutHint: 'Arrived',
  next: 'Your payout days',
  pays: (amount: string) => `${amount} goes out to your bank`,
  releasesOnly: (amount: string) => `${amount} becomes available`,
  releaseSales: (count: number) => (count === 1 ? 'from 1 sale' : `from ${count} sales`),
  releaseSalesAndRest: (count: number) =>
    count === 1 ? 'from 1 sale, plus what was left before' : `from ${count} sales, plus what was left before`,
  calendar: 'Add payout days to your calendar',
  undecided: (amount: string) => `${amount} is waiting for a bank’s decision`,
  undecidedWhen: 'No date yet',
  payoutNext: (amount: string) => `${amount} goes to your bank with the next payout`,
  payoutWhen: 'Within the hour; your bank then takes 1 to 5 days',
  nextNone: 'Nothing held or waiting. Your next sale shows up here with its date.',
  kinds: {
    ticket: 'Ticket',
    tip: 'Tip',
    membership: 'Membership',
    private_session: 'Private session',
    refund: 'Refund',
    payout: 'Payout',
  } as Record<string, string>,
  holds: 'Held, sale by sale',
  holdsText:
    'Each sale is held for a while, a ticket from the end of its live on, so that we never have to ask you for a refund back.',
  reasons: {
    standard: 'The usual hold, in case the payment is taken back',
    live_ahead: 'A ticket for a live that isn’t over yet',
    new_creator: 'A longer hold, for the first sales of a new creator',
    disputed: 'The buyer’s bank is looking into this payment',
    reserve: 'The reserve of this sale; the rest was released',
    house: 'The house has put your earnings on hold',
  } as Record<string, string>,
  releasedOn: (date: string) => `Released on ${date}`,
  reserveOf: (amount: string, date: string | null) =>
    date === null ? `${amount} of it stay back as a reserve` : `${amount} of it stay back as a reserve until ${date}`,
  reserve: {
    title: (share: string, days: number) => `${share} of each sale stays back as a reserve for ${days} days`,
    text: 'It covers refunds and chargebacks, and is yours: each part is released by itself on the date that is shown.',
  },
  releaseAfterLive: 'Held until the evening has ended, and then for the usual time',
  releaseOpen: 'Released if the bank decides in your favour',
  releaseHouse: 'Released when the house lifts the hold',
  sold: (date: string) => `Sold on ${date}`,
  more: 'Show more',
  empty: 'Nothing sold yet',
  emptyText: 'You earn from tickets, tips, memberships and private sessions. Here’s how the money reaches you:',
  steps: [
    {
      title: 'Somebody pays',
      text: 'You see the sale here within a second, after VAT and commission. The VAT is that of your fan’s country, known once they’ve paid: what you’re shown of a price before is an estimate.',
    },
    {
      title: 'It’s held for a few days',
      text: 'Each sale shows why and until when. Nothing is held without a reason.',
    },
    { title: 'It becomes available', text: 'By itself, on that date.' },
    { title: 'It reaches your bank', text: 'With the next payout, once the payment provider knows where to send it.' },
  ],
  openStudio: 'Open a room',
  account: {
    none: 'Tell us where to send your money',
    noneText:
      'Our payment provider asks who you are and for your bank account, on its own page. It takes a few minutes, and we never see the account number.',
    noneAct: 'Add bank details',
    pending: 'Almost there',
    pendingText: 'The payment provider still needs something from you. Until then your earnings wait here safely.',
    pendingAct: 'Continue',
    enabled: 'You’re ready to be paid',
    enabledHeld: 'Your bank details are in order',
    enabledText: 'The payment provider has checked your details.',
    enabledAct: 'Change your details',
    restricted: 'Payouts are stopped',
    restrictedText:
      'The payment provider has stopped payouts to you and needs to hear from you. Your earnings stay yours.',
    restrictedAct: 'See what’s needed',
    asked: (count: number) => (count === 1 ? 'One detail is missing' : `${count} details are missing`),
    back: 'You’re back from the payment provider. What it has checked shows up here.',
  },
  frozen: {
    onboarding: {
      title: (amount: string) => `${amount} is waiting for your bank details`,
      text: 'It’s available, and it’s yours. Tell us where to send it, and it goes out with the next payout.',
    },
    below_minimum: {
      title: (amount: string) => `${amount} is waiting for a little more`,
      text: (minimum: string) =>
        `Payouts start at ${minimum}, so that fees don’t eat them up. Nothing is lost in the meantime.`,
    },
    recovery: {
      title: (amount: string) => `${amount} still to make up`,
      text: 'A refund or a lost dispute came after you’d been paid. Your next sales make this up; nobody debits your bank.',
      until: (date: string | null) =>
        date === null
          ? 'What you’ve sold so far doesn’t cover it yet.'
          : `What you’ve sold already makes it up by ${date}.`,
    },
    suspended: {
      title: (amount: string) => `${amount} is waiting until your suspension is over`,
      text: (date: string | null) =>
        `Nothing is paid out to you while your account is suspended, ${date === null ? 'which has no end date' : `until ${date}`}. Everything then goes out with the next payout.`,
      decision: 'Read the decision, and appeal',
    },
    house: {
      title: (amount: string) => `The house has put ${amount} on hold`,
      none: 'The house has put your payouts on hold',
      text: 'Somebody at the house has stopped your payouts, with a reason on record. Your sales still count.',
      note: (reason: string) => `Reason given: ${asSentence(reason)}`,
      until:
        'There’s no date: it ends once the house has cleared this up, and everything then goes out with the next payout.',
      contact: 'What you can do: reply by email, with whatever helps to clear it up:',
    },
  },
  payouts: 'Payouts',
  payoutsNone: 'None yet. Your first one shows up here the moment it goes out.',
  payoutStates: { pending: 'On its way', paid: 'Arrived', failed: 'Came back' },
  payoutFailed: (why: string) =>
    `The bank sent it back (${why}). The money is available again; check your bank details.`,
  payoutReversed: (amount: string) => `${amount} of it was taken back, and counts as owed to you again.`,
  pledge: {
    title: 'Give a share',
    text: 'A share of your part of each sale can go to an association. Fans see it before they pay.',
    now: (share: string, name: string) =>
      `${share} of your part of each sale goes to ${name}. Fans see it before they pay.`,
    association: 'Association',
    percent: 'Share in percent',
    percentHint: 'From the next sale on. 0 ends it.',
    percentInvalid: 'Enter a share from 0 to 100, with up to two decimals.',
    save: 'Save',
    saved: 'Saved. It applies from the next sale on.',
  },
  statements: 'Statements',
  statementsNone: 'Your first statement comes with your first sale.',
  month: 'Month',
  statement: {
    opening: 'Owed to you at the start',
    gross: (count: number) => (count === 1 ? '1 sale, as paid by fans' : `${count} sales, as paid by fans`),
    refunds: (count: number) => (count === 1 ? '1 refund' : `${count} refunds`),
    vat: 'VAT',
    fees: 'House commission',
    charity: 'Given to your association',
    net: 'You keep',
    payouts: 'Paid out to you',
    writtenOff: 'Written off by the house',
    closing: 'Owed to you at the end',
    csv: 'Statement (CSV)',
  },
  exports: 'Take your figures with you',
  exportsText:
    'Every sale, refund and payout since the beginning, with every entry. They’re yours, for your accountant or if you leave.',
  tax: 'Figures for the tax office',
  taxText:
    'Under DAC7, platforms in the EU tell the tax office each year what sellers earned. This is what we report about you.',
  taxQuarter: 'Quarter',
  taxEarned: 'Credited to you',
  taxSales: 'Sales',
  taxFees: 'Fees withheld',
  taxTaxes: 'Taxes withheld',
  taxNone: 'Nothing to report so far this year.',
};
