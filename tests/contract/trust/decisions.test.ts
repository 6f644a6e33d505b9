/** Decisions on reports: their effects, undone by an appeal, which another person answers. `review-crash` kills. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { DecisionInput } from '../../../server/protocol/trust/decisions.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { DECIDED, ReviewHouse } from '../../support/houses/review-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 86_400_000;
const MEASURES_ON_FANS: DecisionInput['measures'] = [
  { kind: 'remove_message' },
  { kind: 'mute' },
  { kind: 'remove_from_room' },
  { kind: 'suspend_account' },
];
const UPHELD = { outcome: 'upheld', reasons: 'It was an insult.', language: 'en' } as const;
const GRANTED = { outcome: 'granted', reasons: 'It was a quotation.', language: 'en' } as const;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe.each(DATABASES)('decisions on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;

  beforeEach(async () => {
    db = await open();
    house = await ReviewHouse.create(db);
    room = await house.createRoom();
  });
  afterEach(async () => {
    await house.close();
    await db[Symbol.asyncDispose]();
  });

  const reportMessage = async (reporter = 'lea', author = 'max', text = 'You are nothing') => {
    const id = await house.say(room, author, text);
    return {
      id,
      case: await house.report(room, reporter, { subject: { kind: 'message', id }, category: 'harassment' }),
    };
  };
  const isShown = async (id: string) => {
    const entries = (await house.domains.chat.history(room, { limit: 50 })).entries;
    return entries.some((entry) => entry.kind === 'message' && entry.id === id && !entry.removed);
  };
  const caseOf = async (report: string) =>
    (await house.rows<{ case: string }>(`select "case" from reports where id = '${report}'`))[0]?.case ?? '';

  test('a granted appeal undoes everything that can be undone, and the stage is free again', async () => {
    const { id, case: of } = await reportMessage();
    const { id: decision } = await house.decide(of, MEASURES_ON_FANS);
    const live = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'violence' });
    const { id: stopped } = await house.decide(live, [{ kind: 'stop_live' }]);
    await house.dispatch();
    expect([await isShown(id), await house.accessOf(room, 'max')]).toEqual([false, 'suspended']);
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('live_stopped');
    const appeal = await house.domains.decisions.appeal('max', { decision, text: 'It was a quotation.' });
    await house.domains.decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    const ofCreator = await house.domains.decisions.appeal('ada', { decision: stopped, text: 'It was a play.' });
    await house.domains.decisions.decideAppeal('rev-2', ofCreator.id, GRANTED);
    await house.dispatch();
    expect([await isShown(id), await house.accessOf(room, 'max')]).toEqual([true, 'granted']);
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('ok');
    const { strikes, statements } = await house.domains.decisions.statements.list('max');
    expect([strikes, statements[0]?.state, statements[0]?.appeal?.outcome]).toEqual([0, 'undone', 'granted']);
  });

  test('earnings are frozen beside an operator’s freeze, and free again after the appeal', async () => {
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'fraud' });
    const { id: decision } = await house.decide(of, [{ kind: 'freeze_earnings' }]);
    const { desk } = house.domains.money;
    await desk.setFreeze('ada', { frozen: true, reason: 'A check', by: 'op' });
    await house.dispatch();
    await desk.setFreeze('ada', { frozen: false, reason: 'Checked', by: 'op' });
    expect(await desk.findFreeze('ada')).toBeDefined();
    const appeal = await house.domains.decisions.appeal('ada', { decision, text: 'No.' });
    await house.domains.decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    await house.dispatch();
    expect(await desk.findFreeze('ada')).toBeUndefined();
    const told =
      "select (data ->> 'frozen')::boolean as frozen from outbox where topic = 'creator.payouts_changed' order by seq";
    expect(await house.rows<{ frozen: boolean }>(told)).toEqual([{ frozen: true }, { frozen: false }]);
  });

  test('the statement of a suspended creator says that payouts are held to its end, that of a fan does not', async () => {
    const until = new Date(house.clock.now() + 7 * DAY_MS).toISOString();
    for (const [accused, subject] of [
      ['ada', { kind: 'live' }],
      ['max', { kind: 'person', id: 'max' }],
    ] as const) {
      const of = await house.report(room, 'lea', { subject, category: 'fraud' });
      await house.decide(of, [{ kind: 'suspend_account', until }]);
      await house.dispatch();
      const { statements } = await house.domains.decisions.statements.list(accused);
      expect(statements).toMatchObject([{ measures: [{ until }], holdsPayouts: accused === 'ada' }]);
    }
    const { rooms, money } = house.domains;
    expect(await rooms.suspensions.find('ada')).toMatchObject({ until: expect.anything() });
    house.clock.advance(8 * DAY_MS);
    expect(await rooms.suspensions.find('ada')).toBeUndefined();
    expect((await money.earnings.describe('ada')).frozen).toEqual([]);
  });

  test('another person than the one who decided answers; who reported decides nothing; each appeals once', async () => {
    const { case: of } = await reportMessage('rev-3');
    expect(await codeOf(house.decide(of, [], 'rev-3'))).toBe('another_reviewer_needed');
    const { id: decision } = await house.decide(of, [{ kind: 'mute' }]);
    expect(await codeOf(house.decide(of, []))).toBe('already_decided');
    const { decisions } = house.domains;
    expect(await codeOf(decisions.appeal('eve', { decision, text: 'Mine' }))).toBe('decision_not_found');
    const mine = await decisions.appeal('max', { decision, text: 'First' });
    expect(await decisions.appeal('max', { decision, text: 'Second' })).toEqual(mine);
    expect((await decisions.list('rev-1', { limit: 10 })).cases[0]).toMatchObject({
      state: 'appealed',
      owed: 'appeal',
    });
    expect(await codeOf(decisions.decideAppeal('rev-1', mine.id, UPHELD))).toBe('another_reviewer_needed');
    expect(await codeOf(decisions.decideAppeal('max', mine.id, UPHELD))).toBe('appeal_not_found');
    house.clock.advance(15 * DAY_MS);
    expect((await decisions.list('rev-1', { late: 'true', limit: 10 })).cases).toHaveLength(1);
    const upheld = await decisions.decideAppeal('rev-2', mine.id, UPHELD);
    expect(upheld).toMatchObject({
      state: 'in_force',
      appeals: [{ outcome: 'upheld', isLate: true, decidedBy: 'rev-2' }],
    });
    expect(await codeOf(decisions.decideAppeal('rev-4', mine.id, GRANTED))).toBe('already_decided');
    expect((await decisions.list('rev-1', { limit: 10 })).cases).toEqual([]);
  });

  test('the queue says which cases a reviewer may not decide, and why', async () => {
    const { decisions } = house.domains;
    const { case: reported } = await reportMessage('rev-1');
    const { case: decided } = await reportMessage('lea', 'max', 'One more insult');
    const { id: decision } = await house.decide(decided, [{ kind: 'mute' }]);
    await decisions.appeal('max', { decision, text: 'It was a quotation.' });
    const inQueue = async (reviewer: string) => {
      const { cases } = await decisions.list(reviewer, { limit: 10 });
      return Object.fromEntries(cases.map(({ id, mayNotDecide }) => [id, mayNotDecide]));
    };
    expect(await inQueue('rev-1')).toEqual({ [reported]: 'reported_it', [decided]: 'decided_it' });
    expect(await inQueue('rev-2')).toEqual({ [reported]: null, [decided]: null });
    expect(await codeOf(house.decide(reported, [], 'rev-1'))).toBe('another_reviewer_needed');
    expect((await decisions.view('rev-1', reported)).mayNotDecide).toBe('reported_it');
  });

  test('a reporter’s appeal is granted by another decision, which has appeals of its own', async () => {
    const { id, case: of } = await reportMessage('lea');
    const { id: first } = await house.decide(of, []);
    const { decisions, reports } = house.domains;
    expect((await reports.listBy('lea'))[0]).toMatchObject({
      state: 'decided',
      outcome: { acted: false, mayAppeal: true },
    });
    expect((await decisions.statements.list('max')).statements).toEqual([]);
    const appeal = await decisions.appeal('lea', { decision: first, text: 'It is an insult.' });
    expect((await reports.listBy('lea'))[0]?.state).toBe('appealed');
    expect(await codeOf(decisions.decideAppeal('rev-2', appeal.id, GRANTED))).toBe('measure_invalid');
    const instead = { ...DECIDED, measures: [{ kind: 'remove_message' as const }] };
    const second = await decisions.decideAppeal('rev-2', appeal.id, { ...GRANTED, instead });
    await house.dispatch();
    expect(await isShown(id)).toBe(false);
    expect((await reports.listBy('lea'))[0]).toMatchObject({ state: 'decided', outcome: { acted: true } });
    const { statements } = await decisions.statements.list('max');
    expect(statements).toMatchObject([
      { id: second.id, mayAppeal: true, points: 1, article: { fr: expect.any(String) } },
    ]);
  });

  test('who reported may appeal when the decision was undone, and gets an answer', async () => {
    const { decisions, reports } = house.domains;
    const { case: of } = await reportMessage('lea');
    const { id: decision } = await house.decide(of, [{ kind: 'remove_message' }]);
    const appeal = await decisions.appeal('max', { decision, text: 'It was a quotation.' });
    await decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    expect((await reports.listBy('lea'))[0]).toMatchObject({ outcome: { acted: false, mayAppeal: true } });
    const { id } = await decisions.appeal('lea', { decision, text: 'It was not.' });
    expect((await reports.listBy('lea'))[0]).toMatchObject({ state: 'appealed', outcome: { mayAppeal: false } });
    expect((await decisions.list('rev-3', { limit: 5 })).cases).toMatchObject([{ id: of, owed: 'appeal' }]);
    // Not from the reviewer whose answer it is against; who decided first may give it.
    const mayNot = (reviewer: string) => decisions.view(reviewer, of).then(({ mayNotDecide }) => mayNotDecide);
    expect([await mayNot('rev-2'), await mayNot('rev-1')]).toEqual(['decided_it', null]);
    expect(await codeOf(decisions.decideAppeal('rev-2', id, UPHELD))).toBe('another_reviewer_needed');
    await decisions.decideAppeal('rev-1', id, UPHELD);
    expect((await decisions.list('rev-3', { limit: 5 })).cases).toEqual([]);
  });

  test('what a moderator removed stays removed, and a second decision keeps what the first one removed', async () => {
    const { decisions, chat } = house.domains;
    for (const isFirst of [true, false]) {
      const { id, case: of } = await reportMessage('lea', 'max', isFirst ? 'An insult' : 'One more insult');
      const actor = { identity: 'ada', name: 'Ada', role: 'creator' } as const;
      const moderate = () => chat.moderation.remove({ room, actor, messageId: id });
      if (isFirst) await moderate();
      const { id: decision } = await house.decide(of, [{ kind: 'remove_message' }]);
      await house.dispatch();
      if (!isFirst) await moderate();
      const appeal = await decisions.appeal('max', { decision, text: 'No.' });
      await decisions.decideAppeal('rev-2', appeal.id, GRANTED);
      await house.dispatch();
      expect([isFirst, await isShown(id)]).toEqual([isFirst, false]);
    }

    const other = await reportMessage('lea', 'max', 'Another insult');
    const made = await house.decide(other.case, [{ kind: 'remove_message' }, { kind: 'suspend_account' }]);
    await house.dispatch();
    const second = await decisions.appeal('max', { decision: made.id, text: 'No.' });
    const instead = { ...DECIDED, measures: [{ kind: 'remove_message' as const }] };
    const lighter = await decisions.decideAppeal('rev-2', second.id, { ...GRANTED, instead });
    await house.dispatch();
    expect([await isShown(other.id), await house.accessOf(room, 'max')]).toEqual([false, 'granted']);
    const third = await decisions.appeal('max', { decision: lighter.id, text: 'Still no.' });
    await decisions.decideAppeal('rev-1', third.id, GRANTED);
    await house.dispatch();
    expect(await isShown(other.id)).toBe(true);
    // And removed again by a later decision.
    const again = await house.report(room, 'eve', { subject: { kind: 'message', id: other.id }, category: 'hate' });
    await house.decide(again, [{ kind: 'remove_message' }]);
    await house.dispatch();
    expect(await isShown(other.id)).toBe(false);
  });

  test('a live is stopped in one gesture; another reviewer owes a second look, and may undo it', async () => {
    const { decisions } = house.domains;
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'violence' });
    const stopped = await decisions.stop('rev-1', of);
    expect((await decisions.stop('rev-1', of)).id).toBe(stopped.id);
    await house.dispatch();
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('live_stopped');
    const [look] = stopped.appeals;
    expect(look).toMatchObject({ kind: 'second_look', by: null });
    expect(await codeOf(decisions.decideAppeal('rev-1', look?.id ?? '', GRANTED))).toBe('another_reviewer_needed');
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toMatchObject([{ state: 'open', owed: 'decision' }]);
    await decisions.decideAppeal('rev-2', look?.id ?? '', GRANTED);
    await house.dispatch();
    expect(await codeOf(house.domains.rooms.takeStage(room, 'page-1'))).toBe('ok');
    // Decided by the same reviewer, a stopped live is looked at again; by another one it was.
    const final = await house.decide(of, [{ kind: 'stop_live' }]);
    expect(final.appeals).toMatchObject([{ kind: 'second_look', outcome: null }]);
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toMatchObject([
      { state: 'decided', owed: 'second_look' },
    ]);
  });

  test('a worse report makes the decision due before the second look; a final second decision closes the case', async () => {
    const { decisions } = house.domains;
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'harassment' });
    const [look] = (await decisions.stop('rev-1', of)).appeals;
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toMatchObject([{ owed: 'second_look' }]);
    await house.report(room, 'eve', { subject: { kind: 'live' }, category: 'minors' });
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toMatchObject([{ owed: 'decision', severity: 0 }]);
    const instead = { ...DECIDED, measures: [{ kind: 'stop_live' as const }] };
    await decisions.decideAppeal('rev-2', look?.id ?? '', { ...GRANTED, instead });
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toEqual([]);
    expect(await codeOf(house.decide(of, [], 'rev-3'))).toBe('already_decided');
  });

  test('nothing is late that was decided in its own time, or that nobody waits for any more', async () => {
    const { decisions } = house.domains;
    const lateness = async () => {
      const { decisions: decided, appeals, waiting } = await house.domains.figures.review({});
      return { decided: decided.late, appeals: appeals.late, waiting: waiting.late };
    };
    // Due within 48 hours, its second look within 24, which the final decision of another reviewer makes needless.
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'harassment' });
    await decisions.stop('rev-1', of);
    house.clock.advance(DAY_MS + 1);
    const stop = { ...DECIDED, measures: [{ kind: 'stop_live' as const }] };
    const { id: decision } = await decisions.decide('rev-2', of, stop);
    expect(await lateness()).toEqual({ decided: 0, appeals: 0, waiting: 0 });
    // Two appeals, of which the answer to the first makes the second needless. Each has 14 days.
    const first = await decisions.appeal('ada', { decision, text: 'It was a play.' });
    await decisions.appeal('lea', { decision, text: 'It was worse.' });
    house.clock.advance(10 * DAY_MS);
    const instead = { ...DECIDED, measures: [{ kind: 'stop_live' as const }, { kind: 'freeze_earnings' as const }] };
    const [, look] = [
      await decisions.decideAppeal('rev-3', first.id, { ...GRANTED, instead }),
      (await decisions.view('rev-1', of)).decisions[0]?.appeals.find(({ kind }) => kind === 'second_look'),
    ];
    await decisions.decideAppeal('rev-1', look?.id ?? '', UPHELD);
    house.clock.advance(100 * DAY_MS);
    expect(await lateness()).toEqual({ decided: 0, appeals: 0, waiting: 0 });
    const shown = (await decisions.view('rev-1', of)).decisions.flatMap((each) => each.appeals);
    expect(shown.filter(({ isLate }) => isLate)).toEqual([]);
    // Late is what is decided after its own date.
    const { case: other } = await reportMessage();
    house.clock.advance(3 * DAY_MS);
    expect(await lateness()).toEqual({ decided: 0, appeals: 0, waiting: 1 });
    await house.decide(other, []);
    expect(await lateness()).toEqual({ decided: 1, appeals: 0, waiting: 0 });
  });

  test('the same report after a decision opens another case, which shows what was decided before', async () => {
    const { decisions, reports } = house.domains;
    const { id, case: of } = await reportMessage('lea');
    const again = { subject: { kind: 'message', id }, category: 'harassment' } as const;
    expect(await house.report(room, 'lea', again)).toBe(of);
    const { id: decided } = await house.decide(of, []);
    const second = await house.report(room, 'lea', again);
    expect(second).not.toBe(of);
    expect(await house.report(room, 'lea', again)).toBe(second);
    expect(await decisions.view('rev-1', second)).toMatchObject({
      reportCount: 1,
      earlier: [{ id: decided, case: of, measures: [] }],
      history: { decisions: [] },
    });
    expect((await reports.listBy('lea')).map(({ state }) => state)).toEqual(['received', 'decided']);
  });

  test('who reported by the form reads the decision in a letter in their language, and appeals by its link', async () => {
    const { decisions, reports, reportLinks, mail } = house.domains;
    const given = { place: 'Ada', category: 'consent', note: 'It is me.', contact: 'Ines@example.org' } as const;
    const { id } = await reports.fileForm(given, 'fr');
    const silent = await reports.fileForm({ ...given, contact: 'ben@example.org' }, null);
    const [ofForm, ofSilent] = await Promise.all([id, silent.id].map((report) => caseOf(report)));
    const { id: decision } = await house.decide(ofForm ?? '', []);
    await house.decide(ofSilent ?? '', []);
    await house.dispatch();
    const letterWith = async (words: string) => {
      const isThere = async () => (await mail.listKept('Ines@example.org')).find(({ text }) => text.includes(words));
      await eventually(async () => (await isThere()) !== undefined, words);
      return (await isThere())?.text ?? '';
    };
    const link = /\/reports\/by-form\/(\S+)/.exec(await letterWith('La maison n’a pas vu de raison d’agir.'));
    expect(reportLinks.parse(link?.[1] ?? '')).toBe(id);
    expect(await mail.listKept('ben@example.org')).toEqual([]);
    expect(await codeOf(decisions.appealByForm(silent.id, { decision, text: 'Mine' }))).toBe('decision_not_found');
    const appeal = await decisions.appealByForm(id, { decision, text: 'It is me, really.' });
    expect(await decisions.appealByForm(id, { decision, text: 'Again' })).toEqual(appeal);
    expect(await reports.getOfForm(id)).toMatchObject({ state: 'appealed', outcome: { mayAppeal: false } });
    expect(await codeOf(decisions.decideAppeal('rev-1', appeal.id, UPHELD))).toBe('another_reviewer_needed');
    await decisions.decideAppeal('rev-2', appeal.id, UPHELD);
    await house.dispatch();
    expect(await letterWith(UPHELD.reasons)).toContain('/reports/by-form/');
    // Past its term, nothing leads to the sender.
    house.clock.advance(4_000 * DAY_MS);
    await reports.retire();
    const [row] = await house.rows(`select text from appeals where report = '${id}'`);
    expect([row, await reports.senderOf(id)]).toEqual([{ text: null }, undefined]);
  });

  test('nobody sees a case about themselves or their creator, and every look is on record', async () => {
    const { decisions, reports, roles } = house.domains;
    const ofFan = await reportMessage('lea', 'rev-1');
    const ofCreator = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'fraud' });
    await roles.give({ person: 'rev-2', role: 'moderator', scope: { creator: 'ada', room: null }, by: 'ada' });
    const seen = async (reader: string) => (await decisions.list(reader, { limit: 10 })).cases.map(({ id }) => id);
    expect(await seen('rev-1')).toEqual([ofCreator]);
    expect(await seen('rev-2')).toEqual([ofFan.case]);
    expect(await codeOf(decisions.view('rev-1', ofFan.case))).toBe('case_not_found');
    expect(await codeOf(house.decide(ofCreator, [], 'rev-2'))).toBe('case_not_found');
    // Nor do they learn of it by filing an order, which would be answered with the open case.
    const order = { room, category: 'illegal', authority: 'Arcom', legalGround: 'L335-2' } as const;
    const message = { kind: 'message', id: ofFan.id } as const;
    for (const [by, subject] of [
      ['rev-1', message],
      ['rev-2', { kind: 'live' }],
    ] as const)
      expect(await codeOf(reports.fileOrder(by, { ...order, subject }))).toBe('another_reviewer_needed');
    await decisions.view('rev-3', ofFan.case);
    house.clock.advance(DAY_MS);
    const view = await decisions.view('rev-3', ofFan.case);
    expect(view.looks.map(({ by }) => by)).toEqual(['rev-3', 'rev-3']);
    expect(view).toMatchObject({
      article: { id: 'conduct', version: 1 },
      reports: [{ reporter: 'lea' }],
      mayNotDecide: null,
    });
    await expect(house.rows(`delete from case_looks`)).rejects.toThrow();
  });

  test('a measure that is decided again is carried out in order: the new decision holds before the earlier one ends', async () => {
    const of = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'violence' });
    const first = await house.domains.decisions.stop('rev-1', of);
    const second = await house.decide(of, [{ kind: 'stop_live' }, { kind: 'freeze_earnings' }], 'rev-2');
    const due = await house.rows<{ key: string; decision: string; kind: string }>(
      `select coalesce(room, identity, id) as key, data ->> 'decision' as decision, data ->> 'kind' as kind
       from outbox where topic = 'measure.due' order by seq`,
    );
    const stops = due.filter(({ kind }) => kind === 'stop_live');
    expect(stops.map(({ decision }) => decision)).toEqual([first.id, second.id, first.id]);
    // Facts of one key are dispatched in order; another measure, such as one that money delays, has its own.
    expect([new Set(stops.map(({ key }) => key)).size, new Set(due.map(({ key }) => key)).size]).toEqual([1, 2]);
  });

  test('whom a report concerns, or who made one of its case, does not judge whether it was unfounded', async () => {
    const { reports, roles } = house.domains;
    const about = (id: string) => ({ subject: { kind: 'person', id }, category: 'harassment' }) as const;
    const ofReviewer = await reports.file(room, 'lea', about('rev-1'));
    const ofCreator = await reports.file(room, 'lea', { subject: { kind: 'live' }, category: 'fraud' });
    await reports.file(room, 'rev-2', { subject: { kind: 'live' }, category: 'spam' });
    await roles.give({ person: 'rev-1', role: 'moderator', scope: { creator: 'ada', room: null }, by: 'ada' });
    const mark = ({ id }: { id: string }, by: string) => codeOf(reports.markUnfounded(id, { by }));
    expect(await mark(ofReviewer, 'rev-1')).toBe('report_not_found');
    expect(await mark(ofCreator, 'rev-1')).toBe('report_not_found');
    expect(await mark(ofCreator, 'rev-2')).toBe('another_reviewer_needed');
    expect([await mark(ofCreator, 'rev-3'), await mark(ofReviewer, 'rev-2')]).toEqual(['ok', 'ok']);
  });

  test('a live is stopped and paid back in a case about its creator alone', async () => {
    const { decisions } = house.domains;
    const { case: ofFan } = await reportMessage('lea', 'max');
    expect((await decisions.view('rev-1', ofFan)).isAboutCreator).toBe(false);
    expect(await codeOf(decisions.stop('rev-1', ofFan))).toBe('measure_invalid');
    for (const kind of ['stop_live', 'refund_room'] as const)
      expect([kind, await codeOf(house.decide(ofFan, [{ kind }]))]).toEqual([kind, 'measure_invalid']);
    const ofCreator = await house.report(room, 'lea', { subject: { kind: 'live' }, category: 'violence' });
    expect(await decisions.view('rev-1', ofCreator)).toMatchObject({ isAboutCreator: true, isLive: false });
    await house.decide(ofCreator, [{ kind: 'stop_live' }, { kind: 'refund_room' }]);
    expect((await decisions.statements.list('ada')).statements).toMatchObject([{ points: 3, mayAppeal: true }]);
  });

  test('who was named as the person of a report by the form neither sees the case nor answers the appeal', async () => {
    const { decisions, reports } = house.domains;
    const { id } = await reports.fileForm({ place: 'Ada', category: 'harassment', note: 'An insult.' }, null);
    const named = { ...DECIDED, accused: 'rev-2', measures: [{ kind: 'suspend_account' as const }] };
    const of = await caseOf(id);
    expect(await codeOf(decisions.decide('rev-2', of, named))).toBe('another_reviewer_needed');
    const { id: decision } = await decisions.decide('rev-1', of, named);
    const appeal = await decisions.appeal('rev-2', { decision, text: 'No.' });
    expect(await codeOf(decisions.view('rev-2', of))).toBe('case_not_found');
    expect((await decisions.list('rev-2', { limit: 5 })).cases).toEqual([]);
    expect(await codeOf(decisions.decideAppeal('rev-2', appeal.id, GRANTED))).toBe('appeal_not_found');
    // Nor do they read the report at the desk, where they are an operator too.
    const seen = async (reader: string) => (await reports.list(reader, { limit: 5 })).reports.map((each) => each.id);
    expect([await seen('rev-1'), await seen('rev-2')]).toEqual([[id], []]);
  });

  test('a later decision corrects whom a report by the form is about, and the person named before is informed', async () => {
    const { decisions, reports } = house.domains;
    const { id } = await reports.fileForm({ place: 'Ada', category: 'harassment', note: 'An insult.' }, null);
    const about = (accused: string) => ({ ...DECIDED, accused, measures: [{ kind: 'suspend_account' as const }] });
    const of = await caseOf(id);
    const { id: decision } = await decisions.decide('rev-1', of, about('max'));
    const appeal = await decisions.appealByForm(id, { decision, text: 'It was Bob.' });
    await decisions.decideAppeal('rev-2', appeal.id, { ...GRANTED, instead: about('bob') });
    await house.dispatch();
    expect([await house.accessOf(room, 'max'), await house.accessOf(room, 'bob')]).toEqual(['granted', 'suspended']);
    expect((await decisions.find(of)).accused).toBe('bob');
    expect(await house.rows(`select identity from outbox where topic = 'decision.undone'`)).toEqual([
      { identity: 'max' },
    ]);
  });

  test('letters say what is true also once the decision has ended, and to who reported', async () => {
    const { decisions, people, mail, reports } = house.domains;
    for (const name of ['max', 'lea', 'rev'])
      await people.seed({ id: `person_${name}`, name, address: `${name}@example.org` });
    const lettersTo = async (name: string) => {
      await house.dispatch();
      await mail.settled();
      return (await mail.listKept(`${name}@example.org`)).map(({ text }) => text.replaceAll(/\s/g, ' ')).join();
    };
    const { id, case: of } = await reportMessage('person_lea', 'person_max');
    const { id: decision } = await house.decide(of, [{ kind: 'mute' }]);
    const appeal = await decisions.appeal('person_max', { decision, text: 'It was a quotation.' });
    await decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    const toMax = await lettersTo('max');
    expect(toMax).toContain('Vous pouvez former un recours jusqu’au 4 novembre 2026');
    expect(toMax).not.toContain('Cela vaut pour l’instant');

    const order = { authority: 'Arcom', legalGround: 'L335-2' };
    const filed = { room, subject: { kind: 'message', id }, category: 'illegal', ...order } as const;
    const next = await reports.fileOrder('person_rev', filed);
    expect(await house.report(room, 'person_lea', { subject: filed.subject, category: 'hate' })).toBe(next);
    const { id: unmoved } = await house.decide(next, []);
    const ofReporter = await decisions.appeal('person_lea', { decision: unmoved, text: 'Look again.' });
    const instead: DecisionInput = { ...DECIDED, measures: [{ kind: 'remove_message' }] };
    await decisions.decideAppeal('rev-2', ofReporter.id, { ...GRANTED, instead });
    const toLea = await lettersTo('lea');
    expect(toLea).toContain('La décision sur ce que vous aviez signalé a changé.');
    expect(toLea).not.toContain('Ce qui pouvait être annulé');
    // An order is not theirs to appeal.
    expect([await lettersTo('rev'), (await reports.listOwn('person_rev')).reports]).toEqual(['', []]);
  });

  test('reports of one subject gather in one case with the worst of them, in the order of the queue', async () => {
    const { decisions } = house.domains;
    const { id, case: of } = await reportMessage();
    const spam = await house.report(room, 'lea', { subject: { kind: 'person', id: 'bob' }, category: 'spam' });
    const order = await house.domains.reports.fileOrder('op', {
      room,
      subject: { kind: 'person', id: 'eve' },
      category: 'illegal',
      authority: 'Tribunal judiciaire de Paris',
      legalGround: 'L335-2',
    });
    const same = await house.report(room, 'ines', { subject: { kind: 'message', id }, category: 'minors' });
    expect(same).toBe(of);
    const { cases } = await decisions.list('rev-1', { limit: 10 });
    expect(cases.map((each) => each.id)).toEqual([of, order, spam]);
    expect(cases[0]).toMatchObject({ category: 'minors', severity: 0, reportCount: 2, state: 'open' });
    expect(cases[1]).toMatchObject({ isOrder: true, severity: 0 });
    const first = await decisions.list('rev-1', { limit: 2 });
    const rest = await decisions.list('rev-1', { limit: 2, after: first.next ?? '' });
    expect([first.cases.length, rest.cases.map((each) => each.id), rest.next]).toEqual([2, [spam], null]);
    await house.decide(order, [], 'rev-1');
    const figures = await house.domains.figures.review({});
    expect(figures.orders).toMatchObject({ total: 1, byAuthority: { 'Tribunal judiciaire de Paris': 1 } });
    expect(figures).toMatchObject({
      reports: { total: 4 },
      decisions: { total: 1, withoutMeasure: 1 },
      waiting: { total: 2 },
    });
  });

  test('a person who is reported in two rooms has a case in each, with measures in that room', async () => {
    const other = await house.createRoom();
    const about = { subject: { kind: 'person', id: 'ada' }, category: 'harassment' } as const;
    await house.report(other, 'lea', about);
    const of = await house.report(room, 'lea', about);
    await house.domains.decisions.stop('rev-1', of);
    await house.dispatch();
    const { rooms } = house.domains;
    const stages = [room, other].map((each) => codeOf(rooms.takeStage(each, 'page-1')));
    expect(await Promise.all(stages)).toEqual(['live_stopped', 'ok']);
  });

  test('every order of an authority is filed, beside a report of the same person and other orders', async () => {
    const { decisions, reports } = house.domains;
    const subject = { kind: 'live' } as const;
    const category = 'illegal' as const;
    const of = await house.report(room, 'rev-1', { subject, category });
    const file = (order: { authority: string; reference?: string }, by = 'rev-1', legalGround = 'L335-2') =>
      reports.fileOrder(by, { room, subject, category, legalGround, ...order });
    const paris = 'Tribunal judiciaire de Paris';
    for (const order of [
      { authority: paris, reference: '26/01234' },
      { authority: paris, reference: '26/05678' },
      { authority: paris },
      { authority: 'Arcom' },
      // The same as before.
      { authority: paris, reference: '26/01234' },
      { authority: 'Arcom' },
    ])
      expect(await file(order)).toBe(of);
    expect(await file({ authority: 'Arcom' }, 'rev-2')).toBe(of);
    expect(await file({ authority: 'Arcom' }, 'rev-2', 'L336-2')).toBe(of);
    const view = await decisions.view('rev-3', of);
    expect(view).toMatchObject({ isOrder: true, severity: 0, reportCount: 6 });
    const named = view.reports.map(({ order }) => order && [order.authority, order.reference, order.legalGround]);
    expect(named.reverse()).toEqual([
      null,
      [paris, '26/01234', 'L335-2'],
      [paris, '26/05678', 'L335-2'],
      [paris, null, 'L335-2'],
      ['Arcom', null, 'L335-2'],
      ['Arcom', null, 'L336-2'],
    ]);
    // Who filed an order can report too.
    expect(await house.report(room, 'rev-2', { subject, category })).toBe(of);
    expect((await decisions.view('rev-3', of)).reportCount).toBe(7);
  });

  test('an appeal ends after six months, strikes after a year, and a decision is never changed', async () => {
    const { decisions } = house.domains;
    const { case: of } = await reportMessage();
    const { id: decision } = await house.decide(of, [
      { kind: 'remove_message' },
      { kind: 'suspend_account', until: '2026-05-05T20:00:00Z' },
    ]);
    await house.dispatch();
    expect((await decisions.statements.list('max')).strikes).toBe(4);
    expect(await house.accessOf(room, 'max')).toBe('suspended');
    house.clock.advance(DAY_MS);
    expect(await house.accessOf(room, 'max')).toBe('granted');
    house.clock.advance(185 * DAY_MS);
    expect(await codeOf(decisions.appeal('max', { decision, text: 'Late' }))).toBe('appeal_not_allowed');
    house.clock.advance(180 * DAY_MS);
    expect((await decisions.statements.list('max')).strikes).toBe(0);
    for (const change of [
      `update decisions set points = 0`,
      `update decisions set reasons = 'x'`,
      `delete from decisions`,
    ])
      await expect(house.rows(change)).rejects.toThrow();
  });

  test('a reported person is deleted: the lines, counts and what holds remain, without them', async () => {
    const { decisions, reports, participantData } = house.domains;
    const { id: said, case: of } = await reportMessage();
    const { id: decision } = await house.decide(of, [{ kind: 'mute' }, { kind: 'suspend_account' }]);
    const person = await house.report(room, 'lea', { subject: { kind: 'person', id: 'max' }, category: 'hate' });
    const ofReporter = await decisions.appeal('lea', { decision, text: 'More has to be done.' });
    await decisions.decideAppeal('rev-2', ofReporter.id, { ...UPHELD, reasons: 'Max has apologised.' });
    const appeal = await decisions.appeal('max', { decision, text: 'It was a quotation.' });
    await house.dispatch();
    const figures = await house.domains.figures.review({});
    await participantData.erase('max', { identity: 'op', name: 'op', role: 'server' });

    // The line of the decision, and what it counts for.
    const [row] = await house.rows<{ accused: null; reasons: null; points: number }>(`select * from decisions`);
    expect(row).toMatchObject({ accused: null, reasons: null, points: 4 });
    expect(await house.domains.figures.review({})).toEqual(figures);
    expect(await house.accessOf(room, 'max')).toBe('suspended');
    expect(await decisions.statements.list('max')).toEqual({ statements: [], strikes: 0 });
    expect((await reports.listBy('lea')).map(({ state }) => state)).toEqual(['received', 'appealed']);
    const views = await Promise.all([of, person].map((id) => decisions.view('rev-2', id)));
    expect(views).toMatchObject([
      {
        accused: null,
        decisions: [
          {
            accused: null,
            reasons: null,
            appeals: expect.arrayContaining([
              expect.objectContaining({ by: null, text: null }),
              expect.objectContaining({ by: 'lea', text: 'More has to be done.', outcome: 'upheld', reasons: null }),
            ]),
          },
        ],
      },
      { accused: null, state: 'open', owed: 'decision', history: { strikes: 0, decisions: [], chat: [] } },
    ]);
    expect(await house.rows(`select text from chat_entries where id = '${said}'`)).toEqual([{ text: null }]);
    // The evidence has a term of its own, and ends too.
    const evidence = () =>
      house.rows<{ n: string }>(`select count(*) as n from reports where evidence::text like '%max%'`);
    expect(Number((await evidence())[0]?.n)).toBe(1);
    house.clock.advance(4_000 * DAY_MS);
    await reports.retire();
    expect(Number((await evidence())[0]?.n)).toBe(0);

    // The appeal is still answered, and nobody is written to; the open case can be closed.
    await decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    await house.decide(person, []);
    await house.dispatch();
    expect(await house.accessOf(room, 'max')).toBe('granted');
    expect((await decisions.list('rev-1', { limit: 5 })).cases).toEqual([]);
  });
});
