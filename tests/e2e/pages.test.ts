/** Accessibility (axe-core), both languages, no horizontal scrolling on a phone, and no errors, for every page. */

import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Room } from '../../server/protocol/rooms.ts';
import { CHROMIUM, DESKTOP, PHONE, Visitor } from '../support/browser/browser.ts';
import { drawVariants } from '../support/run/effort.ts';
import { eventually } from '../support/run/eventually.ts';
import { createCreatorPage } from './creator-page.ts';
import { Evening, show } from './evening.ts';
import { findLayoutShifts, findSmallTargets, findUnreachable, inspectScenes, NOTHING_FOUND } from './page-checks.ts';
import { open } from './site.ts';

/** Words that are equal in English and French, and device names. */
const SAME_IN_BOTH = new Set([
  'Loge',
  'Studio',
  'Tickets',
  'Chat',
  'Message',
  'Messages',
  'Microphone',
  'Fans',
  'pause',
  'volume',
  'Contact',
  'fake_device_0',
  'Fake Default Audio Input',
]);

/** Phones, with the keyboard open, on their side; 1440 by 900 at 200 %, 1280 by 1024 at 400 % (WCAG 1.4.10). */
const SMALL_SIZES = ['390x844', '390x500', '360x640', '320x400', '844x390', '720x450', '320x256'];
/** What one needs on a page, by the scene's name. */
const NEEDED: Record<string, string[]> = {
  'room-live': ['chat-input', 'chat-emoji', 'chat-list', 'chat-strip', 'chat-people-open', 'tip-open', 'topup-open'],
  'studio-live': ['mute-microphone', 'mute-camera', 'studio-more', 'end-live', 'chat-input', 'chat-list'],
};

describe.skipIf(!CHROMIUM)('the pages', { timeout: 180_000 }, () => {
  let evening: Evening;

  beforeAll(async () => {
    evening = await Evening.create();
  }, 180_000);

  afterAll(() => evening?.[Symbol.asyncDispose]());

  test('are accessible, translated, no wider than a phone, usable at small sizes, and report no error', async () => {
    const isSameInBoth = (text: string) => SAME_IN_BOTH.has(text) || evening.written.has(text);
    const unreachable: string[] = [];
    const small: string[] = [];
    const seen = new Set<string>();
    const found = await inspectScenes(evening.scenes(), isSameInBoth, async (scene, state) => {
      seen.add(scene.name);
      if (state.language === 'en' || state.viewport !== PHONE) return;
      const findSmall = async () => {
        const found = await findSmallTargets(scene.visitor.page);
        small.push(...found.map((what) => `${scene.name}: ${what}`));
      };
      await findSmall();
      for (const size of NEEDED[scene.name] ? SMALL_SIZES : []) {
        const [width = 0, height = 0] = size.split('x').map(Number);
        await show(scene, { language: 'fr', viewport: { width, height } });
        const faults = await findUnreachable(scene.visitor.page, NEEDED[scene.name] ?? [], { mayScroll: height < 400 });
        unreachable.push(...faults.map((what) => `${scene.name} at ${size}: ${what}`));
        if (width === 320) await findSmall();
      }
    });
    expect(found).toEqual(NOTHING_FOUND);
    expect(unreachable).toEqual([]);
    expect([...new Set(small)]).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining(Object.keys(NEEDED)));
  });

  test('show their content before any script, and nothing moves when the script runs', async () => {
    const { rooms } = await evening.loge.server<{ rooms: Room[] }>('GET', '/v1/rooms');
    await createCreatorPage(evening.loge, { id: 'person_mira', name: 'Mira Sol', handle: 'mira' });
    const visitor = await Visitor.create();
    const { page } = visitor;
    for (const { path, ready } of [
      { path: '/', ready: 'site-sign-in h2' },
      { path: `/rooms/${rooms[0]?.id}`, ready: 'site-lobby h2' },
      { path: '/c/mira', ready: '.follow a' },
    ]) {
      for (const viewport of drawVariants([PHONE, DESKTOP])) {
        await page.setViewportSize(viewport);
        const scripts = Promise.withResolvers<void>();
        await page.route('**/assets/**', async (route) => {
          await scripts.promise;
          await route.continue();
        });
        await page.goto(evening.loge.url + path, { waitUntil: 'commit' });
        await page.locator('h2').last().waitFor();
        // The picture is there before any script, too.
        for (const image of await page.locator('img').all())
          await image.evaluate((it: HTMLImageElement) => it.decode());
        await page.evaluate(() => document.fonts.ready);
        const before = await page.evaluate(findPlaces);
        scripts.resolve();
        await page.locator(ready).first().waitFor();
        expect([path, viewport.width, await page.evaluate(findPlaces)]).toEqual([path, viewport.width, before]);
        expect([path, viewport.width, ...(await page.evaluate(findLayoutShifts))]).toEqual([path, viewport.width]);
        await page.unrouteAll();
      }
    }
    // Pictures that are loaded late hide nothing that follows them.
    await page.locator('footer').waitFor();
    await visitor[Symbol.asyncDispose]();
  });

  test('ask for what they show first in three exchanges: page, scripts beside the session, data', async () => {
    const room = await evening.loge.createRoom({ kind: 'free' });
    await using visitor = await Visitor.create();
    const { page } = visitor;
    await open(visitor, evening.loge.url, 'lea');
    for (const [path, data] of [
      ['/', ['/v1/public/rooms', '/v1/tickets']],
      ['/wallet', ['/v1/wallet', '/v1/wallet/history']],
      [`/rooms/${room.id}`, [`/v1/public/rooms/${room.id}`, `/v1/rooms/${room.id}/tokens`]],
    ] as const) {
      const held = new Map<string, Route>();
      const isHeld = (wanted: string) => [...held.keys()].some((asked) => asked.startsWith(wanted));
      await page.route(
        '**/{assets,site,v1}/**',
        (route) => void held.set(new URL(route.request().url()).pathname, route),
      );
      await page.goto(evening.loge.url + path, { waitUntil: 'commit' });
      await eventually(() => ['/site/session', '/assets/'].every(isHeld), `${path} asks for session and scripts`);
      await page.route('**/{assets,site}/**', (route) => route.continue());
      for (const [asked, route] of held) if (!asked.startsWith('/v1/')) await route.continue();
      await eventually(() => data.every((asked) => held.has(asked)), `${path} asks for its data at once`);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
  });
});

/** Runs in the page: positions of its headings, buttons and prices. */
function findPlaces(): string[] {
  const found: string[] = [];
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (!element.matches('h1, h2, h3, header a, button:not(.skip), .price')) continue;
      const { x, y, width, height } = element.getBoundingClientRect();
      found.push(`${element.textContent?.trim()} ${[x, y, width, height].map(Math.round).join(' ')}`);
    }
  };
  visit(document);
  return found.sort();
}
