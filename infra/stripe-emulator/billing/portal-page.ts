/** `/c/portal/:token`: the page of a billing portal session. */
import { NO_REQUEST, type World } from '../api/operation.ts';
import { readCardForm } from '../checkout/card-form.ts';
import { noticePage } from '../checkout/document.ts';
import type { Page } from '../checkout/page.ts';
import { type Language, languageOf, textsOf } from '../checkout/texts.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { type FormObject, parseForm } from '../http/form.ts';
import { pageAnswer, redirectAnswer, textOf } from '../http/pages.ts';
import type { PortalSessionRecord } from '../store/records.ts';
import { payInvoice, paymentMethodFor } from './collection.ts';
import { cardOf, liveSubscriptionsOf, openInvoicesOf, saveCard, setEnding, useCard } from './portal.ts';
import { portalTextsOf } from './portal-texts.ts';
import { type PortalView, portalPage } from './portal-view.ts';

type Session = Readonly<PortalSessionRecord>;

interface Visit {
  session: Session;
  language: Language;
  /** The page's own address, to which the bank's page returns. */
  url: string;
}

export class PortalPage implements Page {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  handle(request: HttpRequest, token: string): HttpAnswer {
    const { store, clock } = this.#world;
    const session = store.get('portal_sessions', token);
    const language = languageOf(session?.locale ?? null, request.headers['accept-language']);
    const isOver = session === undefined || session.expiresAt * 1000 < clock.nowMs();
    if (isOver || store.get('customers', session.customer) === undefined) {
      return pageAnswer(
        session === undefined ? 404 : 410,
        noticePage({ language, ...portalTextsOf(language).expired }),
      );
    }
    const base = `http://${request.headers.host}`;
    const visit = { session, language, url: `${base}/c/portal/${token}` };
    return request.method === 'GET' ? this.#show(visit, request.query) : this.#act(visit, parseForm(request.body));
  }

  #show(visit: Visit, query: string): HttpAnswer {
    const { store } = this.#world;
    const { session, language } = visit;
    const params = new URLSearchParams(query);
    const setupIntent = store.get('setup_intents', params.get('setup_intent') ?? '');
    const isOwn = setupIntent?.customer === session.customer && setupIntent.status === 'succeeded';
    if (isOwn && params.get('setup_intent_client_secret') === setupIntent.client_secret) {
      this.#world.operate(NO_REQUEST, (operation) =>
        useCard(operation, session.customer, setupIntent.payment_method as string),
      );
    }
    const status = params.get('redirect_status');
    if (status === 'failed') return this.#answer(402, visit, { alert: textsOf(language).authenticationFailed });
    const isDone = status === 'succeeded' || params.has('done');
    return this.#answer(200, visit, isDone ? { notice: portalTextsOf(language).changed } : {});
  }

  #act(visit: Visit, form: FormObject): HttpAnswer {
    const { store } = this.#world;
    const { customer } = visit.session;
    const action = textOf(form.action);
    if (action === 'save_card') return this.#saveCard(visit, form);
    if (action === 'pay') {
      const invoice = openInvoicesOf(store, customer).find(({ id }) => id === form.invoice);
      return invoice === undefined ? redirectAnswer(visit.url) : this.#pay(visit, invoice.id);
    }
    const subscription = liveSubscriptionsOf(store, customer).find(({ id }) => id === form.subscription);
    if (subscription === undefined || (action !== 'cancel' && action !== 'resume')) return redirectAnswer(visit.url);
    this.#world.operate(NO_REQUEST, (operation) => setEnding(operation, subscription, action === 'cancel'));
    return redirectAnswer(`${visit.url}?done`);
  }

  #saveCard(visit: Visit, form: FormObject): HttpAnswer {
    const read = readCardForm(form, this.#world.clock.nowMs());
    const name = textOf(form.billingName);
    if (!read.isValid) return this.#answer(422, visit, { name, faults: read.faults });
    const result = this.#world.operate(NO_REQUEST, (operation) =>
      saveCard(operation, visit.session.customer, read.form, visit.url),
    );
    if (result.outcome === 'declined') return this.#declinedAnswer(visit, result.error.body, { name });
    return redirectAnswer(
      result.outcome === 'succeeded' ? `${visit.url}?done` : `../authenticate/${result.setupIntent.client_secret}`,
    );
  }

  #pay(visit: Visit, invoiceId: string): HttpAnswer {
    const confirmed = this.#world.operate(NO_REQUEST, (operation) => {
      const invoice = operation.must('invoices', invoiceId);
      if (paymentMethodFor(operation, invoice) === undefined) return 'no_card';
      return payInvoice(operation, invoice, { isOffSession: false, returnUrl: visit.url });
    });
    if (confirmed === 'no_card') return this.#answer(402, visit, { alert: portalTextsOf(visit.language).noCard });
    if (confirmed?.outcome === 'declined') return this.#declinedAnswer(visit, confirmed.error.body, {});
    if (confirmed?.outcome === 'requires_action') {
      return redirectAnswer(`../authenticate/${confirmed.paymentIntent.client_secret}`);
    }
    return redirectAnswer(`${visit.url}?done`);
  }

  #declinedAnswer(
    visit: Visit,
    { code, decline_code: declineCode }: { code?: string; decline_code?: string },
    extra: Partial<PortalView>,
  ): HttpAnswer {
    const { declines } = textsOf(visit.language);
    const alert = declines[declineCode ?? ''] ?? declines[code ?? ''] ?? declines.card_declined;
    return this.#answer(402, visit, { ...extra, alert });
  }

  #answer(status: number, { session, language, url }: Visit, extra: Partial<PortalView>): HttpAnswer {
    const { store } = this.#world;
    const { customer, returnUrl } = session;
    const page = portalPage({
      language,
      returnUrl,
      subscriptions: liveSubscriptionsOf(store, customer),
      openInvoices: openInvoicesOf(store, customer),
      productNameOf: (price) => store.get('products', price.product as string)?.name ?? price.id,
      card: cardOf(store, customer),
      alert: undefined,
      notice: undefined,
      name: '',
      faults: {},
      ...extra,
    });
    return pageAnswer(status, page, [returnUrl, url]);
  }
}
