/** The account that the keys belong to. */
import type Stripe from 'stripe';
import { newAccount, noRequirements } from './account-model.ts';

export function platformAccount(): Stripe.Account {
  const account = newAccount({
    business_profile: null,
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    controller: {
      fees: { payer: 'account' },
      losses: { payments: 'stripe' },
      requirement_collection: 'stripe',
      stripe_dashboard: { type: 'full' },
    },
    country: 'FR',
    currency: 'eur',
    email: 'platform@example.com',
    metadata: {},
    now: 0,
    payoutInterval: 'manual',
    type: 'standard',
  });
  return {
    ...account,
    id: 'acct_platform',
    charges_enabled: true,
    controller: { type: 'account' },
    details_submitted: true,
    payouts_enabled: true,
    requirements: noRequirements(),
  };
}
