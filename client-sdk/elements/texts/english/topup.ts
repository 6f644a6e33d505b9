/** English texts of topping a wallet up. */
export const topup = {
  title: 'Top up your wallet',
  text: 'Credit for tickets and tips. You pay by card on our payment provider’s page, then come back here.',
  holds: (amount: string) => `You have ${amount} now.`,
  missing: (amount: string, minimum: string) => `You’re ${amount} short. The minimum top-up is ${minimum}.`,
  amounts: 'Amount',
  other: 'Other amount',
  pay: (amount: string) => `Pay ${amount} by card`,
  payNone: 'Choose an amount',
  tooSmall: (minimum: string) => `The minimum top-up is ${minimum}.`,
  tooLarge: (maximum: string) => `The maximum top-up is ${maximum}.`,
  full: (maximum: string) => `A wallet holds ${maximum} at most.`,
  payWith: 'Pay with',
  card: (brand: string, last4: string) => `${brand} ending in ${last4}`,
  newCard: 'Another card',
  maybeCharged: 'Your card may have been charged. Check your wallet in a moment before you pay again.',
};
