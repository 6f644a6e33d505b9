/**
 * A room full of fans who drop off and come back at random while some of them talk, and the account of what all of them
 * were shown.
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
  /** How long somebody stays, and stays away, at most. */
  stayMaxMs: number;
  awayMaxMs: number;
}

export interface CrowdAccount extends Account {
  lost: number;
  acknowledged: number;
  drops: number;
  /** Of all fans, those who were there in the end, with everything. */
  returned: number;
}

const COMING_AT_ONCE = 25;
const SETTLING_MS = 60_000;

export async function runDroppingCrowd(options: DroppingCrowdOptions): Promise<CrowdAccount> {
  const { room, urls, seed, durationMs } = options;
  const random = seeded(seed);
  const account: Account = { doubled: 0, reordered: 0, gaps: 0, replays: [] };
  const fans = Array.from(
    { length: options.fans },
    (_, index) => new ReturningFan({ index, room, urls: () => urls, random: seeded(seed + index + 1), account }),
  );
  for (let at = 0; at < fans.length; at += COMING_AT_ONCE) {
    await Promise.all(fans.slice(at, at + COMING_AT_ONCE).map((fan) => fan.comeBack()));
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
  const giveUpAt = performance.now() + SETTLING_MS;
  const isBack = (fan: ReturningFan) => fan.isSettled && fan.lastSeq >= last;
  while (!fans.every(isBack) && performance.now() < giveUpAt) await pause(50);
  // The same message at two places in the log would be shown twice as well.
  account.doubled += acknowledged.length - new Set(acknowledged.map(({ seq }) => seq)).size;
  const lost = fans.reduce((sum, fan) => sum + fan.countLost(acknowledged), 0);
  const returned = fans.filter(isBack).length;
  for (const fan of fans) fan.close();
  return { ...account, lost, acknowledged: acknowledged.length, drops, returned };
}
