/** English texts of the pages behind the links of letters. */
export const links = {
  ticketReturn: {
    title: 'Return your ticket',
    newDate: (date: string) => `New date: ${date}`,
    noDate: 'There’s no new date yet.',
    price: (price: string) => `You get ${price} back, the way you paid.`,
    button: 'Return ticket',
    keep: 'Keep ticket',
    closed: 'This ticket can no longer be returned.',
    done: 'Ticket returned',
    toWallet: (price: string) => `${price} is in your wallet.`,
    toCard: (price: string) =>
      `${price} goes back to the card that paid. It can take a few days to show up at your bank.`,
  },
  unsubscribe: {
    title: 'Unsubscribe',
    topics: { lives: 'Live reminders' },
    text: (address: string) => `They’re sent to ${address}.`,
    button: 'Unsubscribe',
    done: 'Unsubscribed',
    doneText: (address: string) => `${address} won’t get them any more.`,
  },
  signIn: {
    title: 'Sign in',
    text: (address: string) => `This link signs in ${address}, in this browser, once.`,
    confirm: 'Sign in here',
    warning: 'If you didn’t ask for this, close this page: nothing happens.',
    used: (address: string) => `This link has already signed in ${address}. It works only once.`,
    expired: (address: string) => `This link for ${address} has expired.`,
    ask: 'Get a new link',
    goOn: 'Go to the home page',
  },
  address: {
    confirm: {
      title: 'Change of address',
      old: (address: string) => `Your account moves to ${address} once both addresses have confirmed.`,
      new: (address: string) => `An account at this house moves to ${address} once every confirmation is in.`,
      act: 'Confirm',
      waiting:
        'Thank you, this address has confirmed. Don’t sign in with the new address until the account has moved: that would create a separate account.',
      done: 'Thank you. The address has been changed.',
    },
    object: {
      title: 'Stop the change of address',
      text: (old: string, fresh: string) =>
        `Your account stays with ${old}, or comes back to it from ${fresh}. You’ll be signed out everywhere, and recently added passkeys will be removed.`,
      act: 'Stop the change',
      done: 'The change is stopped. Sign in by email, then check your account.',
    },
    ended: 'This change is over: it was stopped or withdrawn, or a later one replaced it.',
    expired: 'This link has expired.',
  },
};
