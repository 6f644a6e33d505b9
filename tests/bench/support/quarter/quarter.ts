/**
 * One quarter of a house with three creators in three countries and forty fans in six: every kind of sale, refund and
 * dispute, a suspension, a block, expiring promotional credit and payouts, day by day. What each day brings is drawn
 * from the seed; what happens once has its day in `ONCE`.
 */
import type { Participant } from '../../../../server/protocol/accounts/accounts.ts';
import { AppError } from '../../../../server/protocol/errors.ts';
import { createId, type TicketId } from '../../../../server/protocol/ids.ts';
import type { Tier } from '../../../../server/protocol/money/memberships.ts';
import type { Room } from '../../../../server/protocol/rooms.ts';
import { sessionOf } from '../../../support/houses/money-house.ts';
import { payCheckout } from '../../../support/people/checkout.ts';
import type { Dice } from '../../../support/soak/dice.ts';
import type { SoakHouse } from '../../../support/soak/soak-house.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 92;
const FANS = 40;
/** With the VAT that is in their bills: French of a creator who is registered there, of others none. */
export const CREATORS = [
  {
    identity: 'ada',
    name: 'Ada',
    country: 'FR',
    iban: 'FR1420041010050500013M02606',
    tin: '1234567890123',
    vatStatus: 'registered',
    vatNumber: 'FR40303265045',
    billVatBps: 2_000,
  },
  {
    identity: 'berta',
    name: 'Berta',
    country: 'DE',
    iban: 'DE89370400440532013000',
    tin: '12345678901',
    vatStatus: 'registered',
    vatNumber: 'DE136695976',
    billVatBps: 0,
  },
  {
    identity: 'carla',
    name: 'Carla',
    country: 'ES',
    iban: 'ES9121000418450200051332',
    tin: '12345678Z',
    vatStatus: 'small_business',
    vatNumber: null,
    billVatBps: 0,
  },
] as const;
/** Where fans live, and the card that each pays with. */
export const CARDS = {
  FR: '4000002500001001',
  DE: '4000002760000016',
  ES: '4000007240000007',
  IT: '4000003800000008',
  CH: '4000007560000009',
  US: '4242424242424242',
} as const;
export type Country = keyof typeof CARDS;
const COUNTRIES = Object.keys(CARDS) as Country[];
const WAIVER = { accepted: true, textVersion: '2026-01' } as const;
const SELF_BILLING_TEXT = '2026-12';
const SONG = { id: 'song', label: 'A song', amountMinor: 700 };

interface Evening {
  room: Room;
  day: number;
  minutes: number;
}

interface Stage {
  free: Room;
  private: Room;
  tiers: Tier[];
  evenings: Evening[];
}

export const countryOf = (fan: string): Country =>
  COUNTRIES[Number(fan.slice('fan-'.length)) % COUNTRIES.length] as Country;

export class Quarter {
  readonly #house: SoakHouse;
  readonly #dice: Dice;
  readonly #stages = new Map<string, Stage>();
  readonly #fans = Array.from({ length: FANS }, (_, index) => `fan-${index}`);
  /** Payments by kind, oldest first, to be given back or disputed. */
  readonly #paid = new Map<string, { id: string; fan: string }[]>();
  /** How often each act succeeded, and how often it was refused with which code. */
  readonly counts: Record<string, number> = {};
  readonly #startMs: number;
  #day = 0;
  #key = 0;

  constructor(house: SoakHouse, dice: Dice) {
    this.#house = house;
    this.#startMs = house.clock.now();
    this.#dice = dice;
  }

  async play(): Promise<void> {
    await this.#open();
    for (this.#day = 0; this.#day < DAYS; this.#day += 1) {
      await this.#playDay();
      this.#advanceTo(this.#day + 1, 0);
      await this.#rest();
    }
  }

  get #money() {
    return this.#house.app.money;
  }

  /** Nothing where it has passed: a dispute takes its time. */
  #advanceTo(day: number, hour: number): void {
    const atMs = this.#startMs + day * DAY_MS + hour * HOUR_MS;
    this.#house.advance(Math.max(0, atMs - this.#house.clock.now()));
  }

  async #rest(): Promise<void> {
    await this.#house.emulator.flush();
    await this.#money.sweep();
    await this.#house.app.outbox.idle();
  }

  async #open(): Promise<void> {
    const { rooms, accounts } = this.#house.app;
    await this.#money.pricing.addAssociation({ id: 'red-cross', name: 'Red Cross', country: 'FR' });
    for (const { identity, name, country } of CREATORS) {
      await accounts.createCreator({ identity, name, country });
      const create = (access: Room['access'], day?: number) =>
        rooms.createRoom({
          creator: identity,
          title: 'An evening',
          access,
          ...(day === undefined
            ? {}
            : { startsAt: new Date(this.#startMs + day * DAY_MS + 20 * HOUR_MS).toISOString() }),
        });
      const tiers = [
        await rooms.clubs.createTier(identity, { name: 'Month', priceMinor: 990, interval: 'month' }),
        await rooms.clubs.createTier(identity, { name: 'Year', priceMinor: 9_900, interval: 'year' }),
      ];
      const evenings: Evening[] = [];
      // The third one is too short, and the fifth does not take place.
      for (const [index, minutes] of [60, 45, 3, 90, 0, 75].entries()) {
        const day = 10 + index * 14;
        const priceMinor = 900 + 150 * index;
        evenings.push({ day, minutes, room: await create({ kind: 'ticket', priceMinor }, day) });
      }
      const free = await create({ kind: 'free' });
      await this.#money.tipping.setMenu(free.id, [SONG]);
      this.#stages.set(identity, {
        ...{ free, tiers, evenings },
        private: await create({ kind: 'private', ratePerMinuteMinor: 240 }),
      });
    }
  }

  /** A refusal is counted with its code; anything else ends the quarter. */
  async #try(name: string, act: () => Promise<unknown>): Promise<void> {
    let outcome = name;
    try {
      if ((await act()) === false) return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'internal') throw error;
      outcome = `${name}: ${error.code}`;
    }
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
    await this.#house.emulator.flush();
    await this.#money.idle();
    this.#house.advance(1_000);
  }

  async #playDay(): Promise<void> {
    const dice = this.#dice;
    this.#advanceTo(this.#day, 8);
    const today = dice.between(3, 6);
    for (let index = 0; index < today; index += 1) {
      const act = dice.weighted({
        topUp: 5,
        tip: 6,
        cardTip: 2,
        request: 2,
        ticket: 6,
        join: 2,
        minutes: 1,
        promote: 1,
      });
      await this.#try(act, () => this.#sell(act));
      this.#house.advance(dice.between(1, 40) * 60_000);
    }
    for (const act of ONCE[this.#day] ?? []) await this.#try(act, () => this.#giveBack(act));
    if (this.#day % 7 === 4) await this.#try('payouts', () => this.#money.payouts.createBatch({ by: 'operator' }));
    this.#advanceTo(this.#day, 20);
    for (const [creator, { evenings }] of this.#stages) {
      const evening = evenings.find(({ day }) => day === this.#day);
      if (evening) await this.#try('evening', () => this.#perform(creator, evening));
    }
  }

  async #perform(creator: string, { room, minutes }: Evening): Promise<void> {
    const { rooms } = this.#house.app;
    const holders = (await rooms.getRoom(room.id)).status === 'ended' ? [] : await this.#holdersOf(room);
    // Somebody is removed before the live, and somebody else during it.
    const by = { identity: creator, role: 'creator' } as const;
    const remove = (identity: string | undefined) =>
      identity && rooms.removals.remove({ room: room.id, identity, by, reason: 'Insults' });
    if (minutes > 0) {
      await remove(holders.at(2));
      await rooms.startLive(room.id);
      const inside = holders.slice(0, -1).map((identity) => ({ room: room.id, identity }));
      await rooms.attendances.count(inside);
      await remove(holders.at(0));
      this.#house.advance(minutes * 60_000);
      await rooms.endLive(room.id);
    }
    await rooms.endRoom(room.id);
  }

  async #holdersOf(room: Room): Promise<string[]> {
    const page = await this.#money.tickets.listHolders(room.id, { after: '', limit: 100, orderedUntil: undefined });
    return page.people.map(({ identity }) => identity);
  }

  #note(kind: string, id: string, fan: string): void {
    this.#paid.set(kind, [...(this.#paid.get(kind) ?? []), { id, fan }]);
  }

  async #pay(checkoutUrl: string, fan: string): Promise<string> {
    const { status } = await payCheckout(checkoutUrl, CARDS[countryOf(fan)], { country: countryOf(fan) });
    if (status !== 303) throw new Error(`The page of ${fan} answered ${status}.`);
    const { id } = await this.#money.confirmCheckout(sessionOf(checkoutUrl));
    return id;
  }

  async #sell(act: string): Promise<unknown> {
    const dice = this.#dice;
    const fan = dice.pick(this.#fans) as string;
    const creator = (dice.pick(CREATORS) as (typeof CREATORS)[number]).identity;
    const stage = this.#stages.get(creator) as Stage;
    const from = { identity: fan, name: 'Fan', role: 'fan' } as const;
    this.#key += 1;
    const input = { amountMinor: dice.between(200, 2_500), idempotencyKey: `key-of-the-quarter-${this.#key}` };
    switch (act) {
      case 'topUp': {
        const order = { identity: fan, name: 'Fan', amountMinor: dice.between(1_000, 8_000) };
        const { checkoutUrl, topup } = await this.#money.topups.create(order);
        await this.#pay(checkoutUrl, fan);
        return this.#note('topup', topup, fan);
      }
      case 'tip': {
        const { tip } = await this.#money.tips.send({ room: stage.free, from, input });
        return this.#note('tip', tip.id, fan);
      }
      case 'request': {
        const asked = { ...input, amountMinor: SONG.amountMinor, menuItem: SONG.id };
        const { tip } = await this.#money.tips.send({ room: stage.free, from, input: asked });
        return this.#note('request', tip.id, fan);
      }
      case 'cardTip': {
        const { checkoutUrl } = await this.#money.cardTips.open({ room: stage.free, from, input });
        return this.#note('cardTip', await this.#pay(checkoutUrl, fan), fan);
      }
      case 'ticket':
        return this.#buyTicket(stage, fan);
      case 'join': {
        const tier = dice.pick(stage.tiers) as Tier;
        const { checkoutUrl } = await this.#money.memberships.join({ tier: tier.id, identity: fan, name: 'Fan' });
        return this.#note(tier.interval, await this.#pay(checkoutUrl, fan), fan);
      }
      case 'minutes':
        return this.#watchInPrivate(stage.private, { fan, creator });
      default: {
        const days = dice.between(3, 30);
        const expiresAt = new Date(this.#house.clock.now() + days * DAY_MS).toISOString();
        const grant = { ...input, identity: fan, reason: 'Welcome', expiresAt };
        return this.#money.promotions.grant(grant, 'operator');
      }
    }
  }

  async #buyTicket({ evenings }: Stage, fan: string): Promise<unknown> {
    const dice = this.#dice;
    const next = evenings.filter(({ day }) => day > this.#day).slice(0, 3);
    const evening = dice.pick(next);
    if (!evening) return false;
    const room = await this.#house.app.rooms.getRoom(evening.room.id);
    const waiver = dice.chance(0.5) ? WAIVER : undefined;
    const from = dice.chance(0.5) ? 'wallet' : 'card';
    const answer = await this.#money.tickets.buy({ room, identity: fan, name: 'Fan', from, waiver });
    if ('ticket' in answer) return this.#note(waiver ? 'waived' : 'ticket', answer.ticket.id, fan);
    return this.#note(waiver ? 'cardWaived' : 'cardTicket', await this.#pay(answer.checkoutUrl, fan), fan);
  }

  async #watchInPrivate(room: Room, { fan, creator }: { fan: string; creator: string }): Promise<void> {
    const as = (identity: string, role: Participant['role']) => ({
      room: room.id,
      participant: { identity, name: 'Somebody', role },
    });
    const { id } = await this.#money.privateSessions.request(as(fan, 'fan'), { minutes: 3 });
    await this.#money.privateSessions.accept(as(creator, 'creator'), id);
    for (let seconds = this.#dice.between(20, 70); seconds > 0; seconds -= 1) {
      this.#house.advance(1_000);
      await this.#money.privateSessions.sweep();
    }
    const { costMinor } = await this.#money.privateSessions.end(as(fan, 'fan'), id);
    if (Number(costMinor) > 0) this.#note('private', id, fan);
  }

  #agree(creator: string, textVersion: string | null = SELF_BILLING_TEXT): Promise<unknown> {
    return this.#money.selfBilling.setAgreement(creator, { textVersion, language: 'en' });
  }

  #oldest(...kinds: string[]): { id: string; fan: string } | undefined {
    for (const kind of kinds) {
      const found = this.#paid.get(kind)?.shift();
      if (found) return found;
    }
    return undefined;
  }

  /** Of a membership, its latest payment. */
  async #atProvider({ id, fan }: { id: string; fan: string }): Promise<string> {
    const { payments } = await this.#money.desk.payments.search({ kind: 'membership', limit: 50 });
    const payment = payments.find(({ identity }) => id.startsWith('mbr_') && identity === fan)?.id ?? id;
    return (await this.#money.desk.payments.get(payment as never)).providerPayment ?? '';
  }

  /** What happens on the days of `ONCE`. */
  async #giveBack(act: string): Promise<unknown> {
    const { emulator, stripe, clock, app } = this.#house;
    const refund = async (payment: { id: string } | undefined, amountMinor?: number) =>
      payment !== undefined &&
      this.#money.refunds.refund({ payment: payment.id, reason: 'A mistake', amountMinor }, 'operator');
    const dispute = async (payment: { id: string; fan: string } | undefined, isInquiry = false) => {
      if (!payment) return undefined;
      const paymentIntent = await this.#atProvider(payment);
      const { data } = await stripe.charges.list({ payment_intent: paymentIntent });
      // What has gone back meanwhile, no bank takes.
      if (data.some(({ refunded, disputed }) => refunded || disputed)) return undefined;
      const { id } = emulator.act('open_dispute', { paymentIntent, isInquiry });
      await emulator.flush();
      await this.#money.idle();
      this.#house.advance(2 * HOUR_MS);
      return id;
    };
    const decide = async (id: string | undefined, outcome: 'won' | 'lost') =>
      id !== undefined && emulator.act('close_dispute', { dispute: id, outcome });
    switch (act) {
      case 'onboard':
        for (const { identity, name, country, iban } of CREATORS) {
          await this.#money.creatorAccounts.startOnboarding({ creator: { identity, name, country } });
          const { data } = await stripe.accounts.list({ limit: 10 });
          const account = data.find(({ metadata }) => metadata?.creator === identity)?.id ?? '';
          emulator.act('onboard_account', { account, iban });
          await this.#money.creatorAccounts.describe(identity);
        }
        return;
      case 'details':
        for (const { identity, name: firstName, country, iban, tin, vatStatus, vatNumber } of CREATORS)
          await this.#money.creatorBusinesses.save(identity, {
            ...{ kind: 'person', firstName, legalName: 'Example', birthDate: '2000-02-29' },
            ...{ address: '1 High Street', postalCode: '12345', city: 'Somewhere', country, tin, tinCountry: null },
            ...{ registrationNumber: null, vatStatus, vatNumber, accountIdentifier: iban },
          });
        return;
      case 'ada agrees':
        return this.#agree('ada');
      case 'berta agrees':
        return this.#agree('berta');
      case 'berta withdraws':
        return this.#agree('berta', null);
      case 'carla agrees':
        return this.#agree('carla');
      case 'pledge':
        return this.#money.pricing.pledge('berta', { association: 'red-cross', shareBps: 1_000 });
      case 'fees':
        return this.#money.pricing.addFeePolicy({ commissionBps: 1_750 });
      case 'refund tip':
        return refund(this.#oldest('tip'));
      case 'refund card tip':
        return refund(this.#oldest('cardTip'));
      case 'refund part':
        return refund(this.#oldest('cardTicket', 'cardWaived'), 333);
      case 'refund topup':
        return refund(this.#paid.get('topup')?.pop());
      case 'refund month':
        return refund(this.#oldest('month'));
      case 'refund year':
        return refund(this.#oldest('year'));
      case 'refund private':
        return refund(this.#oldest('private'));
      case 'refund at provider': {
        const paid = this.#oldest('cardTip', 'cardTicket');
        return (
          paid !== undefined && stripe.refunds.create({ payment_intent: await this.#atProvider(paid), amount: 150 })
        );
      }
      case 'withdraw': {
        const paid = this.#paid.get('ticket')?.pop() ?? this.#paid.get('cardTicket')?.pop();
        return paid !== undefined && this.#money.withdrawals.withdraw(paid.id as TicketId, paid.fan);
      }
      case 'undo request': {
        const asked = this.#paid.get('request')?.pop();
        if (!asked) return false;
        const { room } = (await this.#money.desk.payments.get(asked.id as never)).payment;
        const creator = await app.rooms.creatorOf(room ?? '');
        return this.#money.tipRequests.settle({
          room: room as never,
          tip: asked.id as never,
          outcome: 'undone',
          by: creator,
        });
      }
      case 'dispute won':
        return decide(await dispute(this.#oldest('cardWaived', 'cardTicket')), 'won');
      case 'dispute lost':
        return decide(await dispute(this.#oldest('cardTip', 'cardTicket')), 'lost');
      case 'topup lost':
        return decide(await dispute(this.#oldest('topup')), 'lost');
      case 'month lost':
        return decide(await dispute(this.#oldest('month')), 'lost');
      case 'inquiry':
        return decide(await dispute(this.#oldest('cardTip', 'cardTicket'), true), 'won');
      case 'block':
        return app.rooms.removals.block({ creator: 'berta', identity: 'fan-7', by: 'berta', reason: 'Insults' });
      case 'suspend': {
        const until = new Date(clock.now() + 12 * DAY_MS).toISOString();
        const decision = createId('decision');
        return app.rooms.suspensions.suspend('carla', { decision, reason: 'A report', until });
      }
      case 'bank': {
        const { available } = await stripe.balance.retrieve();
        const amount = Math.floor((available[0]?.amount ?? 0) / 4);
        return amount > 0 && stripe.payouts.create({ amount, currency: 'eur' });
      }
      case 'too late': {
        // Paid on a page whose room has ended meanwhile.
        const access = { kind: 'ticket', priceMinor: 800 } as const;
        const room = await app.rooms.createRoom({ creator: 'ada', title: 'Cancelled', access });
        const fan = 'fan-11';
        const answer = await this.#money.tickets.buy({ room, identity: fan, name: 'Fan', from: 'card' });
        if (!('checkoutUrl' in answer)) return false;
        this.#house.heldWebhooks = [];
        await payCheckout(answer.checkoutUrl, CARDS[countryOf(fan)], { country: countryOf(fan) });
        await app.rooms.endRoom(room.id);
        const held = this.#house.heldWebhooks;
        this.#house.heldWebhooks = undefined;
        for (const webhook of held) await this.#house.deliver(webhook);
        return true;
      }
      default:
        throw new Error(`Nothing is called ${act}.`);
    }
  }
}

/** Besides what each day draws. */
const ONCE: Record<number, string[]> = {
  1: ['details'],
  2: ['ada agrees'],
  3: ['refund tip', 'withdraw'],
  6: ['onboard'],
  9: ['refund part'],
  12: ['refund card tip', 'dispute won'],
  15: ['refund topup', 'undo request'],
  18: ['refund month', 'berta agrees'],
  20: ['pledge', 'inquiry'],
  24: ['refund at provider', 'withdraw'],
  28: ['dispute lost', 'too late'],
  31: ['bank', 'refund tip', 'carla agrees'],
  34: ['topup lost', 'undo request'],
  38: ['refund private', 'refund part'],
  41: ['block'],
  45: ['fees', 'refund year'],
  48: ['month lost'],
  52: ['suspend', 'refund card tip'],
  56: ['dispute won', 'refund topup'],
  61: ['bank', 'inquiry', 'berta withdraws'],
  66: ['dispute lost', 'withdraw'],
  70: ['topup lost', 'berta agrees'],
  75: ['refund at provider', 'refund month'],
  80: ['refund tip', 'undo request', 'refund part'],
  86: ['bank', 'refund private'],
};
