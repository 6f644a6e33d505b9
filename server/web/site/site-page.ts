/**
 * Base of the site's pages: session, language, and the frame around the content. A page implements `content()` and may
 * load data in `load()`, which also runs after sign-in. It takes over from what the server has rendered
 * (`gateway/site/`).
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { button, plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { loadParts } from '../../../client-sdk/elements/loading/parts.ts';
import { FocusKeeper } from '../../../client-sdk/elements/room/focus-keeper.ts';
import { LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import { parseLanguage } from '../../../client-sdk/elements/texts/language.ts';
import { otherLanguage } from '../../protocol/languages.ts';
import type { DemoPerson, SiteSession } from '../../protocol/site.ts';
import { frameStyles, pageStyles } from '../styles/site-styles.ts';
import { type SiteTexts, siteTexts } from '../texts/site-texts.ts';
import { chooseLanguage } from './choose-language.ts';
import { call } from './site-call.ts';
import type { PageName } from './site-frame.ts';
import { missingContent, siteFrame } from './site-frame.ts';
import { signInPath } from './site-paths.ts';
import './site-sign-in.ts';

const asked = parseLanguage(new URLSearchParams(location.search).get('lang'));
if (asked) chooseLanguage(asked);

export abstract class SitePage extends LogeElement {
  static override properties = {
    session: { state: true },
    people: { state: true },
    failure: { state: true },
    isReady: { state: true },
  };
  declare session: SiteSession | undefined;
  /** Whom a visitor of the demo can sign in as; undefined in production. */
  declare people: DemoPerson[] | undefined;
  /** In words only when it is shown: the texts of the errors may come later. */
  declare failure: unknown;
  /** Whether the page has all of its data; without it there is no footer, which would be pushed away. */
  declare isReady: boolean;

  static override styles = [plainControlStyles, frameStyles, pageStyles];

  protected abstract readonly page: PageName;
  /** A full-height page has no footer and does not scroll. */
  protected readonly isFullHeight: boolean = false;

  protected readonly focusKeeper = new FocusKeeper(this, 'main');

  constructor() {
    super();
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
    this.failure = undefined;
    try {
      const session = await call('GET /site/session');
      if (!session.person && session.demo) this.people = (await call('GET /site/demo-people')).people;
      this.session = session;
    } catch (error) {
      this.failure = error;
      return;
    }
    await this.#loadSafely();
  }

  /** Loads the page's data once the session is known. */
  protected async load(_session: SiteSession): Promise<void> {}

  protected abstract content(session: SiteSession): unknown;

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    document.title = this.pageTitle;
    loadParts(this.renderRoot);
  }

  protected get pageTitle(): string {
    return this.words.titles[this.page];
  }

  /** Whether the page has what it shows first. Until then, what the server rendered stays, so that nothing moves. */
  protected get canReplaceServerContent(): boolean {
    return this.session !== undefined;
  }

  protected override shouldUpdate(): boolean {
    return this.hasUpdated || this.failure !== undefined || this.canReplaceServerContent;
  }

  protected override update(changed: PropertyValues): void {
    if (!this.hasUpdated) {
      this.renderRoot.replaceChildren();
      this.renderOptions.renderBefore = null;
    }
    super.update(changed);
  }

  override render(): TemplateResult {
    const { words, session, failure } = this;
    return siteFrame(
      {
        person: null,
        housePages: [],
        ...session,
        page: this.page,
        words,
        language: this.language,
        signInPath: this.signInPath,
        isFullHeight: this.isFullHeight,
        hasFooter: this.isReady,
      },
      failure !== undefined || !session ? this.#failed(failure) : this.content(session),
      { skip: this.#skip, chooseLanguage: this.#chooseLanguage, signOut: this.#signOut },
    );
  }

  #failed(failure: unknown): TemplateResult {
    const { words } = this;
    const text = failure === undefined ? '' : this.wordsFor(failure);
    // What does not exist is no reason to try again.
    if (failure instanceof LogeError && !failure.retryable && failure.code.endsWith('not_found'))
      return missingContent(text, words);
    return html`<div class="failed" role="alert">
      <h1 class="display">${words.site.failed}</h1>
      <p class="muted">${text}</p>
      ${button({ label: words.site.retry, testId: 'page-retry', onClick: () => this.start() })}
    </div>`;
  }

  protected get signInPath(): string | undefined {
    return this.session?.hasAccounts ? signInPath(location.pathname + location.search) : undefined;
  }

  /** What a visitor sees where somebody has to be signed in. */
  protected signIn(words: { heading?: string; text?: string } = {}): TemplateResult {
    return html`<site-sign-in
      .people=${this.people}
      .path=${this.signInPath}
      heading=${words.heading ?? ''}
      text=${words.text ?? ''}
    ></site-sign-in>`;
  }

  /** What somebody sees of a page that only creators have. */
  protected creatorsOnly(heading: string): TemplateResult {
    const { site } = this.words;
    return html`<div class="column narrow" data-testid="creators-only">
      <h1 class="display">${heading}</h1>
      <p class="lead">${site.creatorsOnlyText}</p>
      <p class="buttons"><a class="button" href="/account">${site.yourAccount}</a></p>
    </div>`;
  }

  /** Main is in a shadow root, where anchor links do not reach. */
  #skip = (): void => {
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };

  #chooseLanguage = (event: Event): void => {
    event.preventDefault();
    chooseLanguage(otherLanguage(this.language));
  };

  #signOut = async (): Promise<void> => {
    await call('POST /site/sign-out');
    location.assign('/');
  };

  async #loadSafely(): Promise<void> {
    if (!this.session) return;
    try {
      await this.load(this.session);
      this.isReady = true;
    } catch (error) {
      this.failure = error;
    }
  }
}
