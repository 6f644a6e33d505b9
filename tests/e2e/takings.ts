/**
 * Some weeks of money data, created by real operations: fans top up, buy tickets, tip and join a club; a creator is
 * paid out; an operator refunds; a bank disputes a payment. Then a visitor opens each money page. Shared by the page
 * tests and the screenshots.
 */
import { DEMO_PEOPLE, demoAddress } from '../../server/gateway/site/demo.ts';
import { deskActs } from '../../server/money/desk/desk.schema.ts';
import { createId } from '../../server/protocol/ids.ts';
import * as LIMITS from '../../server/protocol/limits.ts';
import type { DeskPaymentList } from '../../server/protocol/money/desk.ts';
import type { Tier } from '../../server/protocol/money/memberships.ts';
import type { Refund, Ticket } from '../../server/protocol/money/money.ts';
import type { Dispute } from '../../server/protocol/money/payouts.ts';
import type { Room } from '../../server/protocol/rooms.ts';
import { PHONE, Visitor } from '../support/browser/browser.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { MovableClock } from '../support/houses/money-house.ts';
import { CARD, payCheckout } from '../support/people/checkout.ts';
import { eventually } from '../support/run/eventually.ts';
import type { Scene } from './evening.ts';
import { open } from './site.ts';

const DAY_MS = 24 * 60 * 60_000;
const FANS = { lea: 'Léa', malik: 'Malik', ines: 'Inès', tom: 'Tom' } as const;
type Fan = keyof typeof FANS;

const TIERS = [
  { name: 'Coulisses', priceMinor: 900, interval: 'month', perks: ['Toutes les répétitions', 'Le salon du dimanche'] },
  {
    name: 'Premier rang',
    priceMinor: 1_900,
    interval: 'month',
    perks: ['Tout ce qui précède', 'Une dédicace par mois'],
  },
] as const;
const TITLES = ['Le concert du samedi', 'Rien que nous deux', 'Salon du club'] as const;
const REASON = 'Le son a manqué pendant vingt minutes';
/** Her tax details, and words that are the same in French and English. */
const CAMILLE = [
  ...['Camille Dupont', 'Lindenstraße 4', 'Berlin', '10969 Berlin', '3 rue des Lilas', 'Paris', 'France', 'Total'],
  'Camille Dupont · France',
];
const HOLD_REASON = 'Une pièce d’identité est en cours de vérification';

/** A scene's name, path and person, how the test id of what shows that it is ready begins, and what is done before. */
type View = [name: string, path: string, identity: string, ready: string, act?: (page: Visitor) => Promise<unknown>];

export class Takings implements AsyncDisposable {
  readonly loge: TestApp;
  /** User-written texts and names: equal in every language. */
  readonly written = new Set<string>([
    ...[...TITLES, REASON, HOLD_REASON, 'Bienvenue', 'Merci de votre patience', ...CAMILLE, demoAddress('camille')],
  ]);
  readonly #clock: MovableClock;
  #aheadMs = 0;
  #tier = '';
  #clubRoom = '';
  #bill = '';
  readonly #paid = { ticket: '', other: '', topup: '', refund: '' };

  private constructor(loge: TestApp, clock: MovableClock) {
    this.loge = loge;
    this.#clock = clock;
  }

  static async create(): Promise<Takings> {
    const clock = new MovableClock();
    const loge = await startApp({ clock });
    const takings = new Takings(loge, clock);
    try {
      await takings.#earn();
    } catch (error) {
      await takings[Symbol.asyncDispose]();
      throw error;
    }
    return takings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loge[Symbol.asyncDispose]();
  }

  async #advance(days: number): Promise<void> {
    const ms = days * DAY_MS;
    this.#clock.advance(ms);
    this.loge.app.emulator?.advanceClock(ms);
    this.#aheadMs += ms;
    await this.loge.app.context.money.sweep();
  }

  /** Calls the participant API as a fan in a room, with a fresh token. */
  async #as<T>(fan: Fan, room: string, method: string, path: string, body?: unknown): Promise<T> {
    const token = await this.loge.token({ identity: fan, name: FANS[fan], room });
    const response = await fetch(this.loge.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Pays a checkout page like a browser, and returns from it. */
  async #pay(checkoutUrl: string, options: { save?: boolean } = {}): Promise<void> {
    const { location, text } = await payCheckout(checkoutUrl, CARD.accepted, options);
    if (!location) throw new Error(`The page was not paid: ${text.slice(0, 300)}`);
    await fetch(location);
  }

  async #topUp(fan: Fan, room: string, amountMinor: number, options: { save?: boolean } = {}): Promise<void> {
    const { checkoutUrl } = await this.#as<{ checkoutUrl: string }>(fan, room, 'POST', '/v1/wallet/topups', {
      amountMinor,
    });
    await this.#pay(checkoutUrl, options);
  }

  #tip(fan: Fan, room: string, amountMinor: number, message?: string) {
    const body = {
      amountMinor,
      idempotencyKey: `takings-${fan}-${room}-${amountMinor}`,
      ...(message ? { message } : {}),
    };
    return this.#as(fan, room, 'POST', `/v1/rooms/${room}/tips`, body);
  }

  async #earn(): Promise<void> {
    await this.#agreeToSelfBilling();
    const { rooms } = await this.loge.server<{ rooms: Room[] }>('GET', '/v1/rooms');
    for (const { title, creator } of rooms) this.written.add(title).add(creator.name).add(creator.identity);
    for (const [identity, name] of Object.entries(FANS)) this.written.add(identity).add(name);
    for (const text of [demoAddress('lea'), ...DEMO_PEOPLE.map(({ name }) => name)]) this.written.add(text);
    const { seller, contact } = this.loge.app.context.config;
    if (seller) this.written.add(seller.name).add(seller.address);
    if (contact) this.written.add(contact);
    const rehearsal = rooms.find(({ creator }) => creator.identity === 'camille')?.id ?? '';
    // It has a date, or it would end before all of this has happened.
    const startsAt = new Date(Date.now() + 60 * DAY_MS).toISOString();
    await this.loge.server('PATCH', `/v1/rooms/${rehearsal}`, { startsAt });
    const create = (title: string, access: Room['access']) =>
      this.loge.server<Room>('POST', '/v1/rooms', { creator: 'camille', title, access });
    const concert = await create(TITLES[0], { kind: 'ticket', priceMinor: 1_500 });
    await create(TITLES[1], { kind: 'private', ratePerMinuteMinor: 350 });
    this.#clubRoom = (await create(TITLES[2], { kind: 'members' })).id;

    // Some weeks ago: earnings that are available by now, partly paid out.
    await this.#topUp('malik', rehearsal, 10_000);
    await this.#topUp('ines', rehearsal, 5_000);
    for (const fan of ['malik', 'ines'] as const) {
      await this.#as(fan, rehearsal, 'POST', `/v1/rooms/${rehearsal}/tickets`, { from: 'wallet' });
      await this.#tip(fan, rehearsal, fan === 'malik' ? 3_000 : 1_200, 'Merci !');
    }
    await this.#club(rehearsal);
    await this.#advance(15);
    await this.#onboard('camille');
    await this.loge.server('POST', '/v1/payout-batches', {});
    await this.#tipOften('tom', rehearsal);
    // A month has passed: Malik's membership is renewed, and his card is declined.
    await this.#advance(16);
    await this.#join('lea', rehearsal);
    await this.#thisWeek(rehearsal, concert.id);
    await this.#trouble(concert.id);
  }

  async #onboard(creator: string): Promise<void> {
    await this.loge.server('POST', `/v1/creators/${creator}/onboarding`, {});
    const { emulator } = this.loge.app;
    const accounts = await this.#provider<{ data: { id: string; metadata: Record<string, string> }[] }>(
      '/v1/accounts?limit=20',
    );
    const account = accounts.data.find(({ metadata }) => metadata.creator === creator)?.id ?? '';
    await emulator?.act('onboard_account', { account });
    await this.loge.server('GET', `/v1/creators/${creator}/onboarding`);
  }

  /** Reads at the provider, or with a form changes something there like a bank or a person. */
  async #provider<T>(path: string, form?: Record<string, string>): Promise<T> {
    const url = this.loge.app.emulator?.url ?? '';
    const headers = { authorization: 'Bearer sk_test_loge_emulator' };
    const body = form && new URLSearchParams(form);
    const response = await fetch(url + path, { headers, ...(body ? { method: 'POST', body } : {}) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async #club(room: string): Promise<void> {
    const tiers: Tier[] = [];
    for (const tier of TIERS) {
      tiers.push(await this.loge.server<Tier>('POST', '/v1/creators/camille/tiers', tier));
      this.written.add(tier.name);
      for (const perk of tier.perks) this.written.add(perk);
    }
    this.#tier = tiers[0]?.id ?? '';
    await this.#join('malik', room);
    const subscriptions = await this.#provider<{ data: { id: string; customer: string }[] }>(
      '/v1/subscriptions?limit=1',
    );
    const [subscription] = subscriptions.data;
    const card = await this.#provider<{ id: string }>('/v1/payment_methods/pm_card_chargeCustomerFail/attach', {
      customer: subscription?.customer ?? '',
    });
    await this.#provider(`/v1/subscriptions/${subscription?.id}`, { default_payment_method: card.id });
  }

  async #join(fan: Fan, room: string): Promise<void> {
    const { checkoutUrl } = await this.#as<{ checkoutUrl: string }>(fan, room, 'POST', '/v1/memberships', {
      tier: this.#tier,
    });
    await this.#pay(checkoutUrl);
  }

  /** Earnings still on hold, with their release dates. */
  async #thisWeek(rehearsal: string, concert: string): Promise<void> {
    await this.#topUp('lea', rehearsal, 5_000, { save: true });
    const promotion = { identity: 'lea', amountMinor: 500, reason: 'Bienvenue', idempotencyKey: 'takings-welcome' };
    await this.loge.server('POST', '/v1/promotions', promotion);
    const ticket = await this.#as<Ticket>('lea', concert, 'POST', `/v1/rooms/${concert}/tickets`, { from: 'wallet' });
    this.#paid.ticket = ticket.id;
    const thanks = {
      identity: 'lea',
      amountMinor: 300,
      reason: 'Merci de votre patience',
      idempotencyKey: 'takings-thanks',
    };
    await this.loge.server('POST', '/v1/promotions', thanks);
    await this.#tip('malik', rehearsal, 2_000, 'Pour le rappel');
    await this.#advance(2);
    await this.#as('malik', concert, 'POST', `/v1/rooms/${concert}/tickets`, { from: 'wallet' });
    await this.#topUp('ines', rehearsal, 2_000);
    await this.#tip('ines', rehearsal, 800);
  }

  /** More than a wallet's history shows on one page. */
  async #tipOften(fan: Fan, id: string): Promise<void> {
    await this.#topUp(fan, id, 15_000);
    const { money, rooms } = this.loge.app.context;
    const room = await rooms.getRoom(id as Room['id']);
    const from = { identity: fan, name: FANS[fan], role: 'fan' } as const;
    const tip = (n: number) =>
      money.tips.send({ room, from, input: { amountMinor: 100, idempotencyKey: `takings-often-${n}` } });
    await Promise.all(Array.from({ length: LIMITS.listPageItems + 10 }, (_, n) => tip(n)));
  }

  /** A refund, a dispute, a creator on hold, and a reconciliation. */
  async #trouble(concert: string): Promise<void> {
    const { checkoutUrl } = await this.#as<{ checkoutUrl: string }>(
      'tom',
      concert,
      'POST',
      `/v1/rooms/${concert}/tickets`,
      { from: 'card' },
    );
    await this.#pay(checkoutUrl);
    const intents = await this.#provider<{ data: { id: string; amount: number }[] }>('/v1/payment_intents?limit=1');
    await this.loge.app.emulator?.act('open_dispute', { paymentIntent: intents.data[0]?.id, reason: 'unrecognized' });
    const { money } = this.loge.app.context;
    await eventually(async () => {
      await money.sweep();
      const { disputes } = await this.loge.server<{ disputes: Dispute[] }>('GET', '/v1/disputes');
      return disputes.length > 0;
    }, 'the dispute is known');
    const { payments } = await this.loge.server<DeskPaymentList>('GET', '/v1/payments?kind=ticket&query=malik');
    this.#paid.other = payments[0]?.id ?? '';
    const order = { ticket: this.#paid.other, amountMinor: 500, reason: REASON };
    this.#paid.refund = (await this.loge.server<Refund>('POST', '/v1/refunds', order)).id;
    await this.loge.server('POST', '/v1/creators/noah/payout-freeze', { frozen: true, reason: HOLD_REASON });
    await this.loge.server('POST', '/v1/reconciliations', {});
    await this.#cutOff(this.#paid.ticket);
    await money.dac7Filings.file(this.#year() - 1, 'operator');
    this.#bill = (await money.selfBilling.describe('camille', 'en')).bills[0]?.id ?? '';
    await this.loge.server('POST', '/v1/fee-policies', {
      commissionBps: 1_750,
      effectiveAt: new Date(Date.now() + this.#aheadMs + 30 * DAY_MS).toISOString(),
    });
  }

  /** The first month is over before the scenes begin. */
  async #agreeToSelfBilling(): Promise<void> {
    const { money } = this.loge.app.context;
    await money.creatorBusinesses.save('camille', {
      ...{
        kind: 'person',
        firstName: 'Camille',
        legalName: 'Dupont',
        birthDate: '1991-03-02',
        vatStatus: 'registered',
      },
      ...{ address: 'Lindenstraße 4', postalCode: '10969', city: 'Berlin', country: 'DE', tin: '12345678901' },
      ...{ tinCountry: 'DE', registrationNumber: null, vatNumber: 'DE136695976', accountIdentifier: null },
    });
    await money.selfBilling.setAgreement('camille', { textVersion: '2026-12', language: 'en' });
  }

  #year(): number {
    return new Date(this.loge.app.context.clock.now()).getFullYear();
  }

  /** What a crash leaves of a refund: the record that it began, some time ago. */
  async #cutOff(subject: string): Promise<void> {
    const { db, clock } = this.loge.app.context;
    const at = new Date(clock.now() - 3_600_000).toISOString();
    await db.orm.insert(deskActs).values({
      id: createId('deskAct'),
      act: 'refund',
      subject,
      by: 'operator',
      reason: REASON,
      at,
    });
  }

  /** One page shows each scene in turn. */
  async *scenes(): AsyncGenerator<Scene> {
    const visitor = await Visitor.create();
    await visitor.context.addInitScript(shiftDate, this.#aheadMs);
    for (const [name, path, identity, ready, act] of this.#views()) {
      await visitor.page.setViewportSize(PHONE);
      const url = this.loge.url + path;
      if (visitor.identity !== identity || visitor.page.url() !== url) await open(visitor, url, identity);
      await act?.(visitor);
      await visitor.page.locator(`[data-testid^="${ready}"]`).first().waitFor();
      yield { name, visitor };
    }
    await visitor[Symbol.asyncDispose]();
  }

  #views(): View[] {
    const { ticket, other, refund } = this.#paid;
    const choose = (kind: string) => (studio: Visitor) => studio.by(`room-kind-${kind}`).check({ force: true });
    return [
      ['earnings', '/earnings', 'camille', 'statement'],
      ['earnings-business', '/earnings', 'camille', 'business-facts', giveTaxDetails],
      ['earnings-business-form', '/earnings', 'camille', 'business-save', changeTaxDetails],
      ['earnings-self-billing', '/earnings', 'camille', 'self-bills'],
      ['self-bill', `/self-bills/${this.#bill}`, 'camille', 'self-bill-sums'],
      ['studio-ticket', '/studio', 'camille', 'room-kind-ticket', choose('ticket')],
      ['studio-members', '/studio', 'camille', 'room-kind-members', choose('members')],
      ['studio-private', '/studio', 'camille', 'room-kind-private', choose('private')],
      ['earnings-empty', '/earnings', 'noah', 'earnings-empty'],
      ['studio-first-tier', '/studio', 'noah', 'tier-name', choose('members')],
      ['money-wallet', '/wallet', 'lea', 'membership-mbr_', chooseTopUp],
      ['wallet-tiers', '/wallet', 'lea', 'choose-tier_', (wallet) => wallet.by('membership-tier').click()],
      ['club', `/rooms/${this.#clubRoom}`, 'tom', 'begin-at-once'],
      ['receipt', `/receipts/${ticket}`, 'lea', 'receipt'],
      ['desk-closed', '/desk', 'lea', 'operators-only'],
      ['wallet-past-due', '/wallet', 'malik', 'past-due'],
      ['receipt-refund', `/receipts/${refund}`, 'malik', 'receipt'],
      ['wallet-long', '/wallet', 'tom', 'history-more'],
      ['desk', '/desk', 'operator', 'alarm-cut-off', (desk) => desk.by('desk-books').waitFor()],
      ['desk-payments', '/desk/payments', 'operator', 'payment-'],
      ['desk-payment', `/desk/payments/${ticket}`, 'operator', 'refund-preview'],
      ['desk-refunded', `/desk/payments/${other}`, 'operator', 'refunds'],
      ['desk-payouts', '/desk/payouts', 'operator', 'payouts'],
      ['desk-disputes', '/desk/disputes', 'operator', 'submit-evidence'],
      ['desk-holds', '/desk/holds', 'operator', 'hold-noah'],
      ['desk-bookings', '/desk/bookings', 'operator', 'booking-create'],
      ['desk-reconciliation', '/desk/reconciliation', 'operator', 'reconciliation'],
      ['desk-vat', '/desk/vat', 'operator', 'vat-report'],
      ['desk-dac7', `/desk/dac7?year=${this.#year()}`, 'operator', 'dac7-sellers'],
      ['desk-dac7-made', '/desk/dac7', 'operator', 'dac7-filings'],
      ['desk-fees', '/desk/fees', 'operator', 'fee-policies'],
      ['desk-people', '/desk/people', 'operator', 'person-lea', findLea],
      ['desk-person', '/desk/people/lea', 'operator', 'person-facts'],
      ['desk-creator', '/desk/people/camille', 'operator', 'person-business'],
      ['desk-jobs', '/desk/jobs', 'operator', 'jobs'],
      ['desk-recoveries', '/desk/recoveries', 'operator', 'recovery-begin'],
    ];
  }
}

async function chooseTopUp(wallet: Visitor): Promise<void> {
  await wallet.page.locator('[data-testid^="entry-"]').first().waitFor();
  await wallet.by('topup-amount-2000').click();
}

async function giveTaxDetails(earnings: Visitor): Promise<void> {
  await earnings.by('business-open').click();
  const fields = {
    'first-name': 'Camille',
    name: 'Dupont',
    birth: '1990-05-17',
    address: '3 rue des Lilas',
    postal: '75011',
  };
  for (const [field, text] of Object.entries({ ...fields, city: 'Paris', tin: '30 12 345 678 901' }))
    await earnings.by(`business-${field}`).fill(text);
  await earnings.by('business-country').selectOption('FR');
  await earnings.by('business-small_business').check({ force: true });
  await earnings.by('business-registration').fill('303 265 045');
  await earnings.by('business-save').click();
}

async function changeTaxDetails(earnings: Visitor): Promise<void> {
  await earnings.by('business-open').click();
  await earnings.by('business-registered').check({ force: true });
}

async function findLea(desk: Visitor): Promise<void> {
  await desk.by('people-query').fill(demoAddress('lea'));
  await desk.by('people-search').click();
}

/** Runs in the page: advances its clock like the server's. */
function shiftDate(aheadMs: number): void {
  const Native = Date;
  window.Date = class extends Native {
    constructor(...given: [] | [string | number | Date]) {
      if (given.length === 0) super(Native.now() + aheadMs);
      else super(...given);
    }
    static override now(): number {
      return Native.now() + aheadMs;
    }
  } as DateConstructor;
}
