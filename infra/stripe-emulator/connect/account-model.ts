/** A connected account as an object, with its derived requirements and capabilities. */
import type Stripe from 'stripe';
import { newId } from '../random.ts';
import type { AccountState } from '../store/records.ts';

export type Account = Readonly<Stripe.Account>;

/** The currency of each country's accounts; others are in the euro area or unsupported. */
const CURRENCIES: Readonly<Record<string, string>> = {
  US: 'usd',
  GB: 'gbp',
  CH: 'chf',
  SE: 'sek',
  DK: 'dkk',
  PL: 'pln',
};
const EURO_AREA = 'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' ');

/** Undefined for a country without accounts. */
export function currencyOfCountry(country: string): string | undefined {
  return EURO_AREA.includes(country) ? 'eur' : CURRENCIES[country];
}

export type Controller = Required<Pick<Stripe.Account.Controller, 'fees' | 'losses' | 'stripe_dashboard'>> & {
  requirement_collection: Stripe.Account.Controller.RequirementCollection;
};

type NewAccount = Pick<Stripe.Account, 'business_profile' | 'business_type' | 'email' | 'metadata' | 'type'> & {
  capabilities: Stripe.Account.Capabilities;
  controller: Controller;
  country: string;
  currency: string;
  payoutInterval: string;
  now: number;
};

export function newAccount(wanted: NewAccount): Stripe.Account {
  const { country, currency, now, payoutInterval, controller, ...rest } = wanted;
  const id = newId('acct', 16);
  const account: Stripe.Account = {
    ...rest,
    id,
    object: 'account',
    charges_enabled: false,
    controller: { type: 'application', is_controller: true, ...controller },
    country,
    created: now,
    default_currency: currency,
    details_submitted: false,
    external_accounts: { object: 'list', data: [], has_more: false, url: `/v1/accounts/${id}/external_accounts` },
    future_requirements: noRequirements(),
    payouts_enabled: false,
    tos_acceptance: { date: null },
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: null, timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      payouts: {
        debit_negative_balances: true,
        schedule: { delay_days: 2, interval: payoutInterval },
        statement_descriptor: null,
      },
    },
  };
  return account;
}

function noRequirements(): Stripe.Account.Requirements {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: [],
    disabled_reason: null,
    errors: [],
    eventually_due: [],
    past_due: [],
    pending_verification: [],
  };
}

/** The requirements of onboarding, by Stripe's names. */
const ONBOARDING_FIELDS = [
  'business_type',
  'external_account',
  'individual.first_name',
  'individual.last_name',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];

/** Updates all fields that are derived from others. */
export function derived(account: Account, { restriction }: AccountState): Stripe.Account {
  const isSubmitted = account.details_submitted;
  const bankAccount = account.external_accounts?.data[0] as Stripe.BankAccount | undefined;
  const isBankAccountGood = bankAccount !== undefined && bankAccount.status !== 'errored';
  const due = isSubmitted ? (isBankAccountGood ? [] : ['external_account']) : ONBOARDING_FIELDS;
  const missing = [...due, ...(restriction?.due ?? [])];
  const isActive = isSubmitted && restriction === undefined;
  const status = isActive ? 'active' : 'inactive';
  const wanted = Object.keys(account.capabilities ?? {});
  const disabledReason = restriction?.reason ?? (isSubmitted ? null : 'requirements.past_due');
  return {
    ...account,
    capabilities: Object.fromEntries(wanted.map((name) => [name, status])),
    charges_enabled: isActive && wanted.includes('card_payments'),
    payouts_enabled: isActive && isBankAccountGood,
    requirements: {
      ...noRequirements(),
      currently_due: missing,
      disabled_reason: disabledReason as Stripe.Account.Requirements.DisabledReason | null,
      eventually_due: missing,
      past_due: missing,
    },
  };
}
