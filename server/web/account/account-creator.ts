/** `<account-creator>`: becoming a creator, with what the house requires. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { countryOptions } from '../site/countries.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountCreator extends AccountPart<Profile> {
  static override properties = {
    ...AccountPart.properties,
    hasTerms: { attribute: false },
    isMember: { attribute: false },
  };
  /** Whether the house has written its terms. */
  declare hasTerms: boolean;
  /** Of the committee: no creator can be one. */
  declare isMember: boolean;

  protected override get forbiddenText(): string {
    return this.words.accounts.seat.excluded;
  }

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
    if (this.isMember)
      return this.section(
        'creator',
        { title: texts.creator },
        html`<p data-testid="creator-excluded">${this.forbiddenText}</p>`,
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
          ...{ autocomplete: 'country', options: [{ value: '', label: '' }, ...countryOptions(this.language)] },
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
}

defineElement('account-creator', AccountCreator);
