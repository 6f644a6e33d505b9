/** `/v1/accounts` and `/v1/account_links`: connected accounts and links to their onboarding. */
import type Stripe from 'stripe';
import { accountInvalid, invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route, route } from '../api/route.ts';
import { type Account, type Controller, currencyOfCountry, newAccount } from '../connect/account-model.ts';
import { saveAccount } from '../connect/accounts.ts';
import { platformAccount } from '../connect/platform-account.ts';
import { randomText } from '../random.ts';

type Profile = Pick<Stripe.AccountCreateParams.BusinessProfile, 'name' | 'product_description' | 'url'>;

const LINK_LIFETIME_SECONDS = 5 * 60;

export const accountRoutes: readonly Route[] = [
  route<Stripe.AccountCreateParams>('POST', '/v1/accounts', 'AccountCreateParams', create),
  route<Stripe.AccountListParams>('GET', '/v1/accounts', 'AccountListParams', ({ tx }, page) =>
    paginate(
      { url: '/v1/accounts', noun: 'account', newestFirst: tx.newestFirst('accounts') as Iterable<ListedAccount> },
      page,
    ),
  ),
  accountRoute('GET', '/v1/account', 'AccountRetrieveCurrentParams', (operation) =>
    operation.account === null ? platformAccount() : accountOf(operation, operation.account),
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
  const { type, controller, capabilities, settings } = parameters;
  if (type !== undefined && controller !== undefined) {
    const message = 'You may only specify one of these parameters: type, controller.';
    throw invalidParameter({ param: 'controller', message });
  }
  const country = parameters.country ?? 'FR';
  const currency = currencyOfCountry(country);
  if (currency === undefined) throw notEmulated(`An account in ${country}`, 'country');
  const account = newAccount({
    business_profile: profileOf(null, parameters.business_profile),
    business_type: null,
    capabilities: requested({}, capabilities),
    controller: type === undefined ? controllerOf(controller) : controllerOfType(type),
    country,
    currency,
    email: parameters.email ?? null,
    metadata: mergeMetadata(null, parameters.metadata),
    now: operation.now,
    payoutInterval: intervalOf(settings?.payouts?.schedule?.interval) ?? 'daily',
    type: type ?? 'none',
  });
  return saveAccount(operation, account);
}

function update(operation: Operation, parameters: Stripe.AccountUpdateParams, id: string): Stripe.Account {
  const account = accountOf(operation, id);
  const { business_profile: profile, capabilities, email, metadata, settings } = parameters;
  const updated: Stripe.Account = { ...account, metadata: mergeMetadata(account.metadata ?? null, metadata) };
  if (profile !== undefined) updated.business_profile = profileOf(account.business_profile ?? null, profile);
  if (capabilities !== undefined) updated.capabilities = requested(account.capabilities ?? {}, capabilities);
  if (email !== undefined) updated.email = email;
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

/** The controller that `type: express` means: Stripe collects requirements, the platform bears fees and losses. */
function controllerOfType(type: Stripe.AccountCreateParams.Type): Controller {
  if (type !== 'express') throw notEmulated(`An account of type ${type}`, 'type');
  return {
    fees: { payer: 'application_express' },
    losses: { payments: 'application' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'express' },
  };
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

function requested(
  before: Stripe.Account.Capabilities,
  wanted: Stripe.AccountCreateParams.Capabilities | undefined,
): Stripe.Account.Capabilities {
  const capabilities: Stripe.Account.Capabilities = { ...before };
  for (const name of CAPABILITIES) {
    const isWanted = wanted?.[name]?.requested;
    if (isWanted === true) capabilities[name] = before[name] ?? 'inactive';
    if (isWanted === false) delete capabilities[name];
  }
  return capabilities;
}

function intervalOf(interval: string | undefined): string | undefined {
  if (interval === undefined || interval === 'daily' || interval === 'manual') return interval;
  throw notEmulated(`A payout schedule of ${interval}`, 'settings[payouts][schedule][interval]');
}

function profileOf(
  before: Stripe.Account.BusinessProfile | null,
  given: Profile | undefined,
): Stripe.Account.BusinessProfile {
  return {
    annual_revenue: null,
    estimated_worker_count: null,
    mcc: null,
    minority_owned_business_designation: null,
    name: null,
    product_description: null,
    specified_commercial_transactions_act_url: null,
    support_address: null,
    support_email: null,
    support_phone: null,
    support_url: null,
    url: null,
    ...before,
    ...given,
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
