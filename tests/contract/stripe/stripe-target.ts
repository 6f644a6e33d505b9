/**
 * The targets of the contract suites: always the emulator, and Stripe's test mode when `STRIPE_TEST_SECRET_KEY` is set.
 * What only the emulator can do (advance its clock, act as a person) is undefined for the other.
 */

import { StripeEmulator } from '@loge/stripe-emulator';
import Stripe from 'stripe';

export interface Target {
  stripe: Stripe;
  emulator: StripeEmulator | undefined;
  /** An account that can receive payouts, or undefined if none can be onboarded. */
  payableAccount: () => Promise<string | undefined>;
  close: () => Promise<void>;
}

export const SETTLING_TIMEOUT_MS = 30_000;

export const targets: Record<string, () => Promise<Target>> = {
  'the emulator': async () => {
    const emulator = await StripeEmulator.create({ port: 0 });
    const stripe = new Stripe('sk_test_contract', { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
    const payableAccount = async () => {
      const { id } = await stripe.accounts.create(expressParams());
      emulator.act('onboard_account', { account: id });
      return id;
    };
    return { stripe, emulator, payableAccount, close: () => emulator.close() };
  },
};
const testModeKey = process.env.STRIPE_TEST_SECRET_KEY;
if (testModeKey !== undefined && testModeKey !== '') {
  if (!testModeKey.startsWith('sk_test_')) throw new Error('STRIPE_TEST_SECRET_KEY must be a test key.');
  targets['Stripe’s test mode'] = async () => ({
    stripe: new Stripe(testModeKey),
    emulator: undefined,
    payableAccount: async () => process.env.STRIPE_TEST_CONNECTED_ACCOUNT,
    close: async () => {},
  });
}

/** The SDK's error for a refused request. */
export function faultOf(request: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return request.then(
    () => Promise.reject(new Error('The request was not refused')),
    (error) => error,
  );
}

export const cardOnly = { enabled: true, allow_redirects: 'never' } as const;

export function expressParams(): Stripe.AccountCreateParams {
  return {
    country: 'FR',
    controller: {
      fees: { payer: 'application' },
      losses: { payments: 'application' },
      requirement_collection: 'stripe',
      stripe_dashboard: { type: 'express' },
    },
    capabilities: { transfers: { requested: true } },
    settings: { payouts: { schedule: { interval: 'manual' } } },
    metadata: { creator: 'creator_1' },
  };
}
