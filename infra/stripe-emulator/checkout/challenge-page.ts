/** `/c/authenticate/:secret`: the bank authenticates the card's holder, for a payment or for saving the card. */
import type Stripe from 'stripe';
import { NO_REQUEST, type World } from '../api/operation.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { parseForm } from '../http/form.ts';
import { pageAnswer, redirectAnswer } from '../http/pages.ts';
import { formatAmount } from '../payments/money.ts';
import { authenticatePaymentIntent } from '../payments/payment-intents.ts';
import { authenticateSetupIntent } from '../payments/setup-intents.ts';
import { noticePage } from './document.ts';
import type { Page, Session } from './page.ts';
import { onwardAnswer } from './pay-page.ts';
import { authenticateSession } from './payment.ts';
import { type Language, languageOf, textsOf } from './texts.ts';
import { challengePage } from './views.ts';

type Intent = Readonly<Stripe.PaymentIntent> | Readonly<Stripe.SetupIntent>;

export class ChallengePage implements Page {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  handle(request: HttpRequest, clientSecret: string): HttpAnswer {
    const { store } = this.#world;
    const [intentId = ''] = clientSecret.split('_secret_');
    const intent = store.get('payment_intents', intentId) ?? store.get('setup_intents', intentId);
    const owner = store.get('payment_intent_owners', intentId);
    const session = owner?.session === undefined ? undefined : store.get('checkout_sessions', owner.session);
    const language = languageOf(session?.locale ?? null, request.headers['accept-language']);
    const isKnown = intent !== undefined && intent.client_secret === clientSecret;
    if (!isKnown || intent.status !== 'requires_action') return overAnswer(isKnown ? 409 : 404, language);
    const returnUrl = intent.next_action?.redirect_to_url?.return_url ?? null;
    if (request.method === 'GET') {
      const page = challengePage({
        language,
        amount: 'amount' in intent ? formatAmount(intent.amount, intent.currency, language) : null,
        last4: store.get('payment_methods', String(intent.payment_method))?.card?.last4 ?? '',
      });
      return pageAnswer(200, page, [session?.success_url ?? null, returnUrl]);
    }
    const isAuthenticated = parseForm(request.body).verdict === 'complete';
    if (session !== undefined && intent.object === 'payment_intent') {
      return this.#finishSession(session, intent, isAuthenticated);
    }
    this.#world.operate(NO_REQUEST, (operation) =>
      intent.object === 'payment_intent'
        ? authenticatePaymentIntent(operation, intent, isAuthenticated)
        : authenticateSetupIntent(operation, intent, isAuthenticated),
    );
    return returnUrl === null ? overAnswer(200, language) : returnAnswer(returnUrl, intent, isAuthenticated);
  }

  #finishSession(
    session: Session,
    paymentIntent: Readonly<Stripe.PaymentIntent>,
    isAuthenticated: boolean,
  ): HttpAnswer {
    const payment = this.#world.operate(NO_REQUEST, (operation) =>
      authenticateSession(operation, session, paymentIntent, isAuthenticated),
    );
    if (payment.outcome === 'declined') return redirectAnswer(`../pay/${session.id}?authentication=failed`);
    return onwardAnswer(payment);
  }
}

function overAnswer(status: number, language: Language): HttpAnswer {
  const { title, over } = textsOf(language).challenge;
  return pageAnswer(status, noticePage({ language, title, text: over }));
}

function returnAnswer(returnUrl: string, { object, id, client_secret }: Intent, isAuthenticated: boolean): HttpAnswer {
  const target = new URL(returnUrl);
  target.searchParams.set(object, id);
  target.searchParams.set(`${object}_client_secret`, client_secret ?? '');
  target.searchParams.set('redirect_status', isAuthenticated ? 'succeeded' : 'failed');
  return redirectAnswer(target.href);
}
