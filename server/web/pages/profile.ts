/** A creator's page: name, picture, text, lives, club. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CreatorProfile } from '../../protocol/accounts/profiles.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { profileContent, profileStyles } from '../profile/profile-content.ts';
import { call } from '../site/site-call.ts';
import '../profile/site-follow.ts';
import '../texts/profile-texts.ts';
import { SitePage } from '../site/site-page.ts';
import { idOfPage } from '../site/site-paths.ts';

export class SiteProfile extends SitePage {
  static override properties = { ...SitePage.properties, profile: { state: true } };
  declare profile: CreatorProfile | undefined;
  protected readonly page = 'profile';
  readonly #handle = idOfPage('c');
  /** Read beside the session; absent after it was used. */
  #read: Promise<CreatorProfile> | undefined = call('GET /v1/profiles/:handle', { handle: this.#handle });

  static override styles = [...SitePage.styles, ...profileStyles];

  constructor() {
    super();
    // `load` reports the failure.
    this.#read?.catch(() => undefined);
  }

  protected override async load({ person }: SiteSession): Promise<void> {
    // After signing in here, the first answer was that of a visitor.
    if (this.profile && !person) return;
    const read = this.#read ?? call('GET /v1/profiles/:handle', { handle: this.profile?.handle ?? this.#handle });
    this.#read = undefined;
    this.profile = await read;
  }

  protected override get canReplaceServerContent(): boolean {
    return super.canReplaceServerContent && this.profile !== undefined;
  }

  protected override get pageTitle(): string {
    return this.profile ? `${this.profile.name} · ${this.words.site.name}` : super.pageTitle;
  }

  protected override content({ person }: SiteSession): TemplateResult | typeof nothing {
    const { words, texts, language, profile } = this;
    if (!profile) return nothing;
    return profileContent(profile, { words, texts, language }, this.#follow(profile, person?.identity));
  }

  #follow(
    { identity, name, isFollowing }: CreatorProfile,
    caller: string | undefined,
  ): TemplateResult | typeof nothing {
    const { profile } = this.words;
    if (caller === identity) return html`<a class="button outlined" href="/account">${profile.edit}</a>`;
    if (caller !== undefined)
      return html`<site-follow creator=${identity} name=${name} .data=${isFollowing ?? undefined}></site-follow>`;
    return this.signInPath === undefined
      ? nothing
      : html`<a class="button outlined" href=${this.signInPath}>${profile.follow}</a>`;
  }
}

defineElement('site-profile', SiteProfile);
