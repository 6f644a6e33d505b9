/**
 * The log under concurrent operations from two gateways on one Postgres: sends, repeated sends, removals, purges, bans,
 * modes, erasures. In any order, sequence numbers are gapless, nothing appears twice, acknowledged messages exist, and
 * removed ones are blank.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat, ChatAppended } from '../../../server/chat/chat.ts';
import type { LogEntry } from '../../../server/chat/log/log-entry.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { ChatMessage } from '../../../server/protocol/chat/chat.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { ada, collectAppended, createBus, createChat, fan, mod } from '../../support/houses/chat-house.ts';
import { effort, SEED } from '../../support/run/effort.ts';

const RUNS = effort({ short: 15, long: 500 });
const PEOPLE = 4;

const step = fc.record({
  gateway: fc.nat(1),
  person: fc.nat(PEOPLE - 1),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('send' as const) },
    { weight: 4, arbitrary: fc.constant('doubled' as const) },
    { weight: 3, arbitrary: fc.constant('remove' as const) },
    { weight: 1, arbitrary: fc.constant('purge' as const) },
    { weight: 1, arbitrary: fc.constant('ban' as const) },
    { weight: 2, arbitrary: fc.constant('lift' as const) },
    { weight: 1, arbitrary: fc.constant('pause' as const) },
    { weight: 2, arbitrary: fc.constant('resume' as const) },
    { weight: 1, arbitrary: fc.constant('erase' as const) },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe.each(DATABASES)('the log on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let gateways: [Chat, Chat];
  const told: ChatAppended[] = [];

  beforeAll(async () => {
    db = await open();
    const bus = createBus();
    collectAppended(bus, (message) => told.push(message));
    // The second gateway receives no messages from the first.
    gateways = [createChat({ db, bus }), createChat({ db, bus: createBus() })];
  });

  afterAll(async () => {
    for (const chat of gateways) await chat.close();
    await db[Symbol.asyncDispose]();
  });

  test(`R16, R17, R19, R50: gapless, nothing doubled, nothing lost (seed ${SEED})`, { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const room = createId('room');
        const run = new Run(room, gateways);
        await Promise.all(steps.map((it, index) => run.take(it, index)));
        await run.check();
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
    expect(told.length).toBeGreaterThan(0);
    // A gateway publishes a room's messages in log order.
    for (const [, messages] of Map.groupBy(told, ({ room }) => room)) {
      const seqs = messages.flatMap(({ entries }) => entries.map(({ seq }) => seq));
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    }
  });
});

class Run {
  readonly #room: RoomId;
  readonly #gateways: [Chat, Chat];
  /** Identities of this run only, because erasure covers all rooms. */
  readonly #people = Array.from({ length: PEOPLE }, (_, index) => fan(`p${index}-${createId('event').slice(4)}`));
  readonly #acknowledged: ChatMessage[] = [];
  readonly #refused: string[] = [];
  readonly #removed = new Set<string>();

  constructor(room: RoomId, gateways: [Chat, Chat]) {
    this.#room = room;
    this.#gateways = gateways;
  }

  async take({ gateway, person, kind }: Step, index: number): Promise<void> {
    const chat = this.#gateways[gateway as 0 | 1];
    const who = this.#people[person] ?? ada;
    const room = this.#room;
    const by = { room, actor: mod };
    const { identity } = who;
    const moderation = chat.moderation;
    switch (kind) {
      case 'send':
        return this.#send([chat], who, `message ${index} ${room}`, createId('event'));
      case 'doubled':
        return this.#send(this.#gateways, who, `doubled ${index} ${room}`, createId('event'));
      case 'remove': {
        const message = this.#acknowledged.at(index % Math.max(1, this.#acknowledged.length));
        if (!message) return;
        await moderation.remove({ ...by, messageId: message.id });
        this.#removed.add(message.id);
        return;
      }
      case 'purge':
        return moderation.removeAuthor({ ...by, identity, reason: 'spam' });
      case 'ban':
        return moderation.restrict({ ...by, input: { identity, kind: 'ban', scope: 'room', reason: 'spam' } });
      case 'lift':
        return moderation.lift({ ...by, input: { identity, scope: 'room' } });
      case 'pause':
        return moderation.setMode({ ...by, input: { paused: true } });
      case 'resume':
        return moderation.setMode({ ...by, input: { paused: false } });
      case 'erase':
        await chat.personalData.erase(identity, mod);
    }
  }

  async #send(chats: Chat[], from: ReturnType<typeof fan>, text: string, clientId: string): Promise<void> {
    const sends = chats.map((chat) => chat.send({ room: this.#room, from, input: { clientId, text } }));
    for (const result of await Promise.allSettled(sends)) {
      if (result.status === 'fulfilled' && 'message' in result.value) this.#acknowledged.push(result.value.message);
      else if (result.status === 'rejected' && result.reason instanceof AppError)
        this.#refused.push(result.reason.code);
      else throw result.status === 'rejected' ? result.reason : new Error('held');
    }
  }

  async check(): Promise<void> {
    const [chat] = this.#gateways;
    const { entries, lastSeq } = await chat.history(this.#room, { since: 0, limit: 200 });
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    const messages = new Map(
      entries.flatMap((entry) => (entry.kind === 'message' ? [[entry.id, entry] as const] : [])),
    );
    const count = entries.filter(({ kind }) => kind === 'message').length;
    expect(messages.size).toBe(count);
    // Exactly the acknowledged messages exist, at their acknowledged sequence numbers.
    const acknowledged = new Set(this.#acknowledged.map(({ id }) => id));
    expect(acknowledged.size).toBe(count);
    for (const { id, seq, text } of this.#acknowledged) {
      const kept = messages.get(id);
      expect(kept?.seq).toBe(seq);
      if (!kept?.removed && !kept?.erased) expect(kept?.text).toBe(text);
      else expect(kept.text).toBe('');
    }
    for (const id of this.#removed) expect(messages.get(id as ChatMessage['id'])).toMatchObject({ text: '' });
    for (const purge of entries.filter((entry) => entry.kind === 'purge')) expectPurged(entries, purge);
    for (const code of this.#refused) expect(['chat_banned', 'chat_paused']).toContain(code);
  }
}

function expectPurged(entries: LogEntry[], purge: Extract<LogEntry, { kind: 'purge' }>): void {
  for (const entry of entries) {
    if (entry.kind !== 'message' || entry.from.identity !== purge.identity || entry.seq > purge.uptoSeq) continue;
    expect(entry).toMatchObject({ text: '', removed: true });
  }
}
