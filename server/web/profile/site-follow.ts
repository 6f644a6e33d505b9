/** `<site-follow>`: follow a creator, or no longer. Without `data` it asks the server whether one follows. */
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import '../texts/profile-texts.ts';

export class SiteFollow extends PagePart<boolean> {
  static override properties = {
    ...PagePart.properties,
    creator: {},
    name: {},
    profilePath: { attribute: false },
  };
  /** The creator's identity. */
  declare creator: string;
  declare name: string;
  /** Of a link to the creator's page, if one is wanted. */
  declare profilePath: string | undefined;

  static override styles = [
    ...PagePart.styles,
    css`
      :host([slot]) { display: block; margin-top: var(--_space-12); }
      .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--_space-8) var(--_space-16); min-height: 2.75rem; }
      .row .acts { margin: 0; }
    `,
  ];

  protected override read = async () =>
    this.data ?? (await call('GET /v1/me/follows/:creator', { creator: this.creator })).isFollowing;

  protected override show(isFollowing: boolean): unknown {
    const { profilePath, creator, name } = this;
    const { profile } = this.words;
    const toggle = this.acts(isFollowing, [
      {
        label: isFollowing ? profile.unfollow : profile.follow,
        name: () => (isFollowing ? profile.unfollowName(name) : profile.followName(name)),
        testId: () => (isFollowing ? 'unfollow' : 'follow'),
        run: async () => {
          const route = isFollowing ? 'DELETE /v1/me/follows/:creator' : 'PUT /v1/me/follows/:creator';
          this.data = (await call(route, { creator })).isFollowing;
        },
        done: () => (this.data ? profile.following(name) : ''),
      },
    ]);
    const link = profilePath
      ? html`<a href=${profilePath} data-testid="to-profile">${profile.pageOf(name)}</a>`
      : nothing;
    return html`<div class="row">${toggle}${link}</div>`;
  }
}

defineElement('site-follow', SiteFollow);
