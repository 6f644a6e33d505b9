/** A private session on both pages: requested in the lobby, accepted in the studio, watched, billed, and ended. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReceiverBudget } from '../../sfu/sessions/receiver-budget.ts';
import { ReceiverReports } from '../../sfu/sessions/receiver-guard.ts';
import { CHROMIUM, PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { eventually } from '../support/run/eventually.ts';
import { accessOf, balanceMinor, expectVideo, goLive, open } from './site.ts';

const RATE_MINOR = 1_200;
const CREDIT_MINOR = 5_000;
/** Folder for screenshots; none are taken without it. */
const PICTURES = process.env.LOGE_TEST_PICTURES;

describe.skipIf(!CHROMIUM)('a private session', { timeout: 180_000 }, () => {
  let loge: TestApp;
  let creator: Visitor;
  let fan: Visitor;

  beforeAll(async () => {
    loge = await startApp();
    creator = await Visitor.create({ devices: true });
    fan = await Visitor.create({ locale: 'fr-FR', viewport: PHONE });
  }, 60_000);

  afterAll(async () => {
    for (const visitor of [creator, fan]) await visitor?.[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  const picture = async (visitor: Visitor, name: string) => {
    if (PICTURES) await visitor.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };
  const pictures = async (visitor: Visitor, name: string) => {
    if (!PICTURES) return;
    const before = visitor.page.viewportSize();
    for (const width of [390, 1_440]) {
      await visitor.page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await visitor.by('private-paused').scrollIntoViewIfNeeded();
      await picture(visitor, `${name}-${width}`);
    }
    if (before) await visitor.page.setViewportSize(before);
  };

  test('is requested, accepted, watched, billed by time, and ended by the fan', async () => {
    const { money } = loge.app.context;
    await money.promotions.grant(
      { identity: 'lea', amountMinor: CREDIT_MINOR, reason: 'credit of the test', idempotencyKey: 'credit-of-lea' },
      'operator',
    );
    const { id: room } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
      creator: 'camille',
      title: 'Rien que nous deux',
      access: { kind: 'private', ratePerMinuteMinor: RATE_MINOR },
    });
    await open(creator, `${loge.url}/studio/${room}`, 'camille');
    await goLive(creator);

    await open(fan, `${loge.url}/rooms/${room}`, 'lea');
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
    expect(await money.earnings.ofRoom(room)).toMatchObject({ privateMinor: paidMinor });
    await picture(fan, 'private-over-fan');
    await creator.by('private-notice').waitFor();
    await picture(creator, 'private-over-creator');
    expect(await money.checkInvariants()).toEqual([]);
    expect([...creator.problems, ...fan.problems]).toEqual([]);
  });

  test("shows on both pages why it is paused when the fan's client sends no reports", async () => {
    // As on a network that delivers the media and loses the reports.
    vi.spyOn(ReceiverReports.prototype, 'check').mockReturnValue(false);
    // Each of the attempts below would otherwise last three seconds.
    const { spend } = ReceiverBudget.prototype;
    vi.spyOn(ReceiverBudget.prototype, 'spend').mockImplementation(function (this: ReceiverBudget, ms) {
      return spend.call(this, 10 * ms);
    });
    try {
      await fan.by('private-request').click();
      await creator.by('private-accept').click();
      await fan.by('private-paused').waitFor();
      await fan.page.getByText('Votre appareil ne confirme pas que l’image arrive').waitFor();
      // Once the attempts of five minutes are used up.
      await fan.page.getByText(/Prochain essai possible dans [0-4]:\d\d/).waitFor();
      await fan.by('stage-paused').waitFor();
      await creator.by('private-paused').getByText('isn’t confirming that your picture arrives').waitFor();
      await fan.page.getByText('en pause, rien n’est débité').waitFor();
      await pictures(fan, 'private-paused-fan');
      await pictures(creator, 'private-paused-creator');
    } finally {
      vi.restoreAllMocks();
    }
    await fan.by('private-end').click();
    await fan.by('lobby').waitFor();
    await creator.by('private-paused').waitFor({ state: 'detached' });
    expect([...creator.problems, ...fan.problems]).toEqual([]);
  });
});
