/** Letters from the transaction that asks for them to a real mail server, and what becomes of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sql } from '../../../server/platform/db/sql.ts';
import type { Log } from '../../../server/platform/log.ts';
import { borrowPostgres, DATABASES, hasPostgres, openDatabase } from '../../support/databases/databases.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';
import { liveLetter, openMailHouse, signInLetter } from '../../support/houses/mail-house.ts';
import { startSmtp } from '../../support/programs/smtp-receiver.ts';
import { isLong } from '../../support/run/effort.ts';
import { eventually } from '../../support/run/eventually.ts';

const MAIL_LOAD = fileURLToPath(new URL('../../support/crash/mail-load.ts', import.meta.url));
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Longer than the lease of a letter that is being sent. */
const LEASE_OVER_MS = 2 * MINUTE_MS;

const urlOf = ({ port }: { port: number }) => `smtp://127.0.0.1:${port}`;

async function openHouse(options: Parameters<typeof openMailHouse>[1] = {}) {
  const db = await openDatabase();
  const smtp = await startSmtp();
  const house = openMailHouse(db, { smtpUrl: urlOf(smtp), ...options });
  return {
    ...house,
    db,
    smtp,
    queue: (letter: ReturnType<typeof signInLetter> | ReturnType<typeof liveLetter>) =>
      db.transaction((tx) => house.mail.enqueue(tx, letter)),
    async statusOf(key: string) {
      const { rows } = (await db.orm.execute(
        sql`select status, coalesce(fault, answer) as answer, attempts, sealed_data from letters where key = ${key}`,
      )) as unknown as { rows: { status: string; answer: string; attempts: number; sealed_data: string | null }[] };
      return rows[0];
    },
    async [Symbol.asyncDispose]() {
      await house.mail.close();
      await smtp[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

describe.each(DATABASES)('the queue on $name', ({ open }) => {
  test('takes a letter with its transaction, once per key, also from concurrent callers', async () => {
    await using db = await open();
    await using house = openMailHouse(db, { keepsData: true });
    const { mail } = house;
    const failing = db.transaction(async (tx) => {
      await mail.enqueue(tx, signInLetter('a'));
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    await Promise.all(['b', 'b', 'c'].map((key) => db.transaction((tx) => mail.enqueue(tx, signInLetter(key)))));
    await house.sendDue();
    expect((await mail.listKept('ann@example.com')).map(({ text }) => text.includes('123456'))).toEqual([true, true]);
    expect(await mail.listKept('ben@example.com')).toEqual([]);
  });
});

test('a letter arrives as text and HTML in its language, with headers of its own, and its contents are deleted', async () => {
  await using house = await openHouse();
  await house.queue(liveLetter('live', { title: '<b>Été</b> & co' }));
  const before = await house.statusOf('live');
  expect(before?.sealed_data).not.toContain('Camille');
  await house.sendDue();
  const [letter] = house.smtp.received;
  expect(letter?.from).toBe('mail@loge.example');
  expect(letter?.header('from')).toBe('Loge <mail@loge.example>');
  expect(letter?.header('to')).toBe('ann@example.com');
  expect(letter?.header('message-id')).toMatch(/^<letter_\w+@loge\.example>$/);
  expect(letter?.header('date')).toBe('Mon, 04 May 2026 20:00:00 +0000');
  expect(letter?.header('auto-submitted')).toBe('auto-generated');
  expect(letter?.header('list-unsubscribe')).toMatch(/^<https:\/\/loge\.example\/unsubscribe\/v1\.[\w-]+>$/);
  expect(letter?.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  expect(letter?.raw).toMatch(/multipart\/alternative/);
  expect(letter?.raw).toMatch(/text\/calendar[\s\S]*live\.ics/);
  expect(await house.statusOf('live')).toMatchObject({ status: 'sent', attempts: 1, sealed_data: null });

  await house.queue(signInLetter('sign-in'));
  await house.sendDue();
  // A duty of the house: one cannot unsubscribe from it.
  expect(house.smtp.received[1]?.header('list-unsubscribe')).toBeUndefined();
});

test('a creator who closed their account is named in the language of the reader', async () => {
  await using db = await openDatabase();
  await using house = openMailHouse(db, { keepsData: true });
  const live = { ...liveLetter('any').data, creator: 'Erased' };
  const bought = { what: 'ticket', amountMinor: 500, currency: 'eur', at: '2026-05-04T20:00:00Z', live } as const;
  const data = { ...bought, link: 'https://loge.example/receipts/ticket_1' };
  const receipt = { key: 'receipt', to: 'ann@example.com', language: 'fr', template: 'receipt', data } as const;
  await db.transaction((tx) => house.mail.enqueue(tx, receipt));
  await db.transaction((tx) => house.mail.enqueue(tx, liveLetter('closed', { creator: 'Erased' })));
  await house.sendDue();
  const letters = await house.mail.listKept();
  const texts = letters.map(({ subject, text }) => subject + text);
  expect(texts.map((text) => [text.includes('Compte supprimé'), text.includes('Erased')])).toEqual(
    Array(2).fill([true, false]),
  );
});

test('a name with line breaks begins no header, and an address with them is refused', async () => {
  await using house = await openHouse();
  const hostile = 'Camille\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>';
  await house.queue(liveLetter('hostile', { creator: hostile, title: hostile }));
  await house.sendDue();
  const [letter] = house.smtp.received;
  expect(letter?.to).toBe('ann@example.com');
  expect(letter?.header('bcc')).toBeUndefined();
  expect(letter?.header('subject')).toContain('Camille');
  expect(house.smtp.named).toEqual(['ann@example.com']);
  for (const to of ['ann@example.com\r\nBcc: victim@example.com', 'ann@example.com,victim@example.com', '<ann>', '']) {
    await expect(house.queue(signInLetter(`to ${to}`, to))).rejects.toMatchObject({ code: 'invalid_request' });
  }
});

test('a temporary refusal is retried with backoff and holds up no other letter; a permanent one is a bounce', async () => {
  await using house = await openHouse();
  house.smtp.answer({
    recipient: (address) =>
      address.startsWith('later@')
        ? { code: 451, text: 'greylisted' }
        : address.startsWith('gone@')
          ? { code: 550, text: 'no such user' }
          : undefined,
  });
  await house.queue(signInLetter('later', 'later@example.com'));
  await house.queue(signInLetter('gone', 'gone@example.com'));
  await house.queue(signInLetter('fine', 'fine@example.com'));
  await house.sendDue();
  expect(house.smtp.received.map(({ to }) => to)).toEqual(['fine@example.com']);
  expect(await house.statusOf('later')).toMatchObject({
    status: 'queued',
    answer: expect.stringContaining('451 greylisted'),
  });
  expect(await house.mail.listUndelivered()).toMatchObject([
    { status: 'bounced', to: 'gone@example.com', answer: expect.stringContaining('550 no such user') },
  ]);
  // Not before its time.
  await house.sendDue();
  expect(house.smtp.named.filter((address) => address.startsWith('later@'))).toHaveLength(1);
  house.smtp.answer({});
  house.advance(MINUTE_MS);
  await house.sendDue();
  expect(await house.statusOf('later')).toMatchObject({ status: 'sent', attempts: 2 });
});

test('a house that its mail server refuses bounces nothing; a letter is given up after a week, a reminder sooner', async () => {
  await using house = await openHouse();
  house.smtp.answer({ sender: { code: 550, text: 'this sender is not allowed' } });
  await house.queue(liveLetter('short'));
  const data = {
    granted: true,
    isByReporter: false,
    reasons: 'It was a quotation.',
    link: 'https://loge.example/reports',
  };
  const answer = { key: 'long', to: 'ann@example.com', language: 'en', template: 'appeal-decided', data } as const;
  await house.db.transaction((tx) => house.mail.enqueue(tx, answer));
  await house.sendDue();
  expect(await house.statusOf('short')).toMatchObject({ status: 'queued', answer: expect.stringContaining('550') });
  house.advance(WEEK_MS - HOUR_MS);
  await house.sendDue();
  expect(await house.mail.listUndelivered()).toMatchObject([
    { status: 'expired', template: 'live-reminder', answer: expect.stringContaining('550') },
  ]);
  expect(await house.statusOf('long')).toMatchObject({ status: 'queued', attempts: 2 });
  house.advance(HOUR_MS);
  await house.sendDue();
  expect(await house.statusOf('long')).toMatchObject({ status: 'expired', sealed_data: null });
});

test('a mailbox and a house get so many letters an hour; the rest waits, and sign-in letters have limits of their own', async () => {
  await using house = await openHouse({ perHour: 15 });
  // One mailbox in several spellings.
  for (let index = 0; index < 11; index += 1) {
    await house.queue(signInLetter(`s${index}`, `Ann+${index}@example.com`));
    house.advance(1);
  }
  await house.sendDue();
  expect(house.smtp.received).toHaveLength(10);
  // The eleventh is worth nothing any more when its turn comes.
  house.advance(15 * MINUTE_MS);
  await house.sendDue();
  expect(await house.mail.listUndelivered()).toMatchObject([
    { status: 'expired', answer: expect.stringContaining('per mailbox') },
  ]);

  for (let index = 0; index < 14; index += 1)
    await house.queue(liveLetter(`l${index}`, { to: `fan${index}@example.com` }));
  await house.sendDue();
  expect(house.smtp.received).toHaveLength(22);
  await house.queue(signInLetter('other', 'ben@example.com'));
  await house.sendDue();
  expect(house.smtp.received.at(-1)?.to).toBe('ben@example.com');
  house.advance(HOUR_MS + MINUTE_MS);
  await house.sendDue();
  expect(house.smtp.received).toHaveLength(25);
});

test('a flood of letters to strangers, or of one kind or one live, leaves room for all others', async () => {
  await using house = await openHouse({ perHour: 20 });
  const count = (prefix: string) => house.smtp.received.filter(({ to }) => to.startsWith(prefix)).length;
  for (let index = 0; index < 25; index += 1) {
    await house.queue(signInLetter(`n${index}`, `nobody${index}@example.org`, false));
    await house.queue(liveLetter(`big${index}`, { to: `fan${index}@example.org` }));
  }
  await house.sendDue();
  expect([count('nobody'), count('fan')]).toEqual([4, 16]);
  for (let index = 0; index < 20; index += 1)
    await house.queue(signInLetter(`m${index}`, `member${index}@example.org`));
  for (let index = 0; index < 4; index += 1) {
    await house.queue(liveLetter(`small${index}`, { to: `friend${index}@example.org`, room: 'room_small' }));
  }
  await house.sendDue();
  expect([count('member'), count('friend')]).toEqual([16, 4]);

  const links = { link: 'https://loge.example/account/address', objection: null, dueAt: '2026-05-05T20:00:00Z' };
  const letter = (step: 'confirm_new' | 'done_old', to: string) => {
    const data = { step, newAddress: 'new@example.org', ...links };
    return { key: `${step}:${to}`, to, language: 'en', template: 'address', data } as const;
  };
  const queue = (step: 'confirm_new' | 'done_old', to: string) =>
    house.db.transaction((tx) => house.mail.enqueue(tx, letter(step, to)));
  for (let index = 0; index < 25; index += 1) await queue('confirm_new', `asked${index}@example.org`);
  const paid = { status: 'paid', amountMinor: 500, currency: 'eur', link: 'https://loge.example/earnings' } as const;
  const payout = { key: 'payout', to: 'payee@example.org', language: 'en', template: 'payout', data: paid } as const;
  await house.db.transaction((tx) => house.mail.enqueue(tx, payout));
  await queue('done_old', 'warned@example.org');
  await house.sendDue();
  expect([count('asked'), count('payee'), count('warned')]).toEqual([10, 1, 1]);
});

test('a process that closes leaves what it has not begun to the next one', async () => {
  await using house = await openHouse();
  for (let index = 0; index < 6; index += 1) await house.queue(signInLetter(`c${index}`, `fan${index}@example.com`));
  const closed = new Promise<void>((resolve) => {
    house.smtp.onReceived = () => resolve(house.mail.close());
  });
  house.mail.wake();
  await closed;
  const before = house.smtp.received.length;
  expect(before).toBeLessThan(6);
  await using next = openMailHouse(house.db, { smtpUrl: urlOf(house.smtp) });
  await next.sendDue();
  expect(new Set(house.smtp.received.map(({ to }) => to)).size).toBe(6);
  expect(house.smtp.received).toHaveLength(6);
});

test('somebody who has unsubscribed gets no more of the topic, also what was queued before, and all the rest', async () => {
  await using house = await openHouse();
  await house.queue(liveLetter('first', { to: 'Ann@Example.com' }));
  await house.sendDue();
  const token = house.smtp.received[0]?.header('list-unsubscribe')?.slice(1, -1).split('/').at(-1) ?? '';
  const { unsubscribing } = house.mail;
  const subscription = unsubscribing.parse(token);
  expect(subscription).toMatchObject({ address: 'ann@example.com', topic: 'lives' });
  for (const forged of ['', 'v1.AAAA', `${token}AAAA`, 'x'.repeat(5_000)]) {
    expect(unsubscribing.parse(forged)).toBeUndefined();
  }
  await house.queue(liveLetter('second', { to: 'ann@example.com' }));
  if (subscription) await unsubscribing.unsubscribe(subscription);
  await house.queue(signInLetter('sign-in', 'ann@example.com'));
  await house.sendDue();
  expect(await house.statusOf('second')).toMatchObject({ status: 'unsubscribed', sealed_data: null });
  expect(house.smtp.received).toHaveLength(2);
  if (subscription) await unsubscribing.subscribe(subscription);
  await house.queue(liveLetter('third', { to: 'ann@example.com' }));
  await house.sendDue();
  expect(house.smtp.received).toHaveLength(3);
});

test('the connection is encrypted and logged in; a password goes over no open line, and into no log', async () => {
  await using db = await openDatabase();
  await using house = await startSmtp({ disabledCommands: [] });
  await using plain = await startSmtp();
  await using wrapped = await startSmtp({ secure: true });
  const logged: string[] = [];
  const record = (fields: object, message: string) => logged.push(`${inspect(fields)} ${message}`);
  const log: Log = { debug: record, info: record, warn: record, error: record, child: () => log };
  const trusting = '?tls.rejectUnauthorized=false';
  const cases: [url: string, status: string][] = [
    [`smtp://ann:right-password@127.0.0.1:${house.port}${trusting}`, 'sent'],
    [`smtps://ann:right-password@127.0.0.1:${wrapped.port}${trusting}`, 'sent'],
    // Its certificate is self-signed.
    [`smtps://ann:right-password@127.0.0.1:${wrapped.port}`, 'queued'],
    [`smtp://ann:wrong-password@127.0.0.1:${house.port}${trusting}`, 'queued'],
    [`smtp://ann:right-password@127.0.0.2:${plain.port}`, 'queued'],
  ];
  for (const [smtpUrl, status] of cases) {
    await using sender = openMailHouse(db, { smtpUrl, log });
    await db.transaction((tx) => sender.mail.enqueue(tx, signInLetter(smtpUrl.slice(0, 190))));
    await sender.sendDue();
    const { rows } = (await db.orm.execute(
      sql`select status, coalesce(fault, answer) as answer from letters order by id desc limit 1`,
    )) as unknown as {
      rows: { status: string; answer: string }[];
    };
    expect([smtpUrl, rows[0]?.status]).toEqual([smtpUrl, status]);
    expect(rows[0]?.answer).not.toMatch(/(right|wrong)-password/);
  }
  for (const { user, isEncrypted } of [...house.received, ...wrapped.received]) {
    expect([user, isEncrypted]).toEqual(['ann', true]);
  }
  expect(plain.received).toEqual([]);
  expect(logged.length).toBeGreaterThan(0);
  expect(logged.join('')).not.toMatch(/(right|wrong)-password|ann@example\.com|123456/);
});

interface CrashTarget {
  name: string;
  /** A Postgres URL or a folder. */
  open(): Promise<{ target: string; close(): Promise<void> }>;
}

const PGLITE: CrashTarget = {
  name: 'PGlite',
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'loge-mail-'));
    await copyPgliteTemplate(join(folder, 'db'));
    return { target: join(folder, 'db'), close: () => rm(folder, { recursive: true, force: true }) };
  },
};
const POSTGRES: CrashTarget = {
  name: 'Postgres',
  async open() {
    const { url, giveBack } = await borrowPostgres();
    return { target: url, close: giveBack };
  },
};
const CRASH_TARGETS = hasPostgres ? (isLong ? [PGLITE, POSTGRES] : [POSTGRES]) : [PGLITE];

describe.each(CRASH_TARGETS)('kill -9 while a letter is sent, on $name', ({ open }) => {
  test('loses nothing, and sends at most one duplicate under the same Message-ID', async () => {
    const { target, close } = await open();
    try {
      await using smtp = await startSmtp();
      const start = (passedMs: number) =>
        spawn(process.execPath, [MAIL_LOAD, target, String(smtp.port), String(passedMs)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
      // Queued and claimed, and not yet handed over.
      smtp.answer({ recipient: () => 'hang' });
      const first = start(0);
      await eventually(() => smtp.named.length === 1, 'the recipient is named');
      first.kill('SIGKILL');
      await once(first, 'exit');
      expect(smtp.received).toEqual([]);
      // Taken by the server, and not yet recorded.
      smtp.answer({ message: 'hang' });
      const second = start(LEASE_OVER_MS);
      await eventually(() => smtp.received.length === 1, 'the message is taken');
      second.kill('SIGKILL');
      await once(second, 'exit');
      smtp.answer({});
      for (const passedMs of [2 * LEASE_OVER_MS, 3 * LEASE_OVER_MS]) {
        const [code] = await once(start(passedMs), 'exit');
        expect(code).toBe(0);
      }
      const ids = smtp.received.map((letter) => letter.header('message-id'));
      expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
      const [sent, duplicate] = smtp.received.map(({ header }) => [header('date'), header('subject')]);
      expect(duplicate).toEqual(sent);
    } finally {
      await close();
    }
  });
});
