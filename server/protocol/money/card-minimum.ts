/**
 * The smallest card payment, in the minor unit, where the house is paid out in the same currency
 * (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
 */
const CARD_MINIMUM_MINOR: Readonly<Record<string, number>> = {
  czk: 1_500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  mxn: 1_000,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
};
/** That of the other currencies of the house. */
const USUAL_MINIMUM_MINOR = 50;

/** The smallest amount of what may be paid by card: the house's own minimum, or the card's where that is larger. */
export function cardMinimumMinor(currency: string, ownMinor = 0): number {
  return Math.max(ownMinor, CARD_MINIMUM_MINOR[currency] ?? USUAL_MINIMUM_MINOR);
}
