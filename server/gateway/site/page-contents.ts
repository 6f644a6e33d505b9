/** The content of a page of the site for the requesting user, before any script. */
import type { Request } from 'express';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import { SharedRead } from '../../platform/db/shared-read.ts';
import { Markup } from '../../platform/html.ts';
import { AppError, ERROR_CATALOGUE } from '../../protocol/errors.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { SitePerson } from '../../protocol/site.ts';
import type { CardRoom } from '../../web/rooms/room-card.ts';
import type { PageName } from '../../web/site/site-frame.ts';
import { signInPath } from '../../web/site/site-paths.ts';
import { siteTexts } from '../../web/texts/site-texts.ts';
import type { HttpContext } from '../context.ts';
import { findProfile } from '../operations/accounts/profiles.ts';
import { demoPeopleOf } from './demo.ts';
import { excerptOf, profileCard, profilePageOf, profilePath } from './discovery/profile-links.ts';
import { cardUrl, houseCard, roomCard, roomUrl } from './discovery/room-links.ts';
import { eventOf, isPublic, summaryOf } from './discovery/room-summary.ts';
import { pageHead } from './page-head.ts';
import {
  type ServerPage,
  serverFrame,
  serverHome,
  serverMissing,
  serverProfile,
  serverRoom,
} from './server-content.ts';
import type { DeskAccess } from './sign-in/desk-access.ts';
import type { SiteSessions } from './sign-in/site-session.ts';

const NOTHING = new Markup('');

export interface PageContent {
  status: 200 | 302 | 404;
  /** Where the page is now, with 302. */
  location?: string;
  language: Language;
  head: Markup;
  body: Markup;
}

export class PageContents {
  readonly #domains: HttpContext;
  readonly #sessions: SiteSessions;
  readonly #desk: DeskAccess;
  /** A rush of visitors costs a few reads of what is sold out. */
  readonly #publicRooms: SharedRead<'all', CardRoom[]>;

  constructor(domains: HttpContext, { sessions, desk }: { sessions: SiteSessions; desk: DeskAccess }) {
    this.#domains = domains;
    this.#sessions = sessions;
    this.#desk = desk;
    this.#publicRooms = new SharedRead(async () => this.#withSoldOut(await domains.rooms.listPublicRooms()));
  }

  /** The person; null for a visitor. */
  async findPerson(request: Request): Promise<SitePerson | null> {
    return (await this.#sessions.find(request))?.person ?? null;
  }

  async create(
    name: PageName,
    request: Request,
    { language, person }: { language: Language; person: SitePerson | null },
  ): Promise<PageContent> {
    const { config, roles, committee } = this.#domains;
    const holds = async (role: 'operator' | 'reviewer') => person !== null && roles.has(person.identity, role);
    const [isOperator, isReviewer, isMember] = await Promise.all([
      holds('operator'),
      holds('reviewer'),
      person !== null && committee.isMember(person.identity),
    ]);
    const page: ServerPage = {
      page: name,
      language,
      timeZone: config.timeZone,
      person,
      isOperator,
      isReviewer,
      isMember,
      isFullHeight: name === 'room' || (name === 'studio' && request.params.id !== undefined),
      signInPath: config.hasSite ? signInPath(request.path) : undefined,
      demoPeople: demoPeopleOf(config),
    };
    if (name === 'home') return this.#home(page);
    if (name === 'room') return this.#room(page, String(request.params.id));
    if (name === 'profile') return this.#profile(page, request);
    // Only the desk's own cookie may say that an operator is there, which is looked up later.
    const isVisitor = person === null && !this.#desk.isPresentedIn(request);
    return this.#found(page, this.#plainHead(page), serverFrame(page, isVisitor));
  }

  async #home(page: ServerPage): Promise<PageContent> {
    const { language } = page;
    const { titles, home } = siteTexts(language);
    const url = new URL('/', this.#domains.config.publicUrl).href;
    const picture = cardUrl(url, houseCard(language), language);
    const head = pageHead({
      title: titles.home,
      heading: home.title,
      description: home.text,
      url,
      language,
      isIndexed: true,
      picture,
    });
    return this.#found(page, head, serverHome(page, await this.#publicRooms.get('all')));
  }

  async #room(page: ServerPage, id: string): Promise<PageContent> {
    const { language } = page;
    const found = await this.#findRoom(id);
    if (!found) {
      const text = elementTexts(language).errors.room_not_found ?? ERROR_CATALOGUE.room_not_found.message;
      const body = serverMissing(page, text);
      return { status: 404, language, head: this.#plainHead(page), body };
    }
    const soldOut = await this.#domains.money.tickets.isSoldOut(found, page.person?.identity);
    const room = { ...found, soldOut };
    const { title, description } = summaryOf(room, page);
    const url = roomUrl(this.#domains.config.publicUrl, room);
    const picture = cardUrl(url, roomCard(room, page), language);
    const isIndexed = isPublic(room);
    const event = isIndexed ? eventOf(room, { url, picture }) : undefined;
    const head = pageHead({
      title: `${title} · Loge`,
      heading: title,
      description,
      url,
      language,
      isIndexed,
      picture,
      oembed: `${new URL('/oembed', url).href}?url=${encodeURIComponent(url)}`,
      ...(event ? { structuredData: event } : {}),
    });
    const creatorHandle = await this.#domains.people.findHandle(room.creator.identity);
    return this.#found(page, head, serverRoom(page, { ...room, creatorHandle }));
  }

  async #profile(page: ServerPage, request: Request): Promise<PageContent> {
    const { language } = page;
    const asked = String(request.params.handle);
    const found = await findProfile(this.#domains, asked, page.person?.identity);
    if (!found) {
      const body = serverMissing(page, siteTexts(language).profile.notFound);
      return { status: 404, language, head: this.#plainHead(page), body };
    }
    const path = profilePath(found.handle);
    if (asked !== found.handle) return { status: 302, location: path, language, head: NOTHING, body: NOTHING };
    const profile = { ...found, rooms: await this.#withSoldOut(found.rooms) };
    const url = new URL(path, this.#domains.config.publicUrl).href;
    const description = profile.about || siteTexts(language).profile.description(profile.name);
    const head = pageHead({
      title: `${profile.name} · Loge`,
      heading: profile.name,
      description: excerptOf(description),
      url,
      language,
      isIndexed: await this.#domains.rooms.hasListedRooms(profile.identity),
      picture: cardUrl(url, profileCard(profile, language), language),
      type: 'profile',
      structuredData: profilePageOf(profile, url),
    });
    return this.#found(page, head, serverProfile(page, profile));
  }

  async #withSoldOut(rooms: Room[]): Promise<CardRoom[]> {
    const soldOut = await this.#domains.money.tickets.findSoldOut(rooms);
    return rooms.map((room) => ({ ...room, soldOut: soldOut.has(room.id) }));
  }

  async #findRoom(id: string): Promise<Room | undefined> {
    try {
      return await this.#domains.rooms.getRoom(id);
    } catch (error) {
      if (error instanceof AppError && error.code === 'room_not_found') return undefined;
      throw error;
    }
  }

  /** For personal pages: search engines leave them out. */
  #plainHead({ page, language }: ServerPage): Markup {
    const { titles, home } = siteTexts(language);
    const url = new URL('/', this.#domains.config.publicUrl).href;
    return pageHead({
      title: titles[page],
      heading: titles[page],
      description: home.text,
      url,
      language,
      isIndexed: false,
    });
  }

  #found({ language }: ServerPage, head: Markup, body: Markup): PageContent {
    return { status: 200, language, head, body };
  }
}
