/** Legs of disputes. Pure. */
import type { BookedTransaction, Source } from '../ledger/ledger.store.ts';
import { houseAccount, type Leg, mergeLegs, payerOf, reversalLegs } from '../ledger/ledger.ts';

/** Under what a decision about a dispute is booked, and each part of it. A bank may decide again. */
export function sourceOf(dispute: string, decision: number, part?: string): Source {
  return { type: 'dispute', id: [dispute, part ?? [], decision > 0 ? decision : []].flat().join(':') };
}

/** Legs of a withdrawal (negative) or reinstatement by the bank, with the provider's fee. */
export function disputeFundsLegs(movement: { amountMinor: number; feeMinor: number }, currency: string): Leg[] {
  const { amountMinor, feeMinor } = movement;
  return mergeLegs([
    { account: houseAccount('disputes_open', currency), amountMinor },
    { account: houseAccount('provider_fees', currency), amountMinor: -feeMinor },
    { account: houseAccount('provider_clearing', currency), amountMinor: feeMinor - amountMinor },
  ]);
}

/** Reverses a sale that was lost in a dispute. The house bears the creator's part if it was released already. */
export function lostSaleLegs(booked: BookedTransaction, amountMinor: number, currency: string): Leg[] {
  const payer = payerOf(booked.legs);
  // Promotional credit and money count as one payer, so the parts of the sale are reversed in proportion to the whole
  // price.
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

/** Reverses what a lost dispute has taken of a sale. The creator's part goes where it lies now. */
export function undoneSaleLegs(booked: BookedTransaction, taken: Leg[]): Leg[] {
  const isCreators = ({ account }: Leg) => account.kind === 'creator_pending' || account.kind === 'creator_available';
  const kind = booked.legs.find(isCreators)?.account.kind;
  return taken.map((leg) => ({
    account: isCreators(leg) && kind ? { ...leg.account, kind } : leg.account,
    amountMinor: -leg.amountMinor,
  }));
}
