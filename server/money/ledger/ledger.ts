/**
 * The ledger's arithmetic: which accounts a movement of money touches, how a sale is split, how a reversal relates to
 * its original. Pure: no database, no clock. Every list of legs sums to zero. A positive amount is owed to the
 * account's owner, so the clearing account is negative by the balance at the provider.
 */
import { AppError } from '../../protocol/errors.ts';
import type { SoldKind } from '../../protocol/money/payment-kind.ts';

export type AccountKind =
  | 'fan_wallet'
  /** Credit given by the house: spent first, never sent to a card. */
  | 'fan_promo'
  | 'creator_pending'
  /**
   * Earnings whose hold has expired. Negative after a refund that follows the payout; later earnings cover that first.
   */
  | 'creator_available'
  | 'platform_revenue'
  | 'charity'
  | 'vat_payable'
  | 'provider_clearing'
  | 'provider_fees'
  /** Negative by the promotional credit that was given and has not expired. */
  | 'promotion_cost'
  /** Refunded money that is still to be sent to a card. */
  | 'refund_payable'
  /** Earnings that are being paid out to a creator's bank. */
  | 'payout_payable'
  /** Negative by the money that banks withdrew in undecided disputes. */
  | 'disputes_open'
  /** Negative by the house's losses in disputes and in refunds that no account could cover. */
  | 'chargeback_loss'
  /** Negative by the money on the house's own bank account: what the provider paid out, less what left from there. */
  | 'house_bank'
  /** Negative by debts that were given up, less what was left unclaimed. */
  | 'written_off'
  /** Negative by the money that the provider holds back as a reserve. */
  | 'provider_reserve'
  /** What other products of the provider moved, with which the house does nothing. */
  | 'provider_other';

export type TransactionKind =
  | SoldKind
  | 'topup'
  /** A card payment whose item is no longer available. */
  | 'unusable_payment'
  | 'refund'
  /** Money owed to a card has been sent: by a refund, manually at the provider, or by the bank in a dispute. */
  | 'refund_sent'
  /** A confirmed refund that the bank returned. */
  | 'refund_returned'
  | 'provider_fee'
  | 'promotion'
  | 'promotion_expired'
  /** Earnings whose hold has expired become available. */
  | 'release'
  | 'payout'
  | 'payout_sent'
  | 'payout_returned'
  /** A payout that was reversed manually at the provider. */
  | 'payout_reversed'
  /** A bank withdraws a disputed payment or reinstates it. */
  | 'dispute_funds'
  /** A lost dispute reverses a sale. */
  | 'dispute_reversal'
  /** What a lost dispute takes from the payer's credit, and what the house bears. */
  | 'dispute_loss'
  /** A bank has given back what it had kept: what the dispute had taken is booked the other way round. */
  | 'dispute_undone'
  | 'bank_payout'
  /** By the desk, see `desk/bookings.ts`. */
  | 'association_paid'
  | 'vat_remitted'
  | 'credit_transferred'
  | 'write_off'
  | 'provider_charge'
  | 'provider_reserve'
  | 'provider_other';

/** Owner of the house's own accounts. No identity can have this name, because `#` is not allowed in one. */
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

/** What splits a sale. */
export interface SaleRates {
  vatBps: number;
  commissionBps: number;
  charityBps: number;
}

/** The parts of a sale; they sum to the gross exactly. */
export interface Split {
  vatMinor: number;
  commissionMinor: number;
  charityMinor: number;
  creatorMinor: number;
}

const BPS = 10_000n;
/** Far above every limit of the house, far below the limit of exact numbers. */
const AMOUNT_MAX_MINOR = 1_000_000_000;

/** A part of an amount, exactly. */
export interface Share {
  of: bigint;
  whole: bigint;
}

/** Rounded up to the next minor unit, in the payer's favour. */
export function shareOf(amountMinor: number, { of, whole }: Share): number {
  return Number((BigInt(amountMinor) * of + whole - 1n) / whole);
}

/** The id contains everything that identifies an account, so it needs no look-up. */
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

/** Each association has its own account. */
export function charityAccount(association: string, currency: string): Account {
  return { kind: 'charity', owner: association, currency };
}

export function houseAccount(
  kind: Exclude<AccountKind, 'fan_wallet' | 'fan_promo' | 'creator_pending' | 'creator_available' | 'charity'>,
  currency: string,
): Account {
  return { kind, owner: HOUSE, currency };
}

/** Amounts are positive whole minor units. The wire schemas check this too, but money does not rely on them. */
export function assertAmount(amountMinor: number): void {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0 || amountMinor > AMOUNT_MAX_MINOR) {
    throw new AppError('amount_invalid');
  }
}

/**
 * VAT is contained in the gross and rounded half up. Commission and then the pledge are rounded down, so the creator's
 * remainder is never less than their share.
 */
export function splitSale(grossMinor: number, rates: SaleRates): Split {
  assertAmount(grossMinor);
  const gross = BigInt(grossMinor);
  const vatBps = BigInt(rates.vatBps);
  const vat = (2n * gross * vatBps + BPS + vatBps) / (2n * (BPS + vatBps));
  const net = gross - vat;
  const commission = (net * BigInt(rates.commissionBps)) / BPS;
  const charity = ((net - commission) * BigInt(rates.charityBps)) / BPS;
  return {
    vatMinor: Number(vat),
    commissionMinor: Number(commission),
    charityMinor: Number(charity),
    creatorMinor: Number(net - commission - charity),
  };
}

/** Legs of a sale. Parts of zero have no leg. */
export function saleLegs(sale: {
  payer: Account;
  creator: string;
  grossMinor: number;
  split: Split;
  /** Receives the charity's part; null when there is none. */
  association: string | null;
}): Leg[] {
  const { payer, creator, grossMinor, split, association } = sale;
  const { currency } = payer;
  return withoutZeros([
    { account: payer, amountMinor: -grossMinor },
    { account: houseAccount('vat_payable', currency), amountMinor: split.vatMinor },
    { account: houseAccount('platform_revenue', currency), amountMinor: split.commissionMinor },
    ...(association === null
      ? []
      : [{ account: charityAccount(association, currency), amountMinor: split.charityMinor }]),
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
 * Legs that reverse `amountMinor` of a transaction, pro rata over what earlier reversals left of each leg. Reversals
 * together never exceed a leg, and match the original exactly once all of it is reversed. The payer's leg goes to `to`:
 * the wallet, or the account of money owed to a card.
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
  // What the house has borne of a reversal was the creator's part.
  const isOf = (kind: AccountKind) => (leg: Leg) => leg.account.kind === kind;
  const creator = (original.find(isOf('creator_available')) ?? original.find(isOf('creator_pending')))?.account;
  for (const { account, amountMinor } of earlier)
    addTo(reversed, accountId((account.kind === 'chargeback_loss' && creator) || account), amountMinor);
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

/**
 * Divides an amount in proportion to the weights. Differences of rounded running totals sum to the amount, and none
 * exceeds its weight.
 */
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

/** The payer of a sale: the only negative leg. */
export function payerOf(legs: Leg[]): Account {
  const payer = legs.find((leg) => leg.amountMinor < 0 && leg.account.kind !== 'fan_promo');
  if (!payer) throw new AppError('internal', 'The sale has no payer.');
  return payer.account;
}

/**
 * The part of a sale's price that was paid in money and has not been returned in money, by the bank or otherwise.
 * Promotional credit is not money.
 */
export function moneyLeftOf({ legs, earlier }: { legs: Leg[]; earlier: Leg[] }): number {
  const isMoney = (leg: Leg) => leg.account.kind !== 'fan_promo';
  const paid = legs.filter((leg) => leg.amountMinor < 0 && isMoney(leg));
  const receivers = receiversOf(legs);
  const isParty = (leg: Leg) => receivers.has(accountId(leg.account)) || leg.account.kind === 'chargeback_loss';
  const returned = earlier.filter((leg) => isMoney(leg) && !isParty(leg));
  return Math.max(0, -sumOf(paid) - sumOf(returned));
}

/** The part of a transaction that is not reversed yet. */
export function remainderOf(booked: { legs: Leg[]; earlier: Leg[] }): number {
  const payers = new Set(booked.legs.filter((leg) => leg.amountMinor < 0).map((leg) => accountId(leg.account)));
  const receivers = receiversOf(booked.legs);
  const given = booked.legs.filter((leg) => !payers.has(accountId(leg.account)));
  // A creator's part that the house has borne counts as reversed.
  const taken = booked.earlier.filter(
    (leg) => receivers.has(accountId(leg.account)) || leg.account.kind === 'chargeback_loss',
  );
  return sumOf(given) + sumOf(taken);
}

function receiversOf(legs: Leg[]): Set<string> {
  return new Set(legs.filter((leg) => leg.amountMinor > 0).map((leg) => accountId(leg.account)));
}

/** Merges the legs of each account and drops those of zero, because a transaction has one entry per account. */
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
