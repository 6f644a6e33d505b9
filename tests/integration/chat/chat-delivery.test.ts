/** The chat as clients see it, for both deployments: one process with memory, and two gateways with Redis. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChatEntry, ChatFrame } from '../../../server/protocol/chat/chat.ts';
import { clientId, GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { signToken } from '../../support/people/wire-fan.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';
import { drawVariants } from '../../support/run/effort.ts';

const READABLE = '5';

interface House extends AsyncDisposable {
  gateways: { url: string; server<T>(method: string, path: string, body?: unknown): Promise<T> }[];
}

const KINDS: { name: string; start: () => Promise<House> }[] = [
  {
    name: 'one process',
    async start() {
      const server = await ServerProcess.createOnPostgres({ LOGE_CHAT_READABLE_PER_SECOND: READABLE });
      return { gateways: [server], [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    },
  },
];
if (hasGateways) {
  KINDS.push({
    name: 'two gateways',
    start: () => GatewayHouse.start({ env: { LOGE_CHAT_READABLE_PER_SECOND: READABLE } }),
  });
}

describe.each(drawVariants(KINDS))('the chat of $name', ({ start }) => {
  let house: House;
  beforeAll(async () => {
    house = await start();
    const creator = { identity: 'ada', name: 'Ada', country: 'FR' };
    await house.gateways[0]?.server('POST', '/v1/creators', creator);
  }, 120_000);
  afterAll(() => house?.[Symbol.asyncDispose]());

  const createRoom = async () => {
    const body = { creator: 'ada', title: 'An evening', access: { kind: 'free' } };
    return (await house.gateways[0]?.server<{ id: string }>('POST', '/v1/rooms', body))?.id ?? '';
  };
  /** The n-th participant, at the n-th gateway. */
  const join = (index: number, identity: string, room: string, options: { role?: string; since?: number } = {}) => {
    const { role = 'fan', since } = options;
    const auth = { token: signToken({ identity, room, role }), ...(since === undefined ? {} : { since }) };
    return TestParticipant.connect(house.gateways[index % house.gateways.length]?.url ?? '', auth);
  };
  const framesOf = ({ events }: TestParticipant) =>
    events.filter(({ name }) => name === 'chat:frame').map(({ data }) => data as ChatFrame);
  const shownTo = (person: TestParticipant): ChatEntry[] => framesOf(person).flatMap(({ entries }) => entries);
  const say = async (person: TestParticipant, text: string) =>
    (await person.request('chat:send', { clientId: clientId(), text })).message as ChatEntry;

  test('R16: all sockets get the same log in order and once, without earlier entries', async () => {
    const room = await createRoom();
    const people = await Promise.all([0, 1, 2, 3].map((index) => join(index, `person-${index}`, room)));
    try {
      const said = await Promise.all(
        people.flatMap((person, index) => [0, 1, 2, 3, 4].map((turn) => say(person, `${index} ${turn}`))),
      );
      await vi.waitFor(() => expect(people.map((person) => shownTo(person).length)).toEqual([20, 20, 20, 20]));
      const expected = Array.from({ length: 20 }, (_, index) => index + 1);
      for (const person of people) expect(shownTo(person).map(({ seq }) => seq)).toEqual(expected);
      expect(new Set(said.map(({ seq }) => seq)).size).toBe(20);
      using late = await join(1, 'late', room);
      expect(late.welcome.inside?.chat.lastSeq).toBe(20);
      await say(late, 'sorry');
      await vi.waitFor(() => expect(shownTo(late).map(({ seq }) => seq)).toEqual([21]));
      using back = await join(0, 'person-1', room, { since: 18 });
      expect(back.welcome.inside?.chat.entries.map(({ seq }) => seq)).toEqual([19, 20, 21]);
    } finally {
      for (const person of people) person.socket.close();
    }
  });

  test('a removal at one gateway applies everywhere, in order', async () => {
    const room = await createRoom();
    using ada = await join(0, 'ada', room, { role: 'creator' });
    using lea = await join(1, 'lea', room);
    const message = await say(lea, 'something hurtful');
    if (message.kind !== 'message') throw new Error('not a message');
    await ada.request('chat:remove', { messageId: message.id, reason: 'charter' });
    for (const person of [ada, lea]) {
      await vi.waitFor(() => expect(shownTo(person).map(({ kind }) => kind)).toEqual(['message', 'removal']));
    }
  });

  test("above the readable rate a sample is sent and reported; the creator's and own messages always", async () => {
    const room = await createRoom();
    using ada = await join(0, 'ada', room, { role: 'creator' });
    using reader = await join(1, 'reader', room);
    const talkers = await Promise.all(Array.from({ length: 8 }, (_, index) => join(index, `talker-${index}`, room)));
    try {
      // Eight people with twelve messages each, concurrently; a burst of twenty is shown completely.
      const talk = talkers.map(async (talker, index) => {
        for (let turn = 0; turn < 12; turn += 1) await say(talker, `${index} ${turn}`);
      });
      await Promise.all(talk);
      await say(ada, 'merci');
      const covered = (person: TestParticipant) => {
        const seqs = shownTo(person).map(({ seq }) => seq);
        const left = framesOf(person).flatMap(({ sampled }) =>
          (sampled?.ranges ?? []).flatMap(([first, last]) =>
            Array.from({ length: last - first + 1 }, (_, at) => first + at),
          ),
        );
        return { seqs, left };
      };
      await vi.waitFor(() =>
        expect(shownTo(reader).at(-1)).toMatchObject({ from: { role: 'creator' }, text: 'merci' }),
      );
      const { seqs, left } = covered(reader);
      expect(left.length).toBeGreaterThan(10);
      // Every sequence number is either shown or reported as skipped, once.
      expect([...seqs, ...left].sort((a, b) => a - b)).toEqual(Array.from({ length: 97 }, (_, index) => index + 1));
      for (const talker of talkers) {
        await vi.waitFor(() => expect(shownTo(talker).at(-1)).toMatchObject({ text: 'merci' }));
        const own = shownTo(talker).filter(
          (entry) => entry.kind === 'message' && entry.from.identity === talker.welcome.participant.identity,
        );
        expect(own).toHaveLength(12);
      }
      const page = await reader.request('chat:history', { since: 0, limit: 200 });
      expect(page.entries).toHaveLength(97);
    } finally {
      for (const talker of talkers) talker.socket.close();
    }
  });
});
