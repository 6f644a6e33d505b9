/**
 * The ledger's arithmetic: which accounts a movement of money touches, how a sale is split, how a reversal follows what it reverses. Pure:
 * no database, no clock. Every list of legs sums to zero. A positive amount is owed to the account's owner, so the clearing account is
 * negative by what lies at the provider.
 */
import { AppError } from '../protocol/errors.ts';

export type AccountKind =
  | 'fan_wallet'
  | 'creator_pending'
  | 'platform_revenue'
  | 'charity'
  | 'vat_payable'
  | 'provider_clearing'
  | 'provider_fees'
  /** Money taken back from everybody and still to be sent to a card. */
  | 'refund_payable';

export type TransactionKind =
  | 'topup'
  | 'ticket'
  | 'tip'
  /** A card payment for something that its payer cannot have any more. */
  | 'unusable_payment'
  | 'refund'
  | 'refund_sent'
  /** A refund that the provider had confirmed and the bank sent back. */
  | 'refund_returned'
  | 'provider_fee';

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

export function houseAccount(kind: Exclude<AccountKind, 'fan_wallet' | 'creator_pending'>, currency: string): Account {
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
export function saleLegs(sale: { payer: Account; creator: string; grossMinor: number; split: Split }): Leg[] {
  const { payer, creator, grossMinor, split } = sale;
  const { currency } = payer;
  return withoutZeros([
    { account: payer, amountMinor: -grossMinor },
    { account: houseAccount('vat_payable', currency), amountMinor: split.vatMinor },
    { account: houseAccount('platform_revenue', currency), amountMinor: split.commissionMinor },
    { account: houseAccount('charity', currency), amountMinor: split.charityMinor },
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

export function sumOf(legs: Leg[]): number {
  return legs.reduce((sum, leg) => sum + leg.amountMinor, 0);
}

function withoutZeros(legs: Leg[]): Leg[] {
  return legs.filter((leg) => leg.amountMinor !== 0);
}

function addTo(sums: Map<string, number>, key: string, amountMinor: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amountMinor);
}
