/** Creators' accounts at Stripe, and separate transfers to them. */
import Stripe from 'stripe';
import { AppError } from '../../protocol/errors.ts';
import type {
  ConnectProvider,
  FoundTransfer,
  ProviderAccount,
  ProviderTransfer,
  TransferOrder,
} from './payment-provider.ts';
import { isKeySpent, keyForAWhile, type StripeCall } from './stripe-call.ts';

const PAGE_ITEMS = 100;
/** Limit of payouts in a batch. */
const TRANSFERS_MAX = 10_000;

/**
 * Countries to which a platform in the EEA, the United Kingdom, Switzerland, Canada or the United States may pay: the
 * regions of "Cross-border payouts" that "Create separate charges and transfers" also lists, both at
 * docs.stripe.com/connect. Iceland is in the EEA, but not in the second list.
 */
const COUNTRIES = new Set(
  'AT BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK US'.split(' '),
);

export class StripeConnect implements ConnectProvider {
  readonly countries: ReadonlySet<string> = COUNTRIES;
  readonly #stripe: Stripe;
  readonly #call: StripeCall;

  constructor(stripe: Stripe, call: StripeCall) {
    this.#stripe = stripe;
    this.#call = call;
  }

  async createAccount(creator: Parameters<ConnectProvider['createAccount']>[0]): Promise<ProviderAccount> {
    const { identity, country, gone = '' } = creator;
    const account = await this.#call('create account', () =>
      this.#stripe.accounts.create(
        {
          country,
          // The platform is the seller, pays the fees and bears the losses; Stripe collects what the law requires of
          // the creator.
          controller: {
            fees: { payer: 'application' },
            losses: { payments: 'application' },
            requirement_collection: 'stripe',
            stripe_dashboard: { type: 'express' },
          },
          capabilities: { transfers: { requested: true } },
          business_profile: { name: creator.name },
          metadata: { creator: identity },
        },
        { idempotencyKey: keyForAWhile(`account:${identity}:${country}:${gone}`) },
      ),
    ).catch(refuseCountry);
    return toAccount(account);
  }

  async fetchAccount(account: string): Promise<ProviderAccount | undefined> {
    return this.#call('fetch account', async () => toAccount(await this.#stripe.accounts.retrieve(account)), {
      whenMissing: 'id',
    });
  }

  async createOnboardingLink(link: { account: string; returnUrl: string; refreshUrl: string }): Promise<string> {
    const made = await this.#call('create onboarding link', () =>
      this.#stripe.accountLinks.create({
        account: link.account,
        type: 'account_onboarding',
        return_url: link.returnUrl,
        refresh_url: link.refreshUrl,
      }),
    );
    return made.url;
  }

  async transfer(order: TransferOrder): Promise<ProviderTransfer | 'key_spent'> {
    try {
      const made = await this.#call('transfer', () =>
        this.#stripe.transfers.create(
          {
            amount: order.amountMinor,
            currency: order.currency,
            destination: order.account,
            transfer_group: order.batch,
            metadata: { payout: order.payout, order: order.idempotencyKey },
          },
          { idempotencyKey: order.idempotencyKey },
        ),
      );
      return toTransfer(made);
    } catch (error) {
      if (isKeySpent(error)) return 'key_spent';
      const cause = error instanceof AppError ? error.cause : undefined;
      if (!(cause instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      throw new AppError('payout_refused', cause.message, { cause });
    }
  }

  async listTransfers(batch: string): Promise<ProviderTransfer[]> {
    const list = await this.#call('list transfers', () =>
      this.#stripe.transfers
        .list({ transfer_group: batch, limit: PAGE_ITEMS })
        .autoPagingToArray({ limit: TRANSFERS_MAX }),
    );
    return list.map(toTransfer);
  }

  async fetchTransfer(transfer: string): Promise<FoundTransfer | undefined> {
    return this.#call(
      'fetch transfer',
      async () => {
        const found = await this.#stripe.transfers.retrieve(transfer);
        const { reversals } = found;
        // The transfer itself contains only the newest reversals.
        const all = reversals.has_more
          ? await this.#stripe.transfers
              .listReversals(transfer, { limit: PAGE_ITEMS })
              .autoPagingToArray({ limit: TRANSFERS_MAX })
          : reversals.data;
        return {
          transfer: found.id,
          payout: found.metadata?.payout ?? null,
          account: typeof found.destination === 'string' ? found.destination : (found.destination?.id ?? ''),
          amountMinor: found.amount,
          currency: found.currency,
          createdAtMs: found.created * 1000,
          reversals: all.map(({ id, amount }) => ({ id, amountMinor: amount })),
        };
      },
      { whenMissing: 'id' },
    );
  }
}

function toAccount(account: Stripe.Account): ProviderAccount {
  const { requirements } = account;
  const asked = [...(requirements?.past_due ?? []), ...(requirements?.currently_due ?? [])];
  return {
    account: account.id,
    isDetailsSubmitted: account.details_submitted ?? false,
    isChargesEnabled: account.charges_enabled ?? false,
    isPayoutsEnabled: account.payouts_enabled ?? false,
    isTransfersEnabled: account.capabilities?.transfers === 'active',
    requirements: [...new Set(asked)],
    disabledReason: requirements?.disabled_reason ?? null,
  };
}

function toTransfer(transfer: Stripe.Transfer): ProviderTransfer {
  return { transfer: transfer.id, order: transfer.metadata?.order ?? null, createdAtMs: transfer.created * 1000 };
}

/** The list above is from Stripe's documentation; Stripe's answer counts. */
function refuseCountry(error: unknown): never {
  const cause = error instanceof AppError ? error.cause : error;
  const isCountry = cause instanceof Stripe.errors.StripeInvalidRequestError && cause.param === 'country';
  throw isCountry ? new AppError('country_not_payable', undefined, { cause }) : error;
}
