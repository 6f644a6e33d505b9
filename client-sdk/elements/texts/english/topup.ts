/** English texts of topping a wallet up. */
export const topup = {
  title: 'Top up your wallet',
  text: 'Credit for tickets and tips. You pay by card on our payment provider’s page and come back here.',
  holds: (amount: string) => `It holds ${amount} now.`,
  missing: (amount: string, minimum: string) => `${amount} is missing. The smallest top-up is ${minimum}.`,
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
  maybeCharged: 'Your card may have been charged. Look at your wallet in a moment, before you pay again.',
};
