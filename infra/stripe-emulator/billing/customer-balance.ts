/**
 * A customer's credit (negative) or debt. It is applied to the customer's next finalized invoice, whatever it is for;
 * the invoice cannot be chosen (docs.stripe.com/billing/customer/balance). Every change is a transaction.
 */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';

export interface BalanceChange {
  amountMinor: number;
  currency: string;
  type: Stripe.CustomerBalanceTransaction.Type;
  invoice?: string;
  description?: string | null;
  metadata?: Stripe.Metadata;
}

export function changeBalance(
  operation: Operation,
  customerId: string,
  change: BalanceChange,
): Stripe.CustomerBalanceTransaction {
  const customer = operation.must('customers', customerId);
  const { amountMinor, currency, type, invoice = null, description = null, metadata = {} } = change;
  if (customer.currency && customer.currency !== currency) {
    const message = `The customer has an account balance in ${customer.currency} and only that currency can be used.`;
    throw invalidRequest({ param: 'currency', message });
  }
  const endingBalance = customer.balance + amountMinor;
  const updated: Stripe.Customer = { ...customer, balance: endingBalance, currency };
  const transaction: Stripe.CustomerBalanceTransaction = {
    id: newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: amountMinor,
    checkout_session: null,
    created: operation.now,
    credit_note: null,
    currency,
    customer: customerId,
    customer_account: null,
    description,
    ending_balance: endingBalance,
    invoice,
    livemode: false,
    metadata,
    type,
  };
  operation.tx.put('customers', customerId, updated);
  operation.tx.put('customer_balance_transactions', transaction.id, transaction);
  operation.emit('customer.updated', { object: updated, previous: { balance: customer.balance } });
  return transaction;
}
