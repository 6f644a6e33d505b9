/** Reports over HTTP and by the public form: what is kept, who sees it, and what is refused. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { MovableClock } from '../../../../tests/support/houses/money-house.ts';
import { createSitePerson, openSession } from '../../../../tests/support/people/site-person.ts';
import { sql } from '../../../platform/db/sql.ts';
import type { ChatReportInput } from '../../../protocol/chat/chat-moderation.ts';
import { createId, type RoomId } from '../../../protocol/ids.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { EXAMPLE_CHARTER } from '../../../trust/charter/example-charter.ts';
import { reports } from '../../../trust/reports/reports.schema.ts';
import { RateLimits } from '../../rate-limits.ts';

const DAY_MS = 86_400_000;
const clock = new MovableClock();
let http: TestHttp;
let room: RoomId;

const HELP = {
  FR: [
    {
      name: { en: 'Children in <danger>', fr: 'Enfance en danger' },
      number: '1 19',
      source: 'https://www.example.gouv.fr/119',
    },
  ],
};

beforeAll(async () => {
  const helpFile = join(mkdtempSync(join(tmpdir(), 'loge-help-')), 'help.json');
  writeFileSync(helpFile, JSON.stringify(HELP));
  http = await startHttp({ clock, env: { LOGE_HELP_CONTACTS: helpFile } });
  room = (await http.createRoom({ kind: 'free' })).id;
});
afterAll(() => http[Symbol.asyncDispose]());

const tokenOf = (identity: string, role: 'fan' | 'creator' | 'moderator' = 'fan') =>
  http.token({ room, identity, role });
const file = (identity: string, about: object) =>
  http.participant(tokenOf(identity), 'POST', '/v1/reports', { room, category: 'harassment', ...about });
const stored = async (id: string) =>
  (await http.context.db.orm.select().from(reports)).find((report) => report.id === id);

async function say(identity: string, text: string, role: 'fan' | 'creator' = 'fan') {
  const from = { identity, name: identity, role };
  const sent = await http.context.chat.send({ room, from, input: { clientId: `${identity}-${text}`, text } });
  if (!('message' in sent)) throw new Error('The message is held.');
  return sent.message.id;
}

test('a message is reported with its context and its author, once, and moderators see it without the reporter', async () => {
  await say('max', 'Before');
  const id = await say('max', 'You are nothing');
  const first = await file('lea', { subject: { kind: 'message', id }, note: 'Every\nevening' });
  expect([first.status, first.json]).toMatchObject([201, { state: 'received', subject: 'message', article: null }]);
  expect(first.json.number).toBeGreaterThan(0);
  const again = await file('lea', { subject: { kind: 'message', id } });
  expect(again.json).toEqual(first.json);
  const other = await file('ines', { subject: { kind: 'message', id } });
  expect(other.json.number).not.toBe(first.json.number);
  const row = await stored(first.json.id);
  expect(row).toMatchObject({ accused: 'max', reporter: 'lea', subjectKey: (await stored(other.json.id))?.subjectKey });
  expect(JSON.stringify(row?.evidence)).toContain('Before');
  expect(row?.evidence).toMatchObject({ author: { messages: 2 }, place: { title: 'An evening with Ada' } });
  const seen = await http.context.chat.records.listReportsFor('ada', room, 100);
  expect(seen.map(({ note }) => note).sort()).toEqual(['Every evening', null]);
  expect(JSON.stringify(seen)).not.toContain('"lea"');
});

test('the evidence stays as it was when the message is removed, and names no recording as long as there is none', async () => {
  const id = await say('max', 'Soon gone');
  const { json } = await file('lea', { subject: { kind: 'message', id } });
  const before = (await stored(json.id))?.evidence;
  const actor = { identity: 'ada', name: 'ada', role: 'creator' } as const;
  await http.context.chat.moderation.remove({ room, actor, messageId: id, reason: 'Insult' });
  const key = await http.makeKey(['moderation']);
  const { reports: read } = (await key.call('GET', '/v1/desk/reports?limit=1')).json;
  expect(read[0]).toMatchObject({ number: json.number, evidence: before });
  expect(read[0].evidence).toMatchObject({ recording: null, message: { text: 'Soon gone' } });
});

test('the creator and moderators see no report of the creator or of themselves', async () => {
  const id = await say('ada', 'Mine', 'creator');
  const input: ChatReportInput = { messageId: id, category: 'fraud' };
  const { number } = await http.context.reports.fileFromChat(room, 'lea', input);
  expect((await http.participant(tokenOf('lea'), 'GET', '/v1/reports')).json.reports[0]).toMatchObject({ number });
  for (const moderator of ['ada', 'moe', 'max'])
    expect(JSON.stringify(await http.context.chat.records.listReportsFor(moderator, room, 100))).not.toContain(id);
  expect(await http.context.chat.records.listReportsFor('max', room, 100)).toEqual([]);
});

test('a person and a live are reported; the article is that of the charter in force', async () => {
  await http.context.charter.seed(EXAMPLE_CHARTER, 'operator');
  const person = await file('lea', { subject: { kind: 'person', id: 'max' }, category: 'minors' });
  expect(person.json).toMatchObject({ subject: 'person', article: 'law' });
  expect(await stored(person.json.id)).toMatchObject({ charterVersion: 1, accused: 'max' });
  const live = await file('lea', { subject: { kind: 'live' }, category: 'consent' });
  expect(live.json).toMatchObject({ subject: 'live', article: 'content' });
  expect(await stored(live.json.id)).toMatchObject({ accused: 'ada' });
  const numbers = [live, person].map(({ json }) => json.number);
  const own = (await http.participant(tokenOf('lea'), 'GET', '/v1/reports')).json.reports;
  expect(own.slice(0, 2).map(({ number }: { number: number }) => number)).toEqual(numbers);
  expect((await http.participant(tokenOf('max'), 'GET', '/v1/reports')).json.reports).toEqual([]);
});

test('a report of another room, of an unknown message, or malformed is refused', async () => {
  const other = await http.context.rooms.createRoom({ creator: 'ada', title: 'Other', access: { kind: 'free' } });
  const code = async (about: object) => (await file('ann', about)).json.error.code;
  expect(await code({ room: other.id, subject: { kind: 'live' } })).toBe('forbidden');
  expect(await code({ subject: { kind: 'message', id: 'msg_00000000000000000000' } })).toBe('message_not_found');
  for (const wrong of [{ subject: { kind: 'message' } }, { subject: { kind: 'house' } }, { category: 'boring' }, {}])
    expect(await code({ ...wrong })).toBe('invalid_request');
});

test('one person files twenty reports an hour', async () => {
  for (let count = 0; count < 20; count += 1)
    expect((await file('eve', { subject: { kind: 'person', id: `fan-${count}` } })).status).toBe(201);
  expect((await file('eve', { subject: { kind: 'live' } })).json.error.code).toBe('rate_limited');
  expect((await file('bob', { subject: { kind: 'live' } })).status).toBe(201);
});

const lettersTo = async (address: string) => {
  const { outbox, mail } = http.context;
  await outbox.idle();
  await mail.settled();
  return (await mail.listKept(address)).map(({ subject, text }) => `${subject}\n${text}`);
};

test('who files three manifestly unfounded reports is told each time, may file one a day, and is free a month later', async () => {
  const zoe = await createSitePerson(http, 'person_zoe');
  const { reports: domain } = http.context;
  const about = (id: string) =>
    zoe('POST', '/v1/reports', { room, category: 'harassment', subject: { kind: 'person', id } });
  const filed = [];
  for (const id of ['a', 'b', 'c', 'd']) filed.push((await about(id)).json);
  const [first, second, third] = filed;
  const mark = ({ id }: { id: string }) => domain.markUnfounded(id, { by: 'person_otto' });
  const limitedUntil = async () => (await zoe('GET', '/v1/reports')).json.limitedUntil;
  clock.advance(2 * DAY_MS);
  for (const report of [first, second, second]) await mark(report);
  expect(await limitedUntil()).toBeNull();
  for (const id of ['e', 'f']) expect((await about(id)).status).toBe(201);
  await mark(third);
  const daysLeft = (Date.parse(await limitedUntil()) - clock.now()) / DAY_MS;
  expect(Math.round(daysLeft)).toBe(LIMITS.limitedReportDays);
  expect((await about('g')).json.error.code).toBe('reports_limited');
  // What was filed before stays filed.
  expect((await about('a')).json.number).toBe(first.number);
  const letters = await lettersTo('person_zoe@example.org');
  expect(letters.filter((letter) => letter.includes('a été jugé manifestement infondé')).length).toBe(3);
  expect(letters.some((letter) => letter.includes(`n°\u00a0${third.number}`) && letter.includes('jusqu’au'))).toBe(
    true,
  );
  clock.advance(DAY_MS);
  expect((await about('g')).status).toBe(201);
  expect((await about('h')).json.error.code).toBe('reports_limited');
  clock.advance(LIMITS.limitedReportDays * DAY_MS);
  for (const id of ['h', 'i']) expect((await about(id)).status).toBe(201);
  await expect(mark({ id: 'report_unknown' })).rejects.toMatchObject({ code: 'report_not_found' });
});

// Regression: appeals had a path of their own, where the link to the other language led to an error.
test('after an appeal the page that says so is there in the other language too', async () => {
  const { decisions, reports: domain, roles } = http.context;
  await createSitePerson(http, 'person_kim');
  const cookie = await openSession(http, 'person_kim');
  await roles.give({ person: 'person_rev', role: 'reviewer', by: 'test' });
  await domain.file(room, 'person_kim', { subject: { kind: 'person', id: 'kurt' }, category: 'other' });
  const { cases } = await decisions.list('person_rev', { limit: 100 });
  const { id = '' } = cases.find(({ accused }) => accused === 'kurt') ?? {};
  const ground = { law: 'Code pénal, R621-2' };
  await decisions.decide('person_rev', id, {
    measures: [],
    ground,
    reasons: 'No insult.',
    language: 'en',
    automated: false,
  });
  const own = await http.call('GET', '/reports?lang=en', { headers: { cookie } });
  const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(own.text) ?? [];
  const [, decision = ''] = /name="decision" value="([^"]*)"/.exec(own.text) ?? [];
  const url = new URL(action, `${http.url}/reports`);
  const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ decision, text: 'It was one.' });
  const sent = await fetch(url, { method: 'POST', headers, body });
  expect([sent.status, (await sent.text()).includes('appeal-received')]).toEqual([201, true]);
  expect((await fetch(new URL('?lang=fr', url), { headers: { cookie } })).status).toBe(200);
});

test('the public form takes words alone, from its own page, and answers with a number', async () => {
  const send = (
    fields: Record<string, string>,
    headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
  ) =>
    http.call('POST', '/reports/new', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const given = {
    category: 'consent',
    place: 'Noah’s live',
    time: '',
    note: 'It is <b>me</b>.',
    contact: 'me@example.org',
  };
  const empty = (await http.call('GET', '/reports/new?lang=en')).text;
  for (const part of [
    '112',
    'Help in France',
    'Children in &lt;danger&gt;',
    'tel:119',
    'https://www.example.gouv.fr/119',
  ])
    expect(empty).toContain(part);
  const limited = vi.spyOn(RateLimits.prototype, 'consume');
  const [, key = ''] = /name="key" value="([^"]*)"/.exec(empty) ?? [];
  const posted = await send({ ...given, key });
  expect(posted.status).toBe(303);
  const sent = await http.call('GET', posted.headers.get('location') ?? '');
  expect([sent.status, sent.text.includes('me@example.org')]).toEqual([200, true]);
  // The store of limits holds no address of a mailbox.
  expect(JSON.stringify(limited.mock.calls)).not.toContain('@');
  limited.mockRestore();
  const number = Number(/Report no\. (\d+)/.exec(sent.text)?.[1]);
  const row = (await http.context.db.orm.select().from(reports)).find((report) => report.number === number);
  expect(row).toMatchObject({
    source: 'form',
    contact: 'me@example.org',
    note: 'It is <b>me</b>.',
    reporter: null,
    article: 'content',
    evidence: { place: 'Noah’s live', time: null },
  });
  // The button was pressed again: it is the same report, which costs neither a letter nor a place in the budget.
  const again = await Promise.all(Array.from({ length: 12 }, () => send({ ...given, key })));
  expect(new Set(again.map(({ headers }) => headers.get('location')))).toEqual(
    new Set([posted.headers.get('location')]),
  );
  expect((await http.call('GET', '/reports/new/unknown')).status).toBe(404);
  const incomplete = await send({ ...given, note: '  ', place: '"><script>' });
  expect([incomplete.status, incomplete.text.includes('<script>')]).toEqual([422, false]);
  expect(incomplete.text).toContain('value="me@example.org"');
  // A stranger's mailbox gets two letters a day at most, which say nothing that the sender wrote.
  for (const contact of ['me+again@example.org', 'ME@example.org', '+33 1 23 45 67 89'])
    await send({ ...given, contact });
  const [letter = '', ...more] = await lettersTo('me@example.org');
  expect([letter.includes(`no. ${number}`), letter.includes('It is'), more.length]).toEqual([true, false, 0]);
  expect((await lettersTo('me+again@example.org')).length).toBe(1);
  expect((await send(given, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await send({ ...given, note: 'x'.repeat(40_000) })).status).toBe(413);
  // As long as a browser lets it be: it counts a line break as one, and sends two characters.
  const longest = `${'x'.repeat(LIMITS.reportNoteChars - 2)}\r\ny`;
  for (let count = 0; count < 6; count += 1) expect((await send({ ...given, note: longest })).status).toBe(303);
  expect((await send(given)).status).toBe(429);
});

test('R71f: in a house with accounts, a key sees and marks reports of embedders alone', async () => {
  const key = await http.makeKey(['moderation']);
  const { reports: domain, rooms, people } = http.context;
  await people.seed({ id: 'person_ada', name: 'Ada', address: 'person_ada@example.org' });
  await http.context.accounts.createCreator({ identity: 'person_ada', name: 'Ada', country: 'FR' });
  const ofHouse = await rooms.createRoom({ creator: 'person_ada', title: 'Ours', access: { kind: 'free' } });
  const about = (id: string) => ({ subject: { kind: 'person', id }, category: 'spam' }) as const;
  const hidden = [
    await domain.file(ofHouse.id, 'nina', about('tom')),
    await domain.file(room, 'nina', about('person_lea')),
    await domain.file(room, 'person_lea', about('max')),
    await domain.fileForm({ place: 'A live', category: 'spam', note: 'It was bad.' }, null),
  ].map(({ id }) => id);
  const { id: shown } = await domain.file(room, 'nina', about('max'));
  const { reports: read } = (await key.call('GET', '/v1/desk/reports?limit=5')).json;
  expect(read[0].id).toBe(shown);
  for (const { id } of read) expect(hidden).not.toContain(id);
  for (const id of [...hidden, shown]) {
    const { status } = await key.call('POST', `/v1/reports/${id}/unfounded`);
    expect(status).toBe(id === shown ? 200 : 404);
  }
});

test('the house reads all reports with their evidence, and how many there are of the same thing', async () => {
  const key = await http.makeKey(['moderation']);
  const { json } = await key.call('GET', '/v1/desk/reports?limit=100');
  const about = json.reports.filter(({ subject }: { subject: string }) => subject === 'message');
  expect(about.map(({ sameSubject }: { sameSubject: number }) => sameSubject)).toEqual([1, 1, 2, 2]);
  expect(about[3]).toMatchObject({ accused: 'max', reporter: 'lea', source: 'room' });
  const numbers = json.reports.map(({ number }: { number: number }) => number);
  const page = (await key.call('GET', `/v1/desk/reports?limit=2&before=${numbers[1]}`)).json;
  expect(page.reports.map(({ number }: { number: number }) => number)).toEqual(numbers.slice(2, 4));
  expect(page.hasMore).toBe(true);
  const { reports: read } = await http.context.reports.list('max', { limit: 100 });
  expect(read.some(({ accused }) => accused === 'max')).toBe(false);
});

test('the record is final, and erasure and the end of retention take people out of it', async () => {
  const { db, participantData, reports: domain } = http.context;
  for (const change of [
    sql`update reports set category = 'spam'`,
    sql`update reports set note = 'x'`,
    sql`update reports set evidence = '{}'`,
    sql`update reports set accused = 'lea'`,
    sql`delete from reports`,
  ])
    await expect(db.orm.execute(change)).rejects.toThrow();
  await participantData.erase('lea', { identity: 'op', name: 'op', role: 'server' });
  const rows = await db.orm.select().from(reports);
  expect(rows.some(({ reporter }) => reporter === 'lea')).toBe(false);
  expect(rows.some(({ accused, evidence }) => accused === 'max' && evidence !== null)).toBe(true);
  clock.advance(4 * 366 * 86_400_000);
  await domain.retire();
  const retired = await db.orm.select().from(reports);
  expect(retired.length).toBe(rows.length);
  expect(retired.every((row) => row.evidence === null && row.contact === null && row.reporter === null)).toBe(true);
});

test('R21c: the words of an anonymous tip are reported by its id, to the house alone, and come back if that undoes it', async () => {
  const { chat } = http.context;
  const id = createId('tip');
  const from = { identity: 'unseen-1', name: 'Unseen Giver', role: 'fan' } as const;
  const tip = { id, room, from, amountMinor: 500, currency: 'eur', message: 'You are nothing', anonymous: true };
  await chat.appendTips([{ ...tip, item: null, sentAt: new Date().toISOString() }]);
  const { status, json } = await file('lea', { subject: { kind: 'message', id } });
  expect([status, json.subject]).toEqual([201, 'message']);
  expect(JSON.stringify(json)).not.toMatch(/unseen/i);
  const row = await stored(json.id);
  expect(row).toMatchObject({ accused: 'unseen-1', evidence: { message: { id, text: 'You are nothing', from } } });
  expect(JSON.stringify(await chat.records.listReportsFor('ada', room, 100))).not.toContain(id);

  const wordsOf = async () =>
    (await chat.history(room, { limit: 50 })).entries.flatMap((entry) => (entry.kind === 'tip' ? [entry.message] : []));
  const measure = { room, message: id, decision: 'decision_1' };
  await chat.houseMeasures.removeMessage({ ...measure, reason: 'Against the charter' });
  expect(await wordsOf()).toEqual([null]);
  await chat.houseMeasures.restoreMessage(measure);
  expect(await wordsOf()).toEqual(['You are nothing']);
  expect(JSON.stringify(await chat.records.audit(room, { limit: 10 }))).not.toMatch(/unseen/i);
});
