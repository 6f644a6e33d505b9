/**
 * The account: profile, becoming a creator, passkeys, sessions. Right after the first sign-in it asks for a name alone,
 * and then offers a passkey.
 */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { SiteSession } from '../../protocol/site.ts';
import { call } from '../site/site-call.ts';
import '../account/account-address.ts';
import '../account/account-data.ts';
import '../account/account-follows.ts';
import '../account/account-mutes.ts';
import '../account/account-passkeys.ts';
import '../account/account-picture.ts';
import '../account/account-profile.ts';
import '../account/account-push.ts';
import '../account/account-sessions.ts';
import '../moderators/account-moderating.ts';
import { registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { returnPathOf } from '../account/return-path.ts';

import { hasPasskeys } from '../passkeys/passkey-ceremonies.ts';
import { SitePage } from '../site/site-page.ts';
import '../texts/account-texts.ts';

registerParts({
  // Its list of countries is shared with the form for tax details, and would be a file of its own.
  'account-creator': () => import('../account/account-creator.ts'),
  // Few people have these.
  'account-operator': () => import('../account/account-operator.ts'),
  'account-provider': () => import('../account/account-provider.ts'),
  'account-blocks': () => import('../account/account-blocks.ts'),
});

export class SiteAccount extends SitePage {
  static override properties = { ...SitePage.properties, profile: { state: true }, offersPasskey: { state: true } };
  declare profile: Profile | undefined;
  /** Right after the first sign-in, before going on to where they came from. */
  declare offersPasskey: boolean;
  protected readonly page = 'account';

  protected override async load({ person }: SiteSession): Promise<void> {
    if (person) this.profile = await call('GET /v1/me');
  }

  protected override content({ person, housePages, openIdProvider, ...holds }: SiteSession): TemplateResult {
    const { profile } = this;
    const { account } = this.words.accounts;
    if (!person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!profile) return html`<div class="column narrow"><div class="waiting" style="height: 32rem"></div></div>`;
    const isNew = profile.name === null;
    const search = new URLSearchParams(location.search);
    const as = search.has('seat') ? 'seat' : 'operator';
    const token = search.get(as);
    const isWatched = profile.role === 'creator' || holds.isOperator || holds.isReviewer;
    const isExcluded = as === 'seat' ? isWatched : holds.isMember;
    if (this.offersPasskey) return this.#offer();
    return html`<div class="column narrow" @profile-changed=${this.#handleChange}>
      <h1 class="display">${isNew ? account.welcome : account.title}</h1>
      ${isNew ? html`<p class="lead">${account.welcomeText}</p>` : html`<account-moderating></account-moderating>`}
      ${holds.isReviewer ? html`<p class="buttons"><a class="button outlined" href="/review" data-testid="to-review">${this.words.titles.review}</a></p>` : nothing}
      ${!isNew && token ? html`<account-operator .data=${{ as, token, provider: openIdProvider, isExcluded }}></account-operator>` : nothing}
      <account-profile .data=${profile}></account-profile>
      ${
        isNew
          ? nothing
          : html`${profile.role === 'creator' ? html`<account-picture .data=${profile}></account-picture>` : nothing}
              <account-creator .data=${profile} .hasTerms=${housePages.includes('terms')} .isMember=${holds.isMember}></account-creator>
              <account-follows></account-follows>
              <account-mutes></account-mutes>
              ${profile.role === 'creator' ? html`<account-blocks></account-blocks>` : nothing}
              <account-push></account-push>
              <account-passkeys></account-passkeys>
              ${openIdProvider ? html`<account-provider></account-provider>` : nothing}
              <account-address .profile=${profile}></account-address>
              <account-sessions></account-sessions>
              <account-data></account-data>`
      }
    </div>`;
  }

  #offer(): TemplateResult {
    const { passkeys } = this.words.accounts;
    return html`<div class="column narrow" @passkey-added=${this.#goOn}>
      <h1 class="display">${passkeys.offer}</h1>
      <p class="lead">${passkeys.offerText}</p>
      <account-passkeys .isOffer=${true}></account-passkeys>
      <p class="buttons"><button class="button outlined" type="button" data-testid="passkey-later" @click=${this.#goOn}>${passkeys.later}</button></p>
    </div>`;
  }

  #goOn = (): void => {
    this.offersPasskey = false;
    const to = returnPathOf(location.search);
    if (to !== undefined && to !== '/account') location.assign(to);
  };

  #handleChange = ({ detail: profile }: CustomEvent<Profile>): void => {
    const isFirst = this.profile?.name === null;
    this.profile = profile;
    if (isFirst) {
      if (hasPasskeys()) this.offersPasskey = true;
      else this.#goOn();
    }
    const { session } = this;
    if (!session?.person || profile.name === null) return;
    this.session = { ...session, person: { ...session.person, name: profile.name, role: profile.role } };
  };
}

defineElement('site-account', SiteAccount);
