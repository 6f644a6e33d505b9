/** Transfers from the platform's balance to a connected account's, and reversals: two accounts, one transaction. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { availableMinor, createBalanceTransaction } from '../payments/ledger.ts';
import { newId } from '../random.ts';
import type { Account } from './account-model.ts';
import { newDestinationPayment } from './destination-payment.ts';
import { scheduleAutomaticPayout } from './payouts.ts';

interface WantedTransfer {
  amountMinor: number;
  currency: string;
  destination: Account;
  description: string | null;
  metadata: Stripe.Metadata;
  transferGroup: string | null;
}

export function createTransfer(operation: Operation, wanted: WantedTransfer): Stripe.Transfer {
  const { amountMinor, currency, description, destination } = wanted;
  if (destination.capabilities?.transfers !== 'active') {
    const message =
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments';
    throw invalidRequest({ code: 'insufficient_capabilities_for_transfer', message });
  }
  assertAvailable(operation, amountMinor, currency);
  const id = newId('tr');
  const debit = createBalanceTransaction(operation, {
    amount: -amountMinor,
    currency,
    description,
    source: id,
    type: 'transfer',
  });
  const there = operation.of(destination.id);
  const payment = newDestinationPayment(there, { amountMinor, currency, transfer: id });
  const credit = createBalanceTransaction(there, {
    amount: amountMinor,
    currency,
    description,
    source: payment.id,
    type: 'payment',
    reporting_category: 'charge',
  });
  there.tx.put('charges', payment.id, { ...payment, balance_transaction: credit.id });
  const transfer: Stripe.Transfer = {
    id,
    object: 'transfer',
    amount: amountMinor,
    amount_reversed: 0,
    balance_transaction: debit.id,
    created: operation.now,
    currency,
    description,
    destination: destination.id,
    destination_payment: payment.id,
    livemode: false,
    metadata: wanted.metadata,
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: null,
    source_type: 'card',
    transfer_group: wanted.transferGroup,
  };
  operation.tx.put('transfers', id, transfer);
  operation.emit('transfer.created', { object: transfer });
  scheduleAutomaticPayout(there, destination);
  return transfer;
}

function assertAvailable(operation: Operation, amountMinor: number, currency: string): void {
  if (amountMinor <= availableMinor(operation, currency)) return;
  const message =
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance';
  throw invalidRequest({ code: 'balance_insufficient', message });
}

interface WantedReversal {
  amountMinor: number;
  description: string | null;
  metadata: Stripe.Metadata;
}

export function reverseTransfer(
  operation: Operation,
  transfer: Readonly<Stripe.Transfer>,
  { amountMinor, description, metadata }: WantedReversal,
): Stripe.TransferReversal {
  const left = transfer.amount - transfer.amount_reversed;
  if (amountMinor < 1 || amountMinor > left) {
    const message =
      left === 0
        ? `Transfer ${transfer.id} is already fully reversed.`
        : `Transfer reversal amount (${amountMinor}) is greater than the unreversed amount on the transfer (${left}).`;
    throw invalidRequest({ param: 'amount', message });
  }
  const there = operation.of(String(transfer.destination));
  if (amountMinor > availableMinor(there, transfer.currency)) {
    const message = `Insufficient funds in your connected account to reverse ${amountMinor} of the transfer ${transfer.id}.`;
    throw invalidRequest({ code: 'balance_insufficient', message });
  }
  const { currency } = transfer;
  const id = newId('trr');
  const credit = createBalanceTransaction(operation, {
    amount: amountMinor,
    currency,
    description,
    source: id,
    type: 'transfer_refund',
    reporting_category: 'transfer_reversal',
  });
  const refund = refundDestinationPayment(there, transfer, amountMinor, id);
  const reversal: Stripe.TransferReversal = {
    id,
    object: 'transfer_reversal',
    amount: amountMinor,
    balance_transaction: credit.id,
    created: operation.now,
    currency,
    destination_payment_refund: refund.id,
    metadata,
    source_refund: null,
    transfer: transfer.id,
  };
  operation.tx.put('transfer_reversals', id, reversal);
  const amountReversed = transfer.amount_reversed + amountMinor;
  const reversed: Stripe.Transfer = {
    ...transfer,
    amount_reversed: amountReversed,
    reversals: listOfReversals(operation, transfer.id),
    reversed: amountReversed === transfer.amount,
  };
  operation.tx.put('transfers', transfer.id, reversed);
  operation.emit('transfer.reversed', { object: reversed });
  return reversal;
}

const EMBEDDED_MAX = 10;

function listOfReversals(operation: Operation, transfer: string): Stripe.Transfer['reversals'] {
  const all = [...operation.tx.newestFirst('transfer_reversals', { transfer })];
  const data = all.slice(0, EMBEDDED_MAX) as Stripe.TransferReversal[];
  return { object: 'list', data, has_more: all.length > EMBEDDED_MAX, url: `/v1/transfers/${transfer}/reversals` };
}

function refundDestinationPayment(
  there: Operation,
  { currency, destination_payment: paymentId }: Readonly<Stripe.Transfer>,
  amountMinor: number,
  reversal: string,
): Stripe.Refund {
  const payment = there.must('charges', paymentId);
  const id = newId('pyr');
  const debit = createBalanceTransaction(there, {
    amount: -amountMinor,
    currency,
    description: 'REFUND FOR PAYMENT',
    source: id,
    type: 'payment_refund',
    reporting_category: 'refund',
  });
  const refund: Stripe.Refund = {
    id,
    object: 'refund',
    amount: amountMinor,
    balance_transaction: debit.id,
    charge: payment.id,
    created: there.now,
    currency,
    customer: null,
    customer_account: null,
    metadata: {},
    payment_intent: null,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: reversal,
    status: 'succeeded',
    transfer_reversal: null,
  };
  const amountRefunded = payment.amount_refunded + amountMinor;
  there.tx.put('refunds', id, refund);
  there.tx.put('charges', payment.id, {
    ...payment,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === payment.amount,
  });
  return refund;
}
