/**
 * The ledger's arithmetic: which accounts a movement of money touches, how a sale is split, how a reversal follows what it reverses. Pure:
 * no database, no clock. Every list of legs sums to zero. A positive amount is owed to the account's owner, so the clearing account is
 * negative by what lies at the provider.
 */
import { AppError } from '../../protocol/errors.ts';

export type AccountKind =
  | 'fan_wallet'
  /** Credit that the house gave away: spent first, and never sent to a card. */
  | 'fan_promo'
  | 'creator_pending'
  /** Earnings whose hold is over; below zero when a refund came after the payout, and then later earnings fill it first. */
  | 'creator_available'
  | 'platform_revenue'
  | 'charity'
  | 'vat_payable'
  | 'provider_clearing'
  | 'provider_fees'
  /** Below zero by the promotional credit that the house has given and that has not run out. */
  | 'promotion_cost'
  /** Money taken back from everybody and still to be sent to a card. */
  | 'refund_payable'
  /** Earnings taken from a creator's account and on their way to their bank. */
  | 'payout_payable'
  /** Below zero by what banks have taken back in disputes that are not decided yet. */
  | 'disputes_open'
  /** Below zero by what the house has lost in disputes and in refunds that nobody's account could bear. */
  | 'chargeback_loss'
  /** Below zero by what the provider has paid out to the house's own bank. */
  | 'house_bank';

export type TransactionKind =
  | 'topup'
  | 'ticket'
  | 'tip'
  /** What a private session has cost, in one piece once it is over. */
  | 'private_session'
  /** An invoice of a membership, which the provider has collected. */
  | 'membership'
  /** A card payment for something that its payer cannot have any more. */
  | 'unusable_payment'
  | 'refund'
  /** What was owed to a card has left: by an order, by hand at the provider, or by the bank in a dispute. */
  | 'refund_sent'
  /** A refund that the provider had confirmed and the bank sent back. */
  | 'refund_returned'
  | 'provider_fee'
  | 'promotion'
  | 'promotion_expired'
  /** Earnings whose hold is over become available. */
  | 'release'
  | 'payout'
  | 'payout_sent'
  | 'payout_returned'
  /** Somebody has taken a payout back at the provider itself, by hand. */
  | 'payout_reversed'
  /** A bank takes a disputed payment back, or gives it back. */
  | 'dispute_funds'
  /** A lost dispute takes a sale back. */
  | 'dispute_reversal'
  /** What a lost dispute takes from the payer's credit, and what the house bears. */
  | 'dispute_loss'
  | 'bank_payout'
  | 'provider_charge';

/** Owner of the accounts that belong to nobody else. No identity can have this name: `#` is not allowed in one. */
export const HOUSE = '#house';

export interface Account {
  kind: AccountKind;
  owner: string;
  currency: string;
}

export interface Leg {
  account: Account;
  amountMinor: number;
}

export interface FeePolicy {
  id: string;
  vatBps: number;
  commissionBps: number;
  charityBps: number;
}

/** Who gets what of a sale; the parts sum to the gross exactly. */
export interface Split {
  vatMinor: number;
  commissionMinor: number;
  charityMinor: number;
  creatorMinor: number;
}

const BPS = 10_000n;
/** Far above every limit of the house, far below where a number stops being exact. */
const AMOUNT_MAX_MINOR = 1_000_000_000;

/** Two accounts are the same exactly if these are: the id is the account, and needs no look-up. */
export function accountId({ kind, owner, currency }: Account): string {
  return `${kind}:${currency}:${owner}`;
}

export function fanWallet(identity: string, currency: string): Account {
  return { kind: 'fan_wallet', owner: identity, currency };
}

export function creatorPending(creator: string, currency: string): Account {
  return { kind: 'creator_pending', owner: creator, currency };
}

export function creatorAvailable(creator: string, currency: string): Account {
  return { kind: 'creator_available', owner: creator, currency };
}

export function fanPromo(identity: string, currency: string): Account {
  return { kind: 'fan_promo', owner: identity, currency };
}

/** Each association has an account of its own. */
export function charityAccount(association: string, currency: string): Account {
  return { kind: 'charity', owner: association, currency };
}

export function houseAccount(
  kind: Exclude<AccountKind, 'fan_wallet' | 'fan_promo' | 'creator_pending' | 'creator_available'>,
  currency: string,
): Account {
  return { kind, owner: HOUSE, currency };
}

/** Amounts are whole minor units, above zero; the wire says so too, and money does not rely on it. */
export function assertAmount(amountMinor: number): void {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0 || amountMinor > AMOUNT_MAX_MINOR) {
    throw new AppError('amount_invalid');
  }
}

/**
 * VAT is contained in the gross and rounded half up; commission and then the pledge are rounded down, so that the remainder, which is the
 * creator's, is never less than their share.
 */
export function splitSale(grossMinor: number, policy: FeePolicy): Split {
  assertAmount(grossMinor);
  const gross = BigInt(grossMinor);
  const vatBps = BigInt(policy.vatBps);
  const vat = (2n * gross * vatBps + BPS + vatBps) / (2n * (BPS + vatBps));
  const net = gross - vat;
  const commission = (net * BigInt(policy.commissionBps)) / BPS;
  const charity = ((net - commission) * BigInt(policy.charityBps)) / BPS;
  return {
    vatMinor: Number(vat),
    commissionMinor: Number(commission),
    charityMinor: Number(charity),
    creatorMinor: Number(net - commission - charity),
  };
}

/** Legs of a ticket or a tip. Parts that come to nothing have no leg. */
export function saleLegs(sale: {
  payer: Account;
  creator: string;
  grossMinor: number;
  split: Split;
  /** Who gets the charity's part; absent means the house, until it has named one. */
  association?: string | null;
}): Leg[] {
  const { payer, creator, grossMinor, split, association } = sale;
  const { currency } = payer;
  return withoutZeros([
    { account: payer, amountMinor: -grossMinor },
    { account: houseAccount('vat_payable', currency), amountMinor: split.vatMinor },
    { account: houseAccount('platform_revenue', currency), amountMinor: split.commissionMinor },
    {
      account: association ? charityAccount(association, currency) : houseAccount('charity', currency),
      amountMinor: split.charityMinor,
    },
    { account: { kind: 'creator_pending', owner: creator, currency }, amountMinor: split.creatorMinor },
  ]);
}

/** Moves an amount from one account to another. */
export function transferLegs(from: Account, to: Account, amountMinor: number): Leg[] {
  assertAmount(amountMinor);
  return [
    { account: from, amountMinor: -amountMinor },
    { account: to, amountMinor },
  ];
}

/**
 * Legs that take `amountMinor` of a transaction back, pro rata over what earlier reversals left of every leg; so reversals together never
 * exceed any leg, and match the original exactly once all of it is reversed. The payer's leg goes to `to`: the wallet, or what is owed to
 * a card.
 */
export function reversalLegs(reversal: {
  original: Leg[];
  payer: Account;
  to: Account;
  amountMinor: number;
  earlier?: Leg[];
}): Leg[] {
  const { original, payer, to, amountMinor, earlier = [] } = reversal;
  assertAmount(amountMinor);
  const reversed = new Map<string, number>();
  for (const leg of earlier) addTo(reversed, accountId(leg.account), leg.amountMinor);
  const payerId = accountId(payer);
  const left = original
    .filter((leg) => accountId(leg.account) !== payerId)
    .map((leg) => ({ ...leg, amountMinor: leg.amountMinor + (reversed.get(accountId(leg.account)) ?? 0) }));
  if (amountMinor > sumOf(left)) throw new AppError('not_refundable');
  const shares = apportion(
    left.map((leg) => leg.amountMinor),
    amountMinor,
  );
  return withoutZeros([
    { account: to, amountMinor },
    ...left.map((leg, index) => ({ account: leg.account, amountMinor: -(shares[index] ?? 0) })),
  ]);
}

/** Divides an amount in proportion to the weights: differences of rounded running totals sum to it, and none exceeds its weight. */
function apportion(weights: number[], amountMinor: number): number[] {
  const total = BigInt(weights.reduce((sum, weight) => sum + weight, 0));
  let runningTotal = 0n;
  let handedOut = 0n;
  return weights.map((weight) => {
    runningTotal += BigInt(weight);
    const upToHere = (runningTotal * BigInt(amountMinor)) / total;
    const share = upToHere - handedOut;
    handedOut = upToHere;
    return Number(share);
  });
}

/** Who paid for a sale: the one leg below zero. */
export function payerOf(legs: Leg[]): Account {
  const payer = legs.find((leg) => leg.amountMinor < 0 && leg.account.kind !== 'fan_promo');
  if (!payer) throw new AppError('internal', 'A sale has nobody who paid for it.');
  return payer.account;
}

/** What was paid for a sale in money and is not given back in money yet, be it by a bank: promotional credit is the house's own gift. */
export function moneyLeftOf({ legs, earlier }: { legs: Leg[]; earlier: Leg[] }): number {
  const isMoney = (leg: Leg) => leg.account.kind !== 'fan_promo';
  const paid = legs.filter((leg) => leg.amountMinor < 0 && isMoney(leg));
  const returned = earlier.filter((leg) => leg.amountMinor > 0 && isMoney(leg));
  return Math.max(0, -sumOf(paid) - sumOf(returned));
}

/** What of a transaction is not taken back yet. */
export function remainderOf(booked: { legs: Leg[]; earlier: Leg[] }): number {
  const payers = new Set(booked.legs.filter((leg) => leg.amountMinor < 0).map((leg) => accountId(leg.account)));
  const receivers = new Set(booked.legs.filter((leg) => leg.amountMinor > 0).map((leg) => accountId(leg.account)));
  const given = booked.legs.filter((leg) => !payers.has(accountId(leg.account)));
  // A creator's part that the house has borne counts as taken back as well.
  const taken = booked.earlier.filter(
    (leg) => receivers.has(accountId(leg.account)) || leg.account.kind === 'chargeback_loss',
  );
  return sumOf(given) + sumOf(taken);
}

/** One leg for each account, none of zero: a transaction has an account once. */
export function mergeLegs(legs: Leg[]): Leg[] {
  const byAccount = new Map<string, Leg>();
  for (const leg of legs) {
    const id = accountId(leg.account);
    byAccount.set(id, { ...leg, amountMinor: leg.amountMinor + (byAccount.get(id)?.amountMinor ?? 0) });
  }
  return withoutZeros([...byAccount.values()]);
}

export function sumOf(legs: Leg[]): number {
  return legs.reduce((sum, leg) => sum + leg.amountMinor, 0);
}

function withoutZeros(legs: Leg[]): Leg[] {
  return legs.filter((leg) => leg.amountMinor !== 0);
}

function addTo(sums: Map<string, number>, key: string, amountMinor: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amountMinor);
}
