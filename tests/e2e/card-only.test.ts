/** A server without wallet credit: tickets and tips are paid by card, and pages show no wallet. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Room } from '../../server/protocol/rooms.ts';
import { CHROMIUM, PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { CARD_ACCEPTED, open, openStrip, payByCard } from './site.ts';

/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('a house without wallets', { timeout: 120_000 }, () => {
  let loge: TestApp;
  let fan: Visitor;

  beforeAll(async () => {
    loge = await startApp({ env: { WALLET_MODE: 'off' } });
    fan = await Visitor.create({ viewport: PHONE, locale: 'fr-FR' });
  }, 60_000);

  afterAll(async () => {
    await fan?.[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  const picture = async (name: string) => {
    if (PICTURES) await fan.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  test('a tip is paid by card and shown to everyone after the return', async () => {
    const { id: room } = await loge.server<Room>('POST', '/v1/rooms', {
      creator: 'noah',
      title: 'Écrire la dernière chanson',
      access: { kind: 'free' },
    });
    await open(fan, `${loge.url}/rooms/${room}`);
    await fan.by('sign-in-lea').click();
    await fan.by('tip-open').waitFor();
    expect(await fan.by('topup-open').count()).toBe(0);
    await fan.by('tip-open').click();
    // Amounts too small for a card payment are not offered.
    expect(await fan.by('tip-amount-200').count()).toBe(0);
    await fan.by('tip-amount-1000').click();
    await fan.by('tip-more').click();
    await fan.by('tip-message').fill('Encore une !');
    await picture('card-only-tip');
    await fan.by('tip-send').click();
    await fan.page.locator('#cardNumber').waitFor();
    await payByCard(fan, CARD_ACCEPTED);
    await fan.page.waitForURL((url) => url.pathname === `/rooms/${room}`);
    const shown = fan.by('chat-list').locator('[data-tip]');
    await shown.waitFor();
    expect(await shown.innerText()).toMatch(/10[\s\S]*Léa[\s\S]*Encore une !/);
    await openStrip(fan);
    await fan.by('leaderboard-open').waitFor();
    await picture('card-only-after');
    expect(new URL(fan.page.url()).search).toBe('');
  });

  test('the wallet page explains that, and offers no top-up', async () => {
    await fan.page.goto(`${loge.url}/wallet`);
    await fan.by('wallet-off').waitFor();
    expect(await fan.by('topup-pay').count()).toBe(0);
    const paid = fan.page.locator('[data-testid^="entry-tip_"]');
    await paid.waitFor();
    expect(await paid.innerText()).toMatch(/Écrire la dernière chanson[\s\S]*par carte[\s\S]*\u221210,00/);
    await picture('card-only-wallet');
    expect(fan.problems).toEqual([]);
    expect(await loge.app.context.money.checkInvariants()).toEqual([]);
  });
});
