/**
 * A server in which every kind of money operation has happened once, so that every request about it can be tried: rooms
 * of each kind (also ended and sold out), fans with credit or without a name, and everything that lea has bought.
 * `written` shows whether a request has changed money tables.
 */

import Stripe from 'stripe';
import { sql } from '../../../server/platform/db/sql.ts';
import { createId } from '../../../server/protocol/ids.ts';
import { payCheckout } from '../people/checkout.ts';
import { TestParticipant } from '../people/participant.ts';
import { eventually } from '../run/eventually.ts';
import { startApp, type TestApp } from './app.ts';
import { MovableClock } from './money-house.ts';

export type Body = Record<string, unknown>;

/** Each request returns the code of its refusal, or `ok`. */
export interface Person extends Disposable {
  post(path: string, body?: Body): Promise<string>;
  get(path: string): Promise<string>;
  remove(path: string): Promise<string>;
  ask(request: string, input: Body): Promise<string>;
}

/** Tables that are not about money, that record refused requests too, or that a job fills after the commit. */
const IGNORED_TABLES =
  /^(gateways|desk_acts|desk_act_outcomes|events|event_.*|webhook_.*|provider_events|chat_.*|invoices|invoice_series)$/;
/** Columns that jobs and listeners update in the background without moving money. */
const IGNORED_COLUMNS = [
  ...['attempts', 'due_at', 'checked_at', 'released_seq'],
  'release_due_at',
  ...['dispatched_at', 'claimed_by', 'claimed_until', 'published_at'],
];
/** Enough that no test exhausts a fan's rate limit. */
const FANS = 12;
const CREDIT_MINOR = 2_000;
export const SONG = { id: 'song', label: 'The next song', amountMinor: 500 };
export const REASON = 'A mistake';

export class MoneyScene implements AsyncDisposable {
  readonly loge: TestApp;
  readonly clock: MovableClock;
  /** Rooms of camille, except `foreign`. */
  readonly rooms = { free: '', ticket: '', given: '', ended: '', full: '', private: '', foreign: '' };
  /** Ids of what lea owns; the card is iris's. */
  readonly own = { topup: '', tip: '', refundedTip: '', ticket: '', withdrawn: '', membership: '', card: '' };
  readonly tiers = { own: '', retired: '', foreign: '' };
  /** Participants by identity. */
  readonly people = new Map<string, Person>();
  readonly #fans: Person[] = [];
  readonly #creators: { person: Person; room: string }[] = [];
  readonly #cookies = new Map<string, string>();
  #tables: string[] = [];
  #turn = 0;

  private constructor(loge: TestApp, clock: MovableClock) {
    this.loge = loge;
    this.clock = clock;
  }

  static async create(): Promise<MoneyScene> {
    const clock = new MovableClock();
    const scene = new MoneyScene(await startApp({ clock }), clock);
    for (const identity of ['malik', 'camille', 'operator']) await scene.#signIn(identity);
    await scene.#openRooms();
    await scene.#invite();
    await scene.#fillRooms();
    await scene.#letLeaBuy();
    await scene.#letIrisKeepACard();
    await scene.loge.server('POST', `/v1/rooms/${scene.rooms.ended}/end`);
    await scene.#settle();
    return scene;
  }

  /** The next fan in turn; all are in the free room and have credit. */
  fan(): Person {
    this.#turn += 1;
    return this.#fans[this.#turn % this.#fans.length] as Person;
  }

  /** The next creator in turn; each has a free room. */
  creator(): { person: Person; room: string } {
    this.#turn += 1;
    return this.#creators[this.#turn % this.#creators.length] as { person: Person; room: string };
  }

  person(identity: string): Person {
    return this.people.get(identity) as Person;
  }

  async server(method: string, path: string, body?: Body): Promise<string> {
    const { apiKey, apiSecret } = this.loge.app.context.config;
    const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
    return this.#send(method, path, { headers: { authorization }, body });
  }

  /** Sends a request with the person's site session. */
  site(identity: string, method: string, path: string, body?: Body): Promise<string> {
    return this.#send(method, `/v1${path}`, { headers: { cookie: this.#cookies.get(identity) ?? '' }, body });
  }

  async connect(identity: string, room: string, role = 'fan'): Promise<TestParticipant> {
    return TestParticipant.connect(this.loge.url, { token: await this.loge.token({ identity, room, role }) });
  }

  async enter(identity: string, room: string, role = 'fan'): Promise<Person> {
    const headers = { authorization: `Bearer ${await this.loge.token({ identity, room, role })}` };
    const participant = await this.connect(identity, room, role);
    return {
      post: (path, body) => this.#send('POST', path, { headers, body }),
      get: (path) => this.#send('GET', path, { headers }),
      remove: (path) => this.#send('DELETE', path, { headers }),
      ask: (request, input) => participant.refusal(request, input),
      [Symbol.dispose]: () => participant[Symbol.dispose](),
    };
  }

  /** A hash of each money table's rows, once letters about earlier operations are queued and sent. */
  async written(): Promise<Record<string, string>> {
    const { outbox, mail } = this.loge.app.context;
    await outbox.idle();
    await mail.settled();
    const digests = this.#tables.map(
      (name) => `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtextextended(
        (to_jsonb(t) - '{${IGNORED_COLUMNS.join(',')}}'::text[])::text, 0)), 0) as digest from ${name} t`,
    );
    const found = await this.#rows<{ name: string; digest: string }>(digests.join(' union all '));
    return Object.fromEntries(found.map(({ name, digest }) => [name, digest]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const creators = this.#creators.map(({ person }) => person);
    for (const person of [...this.people.values(), ...this.#fans, ...creators]) person[Symbol.dispose]();
    await this.loge[Symbol.asyncDispose]();
  }

  async #send(
    method: string,
    path: string,
    { headers, body }: { headers: Record<string, string>; body?: Body | undefined },
  ): Promise<string> {
    const response = await fetch(this.loge.url + path, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as { error?: { code: string } };
    return response.ok ? 'ok' : (answer.error?.code ?? `status ${response.status}`);
  }

  async #signIn(identity: string): Promise<void> {
    const response = await fetch(`${this.loge.url}/site/demo-sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identity }),
    });
    this.#cookies.set(identity, (response.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '');
  }

  async #rows<Row>(statement: string): Promise<Row[]> {
    return ((await this.loge.app.context.db.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
  }

  async #openRooms(): Promise<void> {
    const { loge, rooms, tiers } = this;
    const open = async (access: Body, more: Body = {}) => {
      const input = { creator: 'camille', title: 'An evening', access, ...more };
      return (await loge.server<{ id: string }>('POST', '/v1/rooms', input)).id;
    };
    rooms.free = await open({ kind: 'free' });
    rooms.ticket = await open({ kind: 'ticket', priceMinor: 500 });
    rooms.given = await open({ kind: 'ticket', priceMinor: 500 });
    rooms.ended = await open({ kind: 'ticket', priceMinor: 500 });
    rooms.full = await open({ kind: 'ticket', priceMinor: 500 }, { capacity: 1 });
    rooms.private = await open({ kind: 'private', ratePerMinuteMinor: 100 });
    rooms.foreign = await open({ kind: 'free' }, { creator: 'noah' });
    const offer = async (creator: string, priceMinor: number) => {
      const input = { name: 'Backstage', priceMinor, interval: 'month' };
      return (await loge.server<{ id: string }>('POST', `/v1/creators/${creator}/tiers`, input)).id;
    };
    tiers.own = await offer('camille', 900);
    tiers.retired = await offer('camille', 1_900);
    tiers.foreign = await offer('noah', 900);
    await loge.server('POST', `/v1/creators/camille/tiers/${tiers.retired}/retire`);
    await loge.server('POST', '/v1/associations', { id: 'restos', name: 'Les Restos', country: 'FR' });
  }

  async #invite(): Promise<void> {
    const { rooms, people } = this;
    for (let number = 0; number < FANS; number += 1) {
      await this.#credit(`fan-${number}`);
      this.#fans.push(await this.enter(`fan-${number}`, rooms.free));
    }
    for (const identity of ['ada', 'grace', 'hedy']) {
      const { id: room } = await this.loge.createRoom({ kind: 'free' }, identity);
      this.#creators.push({ person: await this.enter(identity, room, 'creator'), room });
    }
    for (const identity of ['lea', 'caller', 'seats']) await this.#credit(identity);
    people.set('lea', await this.enter('lea', rooms.free));
    people.set('iris', await this.enter('iris', rooms.free));
    people.set('banned', await this.enter('banned', rooms.free));
    people.set('late', await this.enter('late', rooms.ended));
    people.set('seats', await this.enter('seats', rooms.full));
    people.set('caller', await this.enter('caller', rooms.private));
    people.set('callee', await this.enter('camille', rooms.private, 'creator'));
    people.set('host', await this.enter('camille', rooms.free, 'creator'));
    people.set('late host', await this.enter('camille', rooms.ended, 'creator'));
  }

  async #credit(identity: string): Promise<void> {
    await this.loge.server('POST', '/v1/promotions', { identity, amountMinor: CREDIT_MINOR, reason: 'Welcome' });
  }

  async #fillRooms(): Promise<void> {
    const { free, full } = this.rooms;
    await this.loge.server('POST', `/v1/rooms/${free}/removals`, { identity: 'banned', reason: 'Insults' });
    await this.person('host').ask('money:setTipMenu', { items: [SONG] });
    using first = await this.connect('lea', full);
    await first.request('money:buyTicket', { from: 'wallet' });
  }

  /**
   * A top-up with a partial refund, two tips (one refunded), a checkout page for a third, two tickets (one refunded),
   * and a membership.
   */
  async #letLeaBuy(): Promise<void> {
    const { loge, own, rooms } = this;
    using lea = await this.connect('lea', rooms.free);
    const page = await lea.request('money:topup', { amountMinor: 5_000 });
    const credited = lea.next('money:walletChanged', ({ balanceMinor }) => balanceMinor >= 5_000);
    await payCheckout(page.checkoutUrl);
    await credited;
    own.topup = page.topup;
    const part = { topup: own.topup, amountMinor: 500, idempotencyKey: 'refund-of-lea', reason: REASON };
    await loge.server('POST', '/v1/refunds', part);
    const tip = { amountMinor: 500, message: 'Brava', idempotencyKey: 'tip-of-lea' };
    own.tip = (await lea.request('money:tip', tip)).id;
    own.refundedTip = (await lea.request('money:tip', { ...tip, idempotencyKey: createId('event') })).id;
    await loge.server('POST', '/v1/refunds', { tip: own.refundedTip, reason: REASON });
    await lea.request('money:tipByCard', { amountMinor: 1_000, idempotencyKey: 'card-tip-of-lea' });
    const grant = { identity: 'lea', amountMinor: 100, reason: 'Hello', idempotencyKey: 'promo-of-lea' };
    await loge.server('POST', '/v1/promotions', grant);
    own.ticket = await this.#buyTicket('lea', rooms.ticket);
    own.withdrawn = await this.#buyTicket('lea', rooms.given);
    await lea.request('money:withdraw', { item: own.withdrawn });
    const club = await lea.request('memberships:join', { tier: this.tiers.own });
    await payCheckout(club.checkoutUrl);
    own.membership = await eventually(async () => {
      const { memberships } = await lea.request('memberships:list');
      return memberships[0]?.id as string | undefined;
    });
  }

  async #buyTicket(identity: string, room: string): Promise<string> {
    using buyer = await this.connect(identity, room);
    return (await buyer.request('money:buyTicket', { from: 'wallet' })).id;
  }

  async #letIrisKeepACard(): Promise<void> {
    using iris = await this.connect('iris', this.rooms.free);
    await iris.request('money:topup', { amountMinor: 500 });
    const [kept] = await this.#rows<{ customer: string }>(
      `select customer from provider_customers where identity = 'iris'`,
    );
    const port = this.loge.app.emulator?.port ?? 0;
    const stripe = new Stripe('sk_test_of_the_tests', { host: '127.0.0.1', port, protocol: 'http' });
    const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer: kept?.customer ?? '' });
    await iris.request('money:topup', { amountMinor: 500, card, idempotencyKey: 'topup-of-iris' });
    this.own.card = card;
  }

  /** Waits until all payments and fees are processed, the ended room is settled and all facts are dispatched. */
  async #settle(): Promise<void> {
    const { outbox, money } = this.loge.app.context;
    const names = await this.#rows<{ name: string }>(
      `select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
    );
    this.#tables = names.map(({ name }) => name).filter((name) => !IGNORED_TABLES.test(name));
    await eventually(async () => {
      const unknown = await this.#rows(
        `select 1 from payments where paid_from = 'card' and fee_minor is null
          union all select 1 from refunds where status = 'pending'
          union all select 1 where not exists (select 1 from cancellations where completed_at is not null)`,
      );
      return unknown.length === 0;
    });
    await outbox.idle();
    await money.idle();
  }
}
