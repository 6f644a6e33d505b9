/** The pages' comfort: grouped digits, test cards at a tap, one submission. They work without as well. */

const digitsOf = (text) => text.replace(/\D/g, '');

/** Keeps the caret before the same digit, whatever comes and goes in front of it. */
function reformat(input, format) {
  const after = digitsOf(input.value.slice(input.selectionStart ?? input.value.length)).length;
  const text = format(digitsOf(input.value));
  if (text === input.value) return;
  input.value = text;
  let position = text.length;
  for (let digits = 0; digits < after && position > 0; position -= 1) {
    if (/\d/.test(text[position - 1])) digits += 1;
  }
  input.setSelectionRange(position, position);
}

const groupNumber = (digits) =>
  /^3[47]/.test(digits)
    ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter(Boolean).join(' ')
    : (digits.slice(0, 19).match(/.{1,4}/g) ?? []).join(' ');

function groupExpiry(digits) {
  const padded = /^[2-9]/.test(digits) ? `0${digits}` : digits;
  return padded.length > 2 ? `${padded.slice(0, 2)} / ${padded.slice(2, 4)}` : padded;
}

const number = document.querySelector('#cardNumber');
const expiry = document.querySelector('#cardExpiry');
number?.addEventListener('input', () => reformat(number, groupNumber));
expiry?.addEventListener('input', () => reformat(expiry, groupExpiry));

const testCards = document.querySelector('.test-cards');
if (testCards !== null) testCards.hidden = false;
testCards?.addEventListener('click', (event) => {
  const { fill, value } = event.target.closest('[data-fill]')?.dataset ?? {};
  if (fill !== undefined) document.getElementById(fill).value = value;
  const card = event.target.closest('[data-card]')?.dataset.card;
  if (card === undefined) return;
  const newCard = document.querySelector('#paymentMethod-new');
  if (newCard !== null) newCard.checked = true;
  const name = document.querySelector('#billingName');
  number.value = card;
  expiry.value = `12 / ${String((new Date().getFullYear() + 2) % 100).padStart(2, '0')}`;
  document.querySelector('#cardCvc').value = '123';
  if (name.value === '') name.value = 'Test';
  document.querySelector('[data-testid="hosted-payment-submit-button"]').focus();
});

for (const form of document.querySelectorAll('form[data-processing]')) {
  let isSubmitted = false;
  form.addEventListener('submit', (event) => {
    if (isSubmitted) {
      event.preventDefault();
      return;
    }
    isSubmitted = true;
    const submit = event.submitter ?? form.querySelector('.submit');
    submit.setAttribute('aria-busy', 'true');
    const label = submit.querySelector('span');
    if (label !== null) label.textContent = form.dataset.processing;
  });
}

// A page that the browser brings back from its cache would otherwise stay busy for good.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

(document.querySelector('[aria-invalid="true"]') ?? (document.querySelector('.alert') && number))?.focus();
