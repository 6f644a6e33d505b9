/** `/c/pay/:session`: pays, subscribes, or saves a card. The payment itself is in `payment.ts`. */
import type Stripe from 'stripe';
import { NO_REQUEST, type World } from '../api/operation.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { type FormObject, parseForm } from '../http/form.ts';
import { pageAnswer, redirectAnswer, textOf } from '../http/pages.ts';
import type { Reader } from '../store/reader.ts';
import { readCardForm } from './card-form.ts';
import { noticePage } from './document.ts';
import type { Page, Session } from './page.ts';
import { type Payment, type PaymentSource, paySession } from './payment.ts';
import { type Language, languageOf, textsOf } from './texts.ts';
import { type PayView, payPage } from './views.ts';

const SHOWN_MAX = 10;
const FILTERS_DEFAULT: readonly string[] = ['always'];

export class PayPage implements Page {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  handle(request: HttpRequest, id: string): HttpAnswer {
    const session = this.#world.store.get('checkout_sessions', id);
    const language = languageOf(session?.locale ?? null, request.headers['accept-language']);
    if (session === undefined) return pageAnswer(404, noticePage({ language, ...textsOf(language).notFound }));
    const closed = this.#closedAnswer(request, session, language);
    if (closed !== undefined) return closed;
    if (request.method === 'GET') {
      const isReturned = request.query === 'authentication=failed';
      return this.#payAnswer(200, session, language, {
        alert: isReturned ? textsOf(language).authenticationFailed : undefined,
      });
    }
    return this.#handlePayment(parseForm(request.body), session, language);
  }

  /** Already paid or expired: shows that, without an action. */
  #closedAnswer(request: HttpRequest, session: Session, language: Language): HttpAnswer | undefined {
    const texts = textsOf(language);
    if (session.status === 'complete') {
      const href = successUrlOf(session);
      if (request.method === 'POST') return redirectAnswer(href);
      return pageAnswer(200, noticePage({ language, ...texts.paid, link: { href, label: texts.paid.link } }));
    }
    const isOver = session.expires_at * 1000 <= this.#world.clock.nowMs();
    if (session.status === 'open' && !isOver) return undefined;
    const link = session.cancel_url === null ? undefined : { href: session.cancel_url, label: texts.expired.link };
    return pageAnswer(410, noticePage({ language, ...texts.expired, link }));
  }

  #handlePayment(form: FormObject, session: Session, language: Language): HttpAnswer {
    const chosen = textOf(form.paymentMethod);
    const isSaved = form.savePaymentMethod === 'on';
    const typed = { name: textOf(form.billingName), email: textOf(form.email), chosen, isSaved };
    const saved = savedCardsFor(this.#world.store, session).find(({ id }) => id === chosen);
    if (saved !== undefined) return this.#pay(session, { paymentMethod: saved.id }, language, typed);
    const read = readCardForm(form, this.#world.clock.nowMs());
    if (!read.isValid) return this.#payAnswer(422, session, language, { ...typed, faults: read.faults });
    return this.#pay(session, { form: read.form, isSaved }, language, typed);
  }

  #pay(session: Session, source: PaymentSource, language: Language, typed: Partial<PayView>): HttpAnswer {
    const payment = this.#world.operate(NO_REQUEST, (operation) => paySession(operation, session, source));
    if (payment.outcome !== 'declined') return onwardAnswer(payment);
    const { declines } = textsOf(language);
    const alert = declines[payment.declineCode ?? ''] ?? declines[payment.code] ?? declines.card_declined;
    return this.#payAnswer(402, session, language, { ...typed, alert });
  }

  #payAnswer(status: number, session: Session, language: Language, extra: Partial<PayView>): HttpAnswer {
    const { store } = this.#world;
    const page = payPage({
      language,
      session,
      lineItems: store.get('checkout_forms', session.id)?.lineItems ?? [],
      savedCards: savedCardsFor(store, session),
      chosen: '',
      isSaved: false,
      name: '',
      alert: undefined,
      faults: {},
      ...extra,
      email: session.customer_details?.email ?? extra.email ?? null,
    });
    return pageAnswer(status, page, [session.success_url]);
  }
}

/** Where a successful payment redirects, or the bank's page. */
export function onwardAnswer(payment: Exclude<Payment, { outcome: 'declined' }>): HttpAnswer {
  return payment.outcome === 'paid'
    ? redirectAnswer(successUrlOf(payment.session))
    : redirectAnswer(`../authenticate/${payment.clientSecret}`);
}

function successUrlOf(session: Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

/** The customer's saved cards that the session allows to show. */
function savedCardsFor(
  reader: Reader,
  { customer, saved_payment_method_options: options }: Session,
): Readonly<Stripe.PaymentMethod>[] {
  if (customer === null) return [];
  const filters: readonly string[] = options?.allow_redisplay_filters ?? FILTERS_DEFAULT;
  const id = typeof customer === 'string' ? customer : customer.id;
  const saved = [...reader.newestFirst('payment_methods', { customer: id })];
  return saved.filter((card) => filters.includes(card.allow_redisplay ?? 'unspecified')).slice(0, SHOWN_MAX);
}
