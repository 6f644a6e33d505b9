/**
 * The fans' process: thousands of connections that chat occasionally and check that every entry arrives once, in order,
 * and how long after it was sent. Driven by the benchmark over IPC.
 */
import { randomUUID } from 'node:crypto';
import type { ChatEntry } from '../../../../server/protocol/chat/chat.ts';
import { signToken, WireFan } from '../../../support/people/wire-fan.ts';
import { pause } from '../burst.ts';

export type CrowdOrder =
  | { type: 'connect'; url: string; room: string | null; fans: number }
  | { type: 'run'; perSecond: number; seconds: number };

export interface CrowdRun {
  sent: number;
  delivered: number;
  lost: number;
  doubled: number;
  refused: number;
  latencyMs: { p50: number; p99: number };
}

const CONNECTING_AT_ONCE = 40;
const DRAIN_MS = 60_000;
const HISTOGRAM_MS = 60_000;
const TEXT = 'What an evening, this is the best one so far ';

interface Fan {
  wire: WireFan;
  lastSeq: number;
}

const fans: Fan[] = [];
let counts = { delivered: 0, lost: 0, doubled: 0 };
let histogram = new Uint32Array(HISTOGRAM_MS);

function handleEvent(
  fan: Fan,
  name: string,
  data: { entries?: ChatEntry[]; inside?: { chat: { lastSeq: number } } },
): void {
  if (name === 'rooms:welcome') fan.lastSeq = data.inside?.chat.lastSeq ?? 0;
  if (name !== 'chat:frame') return;
  const now = Date.now();
  for (const entry of data.entries ?? []) {
    if (entry.seq <= fan.lastSeq) counts.doubled += 1;
    else {
      counts.lost += entry.seq - fan.lastSeq - 1;
      fan.lastSeq = entry.seq;
      counts.delivered += 1;
    }
    const text = entry.kind === 'message' ? entry.text : '';
    const latencyMs = Math.min(HISTOGRAM_MS - 1, Math.max(0, now - Number.parseInt(text.slice(TEXT.length), 10)));
    histogram[latencyMs] = (histogram[latencyMs] ?? 0) + 1;
  }
}

async function connect({ url, room, fans: count }: Extract<CrowdOrder, { type: 'connect' }>): Promise<void> {
  const open = async (index: number) => {
    const identity = `fan-${index}`;
    const fan = { lastSeq: 0 } as Fan;
    const welcomed = Promise.withResolvers<void>();
    if (room === null) welcomed.resolve();
    fan.wire = await WireFan.connect({
      url,
      index,
      auth: room === null ? { identity } : { token: signToken({ identity, room }) },
      onEvent: (name, data) => {
        handleEvent(fan, name, data);
        if (name === 'rooms:welcome') welcomed.resolve();
      },
    });
    await welcomed.promise;
    fans.push(fan);
  };
  for (let at = 0; at < count; at += CONNECTING_AT_ONCE) {
    const size = Math.min(CONNECTING_AT_ONCE, count - at);
    await Promise.all(Array.from({ length: size }, (_, index) => open(at + index)));
  }
}

async function run({ perSecond, seconds }: Extract<CrowdOrder, { type: 'run' }>): Promise<CrowdRun> {
  counts = { delivered: 0, lost: 0, doubled: 0 };
  histogram = new Uint32Array(HISTOGRAM_MS);
  const total = perSecond * seconds;
  const startedAt = performance.now();
  let highest = 0;
  let refused = 0;
  const answers: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const dueMs = startedAt + (index * 1_000) / perSecond - performance.now();
    if (dueMs > 1) await pause(dueMs);
    const fan = fans[(index * 7) % fans.length];
    if (!fan) throw new Error('nobody is connected');
    const sent = fan.wire.emit<{ ok: boolean; data: { message: { seq: number } } }>('chat:send', {
      clientId: randomUUID(),
      // All texts differ, also within one millisecond: the server rejects copies.
      text: `${TEXT}${Date.now()}.${index}`,
    });
    answers.push(
      sent.then((answer) => {
        if (answer.ok) highest = Math.max(highest, answer.data.message.seq);
        else refused += 1;
      }),
    );
  }
  await Promise.all(answers);
  const giveUpAt = performance.now() + DRAIN_MS;
  while (fans.some(({ lastSeq }) => lastSeq < highest) && performance.now() < giveUpAt) await pause(20);
  for (const { lastSeq } of fans) counts.lost += Math.max(0, highest - lastSeq);
  return { sent: total - refused, refused, ...counts, latencyMs: { p50: quantile(0.5), p99: quantile(0.99) } };
}

function quantile(share: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [ms, count] of histogram.entries()) {
    seen += count;
    if (seen >= share * total) return ms;
  }
  return Number.NaN;
}

process.on('message', (order: CrowdOrder) => {
  const work = order.type === 'connect' ? connect(order) : run(order);
  work.then(
    (result) => process.send?.({ result: result ?? null }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
