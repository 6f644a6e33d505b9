/** The studio: a creator's rooms and the form for a new one, or with an id that room's live studio. */
import type { RoomView } from '../../protocol/rooms.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/theme/web-awesome.ts';
import '../../../client-sdk/elements/loge-room.ts';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { badgeStyles } from '../../../client-sdk/elements/stage/badges.ts';
import { formatDateTime } from '../../../client-sdk/elements/texts/format.ts';
import '../moderators/studio-moderators.ts';
import '../rooms/create-room.ts';
import '../rooms/edit-room.ts';

import { priceOf } from '../rooms/room-card.ts';
import { SitePage } from '../site/site-page.ts';
import { DECISIONS_PATH, idOfPage } from '../site/site-paths.ts';
import { studioPageStyles } from '../styles/studio-styles.ts';
import '../texts/rooms-texts.ts';
import '../texts/studio-texts.ts';

const COPIED_MS = 2_500;

export class SiteStudio extends SitePage {
  static override properties = {
    ...SitePage.properties,
    rooms: { state: true },
    edited: { state: true },
    info: { state: true },
    copied: { state: true },
    shownLink: { state: true },
  };
  declare rooms: RoomView[] | undefined;
  declare info: RoomView | undefined;
  /** Id of the room whose form is open. */
  declare edited: string;
  /** Id of the room whose link was just copied. */
  declare copied: string;
  /** Id of the room whose link stands on the page, because the browser did not let it be copied. */
  declare shownLink: string;
  protected readonly page = 'studio';
  readonly #roomId = idOfPage('studio');
  protected override readonly isFullHeight = this.#roomId !== '';
  readonly #tokenProvider = async () => (await call('POST /v1/rooms/:id/tokens', { id: this.#roomId })).token;

  static override styles = [...SitePage.styles, badgeStyles, studioPageStyles];

  constructor() {
    super();
    this.edited = '';
    this.copied = '';
    this.shownLink = '';
  }

  protected override async load(session: SiteSession): Promise<void> {
    if (session.person?.role !== 'creator') return;
    if (this.#roomId) this.info = await call('GET /v1/public/rooms/:id', { id: this.#roomId });
    else this.rooms = (await call('GET /v1/me/rooms')).rooms;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { words } = this;
    if (!session.person) {
      return html`<div class="column narrow">${this.signIn()}</div>`;
    }
    if (session.person.role !== 'creator') return this.creatorsOnly(words.studio.creatorsOnly);
    return this.#roomId ? this.#live() : this.#overview(session);
  }

  #live(): TemplateResult {
    const { words, info } = this;
    return html`<div class="live-studio">
      <div class="room-line">
        <a class="back" href="/studio" aria-label=${words.studio.back} title=${words.studio.back}>${icon('back', 22)}</a>
        <div class="what">
          <h1 class="display">${info?.title}</h1>
          ${info ? html`<span class="price">${priceOf(info, { words, language: this.language })}</span>` : nothing}
        </div>
        ${info ? this.#share(info.id) : nothing}
      </div>
      <loge-room url=${location.origin} decisions-path=${DECISIONS_PATH} .tokenProvider=${this.#tokenProvider}><loge-studio>
        <p slot="ended" class="buttons"><a class="button" href="/earnings">${words.studio.toEarnings}</a><a class="button outlined" href="/studio#new">${words.studio.nextDate}</a></p>
      </loge-studio></loge-room>
    </div>`;
  }

  #overview(session: SiteSession): TemplateResult {
    const { words } = this;
    const rooms = this.rooms && nextFirst(this.rooms);
    return html`<div class="column">
      <h1 class="display">${words.studio.title}</h1>
      <p class="lead">${words.studio.text}</p>
      <div class="halves">
        <section aria-labelledby="rooms">
          <h2 id="rooms" class="display">${words.studio.rooms}</h2>
          ${
            rooms
              ? rooms.length > 0
                ? html`<ul class="rooms">${rooms.map((room, index) => this.#row(room, index === 0))}</ul>`
                : html`<p class="muted">${words.studio.none}</p>`
              : html`<div class="waiting" pending style="height: 12rem"></div>`
          }
        </section>
        <section class="new" aria-labelledby="new">
          <h2 id="new" class="display">${words.studio.newRoom}</h2>
          <site-create-room currency=${session.currency}></site-create-room>
        </section>
        ${rooms ? html`<studio-moderators .rooms=${rooms}></studio-moderators>` : nothing}
      </div>
    </div>`;
  }

  /** The next live alone has the gold button. */
  #row(room: RoomView, isNext: boolean): TemplateResult {
    const { words } = this;
    const context = { words, language: this.language };
    return html`<li>
      <div class="what">
        <p class="display">${room.title}</p>
        <p class="muted">
          <span class=${room.status === 'live' ? 'badge live' : ''}>${words.studio.status[room.status]}</span> · ${priceOf(room, context)}${room.startsAt && !room.firstLiveAt ? ` · ${formatDateTime(room.startsAt, this.language)}` : ''}${room.soldOut && room.status !== 'ended' ? ` · ${this.texts.lobby.soldOut}` : ''}
        </p>
      </div>
      ${
        room.status === 'ended'
          ? nothing
          : html`<div class="acts">
              <wa-button
                size="s"
                appearance="outlined"
                data-testid="edit-${room.id}"
                @click=${() => {
                  this.edited = this.edited === room.id ? '' : room.id;
                }}
                >${words.rooms.edit}</wa-button
              >
              ${this.#share(room.id)}
              <wa-button size="s" variant=${isNext ? 'brand' : 'neutral'} appearance=${isNext ? 'accent' : 'outlined'} href="/studio/${room.id}" data-testid="open-studio-${room.id}">${words.studio.open}</wa-button>
            </div>
            ${this.#edit(room)}`
      }
    </li>`;
  }

  /** What was edited in the form stays while the list is read again. */
  #edit(room: RoomView): TemplateResult | typeof nothing {
    return this.edited === room.id
      ? html`<site-edit-room data-testid="edit-room" .data=${room} @room-changed=${() => this.#reloadRooms()}></site-edit-room>`
      : nothing;
  }

  async #reloadRooms(): Promise<void> {
    this.rooms = (await call('GET /v1/me/rooms')).rooms;
  }

  #share(roomId: string): TemplateResult {
    const { words } = this;
    if (this.shownLink === roomId) {
      return html`<input
        class="link"
        readonly
        aria-label=${words.studio.copyYourself}
        title=${words.studio.copyYourself}
        data-testid="link-${roomId}"
        .value=${linkOf(roomId)}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      />`;
    }
    const isCopied = this.copied === roomId;
    return html`<wa-button size="s" appearance="outlined" data-testid="copy-link-${roomId}" @click=${() => this.#copy(roomId)}
      ><span class="sign">${icon(isCopied ? 'check' : 'link', 18)}</span
      ><span class="words">${isCopied ? words.studio.copied : words.studio.share}</span></wa-button
    >`;
  }

  async #copy(roomId: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(linkOf(roomId));
    } catch {
      this.shownLink = roomId;
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLInputElement>('input.link')?.focus();
      return;
    }
    this.copied = roomId;
    setTimeout(() => {
      this.copied = '';
    }, COPIED_MS);
  }
}

/** The live that runs, else the one that starts next, comes first; then as they are given. */
function nextFirst(rooms: readonly RoomView[]): RoomView[] {
  const rank = ({ status, startsAt }: RoomView) =>
    status === 'live'
      ? 0
      : status === 'ended'
        ? Number.POSITIVE_INFINITY
        : startsAt
          ? Date.parse(startsAt)
          : Number.MAX_VALUE;
  const [first, ...others] = rooms;
  if (!first) return [];
  const next = others.reduce((best, room) => (rank(room) < rank(best) ? room : best), first);
  return [next, ...rooms.filter((room) => room !== next)];
}

function linkOf(roomId: string): string {
  return new URL(`/rooms/${roomId}`, location.origin).href;
}

defineElement('site-studio', SiteStudio);
