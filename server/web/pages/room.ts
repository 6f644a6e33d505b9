/** A room: `<loge-room>` with the site's tokens, or its lobby with the sign-in. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { preloadParts, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PublicRoomView } from '../../protocol/rooms.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { roomPageStyles } from '../rooms/room-page-styles.ts';
import { call } from '../site/site-call.ts';
import '../rooms/site-lobby.ts';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import { SitePage } from '../site/site-page.ts';
import { DECISIONS_PATH, idOfPage } from '../site/site-paths.ts';
import '../site/site-sign-in.ts';

// A visitor who is not signed in needs no connection yet.
registerParts({ 'loge-room': () => import('../../../client-sdk/elements/loge-room.ts') });

export class SiteRoom extends SitePage {
  static override properties = { ...SitePage.properties, info: { state: true }, isReminded: { state: true } };
  declare isReminded: boolean;
  declare info: PublicRoomView | undefined;
  protected readonly page = 'room';
  protected override readonly isFullHeight = true;
  readonly #roomId = idOfPage('rooms');
  /** The first one, fetched ahead. */
  #token: Promise<string> | undefined;
  readonly #tokenProvider = () => {
    const token = this.#token ?? this.#askToken();
    this.#token = undefined;
    return token;
  };
  readonly #askToken = async () => (await call('POST /v1/rooms/:id/tokens', { id: this.#roomId })).token;
  /** Read beside the session; absent after a failure. */
  #info: Promise<PublicRoomView> | undefined = call('GET /v1/public/rooms/:id', { id: this.#roomId });

  static override styles = [...SitePage.styles, roomPageStyles];

  constructor() {
    super();
    this.isReminded = false;
    // `load` reports the failure.
    this.#info?.catch(() => undefined);
  }

  override connectedCallback(): void {
    // The server has read the session already: its answer to the script need not be waited for.
    if (this.hasAttribute('signed-in')) {
      preloadParts(['loge-room']);
      this.#token = this.#askToken();
      this.#token.catch(() => undefined);
    }
    super.connectedCallback();
  }

  protected override async load({ person }: SiteSession): Promise<void> {
    // Without it one cannot follow here; everything else works.
    if (person) import('../profile/site-follow.ts').catch(() => undefined);
    this.#info ??= call('GET /v1/public/rooms/:id', { id: this.#roomId });
    try {
      this.info = await this.#info;
    } catch (error) {
      this.#info = undefined;
      throw error;
    }
  }

  readonly #handleReminder = (): void => {
    void import('../account/push-offer.ts');
    this.isReminded = true;
  };

  protected override get canReplaceServerContent(): boolean {
    return super.canReplaceServerContent && this.info !== undefined;
  }

  protected override get pageTitle(): string {
    return this.info ? `${this.info.title} · ${this.words.site.name}` : super.pageTitle;
  }

  protected override content({ person, hasAccounts, housePages }: SiteSession): TemplateResult {
    const { words, info } = this;
    if (person) {
      // The demonstration's people have no account to which a device could belong.
      const offer = this.isReminded && hasAccounts ? html`<site-push-offer></site-push-offer>` : nothing;
      const contactPath = housePages.includes('contact') ? '/contact' : undefined;
      return html`<loge-room url=${location.origin} receipt-path="/receipts/" decisions-path=${DECISIONS_PATH} .contactPath=${contactPath} .tokenProvider=${this.#tokenProvider} @loge-reminder-set=${this.#handleReminder}>
        <site-lobby slot="loading" .info=${info}><div class="waiting buttons"></div></site-lobby>
        ${info && info.creator.identity !== person.identity ? this.#follow(info) : nothing}
      </loge-room>${offer}`;
    }
    return html`<div class="door"><site-lobby .info=${info}>
      ${this.signIn({ heading: words.signIn.needed, text: words.signIn.neededText })}
    </site-lobby></div>`;
  }

  #follow({ creator, creatorHandle }: PublicRoomView): TemplateResult {
    const path = creatorHandle ? `/c/${creatorHandle}` : undefined;
    return html`<site-follow slot="lobby" creator=${creator.identity} name=${shownName(creator, elementTexts(this.language))} .profilePath=${path}></site-follow>`;
  }
}

defineElement('site-room', SiteRoom);
