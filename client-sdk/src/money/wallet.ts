/** A fan's prepaid credit as the room sees it. Money moves on the server; this mirrors the balance and opens the ways to pay. */
import type {
  CardTopup as CardTopupAnswer,
  Refund,
  SavedCard,
  Ticket,
  Tip,
  TipReceipt,
  Wallet as WalletState,
} from '../../../server/protocol/money.ts';
import type { Quote, QuoteInput, Receipt, WaiverInput, WalletHistory } from '../../../server/protocol/pricing.ts';
import type { Connection } from '../connection/connection.ts';
import { LogeError } from '../errors.ts';
import { createKey } from '../random-key.ts';

/** Where a payment page should come back to when the embedder names no place: the page that is open. */
function currentPage(): string | undefined {
  return typeof location === 'object' && location.protocol.startsWith('http') ? location.href.split('#')[0] : undefined;
}

/** A payment page to send the person to. Nothing is charged before they confirm there. */
export interface CheckoutLink {
  checkoutUrl: string;
}

export interface BuyTicketOptions {
  from: 'wallet' | 'card';
  /** Where the payment page comes back to; the page that is open when absent. */
  returnUrl?: string;
  /** Language of the payment page. */
  locale?: 'en' | 'fr';
  /**
   * That the person gave up the right of withdrawal, by the text of `room.quote()`. Without it the ticket is sold all the same, and can be
   * given back until the first live begins.
   */
  waiver?: WaiverInput;
}

export interface CardTopUp {
  amountMinor: number;
  /** Id of a saved card, see `wallet.cards()`. */
  card: string;
  /** The same key never charges twice. Made by the SDK when absent; name your own to survive a reload of the page. */
  idempotencyKey?: string;
  /** Where the bank's page comes back to; the page that is open when absent. */
  returnUrl?: string;
  locale?: 'en' | 'fr';
}

export interface TipRequest {
  /** In the currency's minor unit: 500 is 5.00 EUR. */
  amountMinor: number;
  message?: string;
  menuItem?: string;
  /** The same key never pays twice. Made by the SDK when absent; name your own to survive a reload of the page. */
  idempotencyKey?: string;
}

/**
 * The wallet of the participant. Amounts are integers in the currency's minor unit (ISO 4217).
 *
 * @example
 * ```ts
 * const { checkoutUrl } = await room.wallet.topUp({ amountMinor: 2_000 });
 * location.assign(checkoutUrl);
 * ```
 */
export class Wallet {
  readonly #connection: Connection;
  readonly #onChange: (wallet: WalletState) => void;
  #state: WalletState | null = null;

  /** @internal */
  constructor(connection: Connection, onChange: (wallet: WalletState) => void) {
    this.#connection = connection;
    this.#onChange = onChange;
  }

  /** 0 before the room is connected, and for whoever has no wallet here. */
  get balanceMinor(): number {
    return this.#state?.balanceMinor ?? 0;
  }

  /** How much of the balance the house has given away: it is spent first, and never refunded to a card. */
  get promoMinor(): number {
    return this.#state?.promoMinor ?? 0;
  }

  /** ISO 4217, lower case; null for whoever has no wallet here. */
  get currency(): string | null {
    return this.#state?.currency ?? null;
  }

  /**
   * Opens a payment page that adds credit.
   * @throws {LogeError} `amount_too_small`, `amount_too_large`, `wallet_limit`, `provider_unavailable`.
   */
  async topUp(options: { amountMinor: number; returnUrl?: string; locale?: 'en' | 'fr' }): Promise<CheckoutLink> {
    const { amountMinor, returnUrl = currentPage(), locale } = options;
    const answer = await this.#connection.request('money:topup', {
      amountMinor,
      ...(returnUrl ? { returnUrl } : {}),
      ...(locale ? { locale } : {}),
    });
    if (!('checkoutUrl' in answer)) throw new LogeError('internal', 'A payment page was asked for.');
    return { checkoutUrl: answer.checkoutUrl };
  }

  /**
   * Adds credit by a saved card, without the payment page. `requires_action`: the bank wants to hear from the person at `actionUrl`, and sends
   * them back to `returnUrl`.
   * @throws {LogeError} `card_not_found`, `card_declined`, `idempotency_conflict`, `amount_too_small`, `amount_too_large`, `wallet_limit`,
   * `provider_unavailable`.
   */
  async topUpByCard(options: CardTopUp): Promise<CardTopupAnswer> {
    const { amountMinor, card, idempotencyKey = createKey(), returnUrl = currentPage(), locale } = options;
    const answer = await this.#connection.requestReliably('money:topup', {
      amountMinor,
      card,
      idempotencyKey,
      ...(returnUrl ? { returnUrl } : {}),
      ...(locale ? { locale } : {}),
    });
    if (!('status' in answer)) throw new LogeError('internal', 'A payment by card was asked for.');
    if (answer.status === 'succeeded') this.handleState(answer.wallet);
    return answer;
  }

  /**
   * On the way back from a payment page or the bank: what the provider says of the payment at this moment, by the `session_id` of the address.
   * What is paid is booked at once. Without this call it is booked when the provider tells, a moment later.
   */
  async confirmCheckout(checkoutSession: string): Promise<'open' | 'paid' | 'expired'> {
    return (await this.#connection.request('money:confirmCheckout', { checkoutSession })).status;
  }

  /** The cards that the person has saved on the payment page. */
  async cards(): Promise<SavedCard[]> {
    return (await this.#connection.request('money:cards', {})).cards;
  }

  /**
   * Removes a saved card; answers what is left.
   * @throws {LogeError} `card_not_found`.
   */
  async removeCard(card: string): Promise<SavedCard[]> {
    return (await this.#connection.request('money:removeCard', { card })).cards;
  }

  /**
   * What came in and went out, the newest first; each id has a receipt. While `next` of an answer is not null there is more: give it as `after`.
   * @throws {LogeError} `invalid_request` for an `after` that was never answered.
   */
  history(options: { limit?: number; after?: string } = {}): Promise<WalletHistory> {
    return this.#connection.request('money:history', options);
  }

  /**
   * The receipt of one's own top-up, ticket, tip, refund or promotional credit.
   * @throws {LogeError} `payment_not_found`.
   */
  receipt(payment: string): Promise<Receipt> {
    return this.#connection.request('money:receipt', { payment });
  }

  /** @internal */
  quote(request: QuoteInput): Promise<Quote> {
    return this.#connection.request('money:quote', request);
  }

  /** @internal */
  withdraw(ticket: string): Promise<Refund> {
    return this.#connection.request('money:withdraw', { ticket });
  }

  /** Reads the balance again; it also changes by itself, see `walletChanged`. */
  async refresh(): Promise<WalletState> {
    const state = await this.#connection.request('money:wallet', {});
    this.handleState(state);
    return state;
  }

  /** @internal Buys the ticket of the room; paying by card answers a payment page. */
  async buyTicket(options: BuyTicketOptions): Promise<Ticket | CheckoutLink> {
    const { from, waiver, locale, returnUrl = from === 'card' ? currentPage() : undefined } = options;
    const answer = await this.#connection.request('money:buyTicket', {
      from,
      ...(returnUrl ? { returnUrl } : {}),
      ...(locale ? { locale } : {}),
      ...(waiver ? { waiver } : {}),
    });
    return 'ticket' in answer ? answer.ticket : { checkoutUrl: answer.checkoutUrl };
  }

  /** @internal One key for every attempt, so that a lost answer never makes a second tip. */
  async tip(request: TipRequest): Promise<Tip> {
    const receipt: TipReceipt = await this.#connection.requestReliably('money:tip', {
      ...request,
      idempotencyKey: request.idempotencyKey ?? createKey(),
    });
    this.handleState(receipt.wallet);
    return receipt.tip;
  }

  /** @internal */
  async tipByCard(request: TipRequest & { returnUrl?: string; locale?: 'en' | 'fr' }): Promise<CheckoutLink> {
    const { returnUrl = currentPage(), idempotencyKey = createKey(), ...rest } = request;
    return this.#connection.request('money:tipByCard', {
      ...rest,
      idempotencyKey,
      ...(returnUrl ? { returnUrl } : {}),
    });
  }

  /** @internal The first welcome: this is the balance, nothing has changed. */
  begin(state: WalletState | null): void {
    this.#state = state;
  }

  /** @internal */
  handleState(state: WalletState | null): void {
    const before = this.#state;
    this.#state = state;
    const isSame =
      before?.balanceMinor === state?.balanceMinor &&
      before?.promoMinor === state?.promoMinor &&
      before?.currency === state?.currency;
    if (state && !isSame) this.#onChange(state);
  }
}
