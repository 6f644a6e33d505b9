/**
 * A room with a date, as a creator and fans see it: it is edited on a phone, waiting pages change at once, a ticket
 * goes back because of the new date, a fan is reminded by mail and on the screen, and a cancelled live says so.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Quote } from '../../server/protocol/money/pricing.ts';
import type { Room } from '../../server/protocol/rooms.ts';
import { CHROMIUM, PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { eventually } from '../support/run/eventually.ts';
import { createCreatorPage } from './creator-page.ts';
import { open } from './site.ts';

const PRICE = 500;
const PICTURES = process.env.LOGE_TEST_PICTURES;
const pngOf = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#402030' } })
    .png()
    .toBuffer();
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe.skipIf(!CHROMIUM)('a room with a date', { timeout: 180_000 }, () => {
  let loge: TestApp;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    loge = await startApp();
  }, 60_000);

  afterAll(async () => {
    for (const visitor of visitors) await visitor[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  async function enter(identity: string, path: string): Promise<Visitor> {
    const visitor = await Visitor.create({ viewport: PHONE });
    visitors.push(visitor);
    await open(visitor, loge.url + path, identity);
    return visitor;
  }

  const createRoom = () =>
    loge.server<Room>('POST', '/v1/rooms', {
      creator: 'camille',
      title: 'Vespers',
      access: { kind: 'ticket', priceMinor: PRICE },
      startsAt: inDays(7),
    });

  /** With the waiver, which a change of the date makes void. */
  async function giveTicket(identity: string, { id: room }: Room): Promise<void> {
    await loge.server('POST', '/v1/promotions', { identity, amountMinor: PRICE, reason: 'Welcome' });
    const headers = {
      authorization: `Bearer ${await loge.token({ identity, room })}`,
      'content-type': 'application/json',
    };
    const quote = await fetch(`${loge.url}/v1/rooms/${room}/quote?kind=ticket`, { headers });
    const { waiver } = (await quote.json()) as Quote;
    const body = { from: 'wallet', waiver: { accepted: true, textVersion: waiver?.textVersion, language: 'en' } };
    const bought = await fetch(`${loge.url}/v1/rooms/${room}/tickets`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(bought.status).toBe(201);
  }

  test('a creator edits it on a phone, and the pages of those who wait follow', async () => {
    const room = await createRoom();
    await giveTicket('malik', room);
    const fan = await enter('lea', `/rooms/${room.id}`);
    await fan.by('remind-me').click();
    await fan.by('reminder-set').waitFor();
    const holder = await enter('malik', `/rooms/${room.id}`);
    await holder.by('own-ticket').waitFor();

    const creator = await enter('camille', '/studio');
    await creator.by(`edit-${room.id}`).click();
    const form = creator.by('edit-room');
    const field = (name: string) => form.getByTestId(name);
    await field('room-title').fill('Matins');
    await field('room-text').fill('With an organ.\nAnd a choir.');
    await field('room-starts-at').fill('2099-12-31T20:00');
    await field('save-room').click();
    await field('note').waitFor();

    await fan.page.getByRole('heading', { name: 'Matins' }).waitFor();
    await fan.page.getByText(/^New date: Thu 31 Dec/).waitFor();
    expect(await fan.page.locator('loge-lobby .about').innerText()).toBe('With an organ.\nAnd a choir.');
    // The card of who has a ticket opens by itself, and says what they can do.
    await holder.by('ticket-card').getByText('The date has changed since you bought it.').waitFor();
    await holder.by('ticket-back').click();
    await holder.by('ticket-back-confirm').click();
    await holder.by('lobby').waitFor();

    await field('cancel-room').click();
    await creator.by('confirm-cancel-room').click();
    await eventually(async () => (await creator.by(`edit-${room.id}`).count()) === 0, 'the room is over in the list');
    await fan.page.getByText('This live is over').waitFor();
    for (const { problems, dialogs } of visitors) expect([...problems, ...dialogs]).toEqual([]);
  });

  test('one that does not exist is said to be none, in the reader’s language; one that did not load is opened by “Try again”', async () => {
    const visitor = await enter('lea', '/rooms/room_0123456789');
    await visitor.page.getByRole('heading', { name: 'We can’t find this room.' }).waitFor();
    expect(await visitor.by('page-retry').count()).toBe(0);
    await visitor.by('language').click();
    await visitor.page.getByRole('heading', { name: 'Ce salon est introuvable.' }).waitFor();
    await visitor.by('to-home').click();
    await visitor.page.waitForURL(`${loge.url}/`);

    // After a failed request there is a way to try again.
    const room = await createRoom();
    await createCreatorPage(loge, { id: 'person_mira', name: 'Mira Sol', handle: 'mira' });
    for (const [path, api, ready] of [
      [`/rooms/${room.id}`, `**/v1/public/rooms/${room.id}`, 'Vespers'],
      ['/c/mira', '**/v1/profiles/mira', 'Mira Sol'],
    ] as const) {
      await visitor.page.route(api, (route) => route.abort(), { times: 1 });
      await visitor.page.goto(loge.url + path);
      await visitor.by('page-retry').click();
      await visitor.page.getByRole('heading', { name: ready }).first().waitFor();
    }
    visitor.problems.length = 0;
  });

  test('a room whose poster cannot be saved is there, and only the poster is asked for again', async () => {
    const creator = await enter('camille', '/studio');
    const { page } = creator;
    await page.route('**/v1/rooms/*/poster', (route) => route.abort(), { times: 1 });
    await creator.by('room-title').fill('Compline');
    const picture = { name: 'poster.png', mimeType: 'image/png', buffer: await pngOf(1_280, 720) };
    await creator.by('poster-file').setInputFiles(picture);
    await creator.by('create-room').click();
    await page.getByText('The room is ready, but its poster isn’t saved yet.').waitFor();
    expect(await creator.by('room-title').count()).toBe(0);
    await creator.by('language').click();
    await page.getByText('Le salon est créé, mais son affiche').waitFor();
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/poster-only-fr-390.png` });
    await creator.by('save-poster').click();
    await page.waitForURL(/\/studio\/room_/);
    const id = new URL(page.url()).pathname.split('/').at(-1);
    expect(await loge.server('GET', `/v1/rooms/${id}`)).toMatchObject({ title: 'Compline', poster: expect.anything() });
    creator.problems.length = 0;
  });

  test('a phone that subscribes shows what the house sends, and opens its page', async ({ skip }) => {
    const fan = await enter('ines', '/account');
    await fan.context.grantPermissions(['notifications']);
    const isGranted = await fan.page.evaluate(() => Notification.permission === 'granted');
    skip(!isGranted, 'This browser has no notifications, as the headless shell; `LOGE_TEST_CHROMIUM` names another.');
    // No push service can be reached here: what it would answer, and what it would bring, is given to the browser.
    await fan.page.addInitScript(() => {
      const toJSON = () => ({
        endpoint: 'https://push.example.net/of-a-phone',
        keys: {
          p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
          auth: 'A'.repeat(22),
        },
      });
      PushManager.prototype.subscribe = async () => ({ toJSON }) as unknown as PushSubscription;
    });
    await fan.page.reload();
    await fan.by('push-here').click();
    await fan.by('push-devices').locator('li').waitFor();

    const devtools = await fan.context.newCDPSession(fan.page);
    const registrations: string[] = [];
    devtools.on('ServiceWorker.workerRegistrationUpdated', (event) => {
      registrations.push(...event.registrations.map(({ registrationId }) => registrationId));
    });
    await devtools.send('ServiceWorker.enable');
    await eventually(() => registrations.length > 0, 'the worker is registered');
    const text = { title: 'Camille: Vespers', body: 'The live has begun.', path: '/rooms/room_1', tag: 'live:room_1' };
    await devtools.send('ServiceWorker.deliverPushMessage', {
      origin: loge.url,
      registrationId: registrations.at(-1) ?? '',
      data: JSON.stringify(text),
    });
    const shown = () =>
      fan.page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({
          title,
          body,
          tag,
          ...data,
        }));
      });
    await eventually(async () => (await shown()).length > 0, 'the message is shown');
    expect(await shown()).toEqual([text]);
    await fan.by('push-devices').getByRole('button').click();
    await fan.by('push-here').waitFor();
    expect(fan.problems).toEqual([]);
  });
});
