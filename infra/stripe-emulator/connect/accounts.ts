/** The life of a connected account: created, onboarded, perhaps restricted; each change emits an event. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import type { AccountState } from '../store/records.ts';
import { type Account, derived } from './account-model.ts';
import { type BankDetails, payoutFaultOf } from './iban.ts';

function stateOf(operation: Operation, account: string): AccountState {
  return operation.tx.get('account_states', account) ?? {};
}

/** Stores the account with its derived fields, and emits an event if anything changed. */
export function saveAccount(operation: Operation, changed: Account, state?: AccountState): Stripe.Account {
  const before = operation.tx.get('accounts', changed.id);
  if (state !== undefined) operation.tx.put('account_states', changed.id, state);
  const account = derived(changed, state ?? stateOf(operation, changed.id));
  operation.tx.put('accounts', account.id, account);
  if (before === undefined) return account;
  const previous = differences(before, account);
  if (Object.keys(previous).length > 0) {
    operation.of(account.id).emit('account.updated', { object: account, previous });
  }
  return account;
}

function differences(before: object, after: object): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  const entries = Object.entries(after).filter(([key, value]) => JSON.stringify(old[key]) !== JSON.stringify(value));
  return Object.fromEntries(entries.map(([key]) => [key, old[key] ?? null]));
}

export interface Onboarding {
  holderName: string;
  bank: BankDetails;
}

/** Submits all requirements of a person, which are verified at once. */
export function submitOnboarding(operation: Operation, account: Account, onboarding: Onboarding): Stripe.Account {
  const withBank = withBankAccount(operation, account, onboarding);
  return saveAccount(operation, {
    ...withBank,
    business_type: account.business_type ?? 'individual',
    details_submitted: true,
    tos_acceptance: { date: operation.now },
  });
}

function withBankAccount(operation: Operation, account: Account, { holderName, bank }: Onboarding): Account {
  const bankAccount: Stripe.BankAccount = {
    id: newId('ba'),
    object: 'bank_account',
    account: account.id,
    account_holder_name: holderName,
    account_holder_type: 'individual',
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country: bank.country,
    currency: account.default_currency ?? 'eur',
    default_for_currency: true,
    fingerprint: bank.fingerprint,
    future_requirements: { currently_due: [], errors: [], past_due: [], pending_verification: [] },
    last4: bank.last4,
    metadata: {},
    requirements: { currently_due: [], errors: [], past_due: [], pending_verification: [] },
    routing_number: bank.routingNumber,
    status: 'new',
  };
  const payoutFault = payoutFaultOf(bank.iban);
  operation.tx.put('external_accounts', bankAccount.id, bankAccount);
  operation.tx.put('bank_behaviours', bankAccount.id, payoutFault === undefined ? {} : { payoutFault });
  operation.of(account.id).emit('account.external_account.created', { object: bankAccount });
  return withBankAccounts(account, [bankAccount]);
}

function withBankAccounts(account: Account, data: Stripe.BankAccount[]): Account {
  const url = `/v1/accounts/${account.id}/external_accounts`;
  return { ...account, external_accounts: { object: 'list', data, has_more: false, url } };
}

/** The external account that payouts go to. */
export function bankAccountOf(account: Account): Stripe.BankAccount | undefined {
  return account.external_accounts?.data[0] as Stripe.BankAccount | undefined;
}

/** A bank account that returned a payout receives no other until it is replaced. */
export function disableBankAccount(operation: Operation, account: Account): void {
  const bankAccount = bankAccountOf(account);
  if (bankAccount === undefined || bankAccount.status === 'errored') return;
  const errored: Stripe.BankAccount = { ...bankAccount, status: 'errored' };
  operation.tx.put('external_accounts', errored.id, errored);
  operation.of(account.id).emit('account.external_account.updated', {
    object: errored,
    previous: { status: bankAccount.status },
  });
  saveAccount(operation, withBankAccounts(account, [errored]));
}

/** Stripe requires more information, or rejects the account. */
export function restrictAccount(
  operation: Operation,
  account: Account,
  restriction: NonNullable<AccountState['restriction']>,
): Stripe.Account {
  return saveAccount(operation, account, { ...stateOf(operation, account.id), restriction });
}

export function liftRestriction(operation: Operation, account: Account): Stripe.Account {
  const { restriction: _restriction, ...rest } = stateOf(operation, account.id);
  return saveAccount(operation, account, rest);
}
