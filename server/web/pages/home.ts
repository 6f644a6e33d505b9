/** The home page: live rooms, upcoming ones, and in development the demo sign-in. */
import type { TemplateResult } from 'lit';
import { nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import { walletApi } from '../api/money-api.ts';
import type { ListedRoom, SiteSession } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { homeContent, homeStyles } from '../home/home-content.ts';
import { SitePage } from '../site/site-page.ts';

const REFRESH_MS = 8_000;

export class SiteHome extends SitePage {
  static override properties = { ...SitePage.properties, rooms: { state: true }, held: { state: true } };
  declare rooms: ListedRoom[] | undefined;
  declare held: OwnTicket[] | undefined;
  protected readonly page = 'home';
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [...SitePage.styles, ...homeStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    document.addEventListener('visibilitychange', this.#refresh);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#refresh);
  }

  protected override async load({ person }: SiteSession): Promise<void> {
    const [rooms, tickets] = await Promise.all([
      siteApi.rooms(),
      // Without them the page is as it is for a visitor.
      person ? walletApi.tickets().catch(() => []) : [],
    ]);
    this.rooms = rooms;
    this.held = tickets.filter(({ status, roomStatus }) => status === 'valid' && roomStatus !== 'ended');
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

  /** A failed refresh leaves the list as it is. */
  #refresh = async (): Promise<void> => {
    if (document.hidden || !this.rooms) return;
    try {
      this.rooms = await siteApi.rooms();
    } catch {
      // The next refresh follows.
    }
  };
}

defineElement('site-home', SiteHome);
