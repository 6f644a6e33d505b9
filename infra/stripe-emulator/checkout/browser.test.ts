/** The pages in a real browser, which enforces the content security policy on redirects and shows the layout. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, openPortal, startEmulator, topupParams } from '../testing/fixture.ts';

const executablePath = process.env.LOGE_TEST_CHROMIUM;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SUBMIT = '[data-testid="hosted-payment-submit-button"]';

describe.skipIf(!executablePath)('the page in Chromium', () => {
  let browser: Browser;
  /** Shared by the tests, since a new one costs as much as the page. */
  let contexts: Record<'en' | 'fr', BrowserContext>;
  let fixture: Fixture;
  let shop: http.Server;
  let shopUrl: string;

  beforeAll(async () => {
    shop = http.createServer((_request, response) => response.end('<!doctype html><title>shop</title>'));
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    fixture = await startEmulator();
    browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ARGS });
    contexts = { en: await browser.newContext({ locale: 'en' }), fr: await browser.newContext({ locale: 'fr' }) };
  });

  afterAll(async () => {
    await browser.close();
    await fixture[Symbol.asyncDispose]();
    shop.closeAllConnections();
    shop.close();
  });

  async function newPage(locale: 'en' | 'fr', viewport: { width: number; height: number }): Promise<Page> {
    const page = await contexts[locale].newPage();
    await page.setViewportSize(viewport);
    return page;
  }

  async function openPage(locale: 'en' | 'fr', viewport: { width: number; height: number }) {
    const params = topupParams({
      locale,
      success_url: `${shopUrl}/done?s={CHECKOUT_SESSION_ID}`,
      cancel_url: `${shopUrl}/back`,
    });
    const session = await fixture.stripe.checkout.sessions.create(params);
    const page = await newPage(locale, viewport);
    const blocked: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) blocked.push(message.text());
    });
    page.on('pageerror', (error) => blocked.push(error.message));
    await page.goto(String(session.url));
    return { page, session, blocked };
  }

  async function pay(page: Page, cardNumber: string): Promise<void> {
    await page.fill('#cardNumber', cardNumber);
    await page.fill('#cardExpiry', '1234');
    await page.fill('#cardCvc', '123');
    await page.fill('#billingName', 'Ada Lovelace');
    await page.click(SUBMIT);
  }

  test('declined, refused by the bank, approved by the bank: one page, one charge, and back to the shop', async () => {
    const { page, session, blocked } = await openPage('en', { width: 390, height: 844 });
    await pay(page, '4000000000000002');
    await page.waitForSelector('[role="alert"]:has-text("Your card was declined")');
    await pay(page, '4000000000003220');
    await page.click('#test-source-fail-3ds');
    await page.waitForSelector('[role="alert"]:has-text("unable to authenticate")');
    await pay(page, '4000002500003155');
    await page.click('#test-source-authorize-3ds');
    await page.waitForURL(`${shopUrl}/done?s=${session.id}`);
    const { payment_intent } = await fixture.stripe.checkout.sessions.retrieve(session.id);
    const { data } = await fixture.stripe.charges.list({ payment_intent: String(payment_intent) });
    expect(data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    expect(blocked).toEqual([]);
    await page.close();
  });

  test('groups digits while typing, also in the middle, and the back link leads to the shop', async () => {
    const { page } = await openPage('fr', { width: 1440, height: 900 });
    await page.click('#cardNumber');
    await page.keyboard.type('424242424242424');
    expect(await page.inputValue('#cardNumber')).toBe('4242 4242 4242 424');
    await page.keyboard.press('Home');
    await page.keyboard.type('5');
    expect(await page.inputValue('#cardNumber')).toBe('5424 2424 2424 2424');
    await page.click('#cardExpiry');
    await page.keyboard.type('434');
    expect(await page.inputValue('#cardExpiry')).toBe('04 / 34');
    await page.click('text=Retour');
    await page.waitForURL(`${shopUrl}/back`);
    await page.close();
  });

  test.each([
    [390, 'fr'],
    [1440, 'en'],
  ] as const)('at %d px in %s nothing is cut off, and axe finds no fault', async (width, locale) => {
    const { page } = await openPage(locale, { width, height: 844 });
    await page.click(SUBMIT);
    await page.waitForSelector('#cardNumber[aria-invalid="true"]:focus');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const violations = (await page.evaluate(
      `${AXE}; axe.run().then((result) => result.violations.map(({ id }) => id))`,
    )) as string[];
    expect(violations).toEqual([]);
    await page.close();
  });

  /** A customer with a saved card and a membership, and a creator before onboarding. */
  async function settle() {
    const { stripe } = fixture;
    const customer = await stripe.customers.create({ email: 'ada@example.com', payment_method: 'pm_card_visa' });
    const [card] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    const id = String(card?.id);
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: id } });
    const product_data = { name: 'Club d’Ada' };
    const recurring = { interval: 'month' } as const;
    const price = await stripe.prices.create({ currency: 'eur', unit_amount: 990, recurring, product_data });
    const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const account = await stripe.accounts.create({ country: 'FR' });
    const link = {
      type: 'account_onboarding',
      return_url: `${shopUrl}/back`,
      refresh_url: `${shopUrl}/again`,
    } as const;
    const success_url = `${shopUrl}/done`;
    const saved: Stripe.Checkout.SessionCreateParams = {
      saved_payment_method_options: { allow_redisplay_filters: ['always', 'unspecified'] },
    };
    const line_items = [{ price: price.id, quantity: 1 }];
    const urls: Record<string, () => Promise<string | null>> = {
      'the saved cards': async () =>
        (await stripe.checkout.sessions.create(topupParams({ customer: customer.id, success_url, ...saved }))).url,
      subscribing: async () =>
        (await stripe.checkout.sessions.create({ mode: 'subscription', line_items, success_url })).url,
      onboarding: async () => (await stripe.accountLinks.create({ account: account.id, ...link })).url,
      'the portal': async () =>
        (await openPortal(stripe, { customer: customer.id, return_url: `${shopUrl}/back` })).url,
    };
    const open = async (name: string, viewport: { width: number; height: number }, locale: 'en' | 'fr' = 'en') => {
      const page = await newPage(locale, viewport);
      await page.goto(String(await urls[name]?.()));
      return page;
    };
    return {
      account: account.id,
      subscription: subscription.id,
      customer: customer.id,
      names: Object.keys(urls),
      open,
    };
  }

  test.each([
    [390, 'fr'],
    [1440, 'en'],
  ] as const)(
    'the other pages too: at %d px in %s nothing is cut off, and axe finds no fault',
    async (width, locale) => {
      const { names, open } = await settle();
      for (const name of names) {
        const page = await open(name, { width, height: 844 }, locale);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
        const violations = (await page.evaluate(
          `${AXE}; axe.run().then((result) => result.violations.map(({ id }) => id))`,
        )) as string[];
        expect(violations, name).toEqual([]);
        await page.close();
      }
    },
  );

  test('onboards a creator, cancels and resumes a membership, and charges a saved card', async () => {
    const { account, subscription, customer, open } = await settle();
    const { stripe } = fixture;
    const onboarding = await open('onboarding', { width: 390, height: 844 });
    await onboarding.click('[data-testid="onboarding-submit"]');
    await onboarding.waitForSelector('#iban[aria-invalid="true"]');
    await onboarding.fill('#accountHolderName', 'Ada Lovelace');
    await onboarding.click('text=FR14…606');
    await onboarding.check('#acceptTerms');
    await onboarding.click('[data-testid="onboarding-submit"]');
    await onboarding.waitForURL(`${shopUrl}/back`);
    expect((await stripe.accounts.retrieve(account)).payouts_enabled).toBe(true);
    await onboarding.close();

    const portal = await open('the portal', { width: 1440, height: 900 });
    await portal.click(`#cancel-${subscription}`);
    await portal.waitForSelector('text=Ends on');
    await portal.click(`#resume-${subscription}`);
    await portal.waitForSelector('text=Renews on');
    expect((await stripe.subscriptions.retrieve(subscription)).cancel_at).toBeNull();
    await pay(portal, '4000002500003155');
    await portal.click('#test-source-authorize-3ds');
    await portal.waitForSelector('text=•••• 3155');
    await portal.close();

    const checkout = await open('the saved cards', { width: 390, height: 844 });
    expect(await checkout.isVisible('#cardNumber')).toBe(false);
    await checkout.check('#paymentMethod-new');
    expect(await checkout.isVisible('#cardNumber')).toBe(true);
    await checkout.check('input[name="paymentMethod"][value^="pm_"] >> nth=-1');
    await checkout.click(SUBMIT);
    await checkout.waitForURL(`${shopUrl}/done`);
    expect((await stripe.paymentIntents.list({ customer })).data[0]).toMatchObject({
      status: 'succeeded',
      amount: 2_000,
    });
    await checkout.close();
  });
});
