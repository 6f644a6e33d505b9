/** The billing portal: cancel a subscription and resume it, pay an open invoice, change the card. */
import type Stripe from 'stripe';
import type { Operation } from '../api/operation.ts';
import type { CardForm } from '../checkout/card-form.ts';
import { createPaymentMethod } from '../payments/payment-methods.ts';
import { confirmSetupIntent, createSetupIntent, type SetUp } from '../payments/setup-intents.ts';
import type { Reader } from '../store/reader.ts';
import { endingLater, endingOf, goingOn } from './endings.ts';
import type { Invoice } from './invoice-model.ts';
import { saveSubscription } from './standing.ts';
import { isEnding, isOver, type Subscription } from './subscription-model.ts';

export function liveSubscriptionsOf(reader: Reader, customer: string): Subscription[] {
  return [...reader.newestFirst('subscriptions', { customer })].filter((subscription) => !isOver(subscription));
}

export function openInvoicesOf(reader: Reader, customer: string): Invoice[] {
  return [...reader.newestFirst('invoices', { customer })].filter(({ status }) => status === 'open');
}

/** The card of the newest subscription, such as one from Checkout; otherwise the customer's default. */
export function cardOf(reader: Reader, customer: string): Readonly<Stripe.PaymentMethod> | undefined {
  const [subscription] = liveSubscriptionsOf(reader, customer);
  const id =
    subscription?.default_payment_method ??
    reader.get('customers', customer)?.invoice_settings.default_payment_method ??
    '';
  const card = reader.get('payment_methods', id as string);
  return card?.customer === customer ? card : undefined;
}

export function setEnding(operation: Operation, subscription: Subscription, ends: boolean): void {
  if (isEnding(subscription) === ends) return;
  const updated = ends ? endingLater(operation, subscription, { isAtPeriodEnd: false }) : goingOn(subscription);
  saveSubscription(operation, updated, endingOf(subscription));
}

/** The bank may ask the holder to authenticate; the card is attached to the customer after that. */
export function saveCard(operation: Operation, customer: string, form: CardForm, returnUrl: string): SetUp {
  const { email } = operation.must('customers', customer);
  const paymentMethod = createPaymentMethod(
    operation,
    { ...form, email: form.email ?? email },
    { allow_redisplay: 'always' },
  );
  const setupIntent = createSetupIntent(operation, customer);
  const result = confirmSetupIntent(operation, setupIntent, paymentMethod, returnUrl);
  if (result.outcome === 'succeeded') useCard(operation, customer, paymentMethod.id);
  return result;
}

/** Sets the customer's default card, and that of each subscription. */
export function useCard(operation: Operation, customerId: string, paymentMethod: string): void {
  const customer = operation.must('customers', customerId);
  const { invoice_settings: before } = customer;
  if (before.default_payment_method !== paymentMethod) {
    const updated: Stripe.Customer = {
      ...customer,
      invoice_settings: { ...before, default_payment_method: paymentMethod },
    };
    operation.tx.put('customers', customerId, updated);
    operation.emit('customer.updated', { object: updated, previous: { invoice_settings: before } });
  }
  for (const subscription of liveSubscriptionsOf(operation.tx, customerId)) {
    const { default_payment_method } = subscription;
    if (default_payment_method === paymentMethod) continue;
    saveSubscription(operation, { ...subscription, default_payment_method: paymentMethod }, { default_payment_method });
  }
}
