/**
 * Base of the site's pages: header, main, footer, session, language. A page implements `content()` and may load data in
 * `load()`, which also runs after sign-in.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/icons.ts';
import { LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import type { SiteSession } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { frameStyles, pageStyles } from '../styles/site-styles.ts';
import type { SiteTexts } from '../texts/english.ts';
import { chooseLanguage, siteTexts, startLanguage } from './site-language.ts';

startLanguage();

export type PageName = keyof SiteTexts['titles'];

export abstract class SitePage extends LogeElement {
  static override properties = {
    session: { state: true },
    failure: { state: true },
    isReady: { state: true },
  };
  declare session: SiteSession | undefined;
  declare failure: string;
  /** Whether the page has its data; without it there is no footer, which would be pushed away. */
  declare isReady: boolean;

  static override styles = [...LogeElement.styles, frameStyles, pageStyles];

  protected abstract readonly page: PageName;
  /** A full-height page has no footer and does not scroll. */
  protected readonly isFullHeight: boolean = false;

  constructor() {
    super();
    this.failure = '';
    this.isReady = false;
  }

  protected get words(): SiteTexts {
    return siteTexts(this.language);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.start();
    this.addEventListener('site-signed-in', (event) => {
      this.session = (event as CustomEvent<SiteSession>).detail;
      void this.#loadSafely();
    });
  }

  protected async start(): Promise<void> {
    this.failure = '';
    try {
      this.session = await siteApi.session();
    } catch (error) {
      this.failure = this.wordsFor(error);
      return;
    }
    await this.#loadSafely();
  }

  /** Loads the page's data once the session is known. */
  protected async load(_session: SiteSession): Promise<void> {}

  protected abstract content(session: SiteSession | undefined): unknown;

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    document.title = this.pageTitle;
  }

  protected get pageTitle(): string {
    return this.words.titles[this.page];
  }

  override render(): TemplateResult {
    const { words } = this;
    return html`
      <div class="frame ${this.isFullHeight ? 'full' : ''}">
        ${this.#header()}
        <main id="main" tabindex="-1">
          ${
            this.failure
              ? html`<div class="failed" role="alert">
                  <h1 class="display">${words.site.failed}</h1>
                  <p class="muted">${this.failure}</p>
                  <wa-button variant="brand" @click=${() => this.start()}>${words.site.retry}</wa-button>
                </div>`
              : this.content(this.session)
          }
        </main>
        ${this.isFullHeight || !this.isReady ? nothing : html`<footer><p class="muted">${words.site.footer}</p></footer>`}
      </div>
    `;
  }

  #header(): TemplateResult {
    const { words, session } = this;
    const person = session?.person;
    const isOperator = session?.isOperator ?? false;
    const link = (page: PageName, href: string, text: string) =>
      html`<a href=${href} aria-current=${this.page === page ? 'page' : nothing}>${text}</a>`;
    return html`<header>
      <button class="skip" type="button" @click=${this.#skip}>${words.site.skip}</button>
      <a class="brand" href="/" aria-label="${words.site.name}, ${words.site.live}">
        <svg aria-hidden="true" width="26" height="26" viewBox="0 0 26 26" fill="none" stroke="currentColor" stroke-width="1.7">
          <path d="M4 23V12a9 9 0 0 1 18 0v11M2 23h22" stroke-linecap="round" />
          <path d="M4.5 12.500c3.5 0 6-2.5 8.5-7.5 2.5 5 5 7.5 8.5 7.5" stroke-linecap="round" />
        </svg>
        <span>${words.site.name}</span>
      </a>
      <nav aria-label=${words.site.navigation}>
        ${link('home', '/', words.site.live)}
        ${person?.role === 'creator' ? link('studio', '/studio', words.site.studio) : nothing}
        ${person?.role === 'creator' ? link('earnings', '/earnings', words.site.earnings) : nothing}
        ${person?.role === 'fan' && !isOperator ? link('wallet', '/wallet', words.site.wallet) : nothing}
        ${isOperator ? link('desk', '/desk', words.site.desk) : nothing}
      </nav>
      <button
        class="language"
        type="button"
        lang=${this.language === 'fr' ? 'en' : 'fr'}
        data-testid="language"
        aria-label=${this.language === 'fr' ? 'EN, English' : 'FR, Français'}
        title=${words.site.otherLanguage}
        @click=${() => chooseLanguage(this.language === 'fr' ? 'en' : 'fr')}
      >
        ${this.language === 'fr' ? 'EN' : 'FR'}
      </button>
      ${person ? this.#account(person.name) : html`<span class="account-place"></span>`}
    </header>`;
  }

  #account(name: string): TemplateResult {
    const { words } = this;
    return html`
      <button class="account" type="button" popovertarget="account" data-testid="account" aria-label="${initialsOf(name)}, ${words.site.account(name)}">
        ${initialsOf(name)}
      </button>
      <div id="account" class="account-menu" popover>
        <p>${words.site.account(name)}</p>
        <wa-button appearance="outlined" data-testid="sign-out" @click=${this.#signOut}>
          <span slot="start">${icon('back', 16)}</span>${words.site.signOut}
        </wa-button>
      </div>
    `;
  }

  /** Main is in a shadow root, where anchor links do not reach. */
  #skip = (): void => {
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };

  #signOut = async (): Promise<void> => {
    await siteApi.signOut();
    location.assign('/');
  };

  async #loadSafely(): Promise<void> {
    if (!this.session) return;
    try {
      await this.load(this.session);
      this.isReady = true;
    } catch (error) {
      this.failure = this.wordsFor(error);
    }
  }
}
