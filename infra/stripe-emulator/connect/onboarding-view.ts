/** The onboarding page as HTML, in the style of the payment page. */
import { CHECKED, describedBy, documentOf, field } from '../checkout/document.ts';
import { html, type Markup } from '../checkout/html.ts';
import { type Language, MERCHANT, textsOf } from '../checkout/texts.ts';
import { TEST_IBANS } from './iban.ts';
import { type OnboardingFault, onboardingTextsOf } from './texts.ts';

export interface OnboardingView {
  language: Language;
  returnUrl: string;
  holderName: string;
  iban: string;
  isAccepted: boolean;
  faults: readonly OnboardingFault[];
}

export function onboardingPage(view: OnboardingView): string {
  const { language, returnUrl, holderName, iban, faults } = view;
  const texts = onboardingTextsOf(language);
  const faultOf = (name: OnboardingFault) => (faults.includes(name) ? texts.fault[name] : undefined);
  const body = html`
    <div class="checkout">
      <section class="summary" aria-label="${MERCHANT}">
        <div class="summary-inner">
          <header class="merchant">
            <span class="merchant-name">${MERCHANT}</span>
            <span class="badge" data-testid="test-mode-badge">${textsOf(language).testMode}</span>
          </header>
          <p class="page-title">${texts.title(MERCHANT)}</p>
          <p class="setup-text">${texts.intro(MERCHANT)}</p>
        </div>
      </section>
      <main class="payment">
        <form class="payment-inner" method="post" action="" novalidate data-processing="${texts.processing}">
          <h1>${texts.details}</h1>
          ${testIbans(texts.note)}
          ${field({
            id: 'accountHolderName',
            label: texts.holderName,
            fault: faultOf('holderName'),
            input: html`<input id="accountHolderName" name="accountHolderName" autocomplete="name" placeholder="${texts.holderNameHint}" maxlength="200" value="${holderName}" required ${describedBy('accountHolderName', faultOf('holderName'))}>`,
          })}
          ${field({
            id: 'iban',
            label: texts.iban,
            fault: faultOf('iban'),
            input: html`<input id="iban" name="iban" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="FR14 2004 …" maxlength="50" value="${iban}" required ${describedBy('iban', faultOf('iban'))}>`,
          })}
          ${acceptance(view, texts.accept, faultOf('accept'))}
          <button class="submit" type="submit" data-testid="onboarding-submit"><span>${texts.submit}</span></button>
          <a class="secondary" href="${returnUrl}">${texts.later(MERCHANT)}</a>
        </form>
      </main>
    </div>`;
  return documentOf({ language, title: texts.title(MERCHANT), body, layout: 'wide' });
}

function acceptance({ isAccepted }: OnboardingView, label: string, fault: string | undefined): Markup {
  return html`
    <div class="field">
      <label class="choice"><input type="checkbox" id="acceptTerms" name="acceptTerms" ${isAccepted && CHECKED} ${describedBy('acceptTerms', fault)}> <span>${label}</span></label>
      ${fault !== undefined && html`<p class="fault" id="acceptTerms-fault">${fault}</p>`}
    </div>`;
}

/** The page's script fills them in, like the test cards. */
function testIbans(note: string): Markup {
  const buttons = TEST_IBANS.map(
    ({ iban, label }) => html`<button type="button" data-fill="iban" data-value="${iban}">${label}</button>`,
  );
  return html`<div class="test-note"><p>${note}</p><div class="test-cards" hidden>${buttons}</div></div>`;
}
