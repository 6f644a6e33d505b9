/** `<site-follow>`: follow a creator, or no longer. Without `isFollowing` it asks the server. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { call } from '../site/site-call.ts';

import { SitePart } from '../site/site-part.ts';
import '../texts/profile-texts.ts';

export class SiteFollow extends SitePart {
  static override properties = {
    ...SitePart.properties,
    creator: {},
    name: {},
    profilePath: { attribute: false },
    isFollowing: { attribute: false },
  };
  /** The creator's identity. */
  declare creator: string;
  declare name: string;
  /** Of a link to the creator's page, if one is wanted. */
  declare profilePath: string | undefined;
  declare isFollowing: boolean | undefined;

  static override styles = [
    ...SitePart.styles,
    plainControlStyles,
    css`
      :host([slot]) { display: block; margin-top: var(--_space-12); }
      .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--_space-8) var(--_space-16); min-height: 2.75rem; }
    `,
  ];

  protected override async load(): Promise<void> {
    this.isFollowing ??= (await call('GET /v1/me/follows/:creator', { creator: this.creator })).isFollowing;
  }

  override render(): TemplateResult | typeof nothing {
    const { isFollowing, profilePath, name, busy } = this;
    const { profile } = this.words;
    return html`<div class="row">
      ${
        isFollowing === undefined
          ? nothing
          : html`<button
                class="button outlined"
                type="button"
                aria-label=${isFollowing ? profile.unfollowName(name) : profile.followName(name)}
                data-testid=${isFollowing ? 'unfollow' : 'follow'}
                ?disabled=${busy !== ''}
                @click=${this.#toggle}
              >
                ${isFollowing ? profile.unfollow : profile.follow}
              </button>`
      }
      ${profilePath ? html`<a href=${profilePath} data-testid="to-profile">${profile.pageOf(name)}</a>` : nothing}
    </div>
    <div aria-live="polite">
      ${this.note ? html`<p class="muted">${this.note}</p>` : nothing}
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem">${this.problem}</div>` : nothing}
    </div>`;
  }

  #toggle = (): void => {
    const { creator, name, isFollowing } = this;
    void this.act('follow', async () => {
      const route = isFollowing ? 'DELETE /v1/me/follows/:creator' : 'PUT /v1/me/follows/:creator';
      this.isFollowing = (await call(route, { creator })).isFollowing;
      if (this.isFollowing) this.note = this.words.profile.following(name);
    });
  };
}

defineElement('site-follow', SiteFollow);
