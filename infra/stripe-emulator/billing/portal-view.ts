/** The billing portal as HTML, in the style of the payment page. */
import type Stripe from 'stripe';
import { cardFields, testCards } from '../checkout/card-fields.ts';
import type { CardField, FieldFault } from '../checkout/card-form.ts';
import { documentOf } from '../checkout/document.ts';
import { html, type Markup } from '../checkout/html.ts';
import { type Language, MERCHANT, textsOf } from '../checkout/texts.ts';
import { formatAmount } from '../payments/money.ts';
import type { Invoice } from './invoice-model.ts';
import { portalTextsOf } from './portal-texts.ts';
import { isEnding, periodOf, recurringOf, type Subscription } from './subscription-model.ts';

export interface PortalView {
  language: Language;
  returnUrl: string | null;
  subscriptions: readonly Subscription[];
  openInvoices: readonly Invoice[];
  productNameOf: (price: Readonly<Stripe.Price>) => string;
  card: Readonly<Stripe.PaymentMethod> | undefined;
  alert: string | undefined;
  notice: string | undefined;
  name: string;
  faults: Partial<Record<CardField, FieldFault>>;
}

export function portalPage(view: PortalView): string {
  const { language, returnUrl, subscriptions, openInvoices, card, alert, notice, name, faults } = view;
  const texts = portalTextsOf(language);
  const body = html`
    <div class="checkout">
      <section class="summary" aria-label="${MERCHANT}">
        <div class="summary-inner">
          <header class="merchant">
            <span class="merchant-name">${MERCHANT}</span>
            <span class="badge" data-testid="test-mode-badge">${textsOf(language).testMode}</span>
          </header>
          <p class="page-title">${texts.title}</p>
          <p class="setup-text">${texts.with(MERCHANT)}</p>
          ${returnUrl !== null && html`<a class="back" href="${returnUrl}">← ${texts.back(MERCHANT)}</a>`}
        </div>
      </section>
      <main class="payment">
        <div class="payment-inner">
          <h1>${texts.subscriptions}</h1>
          ${alert !== undefined && html`<p class="alert" role="alert">${alert}</p>`}
          ${notice !== undefined && html`<p class="done" role="status">${notice}</p>`}
          ${openInvoices.map((invoice) => owed(view, invoice))}
          ${subscriptions.length === 0 ? html`<p>${texts.none}</p>` : subscriptions.map((one) => subscriptionCard(view, one))}
          <div class="portal-part">
            <h2 class="label">${texts.card}</h2>
            ${card === undefined ? html`<p>${texts.noCard}</p>` : html`<p class="fixed"><span class="brand">${card.card?.brand}</span> •••• ${card.card?.last4}</p>`}
          </div>
          <form class="portal-form" method="post" action="" novalidate data-processing="${texts.processing}">
            <h2 class="label">${texts.changeCard}</h2>
            ${testCards(language)}
            ${cardFields({ language, name, faults, isSaved: undefined })}
            <button class="submit" name="action" value="save_card" data-testid="hosted-payment-submit-button"><span>${texts.saveCard}</span></button>
          </form>
        </div>
      </main>
    </div>`;
  return documentOf({ language, title: `${MERCHANT} — ${texts.title}`, body, layout: 'wide' });
}

function subscriptionCard({ language, productNameOf }: PortalView, subscription: Subscription): Markup {
  const texts = portalTextsOf(language);
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const end = date.format((subscription.cancel_at ?? periodOf(subscription).end) * 1000);
  const ends = isEnding(subscription);
  const lines = subscription.items.data.map(({ price, quantity }) => {
    const amount = formatAmount((price.unit_amount ?? 0) * (quantity ?? 1), price.currency, language);
    const every = textsOf(language).every[recurringOf(price).interval];
    return html`<p><strong>${productNameOf(price)}</strong><br>${amount} · ${every}</p>`;
  });
  const action = ends ? 'resume' : 'cancel';
  return html`
    <form class="portal-card" method="post" action="">
      ${lines}
      <p><span data-testid="status">${texts.status[subscription.status] ?? subscription.status}</span> · ${ends ? texts.ends(end) : texts.renews(end)}</p>
      <input type="hidden" name="subscription" value="${subscription.id}">
      <button class="secondary" name="action" value="${action}" id="${action}-${subscription.id}">${ends ? texts.resume : texts.cancel}</button>
    </form>`;
}

function owed({ language }: PortalView, invoice: Invoice): Markup {
  const texts = portalTextsOf(language);
  return html`
    <form class="portal-card" method="post" action="">
      <p>${texts.owed(formatAmount(invoice.amount_remaining, invoice.currency, language))}</p>
      <input type="hidden" name="invoice" value="${invoice.id}">
      <button class="submit" name="action" value="pay" id="pay-${invoice.id}">${texts.pay}</button>
    </form>`;
}
