/** A private session as two people have it: asked for in the lobby, accepted in the studio, seen, counted, and ended. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { CHROMIUM, launchChromium, PHONE, Visitor } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { accessOf, balanceMinor, expectVideo, goLive, signIn } from './site.ts';

const RATE_MINOR = 1_200;
const CREDIT_MINOR = 5_000;
/** Where to keep pictures for people to look at; none are taken when it is absent. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('a private session', { timeout: 180_000 }, () => {
  let loge: TestApp;
  let browser: Browser;
  let creator: Visitor;
  let fan: Visitor;

  beforeAll(async () => {
    [loge, browser] = await Promise.all([startApp(), launchChromium()]);
    creator = await Visitor.create(browser, { devices: true });
    fan = await Visitor.create(browser, { locale: 'fr-FR', viewport: PHONE });
  }, 60_000);

  afterAll(async () => {
    for (const visitor of [creator, fan]) await visitor?.[Symbol.asyncDispose]();
    await browser?.close();
    await loge?.[Symbol.asyncDispose]();
  });

  const picture = async (visitor: Visitor, name: string) => {
    if (PICTURES) await visitor.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  test('is asked for, accepted, seen, paid by the time, and over when the fan ends it', async () => {
    const { money } = loge.app.context;
    await money.grantPromotion(
      { identity: 'lea', amountMinor: CREDIT_MINOR, reason: 'credit of the test', idempotencyKey: 'credit-of-lea' },
      'operator',
    );
    const { id: room } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
      creator: 'camille',
      title: 'Rien que nous deux',
      access: { kind: 'private', ratePerMinuteMinor: RATE_MINOR },
    });
    await creator.page.goto(`${loge.url}/studio/${room}`);
    await signIn(creator, 'camille');
    await goLive(creator);

    await fan.page.goto(`${loge.url}/rooms/${room}`);
    await signIn(fan, 'lea');
    await fan.by('private-request').waitFor();
    expect(await fan.by('buy-wallet').count()).toBe(0);
    await picture(fan, 'private-lobby');
    await fan.by('private-request').click();
    await fan.by('private-waiting').waitFor();
    await picture(fan, 'private-waiting');

    await creator.by('private-incoming').waitFor();
    await picture(creator, 'private-incoming');
    await creator.by('private-accept').click();
    await expectVideo(fan);
    await fan.by('private-cost').waitFor();
    await eventually(
      async () => (await fan.by('private-cost').innerText()).replace(/\D/g, '') > '010',
      'it costs something',
    );
    expect(await accessOf(fan)).toMatchObject({ state: 'granted', reason: 'private' });
    await picture(fan, 'private-running-fan');
    await picture(creator, 'private-running-creator');

    await fan.by('private-end').click();
    await fan.by('lobby').waitFor();
    const paidMinor = CREDIT_MINOR - (await balanceMinor(fan));
    expect(paidMinor).toBeGreaterThan(0);
    expect(await money.getEarnings(room)).toMatchObject({ privateMinor: paidMinor });
    await picture(fan, 'private-over-fan');
    await creator.by('private-notice').waitFor();
    await picture(creator, 'private-over-creator');
    expect(await money.checkInvariants()).toEqual([]);
    expect([...creator.problems, ...fan.problems]).toEqual([]);
  });
});
