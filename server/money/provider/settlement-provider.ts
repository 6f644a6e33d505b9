/**
 * The rest of the port to the payment provider: creators' accounts and transfers to them, disputes, and the provider's own books. Amounts are
 * minor units. As in `payment-provider.ts`, `provider_unavailable` says nothing about whether an order was carried out.
 */
import type { Evidence } from '../payouts/payouts.schema.ts';

export interface ProviderAccount {
  account: string;
  isDetailsSubmitted: boolean;
  isChargesEnabled: boolean;
  isPayoutsEnabled: boolean;
  /** Whether transfers to it are accepted. */
  isTransfersEnabled: boolean;
  /** What is still asked of the creator, in the provider's own names. */
  requirements: string[];
  disabledReason: string | null;
}

export interface TransferOrder {
  /** Our id of the payout, kept by the provider as the reference. */
  payout: string;
  batch: string;
  account: string;
  amountMinor: number;
  currency: string;
  idempotencyKey: string;
}

export interface ProviderTransfer {
  transfer: string;
  /** The idempotency key of the order that it came from. */
  order: string | null;
}

/** A transfer as it stands, with what was taken back of it. */
export interface FoundTransfer {
  transfer: string;
  /** Our id of the payout, where it is one of ours. */
  payout: string | null;
  account: string;
  amountMinor: number;
  currency: string;
  createdAtMs: number;
  reversals: { id: string; amountMinor: number }[];
}

export interface ConnectProvider {
  /** Can be repeated: one creator gets one account. */
  /** Where it pays creators, as ISO 3166-1 codes. */
  readonly countries: ReadonlySet<string>;
  /** Throws `country_not_payable` where it has no accounts. */
  createAccount(creator: { identity: string; name: string; country: string }): Promise<ProviderAccount>;
  fetchAccount(account: string): Promise<ProviderAccount | undefined>;
  /** A page, good for one visit, where the creator says who they are and where the money goes. */
  createOnboardingLink(link: { account: string; returnUrl: string; refreshUrl: string }): Promise<string>;
  /**
   * `key_spent`: see the refund of the payment port. Rejects with `payout_refused` for good, with `provider_unavailable` while the
   * provider's own balance does not cover it yet.
   */
  transfer(order: TransferOrder): Promise<ProviderTransfer | 'key_spent'>;
  /** Every transfer of a batch. */
  listTransfers(batch: string): Promise<ProviderTransfer[]>;
  fetchTransfer(transfer: string): Promise<FoundTransfer | undefined>;
}

export interface ProviderDispute {
  dispute: string;
  payment: string | null;
  amountMinor: number;
  currency: string;
  reason: string;
  status: 'inquiry' | 'open' | 'under_review' | 'won' | 'lost';
  evidenceDueAtMs: number | null;
  openedAtMs: number;
  /** What the bank took or gave back, each once. */
  movements: { id: string; amountMinor: number; feeMinor: number }[];
}

export interface DisputesProvider {
  fetchDispute(dispute: string): Promise<ProviderDispute | undefined>;
  /** Hands the evidence in for good. */
  submitEvidence(dispute: string, evidence: Evidence): Promise<ProviderDispute>;
}

export type MovementKind = 'payment' | 'refund' | 'dispute' | 'transfer' | 'bank_payout' | 'provider_charge' | 'other';

/** A line of the provider's own books. */
export interface ProviderMovement {
  id: string;
  kind: MovementKind;
  /** The provider's own name of the kind, for people. */
  type: string;
  /** The payment, refund, dispute or transfer. */
  source: string | null;
  amountMinor: number;
  feeMinor: number;
  netMinor: number;
  createdAtMs: number;
  /** Our ids, where the provider was given some. */
  checkout: string | null;
}

export interface ProviderBooks {
  /** Movements since a moment; everything when it is 0. */
  listMovements(sinceMs: number): Promise<ProviderMovement[]>;
  /** Movements of one object, such as a payout to the house's bank and its return. */
  listMovementsOf(source: string): Promise<ProviderMovement[]>;
  /** What lies at the provider, available or not yet. */
  fetchBalanceMinor(currency: string): Promise<number>;
}
