/** `<earnings-business>`: who a creator is for the tax office. */
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import {
  BUSINESS_KINDS,
  type BusinessKind,
  compactNumber,
  findBusinessFaults,
  VAT_STATUSES,
  type VatStatus,
} from '../../protocol/money/business-rules.ts';
import type { CreatorBusiness } from '../../protocol/money/creator-business.ts';
import { countryOptions } from '../site/countries.ts';
import { type Field, PagePart, type Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

interface Given {
  business: CreatorBusiness | null;
}

const ISO_DAY_CHARS = 10;

export class EarningsBusiness extends PagePart<Given> {
  static override properties = { ...PagePart.properties, isOpen: { state: true } };
  /** Whether the form is shown. */
  declare isOpen: boolean;

  static override styles = [
    ...PagePart.styles,
    css`
      section > .small {
        margin-block: var(--_space-8) var(--_space-16);
      }

      /* Three choices stand one below the other. */
      form > fieldset:has(> .choice:nth-of-type(3)) {
        grid-template-columns: minmax(0, 1fr);
      }
    `,
  ];

  constructor() {
    super();
    this.isOpen = false;
  }

  protected override read = () => call('GET /v1/earnings/business');

  protected override show({ business }: Given): unknown {
    const texts = this.words.earnings.business;
    const content = this.isOpen
      ? this.#form(business)
      : [
          business ? this.#facts(business) : nothing,
          this.acts(business, [
            {
              label: business ? texts.change : texts.give,
              testId: () => 'business-open',
              ...(business === null && { look: 'filled' }),
              run: async () => {
                this.isOpen = true;
              },
            },
          ]),
        ];
    return this.section('business', { title: texts.title, text: texts.text }, [
      html`<p class="small muted">${texts.seen}</p>`,
      content,
    ]);
  }

  #facts(business: CreatorBusiness): unknown {
    const texts = this.words.earnings.business;
    const { address, postalCode, city, country } = business;
    const place = new Intl.DisplayNames([this.language], { type: 'region' }).of(country) ?? country;
    return html`<div data-testid="business-facts">
      ${this.facts([
        [texts.name, html`<bdi>${[business.firstName, business.legalName].filter(Boolean).join(' ')}</bdi>`],
        [texts.place, html`<bdi>${address}, ${postalCode} ${city}, ${place}</bdi>`],
        [texts.tin, business.tin],
        [texts.vatStatus, texts.vatStatuses[business.vatStatus]],
        [texts.vatNumber, business.vatNumber],
        [texts.registrationNumber, business.registrationNumber],
      ])}
    </div>`;
  }

  #form(business: CreatorBusiness | null): unknown {
    const texts = this.words.earnings.business;
    return this.form({
      fields: this.#fields(business),
      submit: { label: texts.save, testId: 'business-save' },
      faults: (values) => this.#faults(values),
      send: async (values) => {
        const named = { legalName: values('legalName'), address: values('address') };
        const place = { postalCode: values('postalCode'), city: values('city') };
        await call('PUT /v1/earnings/business', { ...numbersOf(values), ...named, ...place });
        this.isOpen = false;
        void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('h2')?.focus());
      },
      done: () => texts.saved,
    });
  }

  #faults(values: Values): Record<string, string | false> {
    const { fieldMissing } = this.words.site;
    const today = new Date().toISOString().slice(0, ISO_DAY_CHARS);
    const faults = Object.entries(findBusinessFaults(numbersOf(values), today));
    const { invalid } = this.words.earnings.business;
    return Object.fromEntries(
      faults.map(([name, fault]) => [name, fault === 'missing' ? fieldMissing : (invalid[name] ?? fieldMissing)]),
    );
  }

  #fields(business: CreatorBusiness | null): readonly Field[] {
    const texts = this.words.earnings.business;
    const kindOf = (values: Values) => (values('kind') || 'person') as BusinessKind;
    const { vatNumber, registrationNumber } = business ?? {};
    return [
      {
        ...{
          name: 'kind',
          label: texts.kind,
          kind: 'radio',
          testId: 'business-kind',
          value: business?.kind ?? 'person',
        },
        options: BUSINESS_KINDS.map((value) => ({
          ...{ value, label: texts.kinds[value], text: texts.kindTexts[value], testId: `business-${value}` },
        })),
      },
      {
        ...{
          name: 'firstName',
          label: texts.firstName,
          testId: 'business-first-name',
          value: business?.firstName ?? '',
        },
        ...{ maxChars: LIMITS.titleChars, autocomplete: 'given-name', isFor: (values) => kindOf(values) === 'person' },
      },
      ...BUSINESS_KINDS.map(
        (kind): Field => ({
          ...{ name: 'legalName', label: texts.legalName[kind], hint: texts.legalNameHint, testId: 'business-name' },
          ...{ value: business?.legalName ?? '', maxChars: LIMITS.titleChars, isRequired: true },
          ...{
            autocomplete: kind === 'person' ? 'family-name' : 'organization',
            isFor: (values: Values) => kindOf(values) === kind,
          },
        }),
      ),
      {
        ...{ name: 'birthDate', label: texts.birthDate, kind: 'day', testId: 'business-birth' },
        ...{ value: business?.birthDate ?? '', autocomplete: 'bday', isFor: (values) => kindOf(values) === 'person' },
      },
      ...this.#placeFields(business),
      {
        ...{ name: 'tin', label: texts.tin, hint: texts.tinHint, testId: 'business-tin', value: business?.tin ?? '' },
        ...{ maxChars: LIMITS.taxNumberChars, isVerbatim: true },
      },
      {
        ...{ name: 'vatStatus', label: texts.vatStatus, kind: 'radio', testId: 'business-vat' },
        value: business?.vatStatus ?? 'none',
        options: VAT_STATUSES.map((value) => ({
          ...{ value, label: texts.vatStatuses[value], text: texts.vatTexts[value], testId: `business-${value}` },
        })),
      },
      {
        ...{ name: 'vatNumber', label: texts.vatNumber, hint: texts.vatNumberHint, testId: 'business-vat-number' },
        ...{ value: vatNumber ?? '', maxChars: LIMITS.taxNumberChars, isVerbatim: true },
        isFor: (values) => values('vatStatus') === 'registered',
      },
      {
        ...{ name: 'registrationNumber', label: texts.registrationNumber, hint: texts.registrationNumberHint },
        ...{ testId: 'business-registration', value: registrationNumber ?? '', maxChars: LIMITS.taxNumberChars },
        ...{ isVerbatim: true, isFor: (values) => kindOf(values) === 'company' || values('vatStatus') !== 'none' },
      },
      {
        ...{ name: 'accountIdentifier', label: texts.accountIdentifier, hint: texts.accountIdentifierHint },
        ...{ testId: 'business-account', value: business?.accountIdentifier ?? '', maxChars: LIMITS.taxNumberChars },
        isVerbatim: true,
      },
    ];
  }

  #placeFields(business: CreatorBusiness | null): readonly Field[] {
    const texts = this.words.earnings.business;
    const { address, postalCode, city, country } = business ?? {};
    return [
      {
        ...{ name: 'address', label: texts.address, hint: texts.addressHint, kind: 'area', rows: 2 },
        ...{ testId: 'business-address', value: address ?? '', maxChars: LIMITS.addressChars, isRequired: true },
        autocomplete: 'street-address',
      },
      {
        ...{ name: 'postalCode', label: texts.postalCode, testId: 'business-postal', autocomplete: 'postal-code' },
        ...{ value: postalCode ?? '', maxChars: LIMITS.postalCodeChars, isRequired: true },
      },
      {
        ...{ name: 'city', label: texts.city, testId: 'business-city', autocomplete: 'address-level2' },
        ...{ value: city ?? '', maxChars: LIMITS.titleChars, isRequired: true },
      },
      {
        ...{ name: 'country', label: texts.country, kind: 'select', testId: 'business-country', isRequired: true },
        ...{ value: country ?? '', autocomplete: 'country' },
        options: [{ value: '', label: '' }, ...countryOptions(this.language, country)],
      },
    ];
  }
}

/** Without the fields that are not asked of this kind of business. */
function numbersOf(values: Values) {
  const kind = values('kind') as BusinessKind;
  const vatStatus = values('vatStatus') as VatStatus;
  const number = (name: string) => compactNumber(values(name));
  return {
    firstName: (kind === 'person' && values('firstName')) || null,
    ...{ kind, vatStatus, country: values('country'), birthDate: values('birthDate') || null },
    ...{ tin: number('tin'), registrationNumber: number('registrationNumber') },
    ...{ vatNumber: number('vatNumber'), accountIdentifier: number('accountIdentifier') },
  };
}

defineElement('earnings-business', EarningsBusiness);
