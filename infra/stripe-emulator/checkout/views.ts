/** The pages of Checkout as HTML: paying, and the bank's challenge. */
import type Stripe from 'stripe';
import { formatAmount } from '../payments/money.ts';
import { cardFields, testCards } from './card-fields.ts';
import type { CardField, FieldFault } from './card-form.ts';
import { CHECKED, describedBy, documentOf, field } from './document.ts';
import { html, type Markup } from './html.ts';
import { type Language, MERCHANT, textsOf } from './texts.ts';

export interface PayView {
  language: Language;
  session: Readonly<Stripe.Checkout.Session>;
  lineItems: readonly Stripe.LineItem[];
  savedCards: readonly Readonly<Stripe.PaymentMethod>[];
  /** The saved card that was selected, or `new`. */
  chosen: string;
  isSaved: boolean;
  /** The customer's own address, or the one that was typed before. */
  email: string | null;
  name: string;
  alert: string | undefined;
  faults: Partial<Record<CardField, FieldFault>>;
}

export function payPage(view: PayView): string {
  const { language, session, alert } = view;
  const texts = textsOf(language);
  const total = formatAmount(session.amount_total ?? 0, session.currency ?? 'eur', language);
  const isSavingOffered = session.saved_payment_method_options?.payment_method_save === 'enabled';
  const body = html`
    <div class="checkout">
      <section class="summary" aria-label="${texts.summary}">
        <div class="summary-inner">
          <header class="merchant">
            ${session.cancel_url !== null && html`<a class="back" href="${session.cancel_url}" aria-label="${texts.back}">${ARROW}<span>${texts.back}</span></a>`}
            <span class="merchant-name">${MERCHANT}</span>
            <span class="badge" data-testid="test-mode-badge">${texts.testMode}</span>
          </header>
          <p class="pay-title">${texts.pay(MERCHANT)}</p>
          <p class="total-large" data-testid="total">${total}</p>
          ${lineItemList(view)}
        </div>
      </section>
      <main class="payment">
        <form class="payment-inner" method="post" action="" novalidate data-processing="${texts.processing}">
          <h1>${texts.payWithCard}</h1>
          ${testCards(language)}
          ${alert !== undefined && html`<p class="alert" role="alert" data-testid="payment-error">${alert}</p>`}
          ${emailField(view)}
          ${savedCardChoice(view)}
          ${cardFields({ ...view, isSaved: isSavingOffered ? view.isSaved : undefined })}
          <button class="submit" type="submit" data-testid="hosted-payment-submit-button">${LOCK}<span>${submitLabel(view, total)}</span></button>
          <p class="note">${texts.secure}</p>
        </form>
      </main>
    </div>`;
  return documentOf({ language, title: `${MERCHANT} — ${total}`, body, layout: 'wide' });
}

function submitLabel({ language, session }: PayView, total: string): string {
  const texts = textsOf(language);
  if (session.mode === 'subscription') return texts.subscribe;
  return texts.submit(total);
}

function lineItemList({ language, session, lineItems }: PayView): Markup {
  const texts = textsOf(language);
  const money = (amountMinor: number) => formatAmount(amountMinor, session.currency ?? '', language);
  const items = lineItems.map((item) => {
    const recurring = item.price?.recurring;
    return html`
      <li>
        <div class="item-text">
          <span class="item-name">${item.description}</span>
          ${(item.quantity ?? 1) > 1 && html`<span class="item-detail">${texts.quantity(item.quantity ?? 1)}</span>`}
          ${recurring && html`<span class="item-detail">${texts.every[recurring.interval]}</span>`}
        </div>
        <span class="item-amount">${money(item.amount_total)}</span>
      </li>`;
  });
  return html`
    <ul class="items">${items}</ul>
    <p class="total-row"><span>${texts.total}</span><span>${money(session.amount_total ?? 0)}</span></p>`;
}

function emailField({ language, session, email, faults }: PayView): Markup {
  const texts = textsOf(language);
  if (session.customer_details?.email) {
    return html`<div class="field"><span class="label">${texts.email}</span><span class="fixed">${email}</span></div>`;
  }
  return field({
    id: 'email',
    label: texts.email,
    fault: faults.email && texts.fault[faults.email],
    input: html`<input id="email" name="email" type="email" autocomplete="email" inputmode="email" value="${email}" ${describedBy('email', faults.email)}>`,
  });
}

function savedCardChoice({ language, savedCards, chosen }: PayView): Markup | false {
  if (savedCards.length === 0) return false;
  const texts = textsOf(language);
  const isNew = chosen === 'new';
  const options = savedCards.map(({ id, card }, index) => {
    const isChecked = !isNew && (chosen === id || (index === 0 && !savedCards.some((other) => other.id === chosen)));
    const expiry = `${String(card?.exp_month).padStart(2, '0')} / ${String(card?.exp_year).slice(-2)}`;
    return html`
      <label class="choice"><input type="radio" name="paymentMethod" value="${id}" ${isChecked && CHECKED}>
        <span class="brand">${card?.brand}</span> <span>•••• ${card?.last4}</span> <span class="expiry">${expiry}</span></label>`;
  });
  return html`
    <fieldset class="saved-cards">
      <legend class="label">${texts.savedCards}</legend>
      ${options}
      <label class="choice"><input type="radio" name="paymentMethod" value="new" id="paymentMethod-new" ${isNew && CHECKED}> <span>${texts.newCard}</span></label>
    </fieldset>`;
}

export interface ChallengeView {
  language: Language;
  /** Null if a card is only saved. */
  amount: string | null;
  last4: string;
}

export function challengePage({ language, amount, last4 }: ChallengeView): string {
  const texts = textsOf(language);
  const { title, text, setupText, complete, fail } = texts.challenge;
  const body = html`
    <main class="notice">
      <span class="badge">${texts.testMode}</span>
      <h1>${title}</h1>
      <p>${amount === null ? setupText(MERCHANT, last4) : text(amount, MERCHANT, last4)}</p>
      <form method="post" action="" class="verdict">
        <button class="submit" id="test-source-authorize-3ds" name="verdict" value="complete">${complete}</button>
        <button class="secondary" id="test-source-fail-3ds" name="verdict" value="fail">${fail}</button>
      </form>
    </main>`;
  return documentOf({ language, title, body, layout: 'short' });
}

const ARROW = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M9.5 3 4.5 8l5 5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
const LOCK = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M4 7V5a4 4 0 0 1 8 0v2h.5c.8 0 1.5.7 1.5 1.5v5c0 .8-.7 1.5-1.5 1.5h-9C2.700 15 2 14.300 2 13.500v-5C2 7.700 2.700 7 3.500 7H4Zm1.600 0h4.800V5a2.400 2.400 0 0 0-4.800 0v2Z" fill="currentColor"/></svg>`;
