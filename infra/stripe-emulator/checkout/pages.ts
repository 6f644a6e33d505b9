/**
 * The pages that people see: `/c/pay/:session` to pay on, `/c/authenticate/:secret` for the bank's question. Knows HTTP
 * and HTML; what paying does is in `payment.ts`.
 */
import { readFileSync } from 'node:fs';
import type Stripe from 'stripe';
import type { World } from '../api/operation.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { type FormObject, parseForm } from '../http/form.ts';
import { formatAmount } from '../payments/money.ts';
import { authenticatePaymentIntent } from '../payments/payment-intents.ts';
import { readCardForm } from './card-form.ts';
import { authenticateSession, type Payment, paySession } from './payment.ts';
import { type Language, languageOf, textsOf } from './texts.ts';
import { challengePage, noticePage, type PayView, payPage } from './views.ts';

interface PagesOptions {
  world: World;
  merchant: string;
  /** The address that browsers use, or undefined where it is the emulator's own. */
  publicUrl: string | undefined;
}

type Session = Readonly<Stripe.Checkout.Session>;

const ASSETS: Readonly<Record<string, string>> = {
  'checkout.css': 'text/css; charset=utf-8',
  'checkout.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};
const NO_REQUEST = { id: null, idempotency_key: null };

export class Pages {
  readonly #world: World;
  readonly #merchant: string;
  readonly #publicUrl: string | undefined;

  constructor({ world, merchant, publicUrl }: PagesOptions) {
    this.#world = world;
    this.#merchant = merchant;
    this.#publicUrl = publicUrl;
  }

  /** The answer, or undefined where the address is none of a page's. */
  handle(request: HttpRequest): HttpAnswer | undefined {
    const [, root, kind, id, ...rest] = request.path.split('/');
    if (root === 'assets' && kind !== undefined && id === undefined) return assetAnswer(kind);
    if (root !== 'c' || id === undefined || rest.length > 0) return undefined;
    if (request.method !== 'GET' && request.method !== 'POST') return undefined;
    if (kind !== 'pay' && kind !== 'authenticate') return undefined;
    if (request.method === 'POST' && !this.#isFromHere(request)) {
      const language = languageOf(null, request.headers['accept-language']);
      return pageAnswer(403, noticePage({ language, ...textsOf(language).crossSite }));
    }
    return kind === 'pay' ? this.#handlePay(request, id) : this.#handleAuthenticate(request, id);
  }

  #handlePay(request: HttpRequest, id: string): HttpAnswer {
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

  /** Paid already, or too late: said kindly, and nothing happens. */
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
    const typed = { name: textOf(form.billingName), email: textOf(form.email) };
    const read = readCardForm(form, this.#world.clock.nowMs());
    if (!read.isValid) return this.#payAnswer(422, session, language, { ...typed, faults: read.faults });
    const payment = this.#world.operate(NO_REQUEST, (operation) => paySession(operation, session, read.form));
    return this.#paymentAnswer(payment, session, language, typed);
  }

  #paymentAnswer(payment: Payment, session: Session, language: Language, typed: Partial<PayView>): HttpAnswer {
    switch (payment.outcome) {
      case 'paid':
        return redirectAnswer(successUrlOf(payment.session));
      case 'challenged':
        return redirectAnswer(`../authenticate/${payment.clientSecret}`);
      case 'declined': {
        const { declines } = textsOf(language);
        const alert = declines[payment.declineCode ?? ''] ?? declines[payment.code] ?? declines.card_declined;
        return this.#payAnswer(402, session, language, { ...typed, alert });
      }
    }
  }

  #payAnswer(status: number, session: Session, language: Language, extra: Partial<PayView>): HttpAnswer {
    const { store } = this.#world;
    const page = payPage({
      language,
      merchant: this.#merchant,
      session,
      lineItems: store.get('checkout_forms', session.id)?.lineItems ?? [],
      productOf: (id) => store.get('products', id),
      name: '',
      alert: undefined,
      faults: {},
      ...extra,
      email: session.customer_details?.email ?? extra.email ?? null,
    });
    return pageAnswer(status, page, [session.success_url]);
  }

  #handleAuthenticate(request: HttpRequest, clientSecret: string): HttpAnswer {
    const { store } = this.#world;
    const [paymentIntentId = ''] = clientSecret.split('_secret_');
    const paymentIntent = store.get('payment_intents', paymentIntentId);
    const owner = store.get('payment_intent_owners', paymentIntentId);
    const session = owner && store.get('checkout_sessions', owner.session);
    const language = languageOf(session?.locale ?? null, request.headers['accept-language']);
    const texts = textsOf(language);
    const isKnown = paymentIntent !== undefined && paymentIntent.client_secret === clientSecret;
    if (!isKnown || paymentIntent.status !== 'requires_action') {
      const notice = { language, title: texts.challenge.title, text: texts.challenge.over };
      return pageAnswer(isKnown ? 409 : 404, noticePage(notice));
    }
    const returnUrl = paymentIntent.next_action?.redirect_to_url?.return_url ?? null;
    if (request.method === 'GET') {
      const paymentMethod = store.get('payment_methods', String(paymentIntent.payment_method));
      const page = challengePage({
        language,
        merchant: this.#merchant,
        amount: formatAmount(paymentIntent.amount, paymentIntent.currency, language),
        last4: paymentMethod?.card?.last4 ?? '',
      });
      return pageAnswer(200, page, [session?.success_url ?? null, returnUrl]);
    }
    const isAuthenticated = parseForm(request.body).verdict === 'complete';
    if (session !== undefined) return this.#finishSession(session, paymentIntent, isAuthenticated, language);
    this.#world.operate(NO_REQUEST, (operation) =>
      authenticatePaymentIntent(operation, paymentIntent, isAuthenticated),
    );
    if (returnUrl === null) {
      const over = { language, title: texts.challenge.title, text: texts.challenge.over };
      return pageAnswer(200, noticePage(over));
    }
    const target = new URL(returnUrl);
    target.searchParams.set('payment_intent', paymentIntent.id);
    target.searchParams.set('payment_intent_client_secret', clientSecret);
    target.searchParams.set('redirect_status', isAuthenticated ? 'succeeded' : 'failed');
    return redirectAnswer(target.href);
  }

  #finishSession(
    session: Session,
    paymentIntent: Readonly<Stripe.PaymentIntent>,
    isAuthenticated: boolean,
    language: Language,
  ): HttpAnswer {
    const payment = this.#world.operate(NO_REQUEST, (operation) =>
      authenticateSession(operation, session, paymentIntent, isAuthenticated),
    );
    if (payment.outcome === 'declined') return redirectAnswer(`../pay/${session.id}?authentication=failed`);
    return this.#paymentAnswer(payment, session, language, {});
  }

  /** A form on someone else's site must not press this one's button. */
  #isFromHere({ headers }: HttpRequest): boolean {
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    const { origin, host } = headers;
    if (origin === undefined) return true;
    const own = [`http://${host}`, `https://${host}`];
    if (this.#publicUrl !== undefined) own.push(new URL(this.#publicUrl).origin);
    return own.includes(origin);
  }
}

function successUrlOf(session: Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

function textOf(value: FormObject[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function redirectAnswer(location: string): HttpAnswer {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

/** Browsers hold a form to `form-action` through its redirects too, so the way back must be named. */
function pageAnswer(status: number, body: string, waysBack: readonly (string | null)[] = []): HttpAnswer {
  const origins = waysBack.flatMap((url) => (url !== null && URL.canParse(url) ? [new URL(url).origin] : []));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...origins].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    status,
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  };
}

function assetAnswer(name: string): HttpAnswer | undefined {
  const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (type === undefined) return undefined;
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  return { status: 200, headers, body };
}
