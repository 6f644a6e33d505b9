/** What a price is made of, for people: before it is paid, with the provider's fee estimated, and afterwards, from the books. Pure. */
import type { PriceParts } from '../../protocol/money/pricing.ts';
import type { Split } from '../ledger/ledger.ts';

/** What a card payment costs: a share and a fixed part, as Stripe's list price for European cards has it. */
const CARD_FEE = { bps: 150, fixedMinor: 25 };
/** A wallet is filled with one card payment for many purchases: each bears its share of the fee of a usual top-up. */
const USUAL_TOPUP_MINOR = 2_000;
const BPS = 10_000;

export function estimateFee(grossMinor: number, from: 'wallet' | 'card'): number {
  const fixedMinor = from === 'card' ? CARD_FEE.fixedMinor : (CARD_FEE.fixedMinor * grossMinor) / USUAL_TOPUP_MINOR;
  return Math.round((grossMinor * CARD_FEE.bps) / BPS + fixedMinor);
}

/** The house bears the provider's fee: what it is estimated at is taken from the platform's part, and the five still sum to the gross. */
export function partsOf(split: Split, processorMinor: number): PriceParts {
  return {
    creatorMinor: split.creatorMinor,
    associationMinor: split.charityMinor,
    processorMinor,
    platformMinor: split.commissionMinor - processorMinor,
    vatMinor: split.vatMinor,
  };
}
