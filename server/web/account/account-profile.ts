/** `<account-profile>`: name, handle and language. Before there is a name, the name alone. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { parseLanguage } from '../../../client-sdk/elements/texts/language.ts';
import type { Profile, ProfileChange } from '../../protocol/accounts/people.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../../protocol/languages.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { call } from '../site/site-call.ts';

import { AccountPart, fieldsOf } from './account-part.ts';

export class AccountProfile extends AccountPart {
  static override properties = { ...AccountPart.properties, profile: { attribute: false } };
  declare profile: Profile;

  override render(): TemplateResult {
    const { profile, accountTexts: texts } = this;
    const isNew = profile.name === null;
    return html`<section aria-labelledby="profile">
      ${isNew ? nothing : html`<h2 id="profile" class="display">${texts.profile}</h2>`}
      <form class="card" @submit=${this.#save}>
        <label class="field">
          <span>${texts.name}</span>
          <input
            name="name"
            autocomplete="nickname"
            required
            maxlength=${LIMITS.nameChars}
            .value=${profile.name ?? ''}
            aria-describedby="name-hint"
            data-testid="account-name"
          />
          <small id="name-hint">${texts.nameHint}</small>
        </label>
        ${isNew ? nothing : this.#more(profile)}
        ${this.submit(isNew ? texts.goOn : texts.save, 'account-save')}
      </form>
      ${this.messages()}
    </section>`;
  }

  #more({ handle, language, about, role, mail }: Profile): TemplateResult {
    const { accountTexts: texts } = this;
    return html`<label class="field">
        <span>${texts.handle}</span>
        <input
          name="handle"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          minlength=${LIMITS.handleMinChars}
          maxlength=${LIMITS.handleMaxChars}
          .value=${handle ?? ''}
          aria-describedby="handle-hint"
          data-testid="account-handle"
        />
        <small id="handle-hint">${role === 'creator' ? texts.creatorHandleHint : texts.handleHint}</small>
      </label>
      ${role === 'creator' ? this.#about(about) : nothing}
      <label class="field">
        <span>${texts.language}</span>
        <select name="language" data-testid="account-language">
          ${LANGUAGE_CODES.map((code) => html`<option value=${code} lang=${code} ?selected=${code === language}>${LANGUAGES[code].name}</option>`)}
        </select>
      </label>
      <label class="check"
        ><input type="checkbox" name="lives" .checked=${mail.lives} data-testid="account-mail-lives" />${texts.mailLives}</label
      >`;
  }

  #about(about: string): TemplateResult {
    const { accountTexts: texts } = this;
    return html`<label class="field">
      <span>${texts.about}</span>
      <textarea
        name="about"
        rows="5"
        maxlength=${LIMITS.aboutChars}
        .value=${about}
        aria-describedby="about-hint"
        data-testid="account-about"
      ></textarea>
      <small id="about-hint">${texts.aboutHint}</small>
    </label>`;
  }

  #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const field = fieldsOf(event);
    const { profile } = this;
    const isNew = profile.name === null;
    // Only what was edited: the profile may have changed elsewhere since the page was opened.
    const change: ProfileChange = {};
    const name = field('name');
    if (name !== profile.name) change.name = name;
    if (!isNew) {
      const handle = field('handle').toLowerCase() || null;
      if (handle !== profile.handle) change.handle = handle;
      const language = parseLanguage(field('language')) ?? profile.language;
      if (language !== profile.language) change.language = language;
      const lives = field('lives') === 'on';
      if (lives !== profile.mail.lives) change.mail = { lives };
      const about = field('about');
      if (profile.role === 'creator' && about !== profile.about) change.about = about;
    }
    await this.act('save', async () => {
      this.announce(await call('PATCH /v1/me', change));
      if (!isNew) this.note = this.accountTexts.saved;
    });
  };
}

defineElement('account-profile', AccountProfile);
