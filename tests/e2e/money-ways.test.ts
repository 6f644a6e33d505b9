/**
 * The ways that people take with money, on the site as it is: a sale arrives with the creator, an operator refunds it
 * and the fan sees it, a saved card pays once the bank was asked, a club is joined, changed, left and come back to, a
 * ticket is given back.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeskActView, DeskPaymentList } from '../../server/protocol/money/desk.ts';
import type { Refund } from '../../server/protocol/money/money.ts';
import type { Room } from '../../server/protocol/rooms.ts';
import { CHROMIUM, PHONE, Visitor, type VisitorOptions } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { payCheckout } from '../support/people/checkout.ts';
import { eventually } from '../support/run/eventually.ts';
import { balanceMinor, CARD_ACCEPTED, open, payByCard, topUp } from './site.ts';

const PATIENT = { timeout: 30_000, interval: 100 };
/** The bank asks each time, also when the card is saved. */
const CARD_ASKS = '4000 0027 6000 3184';
/** Its bank sends refunds back after a while. */
const CARD_REFUNDS_RETURN = '4000 0000 0000 5126';
const SALE_MINOR = 900;
/** Browsers that the tests share; people sign in to each one after the other. */
const PLACES = {
  studio: {},
  desk: {},
  phone: { viewport: PHONE },
  frenchPhone: { viewport: PHONE, locale: 'fr-FR' },
} satisfies Record<string, VisitorOptions>;
type Place = keyof typeof PLACES;
const IN_A_WEEK = { startsAt: new Date(Date.now() + 7 * 86_400_000).toISOString() };

describe.skipIf(!CHROMIUM)('payment flows', { timeout: 180_000 }, () => {
  let loge: TestApp;
  const visitors = new Map<Place, Visitor>();

  beforeAll(async () => {
    loge = await startApp();
  }, 60_000);

  afterEach(async () => {
    for (const { problems, dialogs } of visitors.values()) {
      expect(problems).toEqual([]);
      expect(dialogs).toEqual([]);
    }
    expect(await loge.app.context.money.checkInvariants()).toEqual([]);
  });

  afterAll(async () => {
    for (const visitor of visitors.values()) await visitor[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  async function enter(identity: string, path: string, place: Place): Promise<Visitor> {
    const visitor = visitors.get(place) ?? (await Visitor.create(PLACES[place]));
    visitors.set(place, visitor);
    await open(visitor, loge.url + path, identity);
    return visitor;
  }

  const createRoom = (access: Room['access'], more: { startsAt?: string; capacity?: number } = {}) =>
    loge.server<Room>('POST', '/v1/rooms', { creator: 'camille', title: 'An evening of money', access, ...more });

  /** Asks for a payment over HTTP, and pays it like a browser. */
  async function payOverHttp(
    identity: string,
    { id: room }: Room,
    { path, body, card }: { path: string; body: unknown; card: string },
  ): Promise<void> {
    const authorization = `Bearer ${await loge.token({ identity, room })}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(loge.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const { location } = await payCheckout((await response.json()).checkoutUrl, card);
    await fetch(location ?? '');
  }

  /** The figure on a page, in the minor unit. */
  const figure = async (visitor: Visitor, testId: string) =>
    Number((await visitor.by(testId).innerText()).replace(/[^\d-]/g, ''));

  test("the studio shows a sale live, and an operator's refund returns the credit to the fan", async () => {
    const creator = await enter('camille', '/earnings', 'studio');
    await creator.by('earnings-empty').waitFor();
    const room = await createRoom({ kind: 'ticket', priceMinor: SALE_MINOR });
    const fan = await enter('lea', `/rooms/${room.id}`, 'phone');
    await fan.by('lobby').waitFor();
    const firstWay = () => fan.by('lobby').locator('.buttons [data-testid]').first().getAttribute('data-testid');
    expect(await firstWay()).toBe('buy-card');
    await topUp(fan, 2_000);
    // With enough credit, the wallet comes first.
    await expect.poll(firstWay, PATIENT).toBe('buy-wallet');
    await fan.by('buy-wallet').click();
    await expect.poll(() => balanceMinor(fan), PATIENT).toBe(2_000 - SALE_MINOR);

    // 9.00 less VAT and commission, without a reload.
    await expect.poll(() => figure(creator, 'earnings-pending'), PATIENT).toBe(600);
    await creator.by('holds').waitFor();
    expect(await creator.by('holds').innerText()).toMatch(/Ticket[\s\S]*Held until the evening has ended/);
    await creator.by('statement').waitFor();

    const operator = await enter('operator', '/desk/payments', 'desk');
    await operator.by('payments-query').fill('lea');
    await operator.by('payments-search').click();
    await operator.page.locator('[data-testid^="payment-ticket_"]').click();
    await operator.by('refund-reason').fill('The concert was cut short');
    await operator.by('refund-amount').fill('4.50');
    await operator.by('refund-preview').click();
    await operator.by('refund-legs').waitFor();
    expect(await operator.by('refund-legs').innerText()).toMatch(/Creator\s*€3\.00[\s\S]*/);
    await operator.by('refund-confirm').click();
    await operator.by('refunds').waitFor();
    expect(await operator.by('payment-status').innerText()).toBe('Partly refunded');

    await fan.page.goto(`${loge.url}/wallet`);
    const entry = fan.page.locator('[data-testid^="entry-refund_"]');
    await entry.waitFor();
    expect(await entry.innerText()).toContain('+€4.50');
    expect(await figure(fan, 'wallet-balance')).toBe(2_000 - SALE_MINOR + 450);
    await entry.getByRole('link').click();
    await fan.by('receipt').waitFor();
    expect(await fan.by('receipt').innerText()).toContain('The concert was cut short');
    await expect.poll(() => figure(creator, 'earnings-pending'), PATIENT).toBe(300);

    // Three of three tickets are not few. What is missing is preselected, but not less than the smallest top-up.
    const priceMinor = 2_000 - SALE_MINOR + 450 + 300;
    const next = await createRoom({ kind: 'ticket', priceMinor }, { capacity: 3 });
    await fan.page.goto(`${loge.url}/rooms/${next.id}`);
    await fan.by('waiver-open').waitFor();
    expect(await fan.by('tickets-left').count()).toBe(0);
    expect(await fan.by('buy-wallet').innerText()).toBe('Top up €5.00');
    await fan.by('buy-wallet').click();
    await fan.page.getByText('You’re €3.00 short. The minimum top-up is €5.00.').waitFor();
    expect(await fan.by('topup-amount-500').getAttribute('aria-checked')).toBe('true');
    // What is wrong with an amount stands at its field, and names the limit.
    const other = fan.by('topup-amount-other');
    await other.locator('input').fill('2');
    await fan.by('topup-pay').click();
    await other.getByText('The minimum top-up is €5.00.').waitFor();
    await expect.poll(() => other.locator('input').getAttribute('aria-invalid'), PATIENT).toBe('true');
  });

  test('a returned refund is retried from the desk', async () => {
    const room = await createRoom({ kind: 'ticket', priceMinor: SALE_MINOR });
    await payOverHttp('nina', room, {
      path: `/v1/rooms/${room.id}/tickets`,
      body: { from: 'card' },
      card: CARD_REFUNDS_RETURN,
    });
    let ticket = '';
    await eventually(async () => {
      const { payments } = await loge.server<DeskPaymentList>('GET', '/v1/payments?kind=ticket&query=nina');
      ticket = payments[0]?.id ?? '';
      return ticket !== '';
    }, 'the ticket is booked');
    const refund = await loge.server<Refund>('POST', '/v1/refunds', { ticket, reason: 'Not held' });
    const { money } = loge.app.context;
    const failed = async () =>
      (await money.desk.payments.get(ticket)).refunds.filter(({ status }) => status === 'failed');
    await eventually(async () => {
      await loge.app.emulator?.flush();
      return (await failed()).length === 1;
    }, 'the bank sends it back');
    const operator = await enter('operator', `/desk/payments/${ticket}`, 'desk');
    await operator.by(`refund-again-${refund.id}`).click();
    await operator.by('note').waitFor();
    // It was sent once more. The bank sends this one back too, which the page may show already.
    const { providerPayment } = await money.desk.payments.get(ticket);
    const authorization = 'Bearer sk_test_loge_emulator';
    const url = `${loge.app.emulator?.url}/v1/refunds?payment_intent=${providerPayment}`;
    const sent = (await (await fetch(url, { headers: { authorization } })).json()) as { data: { id: string }[] };
    expect(sent.data).toHaveLength(2);
    const acts = await loge.server<{ acts: DeskActView[] }>('GET', '/v1/desk/acts');
    expect(acts.acts[0]).toMatchObject({ act: 'refund', subject: ticket, by: 'operator', reason: 'Not held' });
  });

  test('a saved card with authentication: a refusal charges nothing, a confirmation credits the wallet', async () => {
    const fan = await enter('ines', '/wallet', 'phone');
    await fan.by('topup-amount-1000').click();
    await fan.by('topup-pay').click();
    await fan.page.locator('#cardNumber').waitFor();
    await fan.page.locator('[name="savePaymentMethod"]').check();
    await payByCard(fan, CARD_ASKS);
    await fan.page.locator('#test-source-authorize-3ds').click();
    await expect.poll(() => figure(fan, 'wallet-balance'), PATIENT).toBe(1_000);
    const card = fan.page.locator('[data-testid^="pay-with-pm_"]');
    await expect.poll(() => card.count(), PATIENT).toBe(1);
    expect(await card.isChecked()).toBe(true);

    const pay = async (answer: 'authorize' | 'fail') => {
      await fan.by('topup-amount-2000').click();
      await fan.by('topup-pay').click();
      await fan.page.locator(`#test-source-${answer}-3ds`).click();
      await fan.page.waitForURL((url) => url.pathname === '/wallet');
      await fan.by('wallet-notice').waitFor();
    };
    await pay('fail');
    expect(await fan.by('wallet-notice').innerText()).toMatch(/didn’t confirm/);
    expect(await figure(fan, 'wallet-balance')).toBe(1_000);
    await pay('authorize');
    await expect.poll(() => figure(fan, 'wallet-balance'), PATIENT).toBe(3_000);
    // The URL is clean again: a reload announces and charges nothing.
    expect(new URL(fan.page.url()).search).toBe('');

    await fan.page.locator('[data-testid^="remove-card-"]').click();
    await fan.by('confirm-remove-card').click();
    await eventually(async () => (await card.count()) === 0, 'the card is gone');
  });

  test('joins a club, cancels, resumes, and upgrades', async () => {
    const tiers = [];
    for (const [name, priceMinor] of [
      ['Backstage', 900],
      ['Front row', 1_900],
    ] as const)
      tiers.push(
        await loge.server<{ id: string }>('POST', '/v1/creators/camille/tiers', {
          name,
          priceMinor,
          interval: 'month',
        }),
      );
    const room = await createRoom({ kind: 'members' });
    // The page is English in a French browser: so is the payment page.
    const fan = await enter('tom', `/rooms/${room.id}?lang=en`, 'frenchPhone');
    await fan.by('join').first().click();
    await fan.page.locator('#cardNumber').waitFor();
    expect(await fan.page.locator('html').getAttribute('lang')).toBe('en');
    await payByCard(fan, CARD_ACCEPTED);
    await fan.by('chat-input').waitFor();
    await fan.page.getByText('You’re now a member of the club.').first().waitFor();

    await fan.page.goto(`${loge.url}/wallet?lang=en`);
    await fan.page.getByText('Membership · Camille Aubry').waitFor();
    const membership = fan.page.locator('[data-testid^="membership-mbr_"]');
    await membership.waitFor();
    expect(await membership.innerText()).toMatch(/Camille Aubry · Backstage[\s\S]*Active[\s\S]*Renews on/);
    await fan.by('membership-cancel').click();
    await fan.by('confirm-cancel').click();
    await fan.by('membership-resume').waitFor();
    expect(await membership.innerText()).toMatch(/Ends on .*, won’t renew/);
    await fan.by('membership-resume').click();
    await fan.by('membership-cancel').waitFor();
    expect(await membership.innerText()).toMatch(/Renews on/);
    await fan.by('membership-tier').click();
    await fan.by(`choose-${tiers[1]?.id}`).click();
    await expect.poll(() => membership.innerText(), PATIENT).toMatch(/Front row/);
    // The card is changed on the provider's own page.
    const { memberships } = loge.app.context.money;
    const [own] = await memberships.list('tom');
    const { url } = await memberships.openPortal('tom', own?.id ?? '', {
      returnUrl: `${loge.url}/wallet`,
      locale: 'en',
    });
    expect(await (await fetch(url)).text()).toContain('id="cardNumber"');
    await expect(memberships.openPortal('lea', own?.id ?? '', {})).rejects.toMatchObject({
      code: 'membership_not_found',
    });
    // An operator can find its payments, each with its receipt.
    const operator = await enter('operator', '/desk/payments?query=tom&kind=membership', 'desk');
    await operator.page.locator('[data-testid^="payment-invoice_"]').first().click();
    await operator.by('payment-status').waitFor();
    // While a payment is disputed, it can only be cancelled.
    await disputeLast();
    await fan.page.goto(`${loge.url}/wallet?lang=en`);
    await fan.by('membership-disputed').waitFor();
    expect(await membership.innerText()).toMatch(/Disputed/);
    expect(await membership.innerText()).not.toMatch(/Active|Renews on/);
    expect(await fan.by('membership-resume').count()).toBe(0);
    await fan.by('membership-cancel').click();
    await fan.by('confirm-cancel').click();
    // The note on the page, because the closed dialog had the same text.
    await fan.by('note').filter({ hasText: 'It won’t renew, whatever your bank decides.' }).waitFor();
  });

  /** Disputes the newest payment at the provider, and waits until the server knows. */
  async function disputeLast(): Promise<void> {
    const { emulator, context } = loge.app;
    const authorization = 'Bearer sk_test_loge_emulator';
    const found = await fetch(`${emulator?.url}/v1/payment_intents?limit=1`, { headers: { authorization } });
    const { data } = (await found.json()) as { data: { id: string }[] };
    await emulator?.act('open_dispute', { paymentIntent: data[0]?.id, reason: 'unrecognized' });
    await expect
      .poll(async () => {
        await context.money.sweep();
        return (await loge.server<{ disputes: unknown[] }>('GET', '/v1/disputes')).disputes.length;
      }, PATIENT)
      .toBe(1);
  }

  test('a ticket without a waiver is returned on its receipt', async () => {
    const room = await createRoom({ kind: 'ticket', priceMinor: SALE_MINOR }, IN_A_WEEK);
    await payOverHttp('malik', room, { path: '/v1/wallet/topups', body: { amountMinor: 1_000 }, card: CARD_ACCEPTED });
    const fan = await enter('malik', `/rooms/${room.id}?lang=fr`, 'frenchPhone');
    await fan.by('buy-wallet').click();
    await fan.by('chat-input').waitFor();
    // The card, which opens by itself, has the date for a calendar; the home page knows what one holds.
    const calendar = await fan.by('ticket-card').getByTestId('ticket-calendar').getAttribute('href');
    expect(await (await fetch(new URL(calendar ?? '', loge.url))).text()).toContain('BEGIN:VEVENT');
    await fan.page.goto(loge.url);
    await fan.by('home-tickets').getByText('An evening of money').waitFor();
    await fan.page.goto(`${loge.url}/wallet`);
    await fan.page.locator('[data-testid^="entry-ticket_"]').first().getByRole('link').click();
    await fan.by('withdraw').click();
    await fan.by('confirm-withdraw').click();
    await fan.by('withdrawn').waitFor();
    await expect.poll(() => fan.by('receipt').getAttribute('data-status'), PATIENT).toBe('refunded');
    expect(await fan.by('withdraw').count()).toBe(0);

    // The ticket of a person who is removed before the live goes back by itself.
    await fan.page.goto(`${loge.url}/rooms/${room.id}`);
    await fan.by('buy-wallet').click();
    const isOnRoom = () => fan.by('ticket-close').evaluate((button) => button.matches(':focus-within, :focus'));
    await eventually(isOnRoom, 'the way to the room has the focus');
    await fan.by('ticket-close').click();
    await fan.by('chat-input').waitFor();
    // The card opened by itself: the focus goes to its button.
    const hasFocus = () => fan.by('own-ticket').evaluate((button) => button.matches(':focus'));
    await eventually(hasFocus, 'the ticket has the focus');
    await loge.server('POST', `/v1/rooms/${room.id}/removals`, { identity: 'malik', reason: 'Noise' });
    await fan.by('removed-ticket').getByText('Billet rendu').waitFor();

    // Unspent credit is refunded to the card after a confirmation.
    await fan.page.goto(`${loge.url}/wallet`);
    await fan.page.locator('[data-testid^="withdraw-topup_"]').click();
    await fan.by('confirm-withdrawal').click();
    await expect.poll(() => figure(fan, 'wallet-balance'), PATIENT).toBe(0);
  });

  test('a creator whose payouts are stopped sees the reason, and an operator resumes them', async () => {
    const operator = await enter('operator', '/desk/holds', 'desk');
    await operator.by('hold-creator').fill('noah');
    await operator.by('hold-reason').fill('The document is being checked');
    await operator.by('hold-create').click();
    await operator.by('confirm-hold').click();
    await operator.by('hold-noah').waitFor();
    const creator = await enter('noah', '/earnings', 'phone');
    await creator.by('frozen-house').waitFor();
    expect(await creator.by('frozen-house').innerText()).toContain('The document is being checked');
    expect(await creator.by('frozen-house').locator('a').getAttribute('href')).toBe('mailto:money@loge.example');
    await operator.by('lift-noah').click();
    await operator.by('lift-reason').fill('All is well');
    await operator.by('confirm-lift').click();
    await eventually(async () => (await creator.by('frozen-house').count()) === 0, 'the hold is gone while they look');
  });

  test('creates rooms of every kind in the studio, with a first tier for a new club', async () => {
    const creator = await enter('noah', '/studio', 'studio');
    await creator.by('create-room').waitFor();
    // The focus goes to the content, whose header stays in sight.
    expect(await creator.page.evaluate(() => scrollY)).toBe(0);
    // What is wrong stands at its field, which is marked.
    await creator.by('create-room').click();
    await creator.page.getByText('Give the room a title.').waitFor();
    expect(await creator.by('room-title').getAttribute('aria-invalid')).toBe('true');
    const make = async (kind: string, fill: () => Promise<void>) => {
      await creator.page.goto(`${loge.url}/studio`);
      await creator.by('room-title').fill(`A ${kind} room`);
      await creator.by(`room-kind-${kind}`).check({ force: true });
      await fill();
      await creator.by('create-room').click();
      // Of the studio that opens only the address is needed.
      await creator.page.waitForURL(/\/studio\/room_/, { waitUntil: 'commit' });
      const id = new URL(creator.page.url()).pathname.split('/').at(-1);
      return loge.server<Room>('GET', `/v1/rooms/${id}`);
    };
    const ticket = await make('ticket', async () => {
      await creator.by('room-price').fill('7,50');
      await creator.by('room-capacity').fill('40');
      await creator.by('room-starts-at').fill('2099-12-31T20:00');
    });
    expect(ticket).toMatchObject({ access: { kind: 'ticket', priceMinor: 750 }, capacity: 40 });
    expect(new Date(ticket.startsAt ?? 0).getFullYear()).toBe(2099);
    const secret = await make('private', () => creator.by('room-rate').fill('2.50'));
    expect(secret.access).toMatchObject({ kind: 'private', ratePerMinuteMinor: 250 });
    const members = await make('members', async () => {
      await creator.by('tier-name').fill('Friends');
      await creator.by('tier-price').fill('4');
    });
    expect(members.access.kind).toBe('members');
    expect((await make('free', async () => {})).access.kind).toBe('free');
    const { tiers } = await loge.server<{ tiers: { name: string; priceMinor: number }[] }>(
      'GET',
      '/v1/creators/noah/tiers',
    );
    expect(tiers).toMatchObject([{ name: 'Friends', priceMinor: 400 }]);
  });
});
