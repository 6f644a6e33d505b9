/** Legs of disputes. Pure, as all of the ledger's arithmetic. */
import type { BookedTransaction } from '../ledger/ledger.store.ts';
import { houseAccount, type Leg, mergeLegs, payerOf, reversalLegs } from '../ledger/ledger.ts';

/** What the bank took (negative) or gave back, and the provider's fee for it. */
export function disputeFundsLegs(movement: { amountMinor: number; feeMinor: number }, currency: string): Leg[] {
  const { amountMinor, feeMinor } = movement;
  return mergeLegs([
    { account: houseAccount('disputes_open', currency), amountMinor },
    { account: houseAccount('provider_fees', currency), amountMinor: -feeMinor },
    { account: houseAccount('provider_clearing', currency), amountMinor: feeMinor - amountMinor },
  ]);
}

/** A lost dispute takes a sale back from everybody who had a part, but not from a creator to whom it is available already. */
export function lostSaleLegs(booked: BookedTransaction, amountMinor: number, currency: string): Leg[] {
  const payer = payerOf(booked.legs);
  // Promotional credit beside the money is one payer with it: the parts of a sale are taken back in proportion to all that was paid.
  const asOne = (legs: Leg[]) =>
    legs.map((leg) => (leg.account.kind === 'fan_promo' ? { ...leg, account: payer } : leg));
  const legs = reversalLegs({
    original: asOne(booked.legs),
    payer,
    to: houseAccount('disputes_open', currency),
    amountMinor,
    earlier: asOne(booked.earlier),
  });
  return mergeLegs(
    legs.map((leg) =>
      leg.account.kind === 'creator_available' ? { ...leg, account: houseAccount('chargeback_loss', currency) } : leg,
    ),
  );
}
