/** Refunds to the card: succeeded, pending or failed later, depending on the test card. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId, randomText } from '../random.ts';
import { closeInquiries, isChargedBack } from './disputes.ts';
import { createBalanceTransaction } from './ledger.ts';

interface WantedRefund {
  charge: Readonly<Stripe.Charge>;
  amountMinor?: number;
  reason: Stripe.Refund.Reason | null;
  metadata: Stripe.Metadata;
}

export function createRefund(
  operation: Operation,
  { charge, amountMinor, reason, metadata }: WantedRefund,
): Stripe.Refund {
  const amount = amountMinor ?? charge.amount_captured - charge.amount_refunded;
  assertRefundable(operation, charge, amount);
  const behaviour = operation.must('card_behaviours', charge.payment_method).refund;
  const isPending = behaviour === 'pending';
  const refund: Stripe.Refund = {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: operation.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { type: 'refund', reference_status: 'pending', reference_type: 'acquirer_reference_number' },
    },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: isPending ? 'pending' : 'succeeded',
    transfer_reversal: null,
    ...(isPending ? { pending_reason: 'processing' as const } : {}),
  };
  refund.balance_transaction = moveMoney(operation, refund, -amount, 'refund');
  const amountRefunded = charge.amount_refunded + amount;
  const refundedCharge = {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === charge.amount_captured,
  };
  operation.tx.put('refunds', refund.id, refund);
  operation.tx.put('charges', charge.id, refundedCharge);
  operation.emit('refund.created', { object: refund });
  operation.emit('charge.refunded', { object: refundedCharge });
  if (refundedCharge.refunded) closeInquiries(operation, refundedCharge);
  const outcome = isPending ? 'succeeded' : behaviour === 'fails_later' ? 'failed' : 'referenced';
  const dueAtMs = operation.nowMs + operation.settleDelayMs;
  operation.schedule({ kind: 'finish_refund', refund: refund.id, outcome, dueAtMs });
  return refund;
}

/** The final answer of the card network. */
export function finishRefund(
  operation: Operation,
  refundId: string,
  outcome: 'referenced' | 'succeeded' | 'failed',
): void {
  const refund = operation.must('refunds', refundId);
  if (outcome === 'failed') {
    failRefund(operation, refund);
    return;
  }
  const card = {
    ...refund.destination_details?.card,
    type: 'refund' as const,
    reference: randomText(23),
    reference_status: 'available',
  };
  const { pending_reason: _pendingReason, ...rest } = refund;
  const finished: Stripe.Refund = {
    ...rest,
    destination_details: { ...refund.destination_details, type: 'card', card },
    status: 'succeeded',
  };
  const previous =
    outcome === 'succeeded' ? { status: 'pending' } : { destination_details: refund.destination_details };
  operation.tx.put('refunds', refund.id, finished);
  operation.emit('refund.updated', { object: finished, previous });
  operation.emit('charge.refund.updated', { object: finished, previous });
}

/** The bank returned the refund: the amount is the merchant's again, and the charge is not refunded by it. */
function failRefund(operation: Operation, refund: Readonly<Stripe.Refund>): void {
  const charge = operation.must('charges', refund.charge);
  const failed: Stripe.Refund = {
    ...refund,
    failure_balance_transaction: moveMoney(operation, refund, refund.amount, 'refund_failure'),
    failure_reason: 'lost_or_stolen_card',
    status: 'failed',
  };
  operation.tx.put('refunds', refund.id, failed);
  const amountRefunded = charge.amount_refunded - refund.amount;
  operation.tx.put('charges', charge.id, { ...charge, amount_refunded: amountRefunded, refunded: false });
  operation.emit('refund.failed', { object: failed });
  operation.emit('charge.refund.updated', { object: failed, previous: { status: refund.status } });
}

function assertRefundable(operation: Operation, charge: Readonly<Stripe.Charge>, amount: number): void {
  if (!charge.paid) throw invalidRequest({ message: `Charge ${charge.id} has not been paid and cannot be refunded.` });
  if (isChargedBack(operation, charge)) {
    const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`;
    throw invalidRequest({ code: 'charge_disputed', message });
  }
  if (charge.refunded) {
    const message = `Charge ${charge.id} has already been refunded.`;
    throw invalidRequest({ code: 'charge_already_refunded', message });
  }
  if (amount < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw invalidRequest({ code: 'parameter_invalid_integer', param: 'amount', message });
  }
  const left = charge.amount_captured - charge.amount_refunded;
  if (amount > left) {
    const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}) (${charge.currency})`;
    throw invalidRequest({ param: 'amount', message });
  }
}

function moveMoney(
  operation: Operation,
  refund: Readonly<Stripe.Refund>,
  amount: number,
  type: 'refund' | 'refund_failure',
): string {
  const transaction = createBalanceTransaction(operation, {
    amount,
    currency: refund.currency,
    description: type === 'refund' ? 'REFUND FOR CHARGE' : 'REFUND FAILURE',
    source: refund.id,
    type,
  });
  return transaction.id;
}
