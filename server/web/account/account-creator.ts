/** `<account-creator>`: becoming a creator, with what the house requires. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

/** ISO 3166-1 alpha-2, where creators are most likely to live; the server knows where it can pay. */
const COUNTRIES = [
  ...['AT', 'AU', 'BE', 'BG', 'BR', 'CA', 'CH', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GB', 'GI', 'GR', 'HK'],
  ...['HR', 'HU', 'IE', 'IT', 'JP', 'LI', 'LT', 'LU', 'LV', 'MT', 'MX', 'NL', 'NO', 'NZ', 'PL', 'PT', 'RO', 'SE', 'SG'],
  ...['SI', 'SK', 'TH', 'US'],
];

export class AccountCreator extends AccountPart<Profile> {
  static override properties = { ...AccountPart.properties, hasTerms: { attribute: false } };
  /** Whether the house has written its terms. */
  declare hasTerms: boolean;

  protected override show(profile: Profile): unknown {
    const texts = this.accountTexts;
    if (profile.role === 'creator')
      return this.section(
        'creator',
        { title: texts.creatorAlready },
        html`<p data-testid="is-creator">${texts.isCreator} <a href="/studio">${texts.openStudio}</a></p>
          <p data-testid="followers">
            ${texts.followers(profile.followers ?? 0)}
            ${profile.handle ? html`<a href="/c/${profile.handle}" data-testid="own-page">${texts.ownPage}</a>` : html`<span class="muted">${texts.noPage}</span>`}
          </p>`,
      );
    if (profile.isCreatorRequested)
      return this.section(
        'creator',
        { title: texts.creator },
        html`<p data-testid="creator-requested">${texts.creatorRequested}</p>`,
      );
    const terms = this.hasTerms
      ? html` <a href="/terms" target="_blank" rel="noopener">${texts.readTerms}</a>`
      : nothing;
    const form = this.form({
      fields: [
        {
          ...{ name: 'country', label: texts.country, testId: 'creator-country', kind: 'select', isRequired: true },
          ...{ autocomplete: 'country', options: [{ value: '', label: '' }, ...this.#countries()] },
        },
        { name: 'adult', label: texts.adult, testId: 'creator-adult', kind: 'check', isRequired: true },
        { name: 'terms', label: texts.terms, testId: 'creator-terms', kind: 'check', isRequired: true },
      ],
      submit: { label: texts.become, testId: 'creator-become' },
      send: async (values) => {
        const about = { name: profile.name ?? '', country: values('country') };
        this.announce(await call('POST /v1/me/creator', { ...about, isAdult: true, acceptsTerms: true }));
      },
    });
    return this.section('creator', { title: texts.creator }, [
      html`<p class="muted">${texts.creatorText}${terms}</p>`,
      form,
    ]);
  }

  #countries(): { value: string; label: string }[] {
    const names = new Intl.DisplayNames([this.language], { type: 'region' });
    return COUNTRIES.map((value) => ({ value, label: names.of(value) ?? value })).sort((one, other) =>
      one.label.localeCompare(other.label, this.language),
    );
  }
}

defineElement('account-creator', AccountCreator);
