/** The card fields of all pages, with the ids of Stripe's hosted page, and the list of test cards above them. */
import { type CardField, type FieldFault, USUAL_COUNTRY } from './card-form.ts';
import { CHECKED, describedBy, field } from './document.ts';
import { html, type Markup } from './html.ts';
import { type Language, textsOf } from './texts.ts';

export interface CardFieldsView {
  language: Language;
  name: string;
  faults: Partial<Record<CardField, FieldFault>>;
  /** Whether the box to save the card is ticked; undefined: there is no box. */
  isSaved: boolean | undefined;
}

export function cardFields({ language, name, faults, isSaved }: CardFieldsView): Markup {
  const texts = textsOf(language);
  const faultOf = (id: CardField) => {
    const fault = faults[id];
    return fault && texts.fault[fault];
  };
  const cardFaults = (['cardNumber', 'cardExpiry', 'cardCvc'] as const).filter((id) => faults[id] !== undefined);
  return html`
    <div class="new-card">
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
      })}
      ${field({
        id: 'billingCountry',
        label: texts.country,
        fault: undefined,
        input: html`<select id="billingCountry" name="billingCountry" autocomplete="billing country">${countries(language)}</select>`,
      })}
      ${isSaved !== undefined && html`<label class="choice"><input type="checkbox" id="savePaymentMethod" name="savePaymentMethod" ${isSaved && CHECKED}> <span>${texts.saveCard}</span></label>`}
    </div>`;
}

const COUNTRIES =
  'AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK US CA AU JP';

function countries(language: Language): Markup[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return COUNTRIES.split(' ').map(
    (code) =>
      html`<option value="${code}" ${code === USUAL_COUNTRY && html`selected`}>${names.of(code) ?? code}</option>`,
  );
}

/** The page's script fills them in, which saves typing on a phone. */
export function testCards(language: Language): Markup {
  const cards = ['4242 4242 4242 4242', '4000 0000 0000 3220', '4000 0000 0000 0002'];
  const labels = ['✓ 4242', '3D Secure', '✗ 0002'];
  const buttons = cards.map((card, index) => html`<button type="button" data-card="${card}">${labels[index]}</button>`);
  const note = textsOf(language).testModeNote;
  return html`<div class="test-note"><p>${note}</p><div class="test-cards" hidden>${buttons}</div></div>`;
}
