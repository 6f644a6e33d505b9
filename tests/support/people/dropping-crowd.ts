/**
 * A room of fans who disconnect and reconnect at random while some of them chat, and totals of what they were shown.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, type Acknowledged, ReturningFan, seeded } from './returning-fan.ts';

export interface DroppingCrowdOptions {
  room: string;
  urls: string[];
  fans: number;
  seed: number;
  messagesPerSecond: number;
  durationMs: number;
  /** Maximum time connected, and maximum time away. */
  stayMaxMs: number;
  awayMaxMs: number;
}

export interface CrowdAccount extends Account {
  lost: number;
  acknowledged: number;
  drops: number;
  /** Fans who were connected and complete at the end. */
  returned: number;
}

const JOIN_BATCH = 25;
const RETURN_TIMEOUT_MS = 60_000;

export async function runDroppingCrowd(options: DroppingCrowdOptions): Promise<CrowdAccount> {
  const { room, urls, seed, durationMs } = options;
  const random = seeded(seed);
  const account: Account = { doubled: 0, reordered: 0, gaps: 0, replays: [] };
  const fans = Array.from(
    { length: options.fans },
    (_, index) => new ReturningFan({ index, room, urls: () => urls, random: seeded(seed + index + 1), account }),
  );
  for (let at = 0; at < fans.length; at += JOIN_BATCH) {
    await Promise.all(fans.slice(at, at + JOIN_BATCH).map((fan) => fan.comeBack()));
  }
  const endsAt = performance.now() + durationMs;
  const isOver = () => performance.now() >= endsAt;
  let drops = 0;
  const lives = fans.map(async (fan, index) => {
    const own = seeded(seed * 31 + index);
    for (;;) {
      await pause(Math.min(own() * options.stayMaxMs, Math.max(0, endsAt - performance.now())));
      if (isOver()) return;
      drops += 1;
      await fan.drop(own() * options.awayMaxMs);
    }
  });
  const said: Promise<Acknowledged>[] = [];
  for (let index = 0; !isOver(); index += 1) {
    const fan = fans[Math.floor(random() * fans.length)];
    if (fan) said.push(fan.say(`message ${index}`));
    await pause(1_000 / options.messagesPerSecond);
  }
  await Promise.all(lives);
  const acknowledged = await Promise.all(said);
  const last = Math.max(0, ...acknowledged.map(({ seq }) => seq));
  const giveUpAt = performance.now() + RETURN_TIMEOUT_MS;
  const isBack = (fan: ReturningFan) => fan.isSettled && fan.lastSeq >= last;
  while (!fans.every(isBack) && performance.now() < giveUpAt) await pause(50);
  // One message at two sequence numbers counts as shown twice.
  account.doubled += acknowledged.length - new Set(acknowledged.map(({ seq }) => seq)).size;
  const lost = fans.reduce((sum, fan) => sum + fan.countLost(acknowledged), 0);
  const returned = fans.filter(isBack).length;
  for (const fan of fans) fan.close();
  return { ...account, lost, acknowledged: acknowledged.length, drops, returned };
}
