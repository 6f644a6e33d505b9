/** Cases and opinions of the committee: who reads what, how votes end, and what the management owes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { EXAMPLE_CHARTER } from '../../../server/trust/charter/example-charter.ts';
import { committeeTerms } from '../../../server/trust/committee/committee.schema.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { DECIDED, ReviewHouse } from '../../support/houses/review-house.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const both = (en: string, fr = `${en} (fr)`) => ({ en, fr });
const TEXT = {
  title: both('Hear people first'),
  text: both('The house hears a person before it suspends them.'),
  ruling: null,
  articles: null,
};
const ASKED = { title: both('A suspension'), question: both('Was it fair?') };
const PAGE = { limit: 20 };
const REASONS = { outcome: 'does_not_follow', reasons: both('It costs too much time.') } as const;
/** Without the times at which members did something. */
const bare = (view: object) => JSON.stringify(view).replaceAll(/"at":"[^"]*"/g, '');
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe.each(DATABASES)('the committee on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let house: ReviewHouse;
  let room: RoomId;

  beforeEach(async () => {
    db = await open();
    house = await ReviewHouse.create(db);
    room = await house.createRoom();
    for (const person of ['m-1', 'm-2', 'm-3']) await giveSeat(person);
  });
  afterEach(async () => {
    await house.close();
    await db[Symbol.asyncDispose]();
  });

  const cases = () => house.domains.committeeCases;
  const opinions = () => house.domains.opinions;
  const isoIn = (ms: number) => new Date(house.clock.now() + ms).toISOString();

  async function giveSeat(person: string, days = 400): Promise<void> {
    const { committee } = house.domains;
    await committee.createSeat(both(`Seat of ${person}`), 'op');
    const seat = (await committee.view()).seats.at(-1);
    await db.orm.insert(committeeTerms).values({
      ...{ id: createId('committeeTerm'), person, seat: seat?.id ?? '', seatName: both('Seat'), invitedBy: 'op' },
      ...{ appointedBy: both('Founders'), appointedAt: isoIn(0), from: isoIn(0), until: isoIn(days * DAY_MS) },
    });
  }

  /** Somebody is reported, suspended, appeals, and the appeal fails. */
  async function decideAbout(author: string, reporter = 'lea') {
    const id = await house.say(room, author, `I am ${author}, write to ${author}@example.org or @${author}_live`);
    const of = await house.report(room, reporter, { subject: { kind: 'message', id }, category: 'harassment' });
    house.clock.advance(2 * HOUR_MS);
    const said = { ...DECIDED, measures: [{ kind: 'mute' as const }], reasons: `${author} insults ${reporter}.` };
    const { id: decision } = await house.domains.decisions.decide('rev-1', of, said);
    house.clock.advance(5 * HOUR_MS);
    const appeal = await house.domains.decisions.appeal(author, { decision, text: `${author} was provoked.` });
    const reasons = `${author.toUpperCase()} wrote it, ${author}@example.org says so.`;
    expect(await codeOf(cases().ask(author, { appeal: appeal.id, text: 'Early' }))).toBe('forbidden');
    await house.domains.decisions.decideAppeal('rev-2', appeal.id, { outcome: 'upheld', reasons, language: 'en' });
    return { decision, appeal: appeal.id };
  }

  test('somebody whose appeal failed asks; members read numbers, no names, ids or times', async () => {
    const { decision, appeal } = await decideAbout('max');
    expect(await codeOf(cases().ask('eve', { appeal, text: 'Mine' }))).toBe('appeal_not_found');
    const text = 'I am max (max@example.org), and lea lied.';
    expect(await cases().ask('max', { appeal, text })).toMatchObject({ isTaken: false });
    expect([...(await cases().listAsked('max'))]).toMatchObject([[appeal, { isTaken: false }]]);
    expect((await cases().listAsked('lea')).size).toBe(0);
    expect(await codeOf(cases().listRequests('op', PAGE))).toBe('forbidden');
    const { requests, next } = await cases().listRequests('m-1', PAGE);
    expect([requests.length, next]).toEqual([1, null]);
    const [request] = requests;
    expect(request).toMatchObject({ decision, text: 'I am […] […] and […] lied.', case: null });
    const opened = await cases().open('m-1', { ...ASKED, decisions: [], request: request?.id });
    expect(opened).toMatchObject({
      ...{ origin: 'request', number: 1, openedBy: expect.any(String) },
      request: 'I am [1] […] and [2] lied.',
      files: [
        {
          ...{ number: 1, accused: 1, strikes: 1, category: 'harassment', evidence: null },
          reports: [{ hours: 0, by: 2, source: 'room' }],
          decisions: [{ hours: 2, by: 3, measures: ['mute'], kind: 'final', reasons: '[1] insults [2].' }],
          appeals: [{ hours: 7, by: 1, outcome: 'upheld', decidedBy: 4, text: '[1] was provoked.' }],
        },
      ],
    });
    expect(await cases().ask('max', { appeal, text: 'Again' })).toMatchObject({ isTaken: true });
    expect([...(await cases().listAsked('max'))]).toMatchObject([[appeal, { isTaken: true }]]);
    const again = cases().open('m-2', { ...ASKED, decisions: [decision] });
    expect(await codeOf(again)).toBe('already_decided');

    const asked = await cases().requestEvidence('m-2', opened.id, { file: 1, reason: 'The words matter.' });
    expect(asked.files[0]?.evidence?.reports[0]?.messages).toEqual([
      { by: 1, text: 'I am [1], write to […] or […]', isReported: true, isRemoved: false },
    ]);
    expect((await cases().view('m-1', opened.id)).files[0]).toMatchObject({
      evidence: null,
      evidenceRequests: [{ reason: 'The words matter.' }],
    });
    expect(bare(asked.files)).not.toMatch(/max|lea|rev-|_V[0-9A-Za-z]{10}|\d{4}-\d\d-\d\dT/i);
  });

  test('requests are read page by page, the newest first; a number in a case is given once, also after an erasure', async () => {
    const asked: string[] = [];
    for (const author of ['max', 'lea', 'tom']) {
      const { appeal, decision } = await decideAbout(author, 'uma');
      await cases().ask(author, { appeal, text: `Of ${author}` });
      asked.unshift(decision);
      house.clock.advance(HOUR_MS);
    }
    const first = await cases().listRequests('m-1', { limit: 2 });
    const rest = await cases().listRequests('m-1', { limit: 2, after: first.next ?? undefined });
    expect([first.requests.length, rest.requests.length, rest.next]).toEqual([2, 1, null]);
    expect([...first.requests, ...rest.requests].map(({ decision }) => decision)).toEqual(asked);

    const { id } = await cases().open('m-1', { ...ASKED, decisions: [], request: rest.requests[0]?.id });
    const { people } = await cases().view('m-1', id);
    const last = people.at(-1)?.number ?? 0;
    await house.rows(`update committee_case_people set person = null where number = ${last}`);
    await expect(house.rows("update committee_case_people set person = 'eve'")).rejects.toThrow();
    await expect(house.rows('delete from committee_case_people')).rejects.toThrow();
    // The file still has that person, who gets a new one.
    const after = (await cases().view('m-1', id)).people;
    expect(after.slice(0, last)).toEqual(people);
    expect(after.slice(last).map(({ number }) => number)).toEqual([last + 1]);
  });

  test('two cases about the same person share nothing by which they could be joined', async () => {
    const first = await decideAbout('max');
    house.clock.advance(3 * DAY_MS);
    // In another room, or the words of the first would stand before those of the second. There, the person who reported
    // first is reported, and the other way round.
    room = await house.createRoom();
    const second = await decideAbout('lea', 'max');
    const [one, other] = [
      await cases().open('m-1', { ...ASKED, decisions: [first.decision] }),
      await cases().open('m-1', { ...ASKED, decisions: [second.decision] }),
    ];
    for (const id of [one.id, other.id]) await cases().requestEvidence('m-1', id, { file: 1, reason: 'To compare' });
    const [left, right] = [await cases().view('m-1', one.id), await cases().view('m-1', other.id)];
    expect([left.files[0]?.evidence, right.files[0]?.evidence]).toEqual([expect.anything(), expect.anything()]);
    // Everybody has another part, and still the files are alike but for what the house decided.
    const shown = ({ files, people }: typeof left) => bare({ files, people });
    expect(shown(left)).toBe(shown(right));
    expect((await cases().list('m-1')).map(({ number }) => number)).toEqual([2, 1]);
  });

  test('who recused themselves, or has a part, reads neither the case nor its drafts, and their votes do not count', async () => {
    const { decision } = await decideAbout('max', 'm-3');
    expect(await codeOf(cases().open('m-3', { ...ASKED, decisions: [decision] }))).toBe('forbidden');
    const { id } = await cases().open('m-1', { ...ASKED, decisions: [decision] });
    expect(await codeOf(cases().view('m-3', id))).toBe('forbidden');
    expect(await cases().list('m-3')).toMatchObject([{ mayNotRead: 'concerned', title: ASKED.title }]);
    await giveSeat('m-4');
    await giveSeat('m-5');
    const { id: opinion } = await opinions().draft('m-1', { case: id, ...TEXT });
    await opinions().callVote('m-2', opinion, 1);
    await opinions().vote('m-4', opinion, { vote: 'against' });
    // One with a part in the case is not told of the vote.
    expect(await cases().keepReaders(['m-1', 'm-3', 'm-4'], id)).toEqual(['m-1', 'm-4']);
    await cases().recuse('m-4', id, both('I know one of them.'));
    for (const member of ['m-3', 'm-4', 'op']) {
      expect(await codeOf(opinions().view(member, opinion))).toBe('forbidden');
      expect(await codeOf(opinions().vote(member, opinion, { vote: 'for' }))).toBe('forbidden');
    }
    expect((await opinions().list('m-4')).opinions).toEqual([]);
    // Five seats: three votes of the three who are left.
    for (const member of ['m-1', 'm-2']) await opinions().vote(member, opinion, { vote: 'for' });
    expect(await opinions().view('m-1', opinion)).toMatchObject({ state: 'voting', votes: [{}, {}, {}] });
    await opinions().vote('m-5', opinion, { vote: 'abstain', dissent: both('Not our matter.') });
    const { given } = await opinions().view('m-1', opinion);
    expect(given).toMatchObject({ tally: { for: 2, against: 0, abstain: 1, quorum: 3 }, answer: null });
    expect(await cases().list('m-1')).toMatchObject([
      { closed: { by: null }, recusals: [{ reason: both('I know one of them.') }] },
    ]);
  });

  test('a closed case takes no revision, no vote and no recusal', async () => {
    const { id } = await cases().open('m-1', { ...ASKED, decisions: [] });
    const { id: opinion } = await opinions().draft('m-1', { case: id, ...TEXT });
    await cases().close('m-1', id, 'The house looks at it.');
    const late: (() => Promise<unknown>)[] = [
      () => opinions().revise('m-1', opinion, { ...TEXT, basedOn: 1 }),
      () => opinions().callVote('m-1', opinion, 1),
      () => opinions().draft('m-1', { case: id, ...TEXT }),
      () => cases().recuse('m-2', id, both('I know them.')),
      () => cases().close('m-1', id, 'Again'),
    ];
    for (const act of late) expect([String(act), await codeOf(act())]).toEqual([String(act), 'already_decided']);
  });

  test('an opinion is public with the answer, or once that is late; what was promised is followed', async () => {
    const draft = await opinions().draft('m-1', TEXT);
    const id = draft.id;
    expect(await opinions().listPublic()).toEqual([]);
    expect(await opinions().listAddressed()).toEqual([]);
    await opinions().revise('m-2', id, { ...TEXT, title: both('Hear everybody first'), basedOn: 1 });
    expect(await codeOf(opinions().revise('m-1', id, { ...TEXT, basedOn: 1 }))).toBe('already_decided');
    await opinions().remark('m-3', id, 'Too long.');
    expect(await codeOf(opinions().vote('m-1', id, { vote: 'for' }))).toBe('invalid_request');
    expect(await codeOf(opinions().callVote('m-1', id, 1))).toBe('already_decided');
    await opinions().callVote('m-1', id, 2);
    expect(await codeOf(opinions().revise('m-1', id, { ...TEXT, basedOn: 2 }))).toBe('already_decided');
    await opinions().vote('m-1', id, { vote: 'against' });
    await opinions().vote('m-1', id, { vote: 'for' });
    await opinions().vote('m-2', id, { vote: 'for' });
    expect(await opinions().view('m-3', id)).toMatchObject({
      state: 'voting',
      votes: [{ vote: null }, { vote: null }],
    });
    await opinions().vote('m-3', id, { vote: 'against', dissent: both('It binds too much.') });
    expect(await codeOf(opinions().vote('m-3', id, { vote: 'for' }))).toBe('already_decided');

    const hidden = { title: both('Hear everybody first'), text: null, dissents: [], isLate: false, answer: null };
    expect(await opinions().listPublic()).toMatchObject([hidden]);
    const [{ answerDueAt } = { answerDueAt: '' }] = await opinions().listAddressed();
    expect(answerDueAt).toBe(isoIn(60 * DAY_MS));
    // The whole committee goes, and the date stays.
    house.clock.advance(60 * DAY_MS);
    await db.orm.update(committeeTerms).set({ endedAt: isoIn(0), endedHow: 'resigned' });
    const late = { text: TEXT.text, isLate: true, dissents: [{ text: both('It binds too much.') }] };
    expect(await opinions().listPublic()).toMatchObject([late]);
    const step = { text: both('A form'), dueAt: isoIn(DAY_MS) };
    expect(await codeOf(opinions().answer(id, { ...REASONS, steps: [{ ...step, dueAt: isoIn(0) }] }, 'op'))).toBe(
      'time_in_past',
    );
    await opinions().answer(id, { ...REASONS, steps: [step] }, 'op');
    expect(await codeOf(opinions().answer(id, { ...REASONS, steps: [] }, 'op'))).toBe('already_decided');
    const [answered] = await opinions().listPublic();
    expect(answered).toMatchObject({ isLate: false, answer: { ...REASONS, isLate: true, steps: [{ isLate: false }] } });
    house.clock.advance(2 * DAY_MS);
    expect(await opinions().listPublic()).toMatchObject([{ answer: { steps: [{ isLate: true, done: null }] } }]);
    const promised = answered?.answer?.steps[0]?.id ?? '';
    await opinions().endStep(promised, 'It is there.', 'op');
    expect(await codeOf(opinions().endStep(promised, 'Twice', 'op'))).toBe('already_decided');
    expect(await opinions().listPublic()).toMatchObject([
      { answer: { steps: [{ isLate: true, done: { note: 'It is there.' } }] } },
    ]);
  });

  test('a proposal to the charter is commented on, voted on, answered, taken over, and in force', async () => {
    const { proposals, charter } = house.domains;
    const [first, ...others] = EXAMPLE_CHARTER;
    const articles = [{ ...first, text: both('Nobody is suspended unheard.') }, ...others] as typeof EXAMPLE_CHARTER;
    const { id } = await opinions().draft('m-1', { ...TEXT, articles });
    expect(await codeOf(opinions().revise('m-1', id, { ...TEXT, basedOn: 1 }))).toBe('invalid_request');
    expect(await codeOf(opinions().callVote('m-1', id, 1))).toBe('forbidden');
    expect(await codeOf(proposals.view(id, 'en'))).toBe('not_found');
    expect(await codeOf(proposals.comment('max', id, 'Early'))).toBe('not_found');
    await opinions().openComments('m-1', id, 1);
    await proposals.comment('max', id, 'Good.');
    await proposals.comment('max', id, 'Twice.');
    await proposals.comment('eve', id, 'An insult');
    expect(await codeOf(proposals.hideComment('op', 'comment_1', 'It displeases us.'))).toBe('forbidden');
    const { comments } = await proposals.view(id, 'en');
    expect(comments.map(({ text }) => text)).toEqual(['An insult', 'Good.']);
    await proposals.hideComment('m-2', comments[0]?.id ?? '', 'It insults.');
    // Members go on writing; everybody reads what is commented on.
    const revised = { ...TEXT, title: both('Hear first, always'), text: both('As people say.'), articles };
    await opinions().revise('m-2', id, { ...revised, basedOn: 1 });
    expect(await proposals.view(id, 'en')).toMatchObject({
      ...{ title: TEXT.title, text: TEXT.text, isOpen: true, hiddenCount: 1, charterVersion: null, adoptedAt: null },
      ...{ commented: null, comments: [{ text: 'Good.' }] },
      articles: [
        { change: 'changed', parts: expect.arrayContaining([expect.objectContaining({ kind: 'added' })]) },
        ...others.map(() => ({ change: 'same' })),
      ],
    });
    expect(await codeOf(opinions().callVote('m-1', id, 2))).toBe('forbidden');
    house.clock.advance(14 * DAY_MS);
    expect(await codeOf(proposals.comment('tom', id, 'Late'))).toBe('already_decided');
    await opinions().callVote('m-1', id, 2);
    expect(await codeOf(proposals.takeOver(id, 'op'))).toBe('not_found');
    for (const member of ['m-1', 'm-2', 'm-3']) await opinions().vote(member, id, { vote: 'for' });
    expect(await opinions().listPublic()).toMatchObject([{ text: revised.text, answer: null }]);
    expect(await proposals.view(id, 'en')).toMatchObject({ text: revised.text, commented: { text: TEXT.text } });
    await opinions().answer(id, { outcome: 'follows', reasons: both('Yes.'), steps: [] }, 'op');
    const draft = await proposals.takeOver(id, 'op');
    await charter.announce({ hash: draft?.hash ?? '' }, 'op');
    expect(await proposals.list()).toMatchObject([
      { title: both('Hear first, always'), state: 'adopted', isOpen: false, charterVersion: 2 },
    ]);
    // What it changed stays to be read.
    house.clock.advance(DAY_MS);
    const changes = (await proposals.view(id, 'fr')).articles.map(({ change }) => change);
    expect(changes).toEqual(['changed', ...others.map(() => 'same')]);
    await expect(house.rows(`delete from proposal_comments`)).rejects.toThrow();
    await expect(house.rows(`update proposal_comments set text = 'Bad.'`)).rejects.toThrow();
  });

  test('a picture whose consent is in dispute returns by the word of the committee alone, where it took the case', async () => {
    const { decisions, chat } = house.domains;
    const isShown = async (id: string) =>
      (await chat.history(room, { limit: 50 })).entries.some(
        (entry) => entry.kind === 'message' && entry.id === id && !entry.removed,
      );
    // Who was inside claims with the severity of the category.
    await house.attend(room, 'lea');
    const takeDown = async (author: string) => {
      const id = await house.say(room, author, `A picture by ${author}`);
      const of = await house.report(room, 'lea', { subject: { kind: 'message', id }, category: 'consent' });
      // A worse report of the same picture does not take it from the committee.
      await house.report(room, 'uma', { subject: { kind: 'message', id }, category: 'minors' });
      const { id: decision } = await house.decide(of, [{ kind: 'remove_message' }, { kind: 'mute' }]);
      await house.dispatch();
      const appeal = await decisions.appeal(author, { decision, text: 'She agreed.' });
      const grant = (reviewer: string) =>
        codeOf(decisions.decideAppeal(reviewer, appeal.id, { outcome: 'granted', reasons: 'Yes.', language: 'en' }));
      return { id, decision, grant };
    };
    const rule = async (ruling: 'returns' | 'stays_down', decision: string) => {
      const { id: about, needsRuling } = await cases().open('m-1', { ...ASKED, decisions: [decision as never] });
      expect(needsRuling).toBe(true);
      expect(await codeOf(opinions().draft('m-1', { ...TEXT, case: about }))).toBe('invalid_request');
      const { id } = await opinions().draft('m-1', { ...TEXT, ruling, case: about });
      await opinions().callVote('m-1', id, 1);
      return async () => {
        house.clock.advance(2 * DAY_MS);
        for (const member of ['m-1', 'm-2', 'm-3']) await opinions().vote(member, id, { vote: 'for' });
        await house.dispatch();
      };
    };
    expect(await codeOf(opinions().draft('m-1', { ...TEXT, ruling: 'returns' }))).toBe('invalid_request');
    const [first, second, third] = [await takeDown('max'), await takeDown('eve'), await takeDown('tom')];
    const adoptReturn = await rule('returns', first.decision);
    expect([await first.grant('rev-2'), await isShown(first.id)]).toEqual(['forbidden', false]);
    await adoptReturn();
    expect(await isShown(first.id)).toBe(true);
    expect(
      (await decisions.statements.list('max')).statements.map(({ measures }) => measures.map(({ kind }) => kind)),
      // The last one was taken at once, by the claim of somebody inside.
    ).toEqual([['mute'], ['remove_message', 'mute'], ['remove_message']]);
    // The word of the committee is late for nobody.
    const [written] = await house.rows<{ late: boolean }>(
      'select at > due_at as late from decisions order by at desc, id desc limit 1',
    );
    expect(written).toEqual({ late: false });
    await (await rule('stays_down', second.decision))();
    expect([await second.grant('rev-2'), await isShown(second.id)]).toEqual(['forbidden', false]);
    const { id: dropped } = await cases().open('m-1', { ...ASKED, decisions: [third.decision] });
    await cases().close('m-1', dropped, 'The house looks at it.');
    expect(await third.grant('rev-2')).toBe('ok');
    await house.dispatch();
    expect(await isShown(third.id)).toBe(true);
    const facts = await house.rows<{ what: string }>(
      "select data ->> 'what' as what from outbox where topic = 'committee.news' order by seq",
    );
    expect(facts.map(({ what }) => what)).toEqual(['vote_called', 'opinion_adopted', 'vote_called', 'opinion_adopted']);
  });

  test('a vote ends at its date, and by the end of a term; the database refuses late votes, versions and changes', async () => {
    const { id } = await opinions().draft('m-1', TEXT);
    await opinions().callVote('m-1', id, 1);
    await opinions().vote('m-1', id, { vote: 'for' });
    house.clock.advance(7 * DAY_MS);
    expect(await codeOf(opinions().vote('m-2', id, { vote: 'for' }))).toBe('already_decided');
    expect(await opinions().view('m-1', id)).toMatchObject({ state: 'no_quorum' });
    const other = await opinions().draft('m-1', TEXT);
    expect(await codeOf(opinions().withdraw('m-2', other.id))).toBe('forbidden');
    await opinions().callVote('m-1', other.id, 1);
    for (const member of ['m-1', 'm-2']) await opinions().vote(member, other.id, { vote: 'for' });
    await house.domains.committee.resign('m-3', null);
    await opinions().sweep();
    expect(await opinions().view('m-1', other.id)).toMatchObject({ state: 'adopted' });

    const at = isoIn(0);
    for (const statement of [
      `update committee_opinions set answer_due_at = now() + interval '1 year' where id = '${other.id}'`,
      `update committee_opinions set outcome = 'rejected' where id = '${other.id}'`,
      `delete from committee_opinions where id = '${other.id}'`,
      `update committee_opinion_texts set text = '{}' where opinion = '${other.id}'`,
      `insert into committee_opinion_texts select opinion, 2, title, text, by, at from committee_opinion_texts where opinion = '${other.id}'`,
      `insert into committee_votes (opinion, member, vote, at) values ('${other.id}', 'm-3', 'against', '${at}')`,
      `update committee_votes set vote = 'against'`,
      `delete from committee_answers where true`,
    ])
      await expect(house.rows(statement), statement).rejects.toThrow();
  });
});
