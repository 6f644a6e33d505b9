/**
 * The frame of every page: header, main, footer. The server renders it before any script, the page again when it runs.
 */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { initialsOf } from '../../../client-sdk/elements/stage/poster.ts';
import type { FooterPage } from '../../protocol/house-pages.ts';
import { LANGUAGES, type Language, otherLanguage } from '../../protocol/languages.ts';
import type { SitePerson } from '../../protocol/site.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

export type PageName = keyof SiteTexts['titles'];

export interface SiteFrame {
  page: PageName;
  words: SiteTexts;
  language: Language;
  person: SitePerson | null;
  isOperator?: boolean;
  isReviewer?: boolean;
  isMember?: boolean;
  /** Whether one can sign in with an account of this house; absent in a house that only embeds. */
  signInPath: string | undefined;
  /** A full-height page has no footer and does not scroll. */
  isFullHeight: boolean;
  hasFooter: boolean;
  housePages: readonly FooterPage[];
}

/** Absent on the server. */
export interface FrameHandlers {
  skip: () => void;
  chooseLanguage: (event: Event) => void;
  signOut: () => void;
}

export function siteFrame(frame: SiteFrame, content: unknown, handlers?: FrameHandlers): TemplateResult {
  const { words, isFullHeight, hasFooter } = frame;
  return html`
    <div class="frame ${isFullHeight ? 'full' : ''}">
      ${header(frame, handlers)}
      <main id="main" tabindex="-1">${content}</main>
      ${
        hasFooter && !isFullHeight
          ? html`<footer>
              <p class="muted">${words.site.footer}</p>
              ${houseLinks(frame)}
            </footer>`
          : nothing
      }
    </div>
  `;
}

/** Instead of a page's content, where what it shows does not exist: nothing that one could try again. */
export function missingContent(text: string, { site }: SiteTexts): TemplateResult {
  return html`<div class="failed" data-testid="page-missing">
    <h1 class="display">${text}</h1>
    <p class="muted">${site.missing}</p>
    <a class="button" href="/" data-testid="to-home">${site.toHome}</a>
  </div>`;
}

function houseLinks({ words, housePages }: SiteFrame): TemplateResult | typeof nothing {
  if (housePages.length === 0) return nothing;
  return html`<nav class="house" aria-label=${words.site.house}>
    ${housePages.map((name) => html`<a href="/${name}">${words.house[name]}</a>`)}
  </nav>`;
}

function header(frame: SiteFrame, handlers: FrameHandlers | undefined): TemplateResult {
  const { words, person, isOperator, isReviewer, isMember } = frame;
  const link = (page: PageName, href: string, text: string) =>
    html`<a href=${href} aria-current=${frame.page === page ? 'page' : nothing}>${text}</a>`;
  const other = otherLanguage(frame.language);
  return html`<header>
    <button class="skip" type="button" @click=${handlers?.skip}>${words.site.skip}</button>
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
      ${person?.role === 'fan' && !isOperator && !isMember ? link('wallet', '/wallet', words.site.wallet) : nothing}
      ${isOperator ? link('desk', '/desk', words.site.desk) : nothing}
      ${isReviewer ? link('review', '/review', words.titles.review) : nothing}
      ${isMember ? link('seat', '/seat', words.titles.seat) : nothing}
    </nav>
    <a
      class="language"
      href="?lang=${other}"
      lang=${other}
      hreflang=${other}
      data-testid="language"
      aria-label="${other.toUpperCase()}, ${LANGUAGES[other].name}"
      title=${LANGUAGES[other].name}
      @click=${handlers?.chooseLanguage}
    >
      ${other.toUpperCase()}
    </a>
    ${person ? account(person.name, frame, handlers) : visitor(frame)}
  </header>`;
}

function visitor({ page, words, signInPath }: SiteFrame): TemplateResult {
  if (signInPath === undefined || page === 'sign-in-page') return html`<span class="account-place"></span>`;
  return html`<a class="enter" href=${signInPath} data-testid="to-sign-in">${words.site.signIn}</a>`;
}

function account(name: string, { words, signInPath }: SiteFrame, handlers: FrameHandlers | undefined): TemplateResult {
  return html`
    <button class="account" type="button" popovertarget="account" data-testid="account" aria-label="${initialsOf(name)}, ${words.site.account(name)}">
      <span>${initialsOf(name)}</span>
    </button>
    <div id="account" class="account-menu" popover>
      <p class="muted">${words.site.account(name)}</p>
      ${signInPath === undefined ? nothing : html`<a href="/account" data-testid="to-account">${words.site.yourAccount}</a>`}
      <a href="/wallet" data-testid="to-wallet">${words.site.wallet}</a>
      <button type="button" data-testid="sign-out" @click=${handlers?.signOut}>${words.site.signOut}</button>
    </div>
  `;
}
