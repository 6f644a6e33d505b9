/**
 * The paid live in separate Chromium contexts on the site, with the real app, worker, Stripe SDK and emulator. The
 * demo's people sign in, a creator goes live from a camera, fans pay, watch, chat and tip, and a refund revokes one
 * fan's access.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { payCheckout } from '../support/people/checkout.ts';
import { TestParticipant } from '../support/people/participant.ts';
import {
  accessOf,
  balanceMinor,
  CARD_ACCEPTED,
  CARD_DECLINED,
  createRoom,
  expectInChat,
  expectVideo,
  goLive,
  open,
  payByCard,
  say,
  tip,
} from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** The requirement: a fan whose access was revoked receives nothing after this time. */
const OUT_WITHIN_MS = 1_000;

describe.skipIf(!CHROMIUM)('a paid live', { timeout: 180_000 }, () => {
  let loge: TestApp;
  let room: string;
  let camille: Visitor;
  let lea: Visitor;
  let malik: Visitor;
  const visitors: Visitor[] = [];

  const enter = async (options: VisitorOptions = {}) => {
    const visitor = await Visitor.create(options);
    visitors.push(visitor);
    return visitor;
  };
  const connect = async (identity: string) =>
    TestParticipant.connect(loge.url, { token: await loge.token({ identity, room }) });

  beforeAll(async () => {
    loge = await startApp();
    camille = await enter({ devices: true });
    lea = await enter();
    malik = await enter();
  });

  afterAll(async () => {
    for (const visitor of visitors) await visitor[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  test('a creator signs in, opens a ticket room in the studio and goes live from the camera', async () => {
    await open(camille, `${loge.url}/studio`, 'camille');
    // A form that lacks something says so at the field, and goes there.
    await camille.by('create-room').click();
    const title = camille.by('room-title');
    await expect.poll(() => title.getAttribute('aria-invalid'), PATIENT).toBe('true');
    expect(await title.evaluate((input) => (input.getRootNode() as ShadowRoot).activeElement === input)).toBe(true);
    room = await createRoom(camille, { title: 'Une soirée avec Camille', priceMajor: '9' });
    await goLive(camille);
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
    // Where the browser lets nothing be copied, the link stands on the page, and the live goes on.
    await camille.page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await camille.by(`copy-link-${room}`).click();
    expect(await camille.by(`link-${room}`).inputValue()).toBe(`${loge.url}/rooms/${room}`);
    expect(await loge.server('GET', `/v1/rooms/${room}`)).toMatchObject({ status: 'live' });
  });

  test('a fan without a ticket sees the lobby and its offer, and gets no media', async () => {
    await lea.page.goto(`${loge.url}/rooms/${room}`);
    await lea.by('sign-in-lea').click();
    await lea.by('lobby').waitFor();
    // After the sign-in the focus is in the content, not at the top of the page.
    const focused = await lea.page.locator('site-room').evaluate((page) => page.shadowRoot?.activeElement?.localName);
    expect(focused).toBe('main');
    expect(await lea.by('price').innerText()).toBe('€9.00');
    // What the processor takes is known only after the sale.
    expect(await lea.by('price-breakdown').textContent()).toMatch(/Payment provider, about[\s\S]*The house, about/);
    // The text on the right of withdrawal follows the state of the room.
    await lea.page.getByText('The live is on, so the ticket can’t be returned').waitFor();
    expect(await accessOf(lea)).toMatchObject({
      state: 'required',
      offer: { kind: 'ticket', priceMinor: 900, currency: 'eur' },
    });
    expect(await lea.by('chat-input').count()).toBe(0);
    expect(await lea.by('stage-video').count()).toBe(0);
    expect(await lea.received()).toMatchObject({ connections: 0, framesDecoded: 0, bytes: 0 });

    // Not only the page: with the page's own token, the wire gives nothing either.
    const { token } = await lea.page.evaluate(async (id): Promise<{ token: string }> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`/v1/rooms/${id}/tokens`, { method: 'POST', headers, body: '{}' });
      return response.json();
    }, room);
    using wire = await TestParticipant.connect(loge.url, { token });
    expect(wire.welcome.inside).toBeNull();
    expect(await wire.refusal('stage:watch', { rtpCapabilities: {} })).toBe('access_required');
    expect(await loge.app.context.stage.stats()).toMatchObject({ sessions: 1, producers: 2, consumers: 0 });
  });

  test('a declined card shows an error, without a charge or access', async () => {
    // The payment page is in the language of the room's page.
    await lea.by('language').click();
    await lea.by('buy-card').click();
    await lea.page.locator('#cardNumber').waitFor();
    await payByCard(lea, CARD_DECLINED);
    await lea.by('payment-error').waitFor();
    expect(await lea.by('payment-error').innerText()).toMatch(/refusée/i);

    using wire = await connect('lea');
    expect(wire.welcome).toMatchObject({ access: { state: 'required' }, inside: null });
    const { money } = loge.app.context;
    await money.idle();
    expect(await money.wallets.listEntries('lea', { limit: 10 })).toMatchObject({ entries: [] });
    expect(await money.earnings.ofRoom(room as never)).toMatchObject({ ticketsMinor: 0 });
    expect(await money.checkInvariants()).toEqual([]);
  });

  test('a card payment on the same page grants access after the return, and the video starts by itself', async () => {
    await payByCard(lea, CARD_ACCEPTED);
    await lea.page.waitForURL((url) => url.pathname === `/rooms/${room}`);
    await lea.markDocument();
    await expectVideo(lea);
    expect(await lea.isSameDocument()).toBe(true);
    expect(await accessOf(lea)).toMatchObject({
      state: 'granted',
      reason: 'ticket',
      ticket: expect.stringMatching(/^ticket_/),
    });
    await lea.by('language').click();
  });

  test('a ticket from the wallet grants access without reloading the page', async () => {
    using wire = await connect('malik');
    const { checkoutUrl } = await wire.request('money:topup', { amountMinor: 2_000 });
    const credited = wire.next('money:walletChanged');
    await payCheckout(checkoutUrl);
    await credited;
    await open(malik, `${loge.url}/rooms/${room}`, 'malik');
    await malik.by('lobby').waitFor();
    await malik.markDocument();
    expect(await malik.received()).toMatchObject({ connections: 0 });
    await malik.by('buy-wallet').click();
    await expectVideo(malik);
    expect(await malik.isSameDocument()).toBe(true);
    expect(await balanceMinor(malik)).toBe(1_100);
    // What was bought has the focus, not the top of the page.
    const focused = () =>
      malik.page.locator('loge-room').evaluate((element) => element.shadowRoot?.activeElement?.classList[0]);
    expect(await focused()).toBe('inside');
  });

  test('messages go both ways', async () => {
    await say(lea, 'Bonsoir Camille !');
    await expectInChat(camille, 'Bonsoir Camille !');
    await expectInChat(malik, 'Bonsoir Camille !');
    await say(camille, 'Bienvenue à tous');
    await expectInChat(lea, 'Bienvenue à tous');
    await expectInChat(malik, 'Bienvenue à tous');
  });

  test('a tip is shown to everyone, and the creator sees the earnings', async () => {
    await camille.page.evaluate(recordNotes);
    // An amount that is too small is marked, and the words beside it name the smallest.
    await malik.by('tip-open').click();
    const amount = malik.by('tip-amount-other');
    await amount.locator('input').fill('0.50');
    await malik.by('tip-send').click();
    await amount.getByText('The minimum tip is €1.00.').waitFor();
    expect(await amount.locator('input').getAttribute('aria-invalid')).toBe('true');
    await malik.page.keyboard.press('Escape');
    await tip(malik, { amountMinor: 500, message: 'Brava !' });
    for (const visitor of [camille, lea, malik]) {
      const shown = visitor.by('chat-list').locator('[data-tip]');
      await shown.waitFor();
      expect(await shown.innerText()).toMatch(/€5[\s\S]*Malik[\s\S]*Brava !/);
    }
    // A screen reader says it, with the message.
    await camille.page.getByText('Malik tipped €5.00: Brava !').waitFor({ state: 'attached' });
    // Over the picture too, for those who watch and for the creator.
    for (const visitor of [lea, camille]) await visitor.by('stage-tip').waitFor();
    // And the creator hears it.
    expect(await camille.page.locator('html').getAttribute('data-notes')).toBe('880 1175');
    await expect.poll(() => balanceMinor(malik), PATIENT).toBe(600);
    await expect.poll(() => camille.by('earnings-tips').innerText(), PATIENT).toContain('€5.00');
    await expect.poll(() => camille.by('earnings-tickets').innerText(), PATIENT).toContain('€18.00');
  });

  test("a refund stops the fan's video within a second with the reason; others continue", async () => {
    const ticket = (await accessOf(lea))?.ticket;
    await lea.watchFrames();
    await expect.poll(() => lea.lastFrameAtMs(), PATIENT).toBeGreaterThan(0);
    await loge.server('POST', '/v1/refunds', { ticket, reason: 'Asked for it' });
    const refundedAtMs = Date.now();
    await lea.by('access-reason').waitFor();
    expect(await lea.by('access-reason').innerText()).toMatch(/^Your ticket was refunded/);
    expect((await lea.lastFrameAtMs()) - refundedAtMs).toBeLessThan(OUT_WITHIN_MS);
    // Every connection that had carried the stage is closed, and the lobby is shown as in the beginning.
    expect(await lea.received()).toMatchObject({ framesDecoded: 0, bytes: 0 });
    expect(await lea.by('stage-video').count()).toBe(0);
    expect(await accessOf(lea)).toMatchObject({ state: 'required', reason: 'refunded', offer: { priceMinor: 900 } });
    expect(await lea.isSameDocument()).toBe(true);
    await expect.poll(() => loge.app.context.stage.stats(), PATIENT).toMatchObject({ consumers: 2 });
    await expectVideo(malik);
    expect(await loge.app.context.money.checkInvariants()).toEqual([]);
  });

  test('no page reported an error or opened a dialog', () => {
    for (const { problems, dialogs } of visitors) {
      // The declined card is an answer with status 402, which browsers log as an error.
      expect(problems.filter((problem) => !problem.includes('402'))).toEqual([]);
      expect(dialogs).toEqual([]);
    }
  });
});

/** Runs in the page: notes the frequencies that it plays from now on. */
function recordNotes(): void {
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (this: OscillatorNode, atSeconds?: number) {
    const { dataset } = document.documentElement;
    dataset.notes = [...(dataset.notes?.split(' ') ?? []), Math.round(this.frequency.value)].join(' ');
    start.call(this, atSeconds);
  };
}
