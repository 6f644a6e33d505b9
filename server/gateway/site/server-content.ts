/**
 * The content of the pages before any script: the templates of `server/web`, rendered here into declared shadow trees,
 * which the elements replace by their own once they have their data.
 */
import { render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import type { CSSResultGroup, TemplateResult } from 'lit';
import { html } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { elementTable, elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import * as en from '../../../client-sdk/elements/texts/english/errors.ts';
import * as fr from '../../../client-sdk/elements/texts/french/errors.ts';
import { themeStyles } from '../../../client-sdk/elements/theme/theme.ts';
import { formatDate, type HouseLocale } from '../../platform/house-dates.ts';
import { Markup } from '../../platform/html.ts';
import type { DemoPerson, SitePerson } from '../../protocol/site.ts';
import { homeContent, homeStyles } from '../../web/home/home-content.ts';
import '../../web/texts/profile-texts.ts';
import { profileContent, profileStyles, type ShownProfile } from '../../web/profile/profile-content.ts';
import { type LobbyRoom, lobbyContent, lobbyContentStyles } from '../../web/rooms/lobby-content.ts';
import type { CardContext, CardRoom } from '../../web/rooms/room-card.ts';
import { roomPageStyles } from '../../web/rooms/room-page-styles.ts';
import { signInContent, signInStyles } from '../../web/site/sign-in-content.ts';
import { missingContent, type PageName, siteFrame } from '../../web/site/site-frame.ts';
import { frameStyles, pageStyles } from '../../web/styles/site-styles.ts';
import { siteTexts } from '../../web/texts/site-texts.ts';

// Browsers load these texts later; a page of the server has to be complete.
elementTable.add({ en, fr });

export interface ServerPage extends HouseLocale {
  page: PageName;
  person: SitePerson | null;
  isOperator: boolean;
  isReviewer: boolean;
  isMember: boolean;
  isFullHeight: boolean;
  /** Absent in a house that only embeds. */
  signInPath: string | undefined;
  /** In development: whom a visitor can sign in as. */
  demoPeople: readonly DemoPerson[] | undefined;
}

/**
 * Placeholder for separately rendered markup. Lit's renderer would parse it again, and accepts no slot outside of an
 * element.
 */
const PLACE_MARK = '<!--loge:place-->';
const PLACE = html`<!--loge:place-->`;

export function serverHome(page: ServerPage, rooms: CardRoom[]): Markup {
  const signIn = page.demoPeople && !page.person ? signInPanel(page) : '';
  const content = homeContent({ person: page.person, rooms, signIn: PLACE, context: contextOf(page) });
  return pageElement(page, homeStyles, renderTemplate(content, signIn));
}

export function serverRoom(page: ServerPage, room: LobbyRoom): Markup {
  const { signIn } = siteTexts(page.language);
  const below = page.person
    ? '<div class="waiting buttons"></div>'
    : signInPanel(page, { heading: signIn.needed, text: signIn.neededText });
  const content = renderTemplate(lobbyContent(room, contextOf(page), PLACE), '<slot></slot>');
  const lobby = shadowElement('div', [themeStyles, ...lobbyContentStyles], content, below);
  return pageElement(page, [roomPageStyles], `<div class="door">${lobby}</div>`);
}

/** Without a way to follow, which depends on who reads it: its place is kept. */
export function serverProfile(page: ServerPage, profile: ShownProfile): Markup {
  const content = profileContent(profile, contextOf(page), '');
  return pageElement(page, profileStyles, renderTemplate(content));
}

/** A page for which the server knows only the requesting user. */
export function serverFrame(page: ServerPage, isSignInNeeded: boolean): Markup {
  const content = isSignInNeeded
    ? `<div class="column narrow">${signInPanel(page)}</div>`
    : '<div class="column"><div class="waiting" style="height: 20rem"></div></div>';
  return pageElement(page, [], content);
}

/** What the page shows does not exist, as `text` says. */
export function serverMissing(page: ServerPage, text: string): Markup {
  return pageElement(page, [], renderTemplate(missingContent(text, siteTexts(page.language))));
}

function contextOf({ language, timeZone }: ServerPage): CardContext {
  return {
    words: siteTexts(language),
    texts: elementTexts(language),
    language,
    formatDate: (at) => formatDate(at, 'short', { language, timeZone }),
  };
}

function signInPanel(
  { language, demoPeople, signInPath }: ServerPage,
  words: { heading?: string; text?: string } = {},
): string {
  const content = signInContent({
    words: siteTexts(language).signIn,
    people: demoPeople,
    path: signInPath,
    ...words,
  });
  return shadowElement('div', [themeStyles, plainControlStyles, signInStyles], renderTemplate(content));
}

function pageElement(page: ServerPage, styles: CSSResultGroup[], content: string): Markup {
  const words = siteTexts(page.language);
  const frame = renderTemplate(siteFrame({ ...page, words, hasFooter: false, housePages: [] }, PLACE), content);
  const element = shadowElement(
    `site-${page.page}`,
    [themeStyles, plainControlStyles, frameStyles, pageStyles, ...styles],
    frame,
  );
  // The script loads what a person needs next before it has asked who that is.
  return new Markup(page.person ? element.replace('>', ' signed-in>') : element);
}

function shadowElement(tag: string, styles: CSSResultGroup[], content: string, children = ''): string {
  const css = (styles as unknown[]).flat(Number.POSITIVE_INFINITY).join('\n');
  return `<${tag}><template shadowrootmode="open"><style>${css}</style>${content}</template>${children}</${tag}>`;
}

/** Without the marks for hydration, since the elements render anew. Values are escaped, so no mark comes from one. */
/** For pages that are plain documents. */
export function renderMarkup(template: TemplateResult): Markup {
  return new Markup(renderTemplate(template));
}

function renderTemplate(template: TemplateResult, inPlace = ''): string {
  const rendered = collectResultSync(render(template)).replace(/<!--\/?lit-[a-z]+(?: [\w+/=]+)?-->|<\?>/g, '');
  return rendered.replace(PLACE_MARK, () => inPlace);
}
