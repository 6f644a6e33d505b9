/**
 * Participants who chat in a room of a server under attack, and the delay until each message is shown; alternately
 * without and with the attack.
 */

import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ChatEntry } from '../../../server/protocol/chat/chat.ts';
import { signToken, WireFan } from './wire-fan.ts';

const HOSTILE = fileURLToPath(new URL('hostile-process.ts', import.meta.url));
const NEIGHBOURS = 20;
const PAUSE_MS = 40;

interface Latencies {
  p50: number;
  p90: number;
  p99: number;
}

export interface AttackMeasurement {
  withoutMs: Latencies[];
  withMs: Latencies[];
  attacks: { sent: number; closed: number };
  /** The errors with which messages of the participants were refused. */
  refused: unknown[];
}

/** Well-formed messages that are costly to moderate, in a separate room on the same gateway. */
export interface CostlyTexts {
  room: string;
  texts: string[];
}

export async function measureUnderAttack(
  url: string,
  room: string,
  options: {
    rounds: number;
    seconds: number;
    costly?: CostlyTexts;
    onRound?: (without: Latencies | undefined, during: Latencies | undefined) => void;
    /** True when no further round is needed. */
    isEnough?: (measured: AttackMeasurement) => boolean;
  },
): Promise<AttackMeasurement> {
  const latencies: number[] = [];
  const neighbours = await Promise.all(
    Array.from({ length: NEIGHBOURS }, async (_, index) => {
      // Before it, the server has not decided about access.
      const welcomed = Promise.withResolvers<void>();
      const fan = await WireFan.connect({
        url,
        index,
        auth: { token: signToken({ identity: `neighbour-${index}`, room }) },
        onEvent: (name, data: { entries?: ChatEntry[] }) => {
          if (name === 'rooms:welcome') welcomed.resolve();
          if (name !== 'chat:frame') return;
          for (const entry of data.entries ?? []) {
            const saidAt = entry.kind === 'message' ? Number(/^said at (.+)$/.exec(entry.text)?.[1]) : Number.NaN;
            if (!Number.isNaN(saidAt)) latencies.push(performance.now() - saidAt);
          }
        },
      });
      await welcomed.promise;
      return fan;
    }),
  );
  const measured: AttackMeasurement = { withoutMs: [], withMs: [], attacks: { sent: 0, closed: 0 }, refused: [] };
  const talk = async () => {
    latencies.length = 0;
    const answers: Promise<{ ok: boolean; error?: unknown }>[] = [];
    for (let index = 0; index < (options.seconds * 1_000) / PAUSE_MS; index += 1) {
      const text = `said at ${performance.now()}`;
      const said = neighbours[index % NEIGHBOURS]?.emit<{ ok: boolean; error?: unknown }>('chat:send', {
        clientId: randomUUID(),
        text,
      });
      if (said) answers.push(said);
      await pause(PAUSE_MS);
    }
    measured.refused.push(...(await Promise.all(answers)).flatMap(({ ok, error }) => (ok ? [] : error)));
    // The last message is shown with the next tick.
    await pause(4 * PAUSE_MS);
    const sorted = latencies.toSorted((left, right) => left - right);
    const at = (share: number) => Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) * 10) / 10;
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  };
  const { costly = { room, texts: [] } } = options;
  const hostile = fork(HOSTILE, [url, costly.room, JSON.stringify(costly.texts)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const attacks = async () => {
    hostile.send('how much?');
    const [{ result }] = (await once(hostile, 'message')) as [{ result: AttackMeasurement['attacks'] }];
    return result;
  };
  try {
    await talk();
    // It answers once it has attacked.
    await attacks();
    // On a busy machine the attacker must not take the processor's time from the server: that is not what is measured.
    // Only from here on, since with the lowest priority its start alone can take a minute.
    if (hostile.pid !== undefined) setPriority(hostile.pid, constants.priority.PRIORITY_LOW);
    for (let round = 0; round < options.rounds; round += 1) {
      hostile.kill('SIGSTOP');
      measured.withoutMs.push(await talk());
      hostile.kill('SIGCONT');
      measured.withMs.push(await talk());
      options.onRound?.(measured.withoutMs.at(-1), measured.withMs.at(-1));
      if (options.isEnough?.(measured)) break;
    }
    measured.attacks = await attacks();
  } finally {
    hostile.kill('SIGKILL');
    for (const neighbour of neighbours) neighbour.drop();
  }
  return measured;
}

export const medianOf = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
