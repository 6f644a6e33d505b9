/** Creates charges: successful, declined, and their later balance transactions. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import { schedulePlatformPayout } from '../connect/payouts.ts';
import { newId } from '../random.ts';
import type { CardBehaviour } from '../store/records.ts';
import { declineMessage } from './cards.ts';
import { chargeFeeMinor } from './fees.ts';
import { availableAfterDays, createBalanceTransaction } from './ledger.ts';

/** Funds of a card charge become available some days later; how many depends on the country. */
const PAYOUT_DELAY_DAYS = 2;

interface ChargeOptions {
  paymentIntent: Readonly<Stripe.PaymentIntent>;
  paymentMethod: Readonly<Stripe.PaymentMethod>;
  isAuthenticated: boolean;
  decline?: CardBehaviour['decline'];
}

export function createCharge(operation: Operation, options: ChargeOptions): Stripe.Charge {
  const { paymentIntent, paymentMethod, decline } = options;
  const isPaid = decline === undefined;
  const charge: Stripe.Charge = {
    id: newId('ch'),
    object: 'charge',
    amount: paymentIntent.amount,
    amount_captured: isPaid ? paymentIntent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: paymentMethod.billing_details as Stripe.Charge.BillingDetails,
    calculated_statement_descriptor: descriptorOf(paymentIntent),
    captured: isPaid,
    created: operation.now,
    currency: paymentIntent.currency,
    customer: paymentIntent.customer,
    description: paymentIntent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline === undefined ? null : declineMessage(decline),
    fraud_details: {},
    livemode: false,
    metadata: paymentIntent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: isPaid,
    payment_intent: paymentIntent.id,
    payment_method: paymentMethod.id,
    payment_method_details: detailsOf(options),
    receipt_email: paymentIntent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: paymentIntent.statement_descriptor,
    statement_descriptor_suffix: paymentIntent.statement_descriptor_suffix,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: paymentIntent.transfer_group,
  };
  if (isPaid && paymentIntent.capture_method === 'automatic') {
    charge.balance_transaction = createChargeTransaction(operation, charge).id;
  }
  operation.tx.put('charges', charge.id, charge);
  operation.emit(isPaid ? 'charge.succeeded' : 'charge.failed', { object: charge });
  if (isPaid) scheduleSettlement(operation, charge);
  return charge;
}

function scheduleSettlement(operation: Operation, charge: Readonly<Stripe.Charge>): void {
  const { dispute } = operation.must('card_behaviours', charge.payment_method);
  const dueAtMs = operation.nowMs + operation.settleDelayMs;
  if (charge.balance_transaction === null) operation.schedule({ kind: 'settle_charge', charge: charge.id, dueAtMs });
  else if (dispute !== undefined) operation.schedule({ kind: 'dispute_charge', charge: charge.id, dueAtMs });
}

/** Asynchronous capture: the balance transaction follows the charge, with a `charge.updated` event. */
export function settleCharge(operation: Operation, chargeId: string): void {
  const charge = operation.must('charges', chargeId);
  if (charge.balance_transaction !== null) return;
  const settled = { ...charge, balance_transaction: createChargeTransaction(operation, charge).id };
  operation.tx.put('charges', charge.id, settled);
  operation.emit('charge.updated', { object: settled, previous: { balance_transaction: null } });
  scheduleSettlement(operation, settled);
}

function createChargeTransaction(operation: Operation, charge: Readonly<Stripe.Charge>): Stripe.BalanceTransaction {
  const { isAvailableAtOnce } = operation.must('card_behaviours', charge.payment_method);
  const fee = chargeFeeMinor(charge.amount_captured, charge.currency);
  const detail = {
    amount: fee,
    application: null,
    currency: charge.currency,
    description: 'Stripe processing fees',
    type: 'stripe_fee',
  };
  const availableOn = isAvailableAtOnce === true ? operation.now : availableAfterDays(operation, PAYOUT_DELAY_DAYS);
  schedulePlatformPayout(operation, availableOn);
  return createBalanceTransaction(operation, {
    amount: charge.amount_captured,
    currency: charge.currency,
    description: charge.description,
    fee,
    fee_details: [detail],
    source: charge.id,
    type: 'charge',
    availableOn,
  });
}

/** What the account calls itself on statements: alone, or shortened before the suffix of a payment. */
const ACCOUNT_DESCRIPTOR = 'LOGE';
const DESCRIPTOR_LENGTH = 22;

function descriptorOf({
  statement_descriptor: own,
  statement_descriptor_suffix: suffix,
}: Stripe.PaymentIntent): string {
  const whole = own ?? (suffix === null ? ACCOUNT_DESCRIPTOR : `${ACCOUNT_DESCRIPTOR}* ${suffix}`);
  return whole.toUpperCase().slice(0, DESCRIPTOR_LENGTH);
}

function outcomeOf(decline: CardBehaviour['decline']): Stripe.Charge.Outcome {
  const isPaid = decline === undefined;
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: isPaid ? 'approved_by_network' : 'declined_by_network',
    reason: decline?.declineCode ?? null,
    risk_level: 'normal',
    risk_score: 10,
    seller_message: isPaid ? 'Payment complete.' : `The bank returned the decline code \`${decline.declineCode}\`.`,
    type: isPaid ? 'authorized' : 'issuer_declined',
  };
}

function detailsOf({
  paymentIntent,
  paymentMethod,
  isAuthenticated,
  decline,
}: ChargeOptions): Stripe.Charge.PaymentMethodDetails {
  const { card } = paymentMethod;
  if (card === undefined) throw new Error('Only cards are emulated');
  const cvcCheck = decline?.code === 'incorrect_cvc' ? 'fail' : 'pass';
  return {
    type: 'card',
    card: {
      amount_authorized: decline === undefined ? paymentIntent.amount : null,
      authorization_code: null,
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: cvcCheck,
      },
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: isAuthenticated ? AUTHENTICATED : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

const AUTHENTICATED: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  exemption_indicator: null,
  result: 'authenticated',
  result_reason: null,
  transaction_id: null,
  version: '2.2.0',
};
