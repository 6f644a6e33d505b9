/**
 * kill -9 of the whole process at random moments while people top up, buy and tip. Afterwards: every acknowledged tip and paid ticket is
 * there once, every payment that the card page confirmed is credited once, what was in doubt is settled by asking again with the
 * same key, and the books balance. `LOGE_CRASH_ROUNDS` and `LOGE_SEED` repeat and lengthen it.
 */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../infra/stripe-emulator/random.ts';
import { startApp } from '../support/app.ts';
import { payCheckout } from '../support/checkout.ts';
import { TestParticipant } from '../support/participant.ts';
import { ServerProcess } from '../support/server-process.ts';

const ROUNDS = Number(process.env.LOGE_CRASH_ROUNDS ?? 5);
const SEED = Number(process.env.LOGE_SEED ?? Date.now() % 1_000_000);
const FANS = 6;
const PRICE_MINOR = 300;
const TOPUP_MINOR = 5_000;
const TIP_MINOR = 100;
/** Below what the rate limit lets one person do at a time. */
const TIPS_PER_ROUND = 15;
/** The kill comes after a random number of answers, up to this, and a random moment more. */
const KILL_ANSWERS = 90;
const KILL_DELAY_MS = 40;

interface Tip {
  key: string;
  room: string;
  id?: string;
}

/** What one fan knows for certain, and what they have asked for without an answer yet. */
class Fan {
  readonly identity: string;
  readonly tips: Tip[] = [];
  /** Rooms with the ticket's id, or empty while its purchase has not been answered. */
  readonly tickets = new Map<string, string>();
  paidTopups = 0;
  /** Told of every answer, so that the kill can come in the middle of things. */
  onAnswer: () => void = () => {};
  constructor(identity: string) {
    this.identity = identity;
  }
}

test(`kill -9 loses and doubles nothing (seed ${SEED}, ${ROUNDS} rounds)`, {
  timeout: 60_000 + ROUNDS * 30_000,
}, async () => {
  const random = new SeededRandom(SEED);
  await using server = await ServerProcess.create();
  await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  const fans = Array.from({ length: FANS }, (_, index) => new Fan(`fan-${index}`));
  const rooms: string[] = [];
  let acknowledged = 0;

  for (let round = 0; round < ROUNDS; round += 1) {
    const room = await createRoom(server);
    rooms.push(room);
    let isKilled = false;
    const load = Promise.all(
      fans.map((fan) =>
        act(server, { fan, room }).catch((error) => {
          // The process is gone in the middle of something: that is the test.
          if (!isKilled) throw error;
        }),
      ),
    );
    const killed = (async () => {
      await countAnswers(fans, 1 + Math.floor(random.next() * KILL_ANSWERS));
      await new Promise((resolve) => setTimeout(resolve, random.next() * KILL_DELAY_MS));
      isKilled = true;
      await server.kill();
    })();
    await Promise.all([load, killed]);
    await server.start();
    acknowledged = fans.flatMap((fan) => fan.tips.filter((tip) => tip.id)).length;
  }

  await Promise.all(fans.map((fan) => settleDoubts(server, fan, rooms)));
  await Promise.all(fans.map((fan) => assertFanGotWhatWasPaid(server, fan, rooms)));
  expect(acknowledged).toBeGreaterThan(0);
  await server.stop();
  await using books = await startApp({ dataDir: server.dataDir });
  await books.app.context.money.sweep();
  expect(await books.app.context.money.checkInvariants()).toEqual([]);
});

function countAnswers(fans: Fan[], wanted: number): Promise<void> {
  return new Promise((resolve) => {
    let answers = 0;
    const count = () => {
      answers += 1;
      if (answers >= wanted) resolve();
    };
    for (const fan of fans) fan.onAnswer = count;
  });
}

async function createRoom(server: ServerProcess): Promise<string> {
  const access = { kind: 'ticket', priceMinor: PRICE_MINOR };
  return (await server.server<{ id: string }>('POST', '/v1/rooms', { creator: 'ada', title: 'A night', access })).id;
}

async function connect(server: ServerProcess, fan: Fan, room: string): Promise<TestParticipant> {
  const claims = { identity: fan.identity, name: fan.identity, room, role: 'fan' };
  const { token } = await server.server<{ token: string }>('POST', '/v1/tokens', claims);
  return TestParticipant.connect(server.url, { token });
}

/** Tops up, buys a ticket and tips as fast as answers come, noting what was answered. */
async function act(server: ServerProcess, { fan, room }: { fan: Fan; room: string }): Promise<void> {
  using participant = await connect(server, fan, room);
  const { checkoutUrl } = await participant.request('money:topup', { amountMinor: TOPUP_MINOR });
  const credited = participant.next('money:walletChanged', (wallet) => wallet.balanceMinor >= TOPUP_MINOR);
  credited.catch(() => {});
  if ((await payCheckout(checkoutUrl)).status === 303) fan.paidTopups += 1;
  fan.onAnswer();
  await raceWithKill(credited, participant);
  fan.tickets.set(room, '');
  const granted = participant.next('rooms:accessGranted');
  granted.catch(() => {});
  const { ticket } = await participant.request('money:buyTicket', { from: 'wallet' });
  fan.tickets.set(room, ticket.id);
  fan.onAnswer();
  await raceWithKill(granted, participant);
  for (let index = 0; index < TIPS_PER_ROUND; index += 1) {
    const tip: Tip = { key: `${room}-${fan.identity}-${index}`, room };
    fan.tips.push(tip);
    const receipt = await participant.request('money:tip', { amountMinor: TIP_MINOR, idempotencyKey: tip.key });
    tip.id = receipt.tip.id;
    fan.onAnswer();
  }
  await raceWithKill(new Promise(() => {}), participant);
}

function raceWithKill(wanted: Promise<unknown>, participant: TestParticipant): Promise<unknown> {
  const gone = new Promise((_, reject) => {
    participant.socket.once('disconnect', () => reject(new Error('disconnected')));
  });
  gone.catch(() => {});
  return Promise.race([wanted, gone]);
}

/** Asks again for whatever was under way: the same key gives the one answer there is. */
async function settleDoubts(server: ServerProcess, fan: Fan, rooms: string[]): Promise<void> {
  for (const room of rooms) {
    const tips = fan.tips.filter((tip) => tip.room === room);
    if (!fan.tickets.has(room) && tips.length === 0) continue;
    using participant = await connect(server, fan, room);
    if (participant.welcome.access.state !== 'granted') {
      const granted = participant.next('rooms:accessGranted');
      const { ticket } = await participant.request('money:buyTicket', { from: 'wallet' });
      fan.tickets.set(room, ticket.id);
      await granted;
    }
    // Whatever is in doubt, and one that is not: asking for it again must not book it again.
    const acknowledged = tips.find((tip) => tip.id);
    for (const tip of tips.filter((it) => !it.id || it === acknowledged)) {
      const receipt = await askUntilAnswered(participant, tip);
      if (tip.id) expect(receipt.tip.id).toBe(tip.id);
      tip.id = receipt.tip.id;
    }
  }
}

/** Waits as long as the server asks when it is too much at once. */
async function askUntilAnswered(participant: TestParticipant, tip: Tip): Promise<{ tip: { id: string } }> {
  for (;;) {
    const answer = await participant.emit('money:tip', { amountMinor: TIP_MINOR, idempotencyKey: tip.key });
    if (answer.ok) return answer.data;
    if (answer.error.retryAfterMs === undefined) throw new Error(answer.error.code);
    await new Promise((resolve) => setTimeout(resolve, answer.error.retryAfterMs));
  }
}

async function assertFanGotWhatWasPaid(server: ServerProcess, fan: Fan, rooms: string[]): Promise<void> {
  let spentMinor = 0;
  for (const room of rooms) {
    const tips = fan.tips.filter((tip) => tip.room === room);
    const ticket = fan.tickets.get(room);
    if (!ticket) continue;
    spentMinor += PRICE_MINOR + tips.length * TIP_MINOR;
    using participant = await connect(server, fan, room);
    expect(participant.welcome.access).toMatchObject({ state: 'granted' });
    if (ticket) expect(participant.welcome.access.ticket).toBe(ticket);
    // Shown exactly once each, though the process may have died between booking and showing.
    await expect.poll(() => tipsShown(participant, fan), { timeout: 20_000 }).toEqual(tips.map((tip) => tip.id).sort());
  }
  using participant = await connect(server, fan, rooms[0] ?? '');
  await expect
    .poll(async () => (await participant.request('money:wallet')).balanceMinor, { timeout: 20_000 })
    .toBe(fan.paidTopups * TOPUP_MINOR - spentMinor);
}

async function tipsShown(participant: TestParticipant, fan: Fan): Promise<string[]> {
  const shown: string[] = [];
  for (let since = 0; ; ) {
    const page = await participant.request('chat:history', { since });
    for (const entry of page.entries) {
      since = entry.seq;
      if (entry.kind === 'tip' && entry.from.identity === fan.identity) shown.push(entry.id);
    }
    if (since >= page.lastSeq) return shown.sort();
  }
}
