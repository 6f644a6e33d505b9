/**
 * What search engines and previews of shared links ask for: robots, site map, oEmbed, pictures. All of it is the same
 * for everybody, and public.
 */
import type { Express, Request, Response } from 'express';
import { elementTexts } from '../../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../../client-sdk/elements/texts/shown-name.ts';
import type { Config } from '../../../config.ts';
import { html } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { CardRoom } from '../../../web/rooms/room-card.ts';
import type { HttpContext } from '../../context.ts';
import { publicScript } from '../../http/security.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { CARD_SIZE, type ShareCard } from '../cards/card-content.ts';
import { ShareCards } from '../cards/share-cards.ts';
import { askedLanguage } from '../page-language.ts';
import { readPictureAt } from '../picture-files.ts';
import { profileCard, profilePath } from './profile-links.ts';
import { cardUrl, houseCard, roomCard, roomUrl } from './room-links.ts';
import { isPublic } from './room-summary.ts';

const HOUR_CACHE = 'public, max-age=3600';
const DAY_CACHE = 'public, max-age=86400';
const DAY_SECONDS = 86_400;

export function mountDiscovery(app: Express, context: HttpContext, limits: HttpLimits): void {
  const { config, people, rooms, money, pictures } = context;
  const cards = new ShareCards({ ...context, readPicture: (path) => readPictureAt(pictures, path) });
  const absolute = (path: string) => new URL(path, config.publicUrl).href;

  app.get('/robots.txt', (_request, response) => {
    const text = `User-agent: *\nAllow: /\nSitemap: ${absolute('/sitemap.xml')}\n`;
    response.set('cache-control', HOUR_CACHE).type('text').send(text);
  });

  app.get('/sitemap.xml', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const found = await rooms.listPublicRooms();
    const creators = await people.findCards(found.map(({ creator }) => creator.identity));
    const urls = [
      absolute('/'),
      ...creators.flatMap(({ handle }) => (handle === null ? [] : absolute(profilePath(handle)))),
      ...found.map((room) => roomUrl(config.publicUrl, room)),
    ];
    response.set('cache-control', HOUR_CACHE).type('application/xml').send(siteMap(urls));
  });

  app.get('/card.jpg', (request, response) => sendCard(request, response, houseCard(askedLanguage(request) ?? 'en')));

  app.get('/rooms/:id/card.jpg', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const room = await findRoom(String(request.params.id));
    if (!isPublic(room)) response.set('x-robots-tag', 'noindex');
    const card = roomCard(room, { language: askedLanguage(request) ?? 'en', timeZone: config.timeZone });
    await sendCard(request, response, card, room.creator.identity);
  });

  app.get('/c/:handle/card.jpg', async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const creator = await people.findCreator(String(request.params.handle));
    if (!creator) throw new AppError('not_found');
    const picture = await pictures.find({ use: 'portrait', subject: creator.identity });
    const card = profileCard({ ...creator, picture }, askedLanguage(request) ?? 'en');
    await sendCard(request, response, card, creator.identity);
  });

  app.get('/oembed', publicScript, async (request: Request, response: Response) => {
    await limits.consume('site', { address: request.ip });
    const { url, format = 'json', maxwidth, maxheight } = request.query;
    if (format !== 'json') return void response.status(501).end();
    const room = await findRoom(roomIdOf(String(url), config.publicUrl));
    const fits = !(Number(maxwidth) < CARD_SIZE.width || Number(maxheight) < CARD_SIZE.height);
    response.set('cache-control', HOUR_CACHE).json(oembedOf(room, config, fits));
  });

  async function findRoom(id: string): Promise<CardRoom> {
    const room = await rooms.getRoom(id);
    return { ...room, soldOut: await money.tickets.isSoldOut(room) };
  }

  async function sendCard(request: Request, response: Response, card: ShareCard, creator?: string): Promise<void> {
    const picture = await cards.get(card, async () => {
      // First, so that an address over its own limit does not use up that of the creator.
      await limits.consume('drawing', { address: request.ip });
      await limits.consume('drawing', { identity: creator });
    });
    // Pages of others show it.
    response.set({ 'cache-control': DAY_CACHE, 'cross-origin-resource-policy': 'cross-origin' });
    response.type('jpeg').send(picture);
  }
}

function siteMap(urls: string[]): string {
  return html`<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.map(
    (url) => html`
<url><loc>${url}</loc></url>`,
  )}
</urlset>
`.text;
}

/** The room of a page of this site; `not_found` for any other address. */
function roomIdOf(url: string, publicUrl: string): string {
  const { origin, pathname } = URL.canParse(url) ? new URL(url) : { origin: '', pathname: '' };
  const [, id] = /^\/rooms\/(\w+)$/.exec(pathname) ?? [];
  if (origin !== new URL(publicUrl).origin || id === undefined) throw new AppError('not_found');
  return id;
}

/** A `link`: the pages do not let themselves be framed by others, who embed rooms with `/embed.js`. */
function oembedOf(
  room: CardRoom,
  { publicUrl, timeZone }: Pick<Config, 'publicUrl' | 'timeZone'>,
  hasPicture: boolean,
): object {
  const card = roomCard(room, { language: 'en', timeZone });
  return {
    version: '1.0',
    type: 'link',
    title: room.title,
    author_name: shownName(room.creator, elementTexts('en')),
    provider_name: 'Loge',
    provider_url: new URL('/', publicUrl).href,
    cache_age: DAY_SECONDS,
    ...(hasPicture && {
      thumbnail_url: cardUrl(roomUrl(publicUrl, room), card, 'en'),
      thumbnail_width: CARD_SIZE.width,
      thumbnail_height: CARD_SIZE.height,
    }),
  };
}
