/**
 * Chat latency for other participants under attack: from sending to being shown to each, alternately without and with
 * the attack. The cases: a thousand malformed, oversized, forged and flooding events per second; emoji messages in an
 * emoji-only room; messages that almost match 500 rules with wildcards and phrases; the longest messages. Server,
 * participants and attacker are separate processes on one machine, so the attacker's own CPU use is included.
 */
import { cpus } from 'node:os';
import * as LIMITS from '../../server/protocol/limits.ts';
import { type CostlyTexts, measureUnderAttack, medianOf } from '../support/people/neighbours.ts';
import { ServerProcess } from '../support/programs/server-process.ts';

const ROUNDS = 5;
const SECONDS = 5;
const say = (text: string) => process.stderr.write(`${text}\n`);

/** Two letters that differ per index. */
const letters = (index: number) => String.fromCharCode(98 + Math.floor(index / 24), 98 + (index % 24));
const fill = (part: string) => part.repeat(Math.floor(LIMITS.messageChars / [...part].length));

const RULES = Array.from({ length: LIMITS.wordRules }, (_, index) => ({
  pattern:
    index % 2 === 0 ? `*aaaa${letters(index)}z*` : `${'a '.repeat(LIMITS.wordPatternWords - 1)}${letters(index)}`,
  action: 'hold',
}));

async function openRooms(server: ServerProcess): Promise<{ room: string; cases: Record<string, CostlyTexts> }> {
  const open = async (creator: string) => {
    await server.server('POST', '/v1/creators', { identity: creator, name: creator, country: 'FR' });
    const body = { creator, title: 'Benchmark', access: { kind: 'free' } };
    return (await server.server<{ id: string }>('POST', '/v1/rooms', body)).id;
  };
  const [room, emoji, words] = [await open('ada'), await open('emil'), await open('wanda')];
  await server.server('POST', `/v1/rooms/${emoji}/chat/mode`, { emojiOnly: true });
  await server.server('PUT', '/v1/creators/wanda/chat/words', { words: RULES });
  // The first have the most code units that a message may have, and are refused; each letter of the others has several
  // readings.
  const longest = ['x'.repeat(8_000), '🔥'.repeat(4_000), fill('ﷺ'), fill('а4'), fill('a.'), fill('a ')];
  return {
    room,
    cases: {
      emoji: { room: emoji, texts: [fill('🔥').replace(/🔥$/u, 'a'), `${fill('👍🏽').slice(0, -4)}a`] },
      wildcards: { room: words, texts: [fill('a'), fill('a ')] },
      longest: { room: words, texts: longest },
    },
  };
}

const summary = (rounds: { p50: number; p99: number }[]) => ({
  p50: medianOf(rounds.map(({ p50 }) => p50)),
  p99: medianOf(rounds.map(({ p99 }) => p99)),
});

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
await using server = await ServerProcess.create();
const { room, cases } = await openRooms(server);
const results: Record<string, object> = {};
const table = ['case       p99 without  p99 with  ratio  refused'];
for (const [name, costly] of [['events', undefined] as const, ...Object.entries(cases)]) {
  let round = 0;
  const options = {
    rounds: ROUNDS,
    seconds: SECONDS,
    ...(costly ? { costly } : {}),
    onRound: (without: object | undefined, during: object | undefined) => {
      round += 1;
      say(`${name} ${round}/${ROUNDS}: without ${JSON.stringify(without)}, with ${JSON.stringify(during)}`);
    },
  };
  const { withoutMs, withMs, attacks, refused } = await measureUnderAttack(server.url, room, options);
  say(
    `${name}: ${attacks.sent} sent, ${attacks.closed} connections closed on them, ${refused.length} messages of neighbours refused`,
  );
  const [without, during] = [summary(withoutMs), summary(withMs)];
  const p99Ratio = Math.round((during.p99 / without.p99) * 100) / 100;
  const cells = [
    `${without.p99} ms`.padStart(11),
    `${during.p99} ms`.padStart(8),
    String(p99Ratio).padStart(5),
    String(refused.length),
  ];
  table.push(`${name.padEnd(10)} ${cells.join('  ')}`);
  results[name] = { withoutMs: without, withMs: during, p99Ratio, refused: refused.length };
}
say(table.join('\n'));
process.stdout.write(`${JSON.stringify(results)}\n`);
