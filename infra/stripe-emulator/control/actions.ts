/**
 * Acts of banks and people that no request of the API can cause, such as opening and deciding disputes. Each action is
 * one operation, by name.
 */
import type Stripe from 'stripe';
import { z } from 'zod';
import { invalidRequest } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { endDisputed } from '../billing/endings.ts';
import { liftRestriction, restrictAccount, submitOnboarding } from '../connect/accounts.ts';
import { readIban } from '../connect/iban.ts';
import { arrive, failPayout } from '../connect/payouts.ts';
import { endDispute, escalateInquiry, openDispute } from '../payments/disputes.ts';
import { createBalanceTransaction } from '../payments/ledger.ts';
import { accountOf } from '../resources/accounts.ts';
import { chargeOf } from '../resources/charges.ts';
import { disputeOf } from '../resources/disputes.ts';
import { warnOfFraud } from '../resources/early-fraud-warnings.ts';
import { payoutOf } from '../resources/payouts.ts';

interface Action<I extends z.ZodType, O> {
  schema: I;
  run: (operation: Operation, input: z.output<I>) => O;
}

function action<I extends z.ZodType, O>(schema: I, run: (operation: Operation, input: z.output<I>) => O): Action<I, O> {
  return { schema, run };
}

const disputed = z.strictObject({
  charge: z.string().optional(),
  paymentIntent: z.string().optional(),
  reason: z
    .enum(['duplicate', 'fraudulent', 'general', 'product_not_received', 'product_unacceptable', 'unrecognized'])
    .optional(),
  amountMinor: z.int().positive().optional(),
  isInquiry: z.boolean().optional(),
  prevention: z.enum(['resolution', 'block']).optional(),
  endsSubscription: z.boolean().default(false),
});

const GOOD_IBAN = 'FR1420041010050500013M02606';

export const ACTIONS = {
  /**
   * The cardholder's bank withdraws a payment, or inquires about it. Stripe cancels the subscription that it paid for,
   * if the merchant's settings say so.
   */
  open_dispute: action(disputed, (operation, { charge, paymentIntent, endsSubscription, ...wanted }) => {
    const paid = chargeBy(operation, charge, paymentIntent);
    const dispute = openDispute(operation, paid, wanted);
    if (endsSubscription) endDisputed(operation, paid.payment_intent as string | null);
    return dispute;
  }),
  close_dispute: action(
    z.strictObject({ dispute: z.string(), outcome: z.enum(['won', 'lost']) }),
    (operation, { dispute, outcome }) => endDispute(operation, disputeOf(operation, dispute), outcome),
  ),
  /** The issuer of the card reports a payment as fraud. */
  warn_of_fraud: action(z.strictObject({ paymentIntent: z.string() }), (operation, { paymentIntent }) =>
    warnOfFraud(operation, chargeBy(operation, undefined, paymentIntent)),
  ),
  escalate_inquiry: action(z.strictObject({ dispute: z.string() }), (operation, { dispute }) =>
    escalateInquiry(operation, disputeOf(operation, dispute)),
  ),
  /** Something moves the platform's balance that no request causes: a top-up by the bank, a reserve, a tax. */
  move_balance: action(
    z.strictObject({ type: z.string(), amountMinor: z.int(), currency: z.string().default('eur') }),
    (operation, { type, amountMinor, currency }) =>
      createBalanceTransaction(operation, { amount: amountMinor, currency, description: type, source: null, type }),
  ),
  /** A person submits the onboarding page. */
  onboard_account: action(
    z.strictObject({
      account: z.string(),
      name: z.string().default('Ada Lovelace'),
      iban: z.string().default(GOOD_IBAN),
    }),
    (operation, { account, name, iban }) => {
      const bank = readIban(iban);
      if (bank === undefined) throw invalidRequest({ message: `Not an IBAN: ${iban}`, param: 'iban' });
      return submitOnboarding(operation, accountOf(operation, account), { holderName: name, bank });
    },
  ),
  /** Stripe requires more information about an account and disables it until then. */
  restrict_account: action(
    z.strictObject({
      account: z.string(),
      reason: z.enum(['requirements.past_due', 'listed', 'rejected.fraud', 'rejected.other', 'under_review', 'other']),
      due: z.array(z.string()).default([]),
    }),
    (operation, { account, ...restriction }) => restrictAccount(operation, accountOf(operation, account), restriction),
  ),
  lift_restriction: action(z.strictObject({ account: z.string() }), (operation, { account }) =>
    liftRestriction(operation, accountOf(operation, account)),
  ),
  /** A payout arrives early. */
  pay_payout: action(
    z.strictObject({ account: z.string().nullable(), payout: z.string() }),
    (operation, { account, payout }) => {
      const there = operation.of(account);
      return arrive(there, payoutOf(there, payout));
    },
  ),
  /** The bank returns a payout, also after it was paid. */
  fail_payout: action(
    z.strictObject({
      account: z.string().nullable(),
      payout: z.string(),
      code: z.string().default('could_not_process'),
    }),
    (operation, { account, payout, code }) => {
      const there = operation.of(account);
      return failPayout(there, payoutOf(there, payout), code);
    },
  ),
};

export type ActionName = keyof typeof ACTIONS;
export type ActionInput<N extends ActionName> = z.input<(typeof ACTIONS)[N]['schema']>;
export type ActionResult<N extends ActionName> = ReturnType<(typeof ACTIONS)[N]['run']>;

function chargeBy(
  operation: Operation,
  charge: string | undefined,
  paymentIntentId: string | undefined,
): Readonly<Stripe.Charge> {
  if (charge !== undefined) return chargeOf(operation, charge, 'charge');
  const paymentIntent = operation.tx.get('payment_intents', paymentIntentId ?? '');
  if (paymentIntent?.latest_charge) return operation.must('charges', paymentIntent.latest_charge);
  throw invalidRequest({ message: 'Name a charge, or a paymentIntent that has one.' });
}
