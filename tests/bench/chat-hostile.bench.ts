/**
 * What neighbours in a chat feel of somebody who means harm: from saying something to its being shown to each, without
 * and with, in turn. The cases: a thousand malformed, oversized, forged and flooding events a second; messages of emoji
 * in an emoji-only room; messages that nearly meet 500 rules with wildcards and phrases; the longest messages. Server,
 * neighbours and attacker are processes of their own on one machine, so that the attacker's own work is in it as well.
 */
import { cpus } from 'node:os';
import { LIMITS } from '../../server/protocol/limits.ts';
import { type CostlyTexts, measureUnderAttack, medianOf } from '../support/people/neighbours.ts';
import { ServerProcess } from '../support/programs/server-process.ts';

const ROUNDS = 5;
const SECONDS = 5;
const say = (text: string) => process.stderr.write(`${text}\n`);

/** Two letters, others for each index. */
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
  // The first have the most code units that a message may have, and are refused; of the others each letter has several
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
    `${name}: ${attacks.sent} sent, ${attacks.closed} connections closed on them, ${refused} messages of neighbours refused`,
  );
  const [without, during] = [summary(withoutMs), summary(withMs)];
  const p99Ratio = Math.round((during.p99 / without.p99) * 100) / 100;
  const cells = [
    `${without.p99} ms`.padStart(11),
    `${during.p99} ms`.padStart(8),
    String(p99Ratio).padStart(5),
    refused,
  ];
  table.push(`${name.padEnd(10)} ${cells.join('  ')}`);
  results[name] = { withoutMs: without, withMs: during, p99Ratio, refused };
}
say(table.join('\n'));
process.stdout.write(`${JSON.stringify(results)}\n`);
