/**
 * Creators' accounts at the payment provider: created at the first onboarding and completed on the provider's pages. An
 * account is fetched again after each of its events, and periodically, because the list of events does not contain
 * those of connected accounts.
 */
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts';
import type { DueRows } from '../../platform/jobs/due-rows.ts';
import { AppError } from '../../protocol/errors.ts';
import type { CreatorAccount } from '../../protocol/money/payouts.ts';
import { parseReturnUrl } from '../checkout/return-urls.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderAccount } from '../provider/payment-provider.ts';
import { type CreatorAccountRow, CreatorAccountsStore } from './creator-accounts.store.ts';
import { creatorAccounts } from './payouts.schema.ts';

export interface OnboardingRequest {
  creator: { identity: string; name: string; country: string };
  returnUrl?: string | undefined;
}

const NO_ACCOUNT: Omit<ProviderAccount, 'account'> = {
  isDetailsSubmitted: false,
  isChargesEnabled: false,
  isPayoutsEnabled: false,
  isTransfersEnabled: false,
  requirements: [],
  disabledReason: null,
};
/** If many accounts are logged at once, the API key belongs to another platform. */
const GONE_MESSAGE = 'connected account is gone at the provider';
/** Page of our own site to which creators return. */
const RETURN_PATH = '/studio';
/** Many may be due at once, and none of them is urgent. */
const CONCURRENCY = 2;
/**
 * An account that is not payable is fetched again after this fraction of its age: often during onboarding, then less
 * often.
 */
const PART_OF_AGE = 1 / 12;
const CHECK_MIN_MS = 5 * 60_000;
const CHECK_MAX_MS = 6 * HOUR_MS;
/** A payable account is fetched while it has had earnings or payouts within this time. */
const EARNING_MS = 35 * DAY_MS;

export class CreatorAccounts {
  readonly due: DueRows<typeof creatorAccounts>;
  readonly #context: MoneyContext;
  readonly #store: CreatorAccountsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new CreatorAccountsStore(context.db);
    this.due = context.dueRows({
      name: 'creator accounts',
      table: creatorAccounts,
      key: [creatorAccounts.creator],
      concurrency: CONCURRENCY,
      mayRun: context.isLeader,
      attempt: (row) => this.#check(row),
    });
  }

  /** Where the provider pays creators, as ISO 3166-1 codes. */
  get payableCountries(): ReadonlySet<string> {
    return this.#context.provider.connect.countries;
  }

  async startOnboarding({ creator, returnUrl }: OnboardingRequest): Promise<{ onboardingUrl: string }> {
    const { provider } = this.#context;
    const back = parseReturnUrl({ requested: returnUrl, fallback: RETURN_PATH, context: this.#context }).href;
    const known = await this.#store.find(creator.identity);
    // Also stores and tells that an account that is gone is not payable any more, even if no other one can be created.
    const found = known && (await this.#refresh(known));
    const { account } = found ?? (await this.#create(creator, known?.providerAccount));
    const onboardingUrl = await provider.connect.createOnboardingLink({
      account,
      returnUrl: withState(back, 'complete'),
      // The link was used or has expired: the person gets a new one.
      refreshUrl: withState(back, 'refresh'),
    });
    return { onboardingUrl };
  }

  /** `gone`: the account before, which the provider does not know any more. */
  async #create(creator: OnboardingRequest['creator'], gone: string | undefined): Promise<{ account: string }> {
    const made = await this.#context.provider.connect.createAccount({ ...creator, gone });
    const at = this.#context.nowIso();
    const dueAt = this.#context.laterIso(CHECK_MIN_MS);
    const row = await this.#store.keep(creator.identity, made, { at, dueAt, gone });
    if (!row) throw new AppError('internal', 'The account was not stored.');
    const { providerAccount: account } = row;
    if (gone) this.#context.log.error({ creator: creator.identity, account: gone, replacement: account }, GONE_MESSAGE);
    return { account };
  }

  /** The state now, or the last known state if the provider does not answer. */
  async describe(creator: string): Promise<CreatorAccount> {
    const row = await this.#store.find(creator);
    if (!row) return toWire(creator, undefined);
    await this.#refresh(row).catch((error) => {
      if (!(error instanceof AppError) || error.code !== 'provider_unavailable') throw error;
    });
    return toWire(creator, await this.#store.find(creator));
  }

  /** Handles a provider event about an account. */
  async handleAccountChanged(account: string): Promise<void> {
    const row = await this.#store.findByProviderAccount(account);
    // Another application may share the provider's account.
    if (row) await this.#refresh(row);
  }

  /** Fetches an account that is not payable yet, or that has earnings or payouts. */
  async #check(row: CreatorAccountRow): Promise<void> {
    const { currency } = this.#context;
    const mayRest = isPayable(row);
    const isEarning =
      mayRest && (await this.#store.isEarning(row.creator, { currency, since: this.#context.laterIso(-EARNING_MS) }));
    if (mayRest && !isEarning) await this.#store.setNextCheck(row.creator, this.#context.laterIso(CHECK_MAX_MS));
    else await this.#refresh(row);
  }

  async isPayable(creator: string): Promise<boolean> {
    const row = await this.#store.find(creator);
    return row !== undefined && isPayable(row);
  }

  /** Stores the account as the provider knows it now, and returns it; undefined if it is gone. */
  async #refresh(row: CreatorAccountRow): Promise<ProviderAccount | undefined> {
    const { creator, providerAccount } = row;
    const { provider, db, outbox, log } = this.#context;
    const askedAt = await this.#store.readClock();
    const known = await provider.connect.fetchAccount(providerAccount);
    // An account that is gone is like one that was never onboarded: the creator is asked to begin again.
    const found = known ?? { account: providerAccount, ...NO_ACCOUNT };
    const dueAt = this.#context.laterIso(this.#pauseMs(row, found));
    await db.transaction(async (tx) => {
      const before = await this.#store.lock(tx, { creator, account: providerAccount, askedAt });
      // A request that was made later has already stored its answer, or the account was replaced.
      if (!before) return;
      if (!known && before.isDetailsSubmitted) log.error({ creator, account: providerAccount }, GONE_MESSAGE);
      const after = await this.#store.update(tx, { creator, found, askedAt, dueAt });
      const account = toWire(creator, after);
      if (account.status === toWire(creator, before).status) return;
      await this.#context.addFacts(tx, ['creator.account_changed', { account }, { identity: creator }]);
    });
    outbox.wake();
    return known;
  }

  #pauseMs({ createdAt }: CreatorAccountRow, found: ProviderAccount): number {
    if (isPayable(found)) return CHECK_MAX_MS;
    const ageMs = this.#context.clock.now() - Date.parse(createdAt);
    return Math.min(Math.max(ageMs * PART_OF_AGE, CHECK_MIN_MS), CHECK_MAX_MS);
  }
}

/** Transfers to the account are accepted, and paid out to the creator's bank. */
function isPayable(row: Pick<CreatorAccountRow, 'isTransfersEnabled' | 'isPayoutsEnabled'>): boolean {
  return row.isTransfersEnabled && row.isPayoutsEnabled;
}

function toWire(creator: string, row: CreatorAccountRow | undefined): CreatorAccount {
  return {
    creator,
    status: statusOf(row),
    chargesEnabled: row?.isChargesEnabled ?? false,
    payoutsEnabled: row?.isPayoutsEnabled ?? false,
    transfersEnabled: row?.isTransfersEnabled ?? false,
    detailsSubmitted: row?.isDetailsSubmitted ?? false,
    requirements: row?.requirements ?? [],
    disabledReason: row?.disabledReason ?? null,
  };
}

function statusOf(row: CreatorAccountRow | undefined): CreatorAccount['status'] {
  if (!row) return 'none';
  if (isPayable(row)) return 'enabled';
  return row.isDetailsSubmitted && row.disabledReason !== null ? 'restricted' : 'pending';
}

function withState(url: string, state: 'complete' | 'refresh'): string {
  const address = new URL(url);
  address.searchParams.set('onboarding', state);
  return address.href;
}
