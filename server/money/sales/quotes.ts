/**
 * The receipt before the payment: how a ticket, a tip or minutes of a private session would be split on the current
 * terms. Writes no entries.
 */
import { AppError, assertWithin } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { cardMinimumMinor } from '../../protocol/money/card-minimum.ts';
import type { PriceParts, PriceQuote, QuoteInput } from '../../protocol/money/pricing.ts';
import type { Room } from '../../protocol/rooms.ts';
import { assertAmount, type Split, splitSale } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import { type Tickets, ticketPriceOf } from './tickets.ts';
import { currentWaiver } from './waiver-texts.ts';

/** Cost of a card payment: a share and a fixed part, from Stripe's list price for European cards. */
const CARD_FEE = { bps: 150, fixedMinor: 25 };
/** One top-up pays for many purchases: each bears its share of the fee of a usual top-up. */
const USUAL_TOPUP_MINOR = 2_000;
const BPS = 10_000;

export interface QuoteRequest extends Omit<QuoteInput, 'locale' | 'tier'> {
  room: Room;
  identity: string;
  tier?: string | undefined;
  locale?: string | undefined;
}

export class Quotes {
  readonly #context: MoneyContext;
  readonly #tickets: Pick<Tickets, 'countLeft'>;

  constructor(context: MoneyContext, tickets: Pick<Tickets, 'countLeft'>) {
    this.#context = context;
    this.#tickets = tickets;
  }

  async quote(request: QuoteRequest): Promise<PriceQuote> {
    const { room, identity, kind, locale } = request;
    const { pricing, currency, walletMode } = this.#context;
    const isPrivate = kind === 'private_session';
    if (isPrivate && walletMode === 'off') throw new AppError('wallet_off');
    // Private minutes are paid from the wallet only.
    const isByCard = walletMode === 'off' || kind === 'membership';
    const from = isByCard ? 'card' : isPrivate ? 'wallet' : (request.from ?? 'wallet');
    const grossMinor = kind === 'membership' ? await this.#priceOfTier(request) : this.#grossOf(request, from);
    const creator = room.creator.identity;
    const terms = await pricing.findTerms({ creator, buyer: identity, from });
    const split = splitSale(grossMinor, terms);
    const association = terms.association ? await pricing.getAssociation(terms.association) : undefined;
    return {
      kind,
      from,
      grossMinor,
      currency,
      parts: partsOf(split, estimateFee(grossMinor, from)),
      vat: {
        rateBps: terms.vatBps,
        country: terms.country,
        amountMinor: split.vatMinor,
        isEstimate: !pricing.isCountryKnown(terms),
      },
      association: association
        ? { id: association.id, name: association.name, url: association.url, shareBps: terms.charityBps }
        : null,
      feePolicy: terms.id,
      waiver: kind === 'ticket' || kind === 'membership' ? currentWaiver(locale === 'fr' ? 'fr' : 'en', kind) : null,
      ticketsLeft: kind === 'ticket' ? ((await this.#tickets.countLeft(room, [identity]))?.[0] ?? null) : null,
    };
  }

  /** Members pay by card, whatever becomes of the room. */
  async #priceOfTier({ room, tier }: QuoteRequest): Promise<number> {
    const { clubs } = this.#context.rooms;
    if (tier === undefined) throw new AppError('tier_not_found');
    return (await clubs.getTierOf(room.creator.identity, tier)).priceMinor;
  }

  #grossOf({ room, kind, amountMinor, minutes = 1 }: QuoteRequest, from: PriceQuote['from']): number {
    if (room.status === 'ended') throw new AppError('room_ended');
    if (kind === 'ticket') return ticketPriceOf(room);
    if (kind === 'private_session') {
      const { kind: rule, ratePerMinuteMinor } = room.access;
      if (rule !== 'private' || ratePerMinuteMinor === undefined) throw new AppError('private_not_offered');
      const grossMinor = ratePerMinuteMinor * minutes;
      assertAmount(grossMinor);
      return grossMinor;
    }
    if (amountMinor === undefined) throw new AppError('amount_invalid', 'The amountMinor of the tip is missing.');
    assertAmount(amountMinor);
    const minMinor =
      from === 'card' ? cardMinimumMinor(this.#context.currency, LIMITS.directTipMinMinor) : LIMITS.tipMinMinor;
    assertWithin(amountMinor, { minMinor, maxMinor: LIMITS.tipMaxMinor });
    return amountMinor;
  }
}

function estimateFee(grossMinor: number, from: 'wallet' | 'card'): number {
  const fixedMinor = from === 'card' ? CARD_FEE.fixedMinor : (CARD_FEE.fixedMinor * grossMinor) / USUAL_TOPUP_MINOR;
  return Math.round((grossMinor * CARD_FEE.bps) / BPS + fixedMinor);
}

/**
 * The house bears the provider's fee: the estimate is deducted from the platform's part, and the five parts still sum
 * to the gross.
 */
function partsOf(split: Split, processorMinor: number): PriceParts {
  return {
    creatorMinor: split.creatorMinor,
    associationMinor: split.charityMinor,
    processorMinor,
    platformMinor: split.commissionMinor - processorMinor,
    vatMinor: split.vatMinor,
  };
}
