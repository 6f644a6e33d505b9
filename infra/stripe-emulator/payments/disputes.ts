/** The life of a dispute: opened by the cardholder's bank, answered with evidence, won, lost or accepted. */
import type Stripe from 'stripe';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { newId } from '../random.ts';
import { disputeFeeMinor } from './fees.ts';
import { createBalanceTransaction } from './ledger.ts';

const RESPONSE_SECONDS = 14 * 24 * 60 * 60;
/** The deadline of an inquiry. */
const INQUIRY_SECONDS = 120 * 24 * 60 * 60;

export interface WantedDispute {
  reason?: string;
  /** Absent: the unrefunded amount of the charge. */
  amountMinor?: number;
  /** An inquiry: no money is withdrawn yet. */
  isInquiry?: boolean;
  /** Stripe prevents it: `resolution` pays the cardholder back, `block` moves nothing. */
  prevention?: 'resolution' | 'block' | undefined;
}

export function openDispute(
  operation: Operation,
  charge: Readonly<Stripe.Charge>,
  { reason = 'fraudulent', amountMinor, isInquiry = false, prevention }: WantedDispute,
): Stripe.Dispute {
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = amountMinor ?? left;
  if (!charge.captured || charge.disputed || amount < 1 || amount > left) {
    throw invalidRequest({ message: `Charge ${charge.id} cannot be disputed over ${amount}.` });
  }
  const brand = charge.payment_method_details?.card?.brand ?? 'visa';
  const networkReasonCode = brand === 'visa' ? '10.4' : '4837';
  const dispute: Stripe.Dispute = {
    id: newId('du'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: operation.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge),
    evidence_details: {
      due_by: operation.now + RESPONSE_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry || prevention === 'block',
    livemode: false,
    metadata: {},
    network_reason_code: networkReasonCode,
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: {
        brand,
        case_type: prevention ?? (isInquiry ? 'inquiry' : 'chargeback'),
        network: brand,
        network_reason_code: networkReasonCode,
      },
    },
    reason,
    status: prevention ? 'prevented' : isInquiry ? 'warning_needs_response' : 'needs_response',
  };
  operation.tx.put('charges', charge.id, { ...charge, disputed: true });
  operation.tx.put('disputes', dispute.id, dispute);
  operation.emit('charge.dispute.created', { object: dispute });
  if (prevention) return prevention === 'block' ? dispute : withdrawFunds(operation, dispute);
  const lifetimeSeconds = isInquiry ? INQUIRY_SECONDS : RESPONSE_SECONDS;
  scheduleEnd(operation, dispute, lifetimeSeconds);
  return isInquiry ? dispute : withdrawFunds(operation, dispute);
}

/** An inquiry is escalated: the amount is withdrawn now. */
export function escalateInquiry(operation: Operation, dispute: Readonly<Stripe.Dispute>): Stripe.Dispute {
  assertStatus(dispute, 'escalate', INQUIRY_OPEN);
  const { payment_method_details: details } = dispute;
  const escalated: Stripe.Dispute = {
    ...dispute,
    evidence_details: { ...dispute.evidence_details, due_by: operation.now + RESPONSE_SECONDS },
    is_charge_refundable: false,
    status: 'needs_response',
    ...(details?.card === undefined
      ? {}
      : { payment_method_details: { ...details, card: { ...details.card, case_type: 'chargeback' } } }),
  };
  update(operation, escalated, { status: dispute.status });
  scheduleEnd(operation, escalated, RESPONSE_SECONDS);
  return withdrawFunds(operation, escalated);
}

type Evidence = Stripe.DisputeUpdateParams.Evidence;

/** The outcomes of the test texts in Stripe's documentation. */
const DECISIVE_TEXTS: Readonly<Record<string, 'won' | 'lost'>> = { winning_evidence: 'won', losing_evidence: 'lost' };

export function updateEvidence(
  operation: Operation,
  dispute: Readonly<Stripe.Dispute>,
  {
    evidence,
    isSubmitted,
    metadata,
  }: { evidence: Evidence | undefined; isSubmitted: boolean; metadata: Stripe.Metadata },
): Stripe.Dispute {
  if (evidence !== undefined || isSubmitted) assertStatus(dispute, 'update', ANSWERABLE);
  const merged = { ...dispute.evidence, ...emptied(evidence) } as Stripe.Dispute.Evidence;
  const hasEvidence = dispute.evidence_details.has_evidence || evidence !== undefined;
  const isInquiry = dispute.status.startsWith('warning');
  const updated: Stripe.Dispute = {
    ...dispute,
    evidence: merged,
    evidence_details: {
      ...dispute.evidence_details,
      has_evidence: hasEvidence,
      ...(isSubmitted
        ? { submission_count: dispute.evidence_details.submission_count + 1, submission_method: 'manual' }
        : {}),
    },
    metadata,
    ...(isSubmitted ? { status: isInquiry ? 'warning_under_review' : 'under_review' } : {}),
  };
  update(operation, updated, { evidence: dispute.evidence, status: dispute.status });
  const outcome = isSubmitted ? DECISIVE_TEXTS[merged.uncategorized_text ?? ''] : undefined;
  if (outcome !== undefined) {
    const dueAtMs = operation.nowMs + operation.settleDelayMs;
    operation.schedule({ kind: 'end_dispute', dispute: dispute.id, outcome, dueAtMs });
  }
  return updated;
}

/** The bank's decision, or the merchant's own to accept the dispute. */
export function endDispute(
  operation: Operation,
  dispute: Readonly<Stripe.Dispute>,
  outcome: 'won' | 'lost',
): Stripe.Dispute {
  const isInquiry = dispute.status.startsWith('warning');
  // A bank may decide once more for the merchant.
  const isLateWin = outcome === 'won' && dispute.status === 'lost';
  if (!isLateWin) assertStatus(dispute, 'close', [...ANSWERABLE, 'under_review', 'warning_under_review']);
  const ended: Stripe.Dispute = {
    ...dispute,
    is_charge_refundable: isInquiry || outcome === 'won',
    status: isInquiry ? 'warning_closed' : outcome,
  };
  operation.tx.put('disputes', ended.id, ended);
  operation.emit('charge.dispute.closed', { object: ended });
  return !isInquiry && outcome === 'won' ? reinstateFunds(operation, ended) : ended;
}

/** The deadline has passed: an unanswered dispute is lost, and an inquiry is closed. */
export function endDisputeByTime(operation: Operation, disputeId: string, dueBy: number): void {
  const dispute = operation.must('disputes', disputeId);
  if (dispute.evidence_details.due_by !== dueBy || !ANSWERABLE.includes(dispute.status)) return;
  const { evidence_details: details } = dispute;
  endDispute(operation, { ...dispute, evidence_details: { ...details, past_due: true } }, 'lost');
}

/** Whether a charge is disputed, so that it cannot be refunded too. */
export function isChargedBack(operation: Operation, charge: Readonly<Stripe.Charge>): boolean {
  const disputes = [...operation.tx.newestFirst('disputes', { charge: charge.id })];
  return disputes.some(({ is_charge_refundable: isRefundable }) => !isRefundable);
}

/** A full refund closes an inquiry. */
export function closeInquiries(operation: Operation, charge: Readonly<Stripe.Charge>): void {
  for (const dispute of [...operation.tx.newestFirst('disputes', { charge: charge.id })]) {
    if (INQUIRY_OPEN.includes(dispute.status)) endDispute(operation, dispute, 'won');
  }
}

const INQUIRY_OPEN: readonly string[] = ['warning_needs_response', 'warning_under_review'];
const ANSWERABLE: readonly string[] = ['needs_response', 'warning_needs_response'];

function withdrawFunds(operation: Operation, dispute: Readonly<Stripe.Dispute>): Stripe.Dispute {
  const fee = dispute.status === 'prevented' ? 0 : disputeFeeMinor(dispute.currency);
  return moveFunds(operation, dispute, { amount: -dispute.amount, fee }, 'charge.dispute.funds_withdrawn');
}

function reinstateFunds(operation: Operation, dispute: Readonly<Stripe.Dispute>): Stripe.Dispute {
  const fee = -disputeFeeMinor(dispute.currency);
  return moveFunds(operation, dispute, { amount: dispute.amount, fee }, 'charge.dispute.funds_reinstated');
}

function moveFunds(
  operation: Operation,
  dispute: Readonly<Stripe.Dispute>,
  { amount, fee }: { amount: number; fee: number },
  event: 'charge.dispute.funds_withdrawn' | 'charge.dispute.funds_reinstated',
): Stripe.Dispute {
  const { currency } = dispute;
  const isWithdrawn = event === 'charge.dispute.funds_withdrawn';
  const description = isWithdrawn
    ? `Chargeback withdrawal for ${dispute.charge}`
    : `Chargeback reversal for ${dispute.charge}`;
  const transaction = createBalanceTransaction(operation, {
    amount,
    currency,
    description,
    fee,
    fee_details: [{ amount: fee, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }],
    reporting_category: isWithdrawn ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    type: 'adjustment',
  });
  const moved = { ...dispute, balance_transactions: [...dispute.balance_transactions, transaction] };
  operation.tx.put('disputes', moved.id, moved);
  operation.emit(event, { object: moved });
  return moved;
}

function update(operation: Operation, dispute: Stripe.Dispute, previous: Record<string, unknown>): void {
  operation.tx.put('disputes', dispute.id, dispute);
  operation.emit('charge.dispute.updated', { object: dispute, previous });
}

function scheduleEnd(operation: Operation, dispute: Readonly<Stripe.Dispute>, lifetimeSeconds: number): void {
  operation.schedule({
    kind: 'dispute_due',
    dispute: dispute.id,
    dueBy: dispute.evidence_details.due_by ?? 0,
    dueAtMs: (operation.now + lifetimeSeconds) * 1000,
  });
}

function assertStatus({ id, status }: Readonly<Stripe.Dispute>, act: string, allowed: readonly string[]): void {
  if (allowed.includes(status)) return;
  throw invalidRequest({ message: `Dispute ${id} has a status of ${status}: it cannot be ${act}d any more.` });
}

/** An empty text clears a field. */
function emptied(evidence: Evidence | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(evidence ?? {}).map(([field, text]) => [field, text === '' ? null : text]));
}

function noEvidence({ billing_details: details }: Readonly<Stripe.Charge>): Stripe.Dispute.Evidence {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: details.email,
    customer_name: details.name,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
