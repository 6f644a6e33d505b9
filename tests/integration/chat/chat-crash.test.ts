/**
 * kill -9 at random moments while people chat and moderators act. Everything acknowledged must exist afterwards: every
 * message once and in its place, every ban, mode, vote and held message, each with its audit row.
 */
import { expect, test } from 'vitest';
import { createId } from '../../../server/protocol/ids.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const ROUNDS = effort({ short: 1, long: 20 });
const FANS = 8;
/** Each kill comes after at least this many answers, and at most twice as many. */
const KILL_ANSWERS = 40;

/** All acknowledged results. */
class Known {
  readonly messages = new Map<string, { seq: number; text: string }>();
  readonly banned = new Set<string>();
  readonly held = new Set<string>();
  readonly votes = new Map<string, number>();
  removed: string[] = [];
  modes = 0;
  answers = 0;
}

test(`kill -9 loses nothing that was acknowledged (seed ${SEED})`, { timeout: 60_000 + ROUNDS * 30_000 }, async () => {
  const random = new Dice(SEED);
  await using server = await ServerProcess.createOnPostgres();
  await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  await server.server('PUT', '/v1/creators/ada/chat/words', { words: [{ pattern: 'spoiler', action: 'hold' }] });
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', {
    creator: 'ada',
    title: 'A night',
    access: { kind: 'free' },
  });
  const join = async (identity: string, role = 'fan') => {
    const { token } = await server.server<{ token: string }>('POST', '/v1/tokens', {
      identity,
      name: identity,
      room,
      role,
    });
    return TestParticipant.connect(server.url, { token });
  };
  const known = new Known();
  let poll = '';
  {
    using creator = await join('ada', 'creator');
    poll = (await creator.request('chat:startPoll', { question: 'Which?', options: ['One', 'Two'] })).poll.id;
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    const moderator = await join('mo', 'moderator');
    const fans = await Promise.all(Array.from({ length: FANS }, (_, index) => join(`fan-${round}-${index}`)));
    const killAt = known.answers + KILL_ANSWERS + Math.floor(random.next() * KILL_ANSWERS);
    let isKilled = false;
    const until = async (work: () => Promise<void>) => {
      while (!isKilled) {
        try {
          await work();
          known.answers += 1;
        } catch (error) {
          if (!isKilled && !('code' in (error as object))) throw error;
        }
        if (known.answers >= killAt && !isKilled) {
          isKilled = true;
          await server.kill();
        }
      }
    };
    const writing = fans.map((fan, index) => {
      let said = 0;
      return until(async () => {
        said += 1;
        const identity = `fan-${round}-${index}`;
        if (said === 2) {
          await fan.request('chat:vote', { poll, option: index % 2 });
          known.votes.set(identity, index % 2);
          return;
        }
        const text = said % 5 === 0 ? `a spoiler ${round} ${index} ${said}` : `words ${round} ${index} ${said}`;
        const answer = await fan.request('chat:send', { clientId: createId('event'), text });
        if (answer.held) known.held.add(answer.held.id);
        else known.messages.set(answer.message.id, { seq: answer.message.seq, text });
      });
    });
    let acted = 0;
    const moderating = until(async () => {
      acted += 1;
      const [oldest] = [...known.messages.keys()].filter((id) => !known.removed.includes(id));
      if (acted % 3 === 0 && oldest) {
        await moderator.request('chat:remove', { messageId: oldest, reason: 'because' });
        known.removed.push(oldest);
      } else if (acted % 3 === 1) {
        const identity = `banned-${round}-${acted}`;
        await moderator.request('chat:restrict', { identity, kind: 'ban', scope: 'room', reason: 'because' });
        known.banned.add(identity);
      } else {
        const links = known.modes + 1;
        await moderator.request('chat:setMode', { slowModeSeconds: 0, linksAllowed: links % 2 === 1 });
        known.modes = links;
      }
    });
    await Promise.all([...writing, moderating]);
    for (const participant of [moderator, ...fans]) participant.socket.close();
    await server.start();
  }

  using moderator = await join('mo', 'moderator');
  const entries = await readAll(moderator);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  expect(known.messages.size).toBeGreaterThan(KILL_ANSWERS / 2);
  for (const [id, { seq, text }] of known.messages) {
    const isRemoved = known.removed.includes(id);
    const kept = bySeq.get(seq);
    expect(kept).toMatchObject({ kind: 'message', id });
    if (isRemoved) expect(kept).toMatchObject({ text: '', removed: true });
    else if (!kept?.removed) expect(kept?.text).toBe(text);
  }
  for (const identity of known.banned) {
    using banned = await join(identity);
    expect(banned.welcome.inside?.restriction).toMatchObject({ kind: 'ban', reason: 'because' });
  }
  const { restrictions } = await server.server<{ restrictions: unknown[] }>(
    'GET',
    `/v1/rooms/${room}/chat/restrictions`,
  );
  expect(restrictions.length).toBeGreaterThanOrEqual(known.banned.size);
  const queue = await moderator.request('chat:queue');
  const waiting = new Set(queue.held.map(({ id }: { id: string }) => id));
  for (const id of known.held) expect(waiting).toContain(id);
  const [one = 0, two = 0] = moderator.welcome.inside?.chatState.poll?.options.map(({ votes }) => votes) ?? [];
  expect(one + two).toBeGreaterThanOrEqual(known.votes.size);
  for (const [identity, option] of known.votes) {
    using voter = await join(identity);
    expect(voter.welcome.inside?.ownVote).toEqual({ poll, option });
  }
  // Each acknowledged act is in the audit log, once.
  const acts = await readActs(moderator);
  const bans = acts.filter(({ kind }) => kind === 'ban').map(({ target }) => target);
  expect(new Set(bans).size).toBe(bans.length);
  for (const identity of known.banned) expect(bans).toContain(identity);
  const removals = acts.filter(({ kind }) => kind === 'remove').map(({ messageId }) => messageId);
  expect(new Set(removals).size).toBe(removals.length);
  for (const id of known.removed) expect(removals).toContain(id);
});

async function readAll(participant: TestParticipant) {
  const entries: { seq: number; kind: string; id?: string; text?: string; removed?: boolean }[] = [];
  for (;;) {
    const page = await participant.request('chat:history', { since: entries.at(-1)?.seq ?? 0 });
    entries.push(...page.entries);
    if (entries.length >= page.lastSeq) return entries;
  }
}

async function readActs(participant: TestParticipant) {
  const all: { id: string; kind: string; target: string | null; messageId: string | null }[] = [];
  for (;;) {
    const before = all.at(-1)?.id;
    const { acts } = await participant.request('chat:audit', before ? { before } : {});
    if (acts.length === 0) return all;
    all.push(...acts);
  }
}
