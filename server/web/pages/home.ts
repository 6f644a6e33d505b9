/** The home page: live rooms, upcoming ones, and in development the demo sign-in. */

import type { TemplateResult } from 'lit';
import { nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import type { RoomView } from '../../protocol/rooms.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { homeContent, homeStyles } from '../home/home-content.ts';
import { call } from '../site/site-call.ts';
import { SitePage } from '../site/site-page.ts';

const REFRESH_MS = 8_000;

export class SiteHome extends SitePage {
  static override properties = { ...SitePage.properties, rooms: { state: true }, held: { state: true } };
  declare rooms: RoomView[] | undefined;
  declare held: OwnTicket[] | undefined;
  protected readonly page = 'home';
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [...SitePage.styles, ...homeStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    document.addEventListener('visibilitychange', this.#handleVisibility);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#handleVisibility);
  }

  protected override async load({ person }: SiteSession): Promise<void> {
    [{ rooms: this.rooms }, this.held] = await Promise.all([
      call('GET /v1/public/rooms'),
      person ? this.#readHeld() : undefined,
    ]);
  }

  /** Who holds none is not asked about again and again. Where they cannot be read, what is shown stays. */
  async #readHeld(): Promise<OwnTicket[] | undefined> {
    if (this.held?.length === 0) return this.held;
    const own = await call('GET /v1/tickets').catch(() => undefined);
    return own?.tickets.filter(({ status, roomStatus }) => status === 'valid' && roomStatus !== 'ended') ?? this.held;
  }

  protected override get canReplaceServerContent(): boolean {
    return super.canReplaceServerContent && this.rooms !== undefined;
  }

  protected override content({ person, demo }: SiteSession): TemplateResult {
    const { words, texts, language, rooms = [], held = [] } = this;
    return homeContent({
      person,
      rooms,
      held,
      signIn: demo ? this.signIn() : nothing,
      context: { words, texts, language },
    });
  }

  /** A ticket may have been bought in another tab meanwhile. */
  #handleVisibility = (): void => {
    if (this.held?.length === 0) this.held = undefined;
    void this.#refresh();
  };

  /** A failed refresh leaves the page as it is. */
  #refresh = async (): Promise<void> => {
    if (document.hidden || !this.rooms || !this.session) return;
    // The next refresh follows.
    await this.load(this.session).catch(() => undefined);
  };
}

defineElement('site-home', SiteHome);
