/** A room: `<loge-room>` with the site's tokens, or the sign-in before it. */
import '../../../client-sdk/elements/theme/web-awesome.ts';
import '../../../client-sdk/elements/loge-room.ts';
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { ListedRoom, SiteSession } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { roomCard, roomCardStyles } from '../rooms/room-card.ts';
import { SitePage } from '../site/site-page.ts';
import { idOfPage } from '../site/site-paths.ts';
import '../site/site-sign-in.ts';

export class SiteRoom extends SitePage {
  static override properties = { ...SitePage.properties, info: { state: true } };
  declare info: ListedRoom | undefined;
  protected readonly page = 'room';
  protected override readonly isFullHeight = true;
  readonly #roomId = idOfPage('rooms');
  readonly #tokenProvider = () => siteApi.roomToken(this.#roomId);

  static override styles = [
    ...SitePage.styles,
    ...roomCardStyles,
    css`
      loge-room {
        --loge-height: 100%;
        --loge-min-height: 0;
      }

      .door {
        height: 100%;
        overflow-y: auto;
      }

      .door .column {
        display: grid;
        gap: 1.35rem;
        align-content: center;
        min-height: 100%;
        padding-block: 1.5rem;
      }
    `,
  ];

  protected override async load(session: SiteSession): Promise<void> {
    // A signed-in person gets everything over the socket; only the sign-in needs the room's card.
    if (!session.person) this.info = await siteApi.room(this.#roomId);
  }

  protected override get pageTitle(): string {
    return this.info ? `${this.info.title} · ${this.words.site.name}` : super.pageTitle;
  }

  protected override content(session: SiteSession | undefined): TemplateResult {
    const { words } = this;
    if (!session) return html`<div class="waiting" style="aspect-ratio: 16 / 9; max-height: 60dvh"></div>`;
    if (session.person)
      return html`<loge-room url=${location.origin} .tokenProvider=${this.#tokenProvider}></loge-room>`;
    return html`<div class="door"><div class="column narrow">
      <h1 class="visually-hidden">${words.signIn.needed}</h1>
      ${this.info ? roomCard(this.info, { words, texts: this.texts, language: this.language, isAlone: true }) : html`<div class="room-card waiting"><div class="picture"></div><div class="text"></div></div>`}
      <site-sign-in ?demo=${session.demo} heading=${words.signIn.needed} text=${words.signIn.neededText}></site-sign-in>
    </div></div>`;
  }
}

defineElement('site-room', SiteRoom);
