/** `<account-creator>`: becoming a creator, with what the house requires. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { call } from '../site/site-call.ts';

import { AccountPart, fieldsOf } from './account-part.ts';

/** ISO 3166-1 alpha-2, where creators are most likely to live; the server knows where it can pay. */
const COUNTRIES = [
  ...['AT', 'AU', 'BE', 'BG', 'BR', 'CA', 'CH', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GB', 'GI', 'GR', 'HK'],
  ...['HR', 'HU', 'IE', 'IT', 'JP', 'LI', 'LT', 'LU', 'LV', 'MT', 'MX', 'NL', 'NO', 'NZ', 'PL', 'PT', 'RO', 'SE', 'SG'],
  ...['SI', 'SK', 'TH', 'US'],
];

export class AccountCreator extends AccountPart {
  static override properties = {
    ...AccountPart.properties,
    profile: { attribute: false },
    hasTerms: { attribute: false },
  };
  declare profile: Profile;
  /** Whether the house has written its terms. */
  declare hasTerms: boolean;

  override render(): TemplateResult {
    const { profile, accountTexts: texts } = this;
    return html`<section aria-labelledby="creator">
      <h2 id="creator" class="display">${profile.role === 'creator' ? texts.creatorAlready : texts.creator}</h2>
      ${
        profile.role === 'creator'
          ? html`<p data-testid="is-creator">${texts.isCreator} <a href="/studio">${texts.openStudio}</a></p>
              <p data-testid="followers">${texts.followers(profile.followers ?? 0)} ${this.#pageLink()}</p>`
          : profile.isCreatorRequested
            ? html`<p data-testid="creator-requested">${texts.creatorRequested}</p>`
            : html`<p class="muted">${texts.creatorText}</p>
                ${this.#form()}`
      }
      ${this.messages()}
    </section>`;
  }

  #pageLink(): TemplateResult {
    const { profile, accountTexts: texts } = this;
    return profile.handle
      ? html`<a href="/c/${profile.handle}" data-testid="own-page">${texts.ownPage}</a>`
      : html`<span class="muted">${texts.noPage}</span>`;
  }

  #form(): TemplateResult {
    const { accountTexts: texts, language } = this;
    const names = new Intl.DisplayNames([language], { type: 'region' });
    const countries = COUNTRIES.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) =>
      a.name.localeCompare(b.name, language),
    );
    return html`<form class="card" @submit=${this.#become}>
      <label class="field">
        <span>${texts.country}</span>
        <select name="country" required autocomplete="country" data-testid="creator-country">
          <option value=""></option>
          ${countries.map(({ code, name }) => html`<option value=${code}>${name}</option>`)}
        </select>
      </label>
      <label class="check"><input type="checkbox" required data-testid="creator-adult" />${texts.adult}</label>
      <label class="check"><input type="checkbox" required data-testid="creator-terms" />${texts.terms}</label>
      ${this.hasTerms ? html`<a href="/terms" target="_blank" rel="noopener">${texts.readTerms}</a>` : nothing}
      ${this.submit(texts.become, 'creator-become')}
    </form>`;
  }

  #become = async (event: Event): Promise<void> => {
    event.preventDefault();
    const country = fieldsOf(event)('country');
    const name = this.profile.name ?? '';
    await this.act('become', async () =>
      this.announce(await call('POST /v1/me/creator', { name, country, isAdult: true, acceptsTerms: true })),
    );
  };
}

defineElement('account-creator', AccountCreator);
