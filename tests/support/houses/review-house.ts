/**
 * All domains on one database without background work: facts wait in the outbox until a test dispatches them, so that a
 * kill can come between a decision and each of its effects.
 */

import { parseConfig } from '../../../server/config.ts';
import { createDomains, type Domains } from '../../../server/domains.ts';
import { StripeProvider } from '../../../server/money/provider/stripe-provider.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { iso } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { asc, isNull, sql } from '../../../server/platform/db/sql.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { outbox as facts } from '../../../server/platform/outbox/outbox.schema.ts';
import { type Fact, Outbox, toFact } from '../../../server/platform/outbox/outbox.ts';
import type { MessageId, RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { DecisionInput } from '../../../server/protocol/trust/decisions.ts';
import type { RoomReportInput } from '../../../server/protocol/trust/reports.ts';
import { EXAMPLE_CHARTER } from '../../../server/trust/charter/example-charter.ts';
import { Killer } from '../crash/refund-steps.ts';
import { MovableClock } from './money-house.ts';

const silentLog = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog } as never;
export const DECIDED: DecisionInput = {
  measures: [],
  ground: { article: 'conduct', version: 1 },
  reasons: 'It insults a person.',
  language: 'en',
  automated: false,
};

export class ReviewHouse {
  readonly db: Database;
  readonly clock: MovableClock;
  readonly killer: Killer;
  domains: Domains;
  readonly #listeners = new Map<string, ((facts: Fact[]) => Promise<void> | void)[]>();

  private constructor(db: Database, { clock, kill }: { clock: MovableClock; kill(): void }) {
    this.db = db;
    this.clock = clock;
    this.killer = new Killer(kill);
    this.domains = undefined as never;
    for (const name of ['transaction', 'bulkTransaction'] as const) {
      const inner = db[name].bind(db) as (work: never) => Promise<never>;
      db[name] = ((work: never) => this.killer.step(() => inner(work))) as never;
    }
  }

  /** `kill` ends this process, at the step that the killer was told. */
  static async create(
    db: Database,
    { kill = () => {}, env = {} }: { kill?: () => void; env?: Record<string, string> } = {},
  ): Promise<ReviewHouse> {
    const house = new ReviewHouse(db, { clock: new MovableClock(Date.parse('2026-05-04T20:00:00Z')), kill });
    await house.#open(env);
    const { accounts, charter } = house.domains;
    await accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
    await charter.seed(EXAMPLE_CHARTER, 'operator');
    return house;
  }

  async #open(env: Record<string, string>): Promise<void> {
    const { db, clock } = this;
    const log = silentLog;
    const metrics = createMetrics();
    const bus = new MemoryBus(() => {});
    const outbox = new Outbox({ db, bus, log, metrics });
    outbox.wake = () => {};
    outbox.onBatch = (topic, listener) => {
      this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
    };
    const config = parseConfig({ NODE_ENV: 'test', ...env });
    const secrets = { secretKey: 'sk_test_unused', webhookSecrets: ['whsec_unused'] };
    const provider = StripeProvider.create({ ...secrets, host: '127.0.0.1', port: 9, protocol: 'http', clock, log });
    // Without a payment there is nothing to ask about.
    provider.fetchEvents = async () => ({ events: [], isWhole: true });
    const platform = { db, bus, outbox, clock, log, metrics };
    this.domains = await createDomains(platform, { config, provider, isReturnUrlAllowed: () => true });
  }

  /** Hands every waiting fact to its listeners, until none waits. */
  async dispatch(): Promise<void> {
    for (;;) {
      const waiting = await this.db.orm.select().from(facts).where(isNull(facts.dispatchedAt)).orderBy(asc(facts.seq));
      if (waiting.length === 0) break;
      for (const row of waiting) {
        const fact = toFact(row);
        for (const listener of this.#listeners.get(fact.topic) ?? []) await listener([fact]);
        await this.db.orm.execute(sql`update outbox set dispatched_at = now() where seq = ${fact.seq}`);
      }
    }
    await this.domains.money.idle();
  }

  /** Waits for what the facts have started: afterwards nothing writes to the database any more. */
  async close(): Promise<void> {
    const { money, webhooks, mail } = this.domains;
    await Promise.all([money.close(), webhooks.close(), mail.close()]);
  }

  async createRoom(
    access: { kind: 'free' } | { kind: 'ticket'; priceMinor: number } = { kind: 'free' },
  ): Promise<RoomId> {
    return (await this.domains.rooms.createRoom({ creator: 'ada', title: 'An evening', access })).id;
  }

  async say(room: RoomId, identity: string, text: string): Promise<MessageId> {
    const from = { identity, name: identity, role: 'fan' } as const;
    const input = { clientId: `${identity}-${text}`.replace(/\W/g, '-').padEnd(8, '-'), text };
    const sent = await this.domains.chat.send({ room, from, input });
    if (!('message' in sent)) throw new Error('The message is held.');
    return sent.message.id;
  }

  /** They were inside the room for as long as a claim needs. */
  async attend(room: RoomId, ...people: string[]): Promise<void> {
    for (const identity of people)
      await this.rows(
        `insert into attendances values ('${identity}', '${room}', ${LIMITS.claimMinutes}, '${iso(this.clock.now())}')`,
      );
  }

  /** The case of the report. */
  async report(room: RoomId, reporter: string, about: RoomReportInput): Promise<string> {
    const { id } = await this.domains.reports.file(room, reporter, about, { mayAct: true });
    const [row] = await this.rows<{ case: string }>(`select "case" from reports where id = '${id}'`);
    return row?.case ?? '';
  }

  decide(id: string, measures: DecisionInput['measures'], reviewer = 'rev-1') {
    return this.domains.decisions.decide(reviewer, id, { ...DECIDED, measures });
  }

  async accessOf(room: RoomId, identity: string) {
    const { state, reason } = (await this.domains.rooms.decide({ roomId: room, identity, role: 'fan' })).access;
    return state === 'granted' ? 'granted' : reason;
  }

  async rows<Row>(statement: string): Promise<Row[]> {
    return ((await this.db.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
  }
}
