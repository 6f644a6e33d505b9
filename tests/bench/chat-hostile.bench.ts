/**
 * What neighbours in a chat feel of somebody who sends a thousand malformed, oversized, forged and flooding events a second: from saying something to
 * its being shown to each, without and with, in turn. Server, neighbours and attacker are processes of their own on one machine, so that the attacker's
 * own work is in it as well.
 */
import { cpus } from 'node:os';
import { measurePeace, medianOf } from '../support/neighbours.ts';
import { ServerProcess } from '../support/server-process.ts';

const ROUNDS = 5;
const SECONDS = 5;
const say = (text: string) => process.stderr.write(`${text}\n`);

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
await using server = await ServerProcess.create();
await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
const body = { creator: 'ada', title: 'Benchmark', access: { kind: 'free' } };
const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', body);
const { withoutMs, withMs, attacks, refused } = await measurePeace(server.url, room, {
  rounds: ROUNDS,
  seconds: SECONDS,
});
say(`without ${JSON.stringify(withoutMs)}`);
say(`with    ${JSON.stringify(withMs)}`);
say(
  `${attacks.sent} hostile events, ${attacks.closed} connections closed on them, ${refused} messages of neighbours refused`,
);
const median = (rounds: { p50: number; p99: number }[]) => ({
  p50: medianOf(rounds.map(({ p50 }) => p50)),
  p99: medianOf(rounds.map(({ p99 }) => p99)),
});
const [without, during] = [median(withoutMs), median(withMs)];
const p99Ratio = Math.round((during.p99 / without.p99) * 100) / 100;
process.stdout.write(`${JSON.stringify({ withoutMs: without, withMs: during, p99Ratio, refused })}\n`);
