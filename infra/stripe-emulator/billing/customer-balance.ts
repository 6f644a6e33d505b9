/**
 * A customer's credit (negative) or debt. It is applied to the customer's next finalized invoice, whatever it is for;
 * the invoice cannot be chosen (docs.stripe.com/billing/customer/balance).
 */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';

export function changeBalance(
  operation: Operation,
  customerId: string,
  amountMinor: number,
  currency: string,
): Stripe.CustomerBalanceTransaction {
  const customer = operation.must('customers', customerId);
  if (customer.currency && customer.currency !== currency) {
    const message = `The customer has an account balance in ${customer.currency} and only that currency can be used.`;
    throw invalidRequest({ param: 'currency', message });
  }
  const endingBalance = customer.balance + amountMinor;
  const updated: Stripe.Customer = { ...customer, balance: endingBalance, currency };
  operation.tx.put('customers', customerId, updated);
  operation.emit('customer.updated', { object: updated, previous: { balance: customer.balance } });
  return {
    id: newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: amountMinor,
    checkout_session: null,
    created: operation.now,
    credit_note: null,
    currency,
    customer: customerId,
    customer_account: null,
    description: null,
    ending_balance: endingBalance,
    invoice: null,
    livemode: false,
    metadata: {},
    type: 'adjustment',
  };
}
