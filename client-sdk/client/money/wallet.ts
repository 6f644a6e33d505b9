/**
 * The client side of wallet, tickets and tips: mirrors the balance and sends payment requests. The server moves the
 * money.
 */
import type {
  CardTopup as CardTopupAnswer,
  SavedCard,
  Ticket,
  Tip,
  Wallet as WalletState,
} from '../../../server/protocol/money/money.ts';
import type {
  Quote,
  QuoteInput,
  Receipt,
  WaiverInput,
  WalletHistory,
  Withdrawal,
} from '../../../server/protocol/money/pricing.ts';
import type { Connection } from '../connection/connection.ts';
import { LogeError } from '../errors.ts';
import { createKey } from '../random-key.ts';

/** Default return URL of payment pages: the current page. */
export function currentPage(): string | undefined {
  return typeof location === 'object' && location.protocol.startsWith('http') ? location.href.split('#')[0] : undefined;
}

/** A payment page. Nothing is charged before the person confirms there. */
export interface CheckoutLink {
  checkoutUrl: string;
}

export interface BuyTicketOptions {
  from: 'wallet' | 'card';
  /** Return URL of the payment page. Default: the current page. */
  returnUrl?: string;
  /** Language of the payment page. */
  locale?: 'en' | 'fr';
  /**
   * The person's waiver of the right of withdrawal, with the text of `room.quote()`. Without it, the ticket can be
   * returned until a live begins after the purchase.
   */
  waiver?: WaiverInput;
}

export interface CardTopUp {
  amountMinor: number;
  /** Id of a saved card, see `wallet.cards()`. */
  card: string;
  /** The same key never charges twice. Default: a new key; pass your own to survive a reload of the page. */
  idempotencyKey?: string;
  /** Return URL of the bank's page. Default: the current page. */
  returnUrl?: string;
  locale?: 'en' | 'fr';
}

export interface TipRequest {
  /** In the currency's minor unit: 500 is 5.00 EUR. */
  amountMinor: number;
  message?: string;
  menuItem?: string;
  /** Neither the creator nor anybody else is shown who gave it; default false. */
  anonymous?: boolean;
  /** The same key never pays twice. Default: a new key; pass your own to survive a reload of the page. */
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
  /** @internal */
  constructor(connection: Connection, onChange: (wallet: WalletState) => void) {
    this.#connection = connection;
    this.#onChange = onChange;
  }

  /** 0 before the room is connected, and without a wallet. */
  get balanceMinor(): number {
    return this.#state?.balanceMinor ?? 0;
  }

  /** Promotional part of the balance: it is spent first, and never refunded to a card. */
  get promoMinor(): number {
    return this.#state?.promoMinor ?? 0;
  }

  /** ISO 4217, lower case; null without a wallet. */
  get currency(): string | null {
    return this.#state?.currency ?? null;
  }

  /**
   * Opens a payment page for a top-up.
   * @throws {LogeError} `amount_too_small`, `amount_too_large`, `wallet_limit`, `provider_unavailable`.
   */
  async topUp(options: { amountMinor: number; returnUrl?: string; locale?: 'en' | 'fr' }): Promise<CheckoutLink> {
    const { amountMinor, returnUrl = currentPage(), locale } = options;
    const answer = await this.#connection.request('money:topup', {
      amountMinor,
      ...(returnUrl ? { returnUrl } : {}),
      ...(locale ? { locale } : {}),
    });
    if (!('checkoutUrl' in answer)) throw new LogeError('internal', 'Expected a payment page for the top-up.');
    return { checkoutUrl: answer.checkoutUrl };
  }

  /**
   * Tops up from a saved card, without a payment page. With `requires_action`, the person must confirm on the bank's
   * page at `actionUrl`, which redirects to `returnUrl`.
   * @throws {LogeError} `card_not_found`, `card_declined`, `idempotency_conflict`, `amount_too_small`,
   * `amount_too_large`, `wallet_limit`, `provider_unavailable`.
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
    if (!('status' in answer)) throw new LogeError('internal', 'Expected a card payment for the top-up.');
    if (answer.status === 'succeeded') this.handleState(answer.wallet);
    return answer;
  }

  /**
   * After the return from a payment page or the bank: asks the provider for the payment's status by the `session_id` of
   * the URL, and books a paid one at once. Otherwise it is booked on the provider's webhook shortly after. `returned`:
   * it was paid and bought nothing, such as a ticket of a room that has ended, and the money goes back.
   */
  async confirmCheckout(checkoutSession: string): Promise<'open' | 'paid' | 'returned' | 'expired'> {
    return (await this.#connection.request('money:confirmCheckout', { checkoutSession })).status;
  }

  /** The person's saved cards. */
  async cards(): Promise<SavedCard[]> {
    return (await this.#connection.request('money:cards', {})).cards;
  }

  /**
   * Removes a saved card; returns the remaining ones.
   * @throws {LogeError} `card_not_found`.
   */
  async removeCard(card: string): Promise<SavedCard[]> {
    return (await this.#connection.request('money:removeCard', { card })).cards;
  }

  /**
   * The wallet's transactions, the newest first; each id has a receipt. Pass `next` as `after` for the following page;
   * it is null on the last one.
   * @throws {LogeError} `cursor_invalid` for an `after` that is none.
   */
  history(options: { limit?: number; after?: string } = {}): Promise<WalletHistory> {
    return this.#connection.request('money:history', options);
  }

  /**
   * The receipt of a top-up, ticket, tip, refund or promotional credit of one's own.
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
  withdraw(item: string): Promise<Withdrawal> {
    return this.#connection.request('money:withdraw', { item });
  }

  /** Fetches the balance; changes also arrive as `walletChanged`. */
  async refresh(): Promise<WalletState> {
    const state = await this.#connection.request('money:wallet', {});
    this.handleState(state);
    return state;
  }

  /** @internal */
  async buyTicket(options: BuyTicketOptions & { priceMinor?: number | undefined }): Promise<Ticket | CheckoutLink> {
    const { from, waiver, locale, priceMinor, returnUrl = from === 'card' ? currentPage() : undefined } = options;
    return this.#connection.request('money:buyTicket', {
      from,
      priceMinor,
      ...(returnUrl ? { returnUrl } : {}),
      ...(locale ? { locale } : {}),
      ...(waiver ? { waiver } : {}),
    });
  }

  /** @internal Retries with the same key, so that a lost answer never causes a second tip. */
  async tip(request: TipRequest): Promise<Tip> {
    const { wallet, ...tip } = await this.#connection.requestReliably('money:tip', {
      ...request,
      idempotencyKey: request.idempotencyKey ?? createKey(),
    });
    this.handleState(wallet);
    return tip;
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

  /** @internal The first welcome: sets the balance without an event. */
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
