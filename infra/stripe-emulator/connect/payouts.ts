/** Payouts from an account's balance to its bank: in transit for two days, then paid or returned. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { availableMinor, createBalanceTransaction } from '../payments/ledger.ts';
import { newId } from '../random.ts';
import type { Account } from './account-model.ts';
import { bankAccountOf, disableBankAccount } from './accounts.ts';

const DAY_SECONDS = 24 * 60 * 60;
const ARRIVAL_DAYS = 2;
const PENDING_SECONDS = 12 * 60 * 60;

interface WantedPayout {
  amountMinor: number;
  currency: string;
  description: string | null;
  isAutomatic: boolean;
  metadata: Stripe.Metadata;
}

/** The platform's own bank accepts every payout; tests return one by an action. */
const PLATFORM_BANK = 'ba_platform';

/** Of the account on whose behalf the operation happens; undefined: the platform. */
export function createPayout(operation: Operation, account: Account | undefined, wanted: WantedPayout): Stripe.Payout {
  const { amountMinor, currency } = wanted;
  const bankAccount = account === undefined ? { id: PLATFORM_BANK, currency } : bankAccountOf(account);
  if (account?.payouts_enabled === false || bankAccount === undefined) {
    const message =
      'Cannot create payouts: this account has requirements that need to be collected. See `requirements` on the account.';
    throw invalidRequest({ code: 'payouts_not_allowed', message });
  }
  if (bankAccount.currency !== currency) {
    const message = `Sorry, you don't have any external accounts in that currency (${currency})`;
    throw invalidRequest({ param: 'currency', message });
  }
  if (amountMinor > availableMinor(operation, currency)) {
    const message =
      'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).';
    throw invalidRequest({ code: 'balance_insufficient', message });
  }
  const id = newId('po');
  const arrivalDate = Math.floor(operation.now / DAY_SECONDS + ARRIVAL_DAYS) * DAY_SECONDS;
  const { id: transaction } = move(operation, { id, amount: -amountMinor, currency, type: 'payout' });
  const payout: Stripe.Payout = {
    id,
    object: 'payout',
    amount: amountMinor,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: arrivalDate,
    automatic: wanted.isAutomatic,
    balance_transaction: transaction,
    created: operation.now,
    currency,
    description: wanted.description,
    destination: bankAccount.id,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: wanted.metadata,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: wanted.isAutomatic ? 'in_progress' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  };
  operation.tx.put('payouts', id, payout);
  operation.emit('payout.created', { object: payout });
  const task = { kind: 'move_payout', account: operation.account, payout: id } as const;
  operation.schedule({ ...task, step: 'send', dueAtMs: (operation.now + PENDING_SECONDS) * 1000 });
  operation.schedule({ ...task, step: 'arrive', dueAtMs: arrivalDate * 1000 });
  return payout;
}

/** The bank's answer to a payout, when it is due. */
export function movePayout(operation: Operation, payout: Readonly<Stripe.Payout>, step: 'send' | 'arrive'): void {
  if (step === 'send' && payout.status === 'pending') {
    save(operation, { ...payout, status: 'in_transit' }, 'payout.updated', { status: 'pending' });
  }
  if (step === 'arrive' && isUnderway(payout)) {
    const payoutFault = operation.tx.get('bank_behaviours', String(payout.destination))?.payoutFault;
    if (payoutFault === undefined) arrive(operation, payout);
    else failPayout(operation, payout, payoutFault);
  }
}

function isUnderway({ status }: Readonly<Stripe.Payout>): boolean {
  return status === 'pending' || status === 'in_transit';
}

export function arrive(operation: Operation, payout: Readonly<Stripe.Payout>): Stripe.Payout {
  if (!isUnderway(payout)) throw invalidRequest({ message: `Payout ${payout.id} is ${payout.status} already.` });
  const traceId = { status: 'supported', value: newId('trace', 12) };
  const reconciliation = payout.automatic ? 'completed' : 'not_applicable';
  const paid = { ...payout, reconciliation_status: reconciliation, status: 'paid', trace_id: traceId } as Stripe.Payout;
  return save(operation, paid, 'payout.paid');
}

const FAILURE_MESSAGES: Readonly<Record<string, string>> = {
  account_closed: 'The bank account has been closed.',
  account_frozen: 'The bank account has been frozen.',
  bank_account_restricted: 'The bank account has restrictions on the type or number of transfers allowed.',
  could_not_process: 'The bank could not process this transfer.',
  debit_not_authorized: 'Debit transactions are not approved on your bank account.',
  insufficient_funds: 'Your Stripe account has insufficient funds to cover the transfer.',
  invalid_account_number: 'The routing number seems correct, but the account number is invalid.',
  invalid_currency: 'The bank was unable to process this transfer because of its currency.',
  no_account:
    'The bank account details on file are probably incorrect. No bank account could be located with those details.',
};

/** The bank returns it, also days after its arrival: the amount is on the account again. */
export function failPayout(operation: Operation, payout: Readonly<Stripe.Payout>, code: string): Stripe.Payout {
  if (!isUnderway(payout) && payout.status !== 'paid') {
    throw invalidRequest({ message: `Payout ${payout.id} is ${payout.status} already.` });
  }
  const { id, amount, currency } = payout;
  const transaction = move(operation, { id, amount, currency, type: 'payout_failure' });
  const failed: Stripe.Payout = {
    ...payout,
    failure_balance_transaction: transaction.id,
    failure_code: code,
    failure_message: FAILURE_MESSAGES[code] ?? FAILURE_MESSAGES.could_not_process ?? null,
    status: 'failed',
  };
  save(operation, failed, 'payout.failed');
  if (operation.account !== null) disableBankAccount(operation, operation.must('accounts', operation.account));
  return failed;
}

/** An account without a manual schedule is paid out every night. */
export function scheduleAutomaticPayout(operation: Operation, account: Account): void {
  if (account.settings?.payouts?.schedule.interval !== 'daily') return;
  const nextNight = Math.floor(operation.now / DAY_SECONDS + 1) * DAY_SECONDS;
  operation.schedule({ kind: 'pay_out', account: account.id, dueAtMs: nextNight * 1000 });
}

export function payOut(operation: Operation, account: Account): void {
  const currency = account.default_currency ?? '';
  const amountMinor = availableMinor(operation, currency);
  const isDaily = account.settings?.payouts?.schedule.interval === 'daily';
  if (amountMinor < 1 || !account.payouts_enabled || !isDaily) return;
  const description = 'STRIPE PAYOUT';
  const wanted = { amountMinor, currency, description, isAutomatic: true, metadata: {} };
  createPayout(operation, account, wanted);
}

const PLATFORM = 'platform';
const PLATFORM_CURRENCY = 'eur';

/** How the balance of the platform is paid out: each night, until its operator sets that to manual. */
export function payoutIntervalOf(operation: Operation): 'daily' | 'manual' {
  return operation.tx.get('platform_settings', PLATFORM)?.payoutInterval ?? 'daily';
}

export function setPayoutInterval(operation: Operation, payoutInterval: 'daily' | 'manual'): void {
  operation.tx.put('platform_settings', PLATFORM, { payoutInterval });
}

/** Looked at when money comes in, for the night in which it becomes available. */
export function schedulePlatformPayout(operation: Operation, availableOn: number): void {
  if (operation.account !== null || payoutIntervalOf(operation) === 'manual') return;
  const night = Math.ceil(Math.max(availableOn, operation.now + 1) / DAY_SECONDS) * DAY_SECONDS;
  operation.schedule({ kind: 'pay_out', account: null, dueAtMs: night * 1000 });
}

export function payOutPlatform(operation: Operation): void {
  const currency = PLATFORM_CURRENCY;
  const amountMinor = availableMinor(operation, currency);
  if (amountMinor < 1 || payoutIntervalOf(operation) === 'manual') return;
  const wanted = { amountMinor, currency, description: 'STRIPE PAYOUT', isAutomatic: true, metadata: {} };
  createPayout(operation, undefined, wanted);
}

interface Move {
  id: string;
  amount: number;
  currency: string;
  type: 'payout' | 'payout_failure';
}

function move(operation: Operation, { id, ...moved }: Move): Stripe.BalanceTransaction {
  const reportingCategory = moved.type === 'payout' ? 'payout' : 'payout_reversal';
  return createBalanceTransaction(operation, {
    ...moved,
    description: 'STRIPE PAYOUT',
    reporting_category: reportingCategory,
    source: id,
  });
}

function save(
  operation: Operation,
  payout: Stripe.Payout,
  event: Stripe.Event.Type,
  previous?: Record<string, unknown>,
): Stripe.Payout {
  operation.tx.put('payouts', payout.id, payout);
  operation.emit(event, previous === undefined ? { object: payout } : { object: payout, previous });
  return payout;
}
