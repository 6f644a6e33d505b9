/**
 * kill -9 of a house while it sends: sign-in letters, receipts, reminders, word of a live, and messages to browsers.
 * After the restart each that was asked for arrives, at most twice, and a letter twice only under one Message-ID.
 */
import { createECDH, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { borrowPostgres, hasPostgres } from '../../support/databases/databases.ts';
import { goLive } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';
import { type ReceivedLetter, startSmtp } from '../../support/programs/smtp-receiver.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { eventually } from '../../support/run/eventually.ts';
import { Dice } from '../../support/soak/dice.ts';

const KILLS = effort({ short: 1, long: 20 });
const FOLLOWERS = 40;
const WITH_BROWSER = 10;
const SIGN_INS = 4;
const BUYERS = 4;
const TICKET_MINOR = 300;
/** Sooner than the time at which people are reminded. */
const STARTS_IN_MS = 10 * 60_000;
/** Each kill comes with this letter or message at the latest, plus a random delay. */
const KILL_SENT = FOLLOWERS;
const KILL_DELAY_MS = 30;

/** A push service that takes everything; the address of each browser ends with its name. */
async function startPushService() {
  const service = { pushed: [] as string[], onPushed: () => {}, port: 0 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      service.pushed.push((request.url ?? '').slice(1));
      service.onPushed();
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.port = (server.address() as AddressInfo).port;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(service, { [Symbol.dispose]: close });
}

async function openHouse(stack: AsyncDisposableStack) {
  const { url, giveBack } = await borrowPostgres();
  stack.defer(giveBack);
  const db = await Database.create({ url });
  stack.defer(() => db.close());
  const smtp = stack.use(await startSmtp());
  const service = stack.use(await startPushService());
  const server = stack.use(
    await ServerProcess.create({
      DATABASE_URL: url,
      LOGE_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      LOGE_MAIL_FROM: 'Loge <mail@loge.example>',
    }),
  );
  return { db, smtp, service, server };
}
type House = Awaited<ReturnType<typeof openHouse>>;

/** Creators with followers, some of whom have a browser, and fans with credit; each round has its own people. */
async function seed({ db, server, service }: House, round: number) {
  const people = async (name: string, count: number) => {
    const id = sql`${`${name}-`} || n`;
    const numbers = sql`generate_series(1, ${sql.raw(String(count))}) as n`;
    await db.orm.execute(
      sql`insert into persons (id, name, language, created_at) select ${id}, ${id}, 'en', now() from ${numbers}`,
    );
    await db.orm.execute(
      sql`insert into person_addresses (address, person, confirmed_at) select ${id} || '@fans.example', ${id}, now() from ${numbers}`,
    );
    return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  };
  const keys = createECDH('prime256v1');
  const [p256dh, auth] = [keys.generateKeys().toString('base64url'), randomBytes(16).toString('base64url')];
  const follow = async (creator: string) => {
    await server.server('POST', '/v1/creators', { identity: creator, name: creator, country: 'FR' });
    const followers = await people(`${creator}-fan`, FOLLOWERS);
    for (const [index, follower] of followers.entries()) {
      await db.orm.execute(sql`insert into follows (creator, follower, since) values (${creator}, ${follower}, now())`);
      if (index >= WITH_BROWSER) continue;
      await db.orm.execute(sql`insert into person_sessions
        (id, person, secret_digest, secret_issued_at, device, method, proved_at, created_at, last_used_at, expires_at)
        values (${follower}, ${follower}, ${follower}, now(), '', 'mail', now(), now(), now(), now() + interval '1 day')`);
      await db.orm.execute(sql`insert into push_devices (id, person, session, device, endpoint, p256dh, auth, created_at)
        values (${follower}, ${follower}, ${follower}, '', ${`http://127.0.0.1:${service.port}/${follower}`}, ${p256dh}, ${auth}, now())`);
    }
    return { creator, followers };
  };
  const [live, later] = [await follow(`live-${round}`), await follow(`later-${round}`)];
  const buyers = await people(`buyer-${round}`, BUYERS);
  for (const identity of buyers)
    await server.server('POST', '/v1/promotions', { identity, amountMinor: 1_000, reason: 'Credit of the test' });
  return { live, later, buyers };
}

interface Asked {
  /** By recipient, what a letter to them links to. */
  letters: { to: string; about: string }[];
  /** Names of browsers. */
  messages: string[];
}

/** Asks for everything at once. Only what was answered before the kill has to arrive. */
async function ask(house: House, round: number, people: Awaited<ReturnType<typeof seed>>, asked: Asked) {
  const { server } = house;
  const tokenFor = async (identity: string, room: string, role: string) =>
    (await server.server<{ token: string }>('POST', '/v1/tokens', { identity, name: identity, room, role })).token;
  const createRoom = (room: object) =>
    server.server<{ id: string }>('POST', '/v1/rooms', { title: 'A night', listed: true, ...room });
  const noteAll = (followers: string[], room: string) => {
    asked.letters.push(...followers.map((it) => ({ to: `${it}@fans.example`, about: `/rooms/${room}` })));
    asked.messages.push(...followers.slice(0, WITH_BROWSER));
  };
  const signIn = async (to: string) => {
    const headers = { 'content-type': 'application/json', origin: server.url };
    const answer = await fetch(`${server.url}/site/sign-in`, { method: 'POST', headers, body: `{"address":"${to}"}` });
    if (!answer.ok) throw new Error(`POST /site/sign-in: ${answer.status} ${await answer.text()}`);
    asked.letters.push({ to, about: '/sign-in/link/' });
  };
  const buy = async (identity: string, room: string) => {
    const authorization = `Bearer ${await tokenFor(identity, room, 'fan')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const path = `${server.url}/v1/rooms/${room}/tickets`;
    const answer = await fetch(path, { method: 'POST', headers, body: '{"from":"wallet"}' });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    const { id } = (await answer.json()) as { id: string };
    asked.letters.push({ to: `${identity}@fans.example`, about: `/receipts/${id}` });
  };
  const access = { kind: 'ticket', priceMinor: TICKET_MINOR };
  const paid = await createRoom({ creator: people.live.creator, listed: false, access });
  const { id } = await createRoom({ creator: people.live.creator, access: { kind: 'free' } });
  const creator = await TestParticipant.connect(server.url, {
    token: await tokenFor(people.live.creator, id, 'creator'),
  });
  const live = goLive(creator).then((begun) => {
    noteAll(people.live.followers, id);
    return begun;
  });
  await Promise.all([
    live,
    ...Array.from({ length: SIGN_INS }, (_, index) => signIn(`new-${round}-${index}@fans.example`)),
    ...people.buyers.map((buyer) => buy(buyer, paid.id)),
    createRoom({
      creator: people.later.creator,
      access: { kind: 'free' },
      startsAt: new Date(Date.now() + STARTS_IN_MS).toISOString(),
    }).then((room) => noteAll(people.later.followers, room.id)),
  ]);
  return { creator, live: await live };
}

/** Runs until the kill, which comes with one of the letters and messages. */
async function runAndKill(house: House, round: number, dice: Dice, asked: Asked): Promise<void> {
  const { smtp, service, server } = house;
  const people = await seed(house, round);
  const { promise: isDue, resolve } = Promise.withResolvers<void>();
  let left = dice.between(1, KILL_SENT);
  const count = () => {
    left -= 1;
    if (left === 0) resolve();
  };
  [smtp.onReceived, service.onPushed] = [count, count];
  const [delayMs, killed] = [dice.next() * KILL_DELAY_MS, Promise.withResolvers<undefined>()];
  const asking = Promise.race([
    ask(house, round, people, asked).catch((error) => {
      if (left > 0) throw error;
      return undefined;
    }),
    killed.promise,
  ]);
  await Promise.race([isDue, asking.then(() => isDue)]);
  await pause(delayMs);
  await server.kill();
  killed.resolve(undefined);
  const begun = await asking;
  begun?.live.publisher.close();
  begun?.creator[Symbol.dispose]();
}

/** What was leased by the killed process is due again, as after the time of a lease. */
async function endLeases(db: Database): Promise<void> {
  await db.orm.execute(sql`update letters set due_at = now() where status = 'queued'`);
  await db.orm.execute(sql`update push_messages set due_at = now()`);
}

/** The contents, with quoted-printable undone. */
function textOf({ raw }: ReceivedLetter): string {
  return raw.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
}

/** For each that was asked, how often it came, and under how many Message-IDs. */
function arrivalsOf(letters: ReceivedLetter[], { to, about }: Asked['letters'][number]) {
  const found = letters.filter((letter) => letter.to === to && textOf(letter).includes(about));
  return { times: found.length, ids: new Set(found.map((letter) => letter.header('message-id'))).size };
}

describe.skipIf(!hasPostgres)('kill -9 of a house that sends letters and messages', () => {
  test(`loses none, and repeats each at most once (seed ${SEED}, ${KILLS} kills)`, {
    timeout: 60_000 + KILLS * 30_000,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const house = await openHouse(stack);
    const { smtp, service, server, db } = house;
    const dice = new Dice(SEED);
    let unsentAtKills = 0;
    for (let round = 1; round <= KILLS; round += 1) {
      const asked: Asked = { letters: [], messages: [] };
      await runAndKill(house, round, dice, asked);
      const isMissing = () => ({
        letters: asked.letters.filter((each) => arrivalsOf(smtp.received, each).times === 0),
        messages: asked.messages.filter((name) => !service.pushed.includes(name)),
      });
      unsentAtKills += isMissing().letters.length + isMissing().messages.length;
      await endLeases(db);
      await server.start();
      const isAllThere = () => isMissing().letters.length + isMissing().messages.length === 0;
      await eventually(isAllThere, 'everything arrives').catch(() => {});
      expect(isMissing()).toEqual({ letters: [], messages: [] });
      const isQueued = `select (select count(*) from letters where status = 'queued') + (select count(*) from push_messages) as n`;
      await eventually(async () => {
        const { rows } = (await db.orm.execute(sql.raw(isQueued))) as unknown as { rows: { n: string }[] };
        return Number(rows[0]?.n) === 0;
      }, 'nothing is queued');
      for (const each of asked.letters) {
        const { times, ids } = arrivalsOf(smtp.received, each);
        expect([each, times <= 2, ids]).toEqual([each, true, 1]);
      }
      const timesOf = (name: string) => service.pushed.filter((it) => it === name).length;
      expect(asked.messages.filter((name) => timesOf(name) > 2)).toEqual([]);
      smtp.received.splice(0);
    }
    // Guards against kills that come when all is sent, which would prove nothing.
    expect(unsentAtKills).toBeGreaterThan(KILLS);
  });
});
