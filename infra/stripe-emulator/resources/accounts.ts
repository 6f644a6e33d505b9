/** `/v1/accounts` and `/v1/account_links`: connected accounts and links to their onboarding. */
import type Stripe from 'stripe';
import { accountInvalid, invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route, route } from '../api/route.ts';
import { type Account, type Controller, currencyOfCountry, newAccount } from '../connect/account-model.ts';
import { saveAccount } from '../connect/accounts.ts';
import { randomText } from '../random.ts';

const LINK_LIFETIME_SECONDS = 5 * 60;

export const accountRoutes: readonly Route[] = [
  route<Stripe.AccountCreateParams>('POST', '/v1/accounts', 'AccountCreateParams', create),
  route<Stripe.AccountListParams>('GET', '/v1/accounts', 'AccountListParams', ({ tx }, page) =>
    paginate(
      { url: '/v1/accounts', noun: 'account', newestFirst: tx.newestFirst('accounts') as Iterable<ListedAccount> },
      page,
    ),
  ),
  accountRoute('GET', '/v1/accounts/:id', 'AccountRetrieveParams', (operation, _parameters, id) =>
    accountOf(operation, id),
  ),
  route<Stripe.AccountUpdateParams>('POST', '/v1/accounts/:id', 'AccountUpdateParams', update),
  route('DELETE', '/v1/accounts/:id', 'AccountDeleteParams', remove),
  route<Stripe.AccountLinkCreateParams>('POST', '/v1/account_links', 'AccountLinkCreateParams', createLink),
];

type ListedAccount = Stripe.Account & { created: number };

export function accountOf(operation: Operation, id: string, param?: string): Account {
  const account = operation.tx.get('accounts', id);
  if (account === undefined) throw param === undefined ? accountInvalid(id) : noSuch('account', id, param);
  return account;
}

function create(operation: Operation, parameters: Stripe.AccountCreateParams): Stripe.Account {
  const { controller, capabilities, settings } = parameters;
  const country = parameters.country ?? 'FR';
  const currency = currencyOfCountry(country);
  if (currency === undefined) throw notEmulated(`An account in ${country}`, 'country');
  const account = newAccount({
    business_profile: profileOf(parameters.business_profile),
    business_type: null,
    capabilities: requested(capabilities),
    controller: controllerOf(controller),
    country,
    currency,
    email: null,
    metadata: mergeMetadata(null, parameters.metadata),
    now: operation.now,
    payoutInterval: intervalOf(settings?.payouts?.schedule?.interval) ?? 'daily',
    type: 'none',
  });
  return saveAccount(operation, account);
}

function update(operation: Operation, parameters: Stripe.AccountUpdateParams, id: string): Stripe.Account {
  const account = accountOf(operation, id);
  const { metadata, settings } = parameters;
  const updated: Stripe.Account = { ...account, metadata: mergeMetadata(account.metadata ?? null, metadata) };
  const payouts = settings?.payouts;
  if (payouts !== undefined && account.settings?.payouts) {
    const before = account.settings.payouts;
    const interval = intervalOf(payouts.schedule?.interval) ?? before.schedule.interval;
    updated.settings = { ...account.settings, payouts: { ...before, schedule: { ...before.schedule, interval } } };
  }
  return saveAccount(operation, updated);
}

function remove(operation: Operation, _parameters: object, id: string): Stripe.DeletedAccount {
  const account = accountOf(operation, id);
  const balances = [...operation.of(account.id).tx.newestFirst('balances')];
  if (balances.some(({ totalMinor }) => totalMinor !== 0)) {
    throw invalidRequest({ message: 'An account can only be deleted once all balances are zero.' });
  }
  operation.tx.remove('accounts', id);
  return { id, object: 'account', deleted: true };
}

function controllerOf(given: Stripe.AccountCreateParams.Controller | undefined): Controller {
  const controller: Controller = {
    fees: { payer: given?.fees?.payer ?? 'account' },
    losses: { payments: given?.losses?.payments ?? 'stripe' },
    requirement_collection: given?.requirement_collection ?? 'stripe',
    stripe_dashboard: { type: given?.stripe_dashboard?.type ?? 'full' },
  };
  const { requirement_collection: collection } = controller;
  if (collection !== 'stripe')
    throw notEmulated(`Collection by the ${collection}`, 'controller[requirement_collection]');
  return controller;
}

const CAPABILITIES = ['card_payments', 'transfers'] as const;

function requested(wanted: Stripe.AccountCreateParams.Capabilities | undefined): Stripe.Account.Capabilities {
  const names = CAPABILITIES.filter((name) => wanted?.[name]?.requested === true);
  return Object.fromEntries(names.map((name) => [name, 'inactive']));
}

function intervalOf(interval: string | undefined): string | undefined {
  if (interval === undefined || interval === 'daily' || interval === 'manual') return interval;
  throw notEmulated(`A payout schedule of ${interval}`, 'settings[payouts][schedule][interval]');
}

function profileOf(given: Stripe.AccountCreateParams.BusinessProfile | undefined): Stripe.Account.BusinessProfile {
  return {
    annual_revenue: null,
    estimated_worker_count: null,
    mcc: null,
    minority_owned_business_designation: null,
    product_description: null,
    specified_commercial_transactions_act_url: null,
    support_address: null,
    support_email: null,
    support_phone: null,
    support_url: null,
    url: null,
    name: given?.name ?? null,
  };
}

function createLink(operation: Operation, parameters: Stripe.AccountLinkCreateParams): Stripe.AccountLink {
  const { type, refresh_url: refreshUrl, return_url: returnUrl } = parameters;
  const account = accountOf(operation, parameters.account, 'account');
  if (type !== 'account_onboarding') throw notEmulated(`An account link of type ${type}`, 'type');
  for (const [param, url] of [
    ['refresh_url', refreshUrl],
    ['return_url', returnUrl],
  ] as const) {
    if (url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) continue;
    throw invalidParameter({ code: 'url_invalid', param, message: `Not a valid URL: ${url}` });
  }
  const token = randomText(32);
  const expiresAt = operation.now + LINK_LIFETIME_SECONDS;
  operation.tx.put('account_links', token, {
    account: account.id,
    expiresAt,
    isOpened: false,
    refreshUrl: String(refreshUrl),
    returnUrl: String(returnUrl),
  });
  return { object: 'account_link', created: operation.now, expires_at: expiresAt, url: `/c/onboarding/${token}` };
}
