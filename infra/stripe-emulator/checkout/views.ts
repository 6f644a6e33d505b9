/** The pages as HTML: paying, the bank's challenge, and the short ones that say that there is nothing to do. */
import type Stripe from 'stripe';
import { formatAmount } from '../payments/money.ts';
import type { CardField, FieldFault } from './card-form.ts';
import { html, type Markup } from './html.ts';
import { type Language, textsOf } from './texts.ts';

export interface PayView {
  language: Language;
  merchant: string;
  session: Readonly<Stripe.Checkout.Session>;
  lineItems: readonly Stripe.LineItem[];
  productOf: (id: string) => Readonly<Stripe.Product> | undefined;
  /** The customer's own address, or what was typed before. */
  email: string | null;
  name: string;
  alert: string | undefined;
  faults: Partial<Record<CardField, FieldFault>>;
}

export function payPage(view: PayView): string {
  const { language, merchant, session, alert } = view;
  const texts = textsOf(language);
  const total = formatAmount(session.amount_total ?? 0, session.currency ?? '', language);
  const submit = texts.submit[submitTypeOf(session.submit_type)](total);
  const body = html`
    <div class="checkout">
      <section class="summary" aria-label="${texts.summary}">
        <div class="summary-inner">
          <header class="merchant">
            ${session.cancel_url !== null && html`<a class="back" href="${session.cancel_url}" aria-label="${texts.back}">${ARROW}<span>${texts.back}</span></a>`}
            <span class="merchant-name">${merchant}</span>
            <span class="badge" data-testid="test-mode-badge">${texts.testMode}</span>
          </header>
          <p class="pay-title">${texts.pay(merchant)}</p>
          <p class="total-large" data-testid="total">${total}</p>
          ${lineItemList(view)}
        </div>
      </section>
      <main class="payment">
        <form class="payment-inner" method="post" action="" novalidate data-processing="${texts.processing}">
          <h1>${texts.payWithCard}</h1>
          ${alert !== undefined && html`<p class="alert" role="alert" data-testid="payment-error">${alert}</p>`}
          ${testCards(texts.testModeNote)}
          ${emailField(view)}
          ${cardFields(view)}
          <button class="submit" type="submit" data-testid="hosted-payment-submit-button">${LOCK}<span>${submit}</span></button>
          <p class="note">${texts.secure}</p>
        </form>
      </main>
    </div>`;
  return document({ language, title: `${merchant} — ${total}`, body, hasScript: true });
}

function submitTypeOf(type: string | null): 'auto' | 'pay' | 'book' | 'donate' {
  return type === 'pay' || type === 'book' || type === 'donate' ? type : 'auto';
}

function lineItemList({ language, session, lineItems, productOf }: PayView): Markup {
  const texts = textsOf(language);
  const money = (amountMinor: number) => formatAmount(amountMinor, session.currency ?? '', language);
  const items = lineItems.map((item) => {
    const product = typeof item.price?.product === 'string' ? productOf(item.price.product) : undefined;
    const description = product?.description;
    return html`
      <li>
        <div class="item-text">
          <span class="item-name">${item.description}</span>
          ${description && html`<span class="item-detail">${description}</span>`}
          ${(item.quantity ?? 1) > 1 && html`<span class="item-detail">${texts.quantity(item.quantity ?? 1)}</span>`}
        </div>
        <span class="item-amount">${money(item.amount_total)}</span>
      </li>`;
  });
  return html`
    <ul class="items">${items}</ul>
    <p class="total-row"><span>${texts.total}</span><span>${money(session.amount_total ?? 0)}</span></p>`;
}

/** Filled in by the page's script: a phone's keyboard should not have to type them. */
function testCards(note: string): Markup {
  const cards = ['4242 4242 4242 4242', '4000 0000 0000 3220', '4000 0000 0000 0002'];
  const labels = ['✓ 4242', '3D Secure', '✗ 0002'];
  const buttons = cards.map((card, index) => html`<button type="button" data-card="${card}">${labels[index]}</button>`);
  return html`<div class="test-note"><p>${note}</p><div class="test-cards" hidden>${buttons}</div></div>`;
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

function cardFields({ language, name, faults }: PayView): Markup {
  const texts = textsOf(language);
  const faultOf = (id: CardField) => {
    const fault = faults[id];
    return fault && texts.fault[fault];
  };
  const cardFaults = (['cardNumber', 'cardExpiry', 'cardCvc'] as const).filter((id) => faults[id] !== undefined);
  return html`
    <fieldset class="card">
      <legend class="label">${texts.cardInformation}</legend>
      <div class="card-grid">
        <label class="hidden" for="cardNumber">${texts.cardNumber}</label>
        <input id="cardNumber" name="cardNumber" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" maxlength="23" required ${describedBy('cardNumber', faults.cardNumber)}>
        <label class="hidden" for="cardExpiry">${texts.expiry}</label>
        <input id="cardExpiry" name="cardExpiry" inputmode="numeric" autocomplete="cc-exp" placeholder="${texts.expiryHint}" maxlength="9" required ${describedBy('cardExpiry', faults.cardExpiry)}>
        <label class="hidden" for="cardCvc">${texts.cvc}</label>
        <input id="cardCvc" name="cardCvc" inputmode="numeric" autocomplete="cc-csc" placeholder="${texts.cvc}" maxlength="4" required ${describedBy('cardCvc', faults.cardCvc)}>
      </div>
      ${cardFaults.map((id) => html`<p class="fault" id="${id}-fault">${faultOf(id)}</p>`)}
    </fieldset>
    ${field({
      id: 'billingName',
      label: texts.name,
      fault: faultOf('billingName'),
      input: html`<input id="billingName" name="billingName" autocomplete="cc-name" placeholder="${texts.nameHint}" maxlength="200" value="${name}" required ${describedBy('billingName', faults.billingName)}>`,
    })}`;
}

interface Field {
  id: CardField;
  label: string;
  fault: string | undefined;
  input: Markup;
}

function field({ id, label, fault, input }: Field): Markup {
  return html`
    <div class="field">
      <label class="label" for="${id}">${label}</label>
      ${input}
      ${fault !== undefined && html`<p class="fault" id="${id}-fault">${fault}</p>`}
    </div>`;
}

function describedBy(id: CardField, fault: FieldFault | undefined): Markup | false {
  return fault !== undefined && html`aria-invalid="true" aria-describedby="${id}-fault"`;
}

export interface ChallengeView {
  language: Language;
  merchant: string;
  amount: string;
  last4: string;
}

export function challengePage({ language, merchant, amount, last4 }: ChallengeView): string {
  const texts = textsOf(language);
  const body = html`
    <main class="notice">
      <span class="badge">${texts.testMode}</span>
      <h1>${texts.challenge.title}</h1>
      <p>${texts.challenge.text(amount, merchant, last4)}</p>
      <form method="post" action="" class="verdict">
        <button class="submit" id="test-source-authorize-3ds" name="verdict" value="complete">${texts.challenge.complete}</button>
        <button class="secondary" id="test-source-fail-3ds" name="verdict" value="fail">${texts.challenge.fail}</button>
      </form>
    </main>`;
  return document({ language, title: texts.challenge.title, body, hasScript: false });
}

export interface NoticeView {
  language: Language;
  title: string;
  text: string;
  link?: { href: string; label: string } | undefined;
}

export function noticePage({ language, title, text, link }: NoticeView): string {
  const body = html`
    <main class="notice">
      <span class="badge">${textsOf(language).testMode}</span>
      <h1>${title}</h1>
      <p>${text}</p>
      ${link && html`<a class="submit" href="${link.href}">${link.label}</a>`}
    </main>`;
  return document({ language, title, body, hasScript: false });
}

interface Document {
  language: Language;
  title: string;
  body: Markup;
  hasScript: boolean;
}

/** Addresses are relative, so that the page also works behind a proxy that adds a path. */
function document({ language, title, body, hasScript }: Document): string {
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="../../assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../../assets/checkout.css">
${hasScript && html`<script src="../../assets/checkout.js" defer></script>`}
</head>
<body class="${hasScript ? 'wide' : 'short'}">${body}</body>
</html>
`;
  return page.text;
}

const ARROW = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M9.5 3 4.5 8l5 5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
const LOCK = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M4 7V5a4 4 0 0 1 8 0v2h.5c.8 0 1.5.7 1.5 1.5v5c0 .8-.7 1.5-1.5 1.5h-9C2.700 15 2 14.300 2 13.500v-5C2 7.700 2.700 7 3.500 7H4Zm1.600 0h4.800V5a2.400 2.400 0 0 0-4.800 0v2Z" fill="currentColor"/></svg>`;
