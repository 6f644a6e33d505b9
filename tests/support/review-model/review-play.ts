/**
 * Random acts of fans, moderators, reviewers and authorities on a real house and on `ReviewModel` beside it; after them
 * the two are compared.
 */
import type { MessageId, RoomId } from '../../../server/protocol/ids.ts';
import type { DecisionInput, MeasureKind } from '../../../server/protocol/trust/decisions.ts';
import type { RoomReportInput } from '../../../server/protocol/trust/reports.ts';
import { DECIDED, type ReviewHouse } from '../houses/review-house.ts';
import type { Dice } from '../soak/dice.ts';
import {
  CATEGORIES,
  type ModelAppeal,
  type ModelCase,
  type ModelDecision,
  type ModelMeasure,
  type ModelReport,
  ReviewModel,
} from './review-model.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CREATOR = 'ada';
const FANS = ['max', 'bob', 'lea', 'eve', 'rev-3'];
/** `rev-3` writes and reports too; `rev-4` moderates for the creator, and sees nothing about her. */
const REVIEWERS = ['rev-1', 'rev-2', 'rev-3', 'rev-4'];
/** Was never inside a room. */
const OUTSIDER = 'rev-3';
const ACTOR = { identity: CREATOR, name: 'Ada', role: 'creator' } as const;

const WEIGHTS = {
  ...{ say: 10, report: 22, form: 3, order: 5, look: 4, stop: 4, decide: 22, appeal: 16, appealByForm: 3, answer: 20 },
  ...{ moderate: 4, wait: 8, erase: 1, dispatch: 10 },
};

interface Message {
  id: MessageId;
  room: RoomId;
  author: string;
  isRemovedByModerator: boolean;
}

export class ReviewPlay {
  readonly #house: ReviewHouse;
  readonly #dice: Dice;
  readonly #rooms: readonly RoomId[];
  readonly #messages: Message[] = [];
  readonly #erased = new Set<string>();
  readonly model = new ReviewModel();
  /** What was done, for the message of a failure. */
  readonly acts: string[] = [];
  readonly faults: string[] = [];

  private constructor(house: ReviewHouse, dice: Dice, rooms: readonly RoomId[]) {
    this.#house = house;
    this.#dice = dice;
    this.#rooms = rooms;
  }

  static async create(house: ReviewHouse, dice: Dice): Promise<ReviewPlay> {
    const rooms = [await house.createRoom(), await house.createRoom()] as const;
    // The second room has never been live.
    await house.domains.rooms.startLive(rooms[0]);
    await house.domains.rooms.endLive(rooms[0]);
    for (const room of rooms) await house.attend(room, ...FANS.filter((fan) => fan !== OUTSIDER));
    const scope = { creator: CREATOR, room: null };
    await house.domains.roles.give({ person: 'rev-4', role: 'moderator', scope, by: CREATOR });
    await house.dispatch();
    return new ReviewPlay(house, dice, rooms);
  }

  async act(): Promise<void> {
    const name = this.#dice.weighted(WEIGHTS);
    this.acts.push(name);
    const doIt: Record<keyof typeof WEIGHTS, () => Promise<void>> = {
      say: () => this.#say(),
      report: () => this.#report(),
      form: () => this.#fileForm(),
      order: () => this.#fileOrder(),
      look: () => this.#look(),
      stop: () => this.#stop(),
      decide: () => this.#decide(),
      appeal: () => this.#appeal(),
      appealByForm: () => this.#appealByForm(),
      answer: () => this.#answer(),
      moderate: () => this.#moderate(),
      wait: async () =>
        this.#house.clock.advance(this.#dice.pick([HOUR_MS, 20 * HOUR_MS, 3 * DAY_MS, 70 * DAY_MS]) ?? 0),
      erase: () => this.#erase(),
      dispatch: () => this.#house.dispatch(),
    };
    await doIt[name]();
  }

  get #nowMs(): number {
    return this.#house.clock.now();
  }

  get #fan(): string {
    return this.#dice.pick(FANS.filter((fan) => !this.#erased.has(fan))) ?? 'lea';
  }

  #pickRoom(): RoomId {
    return this.#dice.pick(this.#rooms) as RoomId;
  }

  async #say(): Promise<void> {
    const author = this.#fan;
    const room = this.#pickRoom();
    // The time of the limits is the machine's; who is muted is refused.
    const id = await this.#house.say(room, author, `Words ${this.#messages.length}`).catch(() => undefined);
    if (id) this.#messages.push({ id, room, author, isRemovedByModerator: false });
  }

  /** Something to report that is known to the house. */
  #subject() {
    const room = this.#pickRoom();
    const kind = this.#dice.weighted({ message: 6, person: 2, live: 2 });
    const message = this.#dice.pick(this.#messages.filter(({ author }) => !this.#erased.has(author)));
    if (kind === 'message' && message) {
      const { id, author } = message;
      return { key: `message:${id}`, room: message.room, accused: author, subject: { kind, id } as const };
    }
    if (kind === 'person') {
      const accused = this.#fan;
      return { key: `person:${accused}:${room}`, room, accused, subject: { kind, id: accused } as const };
    }
    return { key: `live:${room}`, room, accused: CREATOR, subject: { kind: 'live' } as const };
  }

  async #report(): Promise<void> {
    const { model } = this;
    const { key, room, accused, subject } = this.#subject();
    const reporter = this.#fan;
    const category = this.#dice.pick(CATEGORIES) ?? 'spam';
    const known = model.same(reporter, key, category);
    const { id } = await this.#house.domains.reports.file(room, reporter, { subject, category }, { mayAct: true });
    if (known) return void this.#expect('the same report again', id, known.id);
    const row = await this.#rowOf(id);
    const open = model.openCase(key);
    if (open) this.#expect('gathered in the open case', row.case, open.id);
    const report = {
      ...({ id, case: row.case, subject: key, category, source: 'room', reporter, hasContact: false } as const),
      reference: null,
      isOutside: reporter === OUTSIDER,
    };
    model.file(report, { kind: subject.kind, room, accused }, this.#nowMs);
    await this.#noteTakeDown(model.takesDown(report, room === this.#rooms[0], this.#nowMs), row.case);
  }

  async #noteTakeDown(isExpected: boolean, id: string): Promise<void> {
    if (!isExpected) return;
    const [made] = await this.#house.rows<{ id: string }>(`select id from decisions where "case" = '${id}'`);
    if (!made) return void this.faults.push(`the claim of consent in ${id} took nothing down`);
    const { accused, room, kind, subject } = this.model.caseOf(id);
    const message = kind === 'message' ? subject.slice('message:'.length) : null;
    const measures = [
      { kind: message ? 'remove_message' : 'stop_live', room, message, untilMs: null },
    ] as ModelMeasure[];
    const decision = { id: made.id, case: id, kind: 'provisional', by: null, accused, measures } as const;
    this.model.decide({ ...decision, atMs: this.#nowMs, isReplaced: false, isUndone: false }, undefined);
  }

  async #fileForm(): Promise<void> {
    const category = this.#dice.pick(CATEGORIES) ?? 'spam';
    const hasContact = this.#dice.chance(0.7);
    const given = { place: 'Ada', category, note: 'It happened.', ...(hasContact && { contact: 'a@example.org' }) };
    const { id } = await this.#house.domains.reports.fileForm(given, hasContact ? 'fr' : null);
    const row = await this.#rowOf(id);
    const report = { id, case: row.case, subject: `form:${id}`, category, source: 'form', reporter: null } as const;
    this.model.file(
      { ...report, hasContact, reference: null, isOutside: true },
      { kind: 'form', room: null, accused: null },
      this.#nowMs,
    );
  }

  async #fileOrder(): Promise<void> {
    const open = this.model.reports.filter(({ source, case: of }) => source !== 'form' && this.#isOpen(of));
    const reported = this.#dice.chance(0.6) ? this.#dice.pick(open) : undefined;
    const { key, room, accused, subject } = reported ? this.#subjectOf(reported) : this.#subject();
    const by =
      this.#dice.pick([reported?.reporter, ...REVIEWERS].filter((each) => typeof each === 'string')) ?? 'rev-1';
    const category = reported?.category ?? this.#dice.pick(CATEGORIES) ?? 'spam';
    const reference = this.#dice.pick(['26/01234', '26/05678']) ?? '';
    const order = { room, subject, category, authority: 'Tribunal de Paris', legalGround: 'L335-2', reference };
    const known = this.model.sameOrder(reference, key, category);
    const filed = this.#house.domains.reports.fileOrder(by, order);
    if (this.#isHidden(by, accused))
      return void this.#expect(`${by} files an order`, await codeOf(filed), 'another_reviewer_needed');
    const id = await filed;
    if (known) return void this.#expect('the same order again', id, known.case);
    const [row] = await this.#house.rows<{ id: string }>(
      `select id from reports where "case" = '${id}' order by number desc limit 1`,
    );
    const report = { id: row?.id ?? '', case: id, subject: key, category, source: 'order', reporter: by } as const;
    const rest = { hasContact: false, reference, isOutside: false };
    this.model.file({ ...report, ...rest }, { kind: subject.kind, room, accused }, this.#nowMs);
  }

  #isOpen(id: string): boolean {
    const { isDecided, accused } = this.model.caseOf(id);
    return !isDecided && accused !== null;
  }

  #subjectOf({ case: of, subject: key }: ModelReport) {
    const { kind, room, accused } = this.model.caseOf(of);
    const id = kind === 'person' ? accused : key.slice(`${kind}:`.length);
    const subject = { kind, id } as RoomReportInput['subject'];
    return { key, room: room as RoomId, accused, subject };
  }

  async #look(): Promise<void> {
    const of = this.#dice.pick(this.model.cases);
    const reviewer = this.#dice.pick(REVIEWERS) ?? 'rev-1';
    if (!of) return;
    const code = await codeOf(this.#house.domains.decisions.view(reviewer, of.id));
    this.#expect(`${reviewer} looks`, code, this.#isHidden(reviewer, of.accused) ? 'case_not_found' : 'ok');
  }

  async #stop(): Promise<void> {
    const isLikely = ({ room, accused }: ModelCase) => room !== null && (accused === CREATOR || this.#dice.chance(0.1));
    const of = this.#dice.pick(this.model.cases.filter(isLikely));
    const reviewer = this.#dice.pick(REVIEWERS) ?? 'rev-1';
    if (!of) return;
    const earlier = this.model.last(of.id);
    const standing = earlier && this.model.isInForce(earlier) ? earlier : undefined;
    const refusal = this.#refusal(reviewer, of, of.accused === CREATOR ? undefined : 'measure_invalid');
    const isStopped = standing?.measures.some(({ kind }) => kind === 'stop_live');
    const stopped = this.#house.domains.decisions.stop(reviewer, of.id);
    if (!this.#expect(`${reviewer} stops the live`, await codeOf(stopped), refusal ?? 'ok') || refusal) return;
    const { id, appeals } = await stopped;
    if (isStopped) return void this.#expect('a repeated stop', id, standing?.id);
    const more = { kind: 'stop_live', room: of.room, message: null, untilMs: null } as const;
    const made = { id, case: of.id, kind: 'provisional', by: reviewer, accused: of.accused } as const;
    const measures = [...(standing?.measures ?? []), more];
    const owesLook = this.model.owesLook({ case: of.id, by: reviewer, measures });
    this.#expect('a second look is owed', appeals.length, Number(owesLook));
    this.model.decide({ ...made, measures, atMs: this.#nowMs, isReplaced: false, isUndone: false }, appeals[0]?.id);
  }

  async #decide(): Promise<void> {
    const of = this.#dice.pick(this.model.cases.filter(({ isDecided }) => !isDecided || this.#dice.chance(0.1)));
    const reviewer = this.#dice.pick(REVIEWERS) ?? 'rev-1';
    if (!of) return;
    const { input, accused, measures } = this.#choose(of);
    const isConcerned = this.#isHidden(reviewer, accused);
    const refusal = this.#refusal(reviewer, of, isConcerned ? 'another_reviewer_needed' : undefined);
    const owesLook = this.model.owesLook({ case: of.id, by: reviewer, measures });
    const decided = this.#house.domains.decisions.decide(reviewer, of.id, input);
    if (!this.#expect(`${reviewer} decides`, await codeOf(decided), refusal ?? 'ok') || refusal) return;
    const { id, appeals } = await decided;
    this.#expect('a second look is owed', appeals.length, Number(owesLook));
    const made = { id, case: of.id, kind: 'final', by: reviewer, accused, measures } as const;
    this.model.decide({ ...made, atMs: this.#nowMs, isReplaced: false, isUndone: false }, appeals[0]?.id);
  }

  /** Why a reviewer may not decide a case, in the order in which the house looks; undefined: they may. */
  #refusal(reviewer: string, of: ModelCase, other: string | undefined): string | undefined {
    if (this.#isHidden(reviewer, of.accused)) return 'case_not_found';
    if (this.model.hasReported(reviewer, of.id)) return 'another_reviewer_needed';
    return other ?? (of.isDecided ? 'already_decided' : undefined);
  }

  #isHidden(reviewer: string, accused: string | null): boolean {
    return accused === reviewer || (reviewer === 'rev-4' && accused === CREATOR);
  }

  /** Measures that are valid for the case. */
  #choose(of: ModelCase) {
    const named = of.kind === 'form' && this.#dice.chance(0.6) ? this.#fan : null;
    const accused = named ?? of.accused;
    const kinds: MeasureKind[] = [];
    if (of.room !== null && accused === CREATOR) kinds.push('stop_live');
    if (of.kind === 'message') kinds.push('remove_message');
    if (accused !== null) kinds.push('suspend_account');
    if (accused === CREATOR) kinds.push('freeze_earnings');
    else if (accused !== null && of.room !== null) kinds.push('mute', 'remove_from_room');
    const chosen = kinds.filter(() => this.#dice.chance(0.4));
    const isTimed = this.#dice.chance(0.3);
    const untilMs = (kind: MeasureKind) =>
      isTimed && (kind === 'mute' || kind === 'suspend_account') ? this.#nowMs + 10 * DAY_MS : null;
    const measures: ModelMeasure[] = chosen.map((kind) => ({
      kind,
      room: kind === 'suspend_account' || kind === 'freeze_earnings' ? null : of.room,
      message: kind === 'remove_message' ? of.subject.slice('message:'.length) : null,
      untilMs: untilMs(kind),
    }));
    const input: DecisionInput = {
      ...DECIDED,
      ...(named !== null && { accused: named }),
      measures: measures.map(({ kind, untilMs: ms }) => ({
        kind,
        ...(ms !== null && { until: new Date(ms).toISOString() }),
      })),
    };
    return { input, accused, measures };
  }

  async #appeal(): Promise<void> {
    const decision = this.#dice.pick(this.model.decisions);
    if (!decision) return;
    const { id, case: of, accused, measures } = decision;
    const reporters = this.model.reports.filter((each) => each.case === of).map(({ reporter }) => reporter);
    const person = this.#dice.pick([accused, ...reporters, this.#fan].filter((each) => each !== null)) ?? '';
    const isAccused = accused === person && measures.length > 0;
    const isTheirs = isAccused || this.model.hasReported(person, of);
    const known = this.model.appeals.find((each) => each.decision === id && each.by === person);
    const refusal = isTheirs
      ? known || this.model.mayAppeal(decision, isAccused ? 'accused' : 'reporter', this.#nowMs)
        ? undefined
        : 'appeal_not_allowed'
      : 'decision_not_found';
    const appealed = this.#house.domains.decisions.appeal(person, { decision: id, text: 'It is wrong.' });
    if (!this.#expect(`${person} appeals`, await codeOf(appealed), refusal ?? 'ok') || refusal) return;
    this.#noteAppeal((await appealed).id, known, { decision: id, case: of, by: person, report: null, isAccused });
  }

  async #appealByForm(): Promise<void> {
    const report = this.#dice.pick(this.model.reports.filter(({ source }) => source === 'form'));
    const decision = this.#dice.pick(this.model.decisions.filter((each) => each.case === report?.case));
    if (!report || !decision) return;
    const { id, case: of } = decision;
    const known = this.model.appeals.find((each) => each.decision === id && each.report === report.id);
    const refusal = known || this.model.mayAppeal(decision, 'reporter', this.#nowMs) ? undefined : 'appeal_not_allowed';
    const { decisions } = this.#house.domains;
    const appealed = decisions.appealByForm(report.id, { decision: id, text: 'It is wrong.' });
    if (!this.#expect('the sender of a form appeals', await codeOf(appealed), refusal ?? 'ok') || refusal) return;
    this.#noteAppeal((await appealed).id, known, { decision: id, case: of, by: null, report: report.id });
  }

  #noteAppeal(
    id: string,
    known: ModelAppeal | undefined,
    { isAccused = false, ...more }: Pick<ModelAppeal, 'decision' | 'case' | 'by' | 'report'> & { isAccused?: boolean },
  ): void {
    if (known) return void this.#expect('a repeated appeal', id, known.id);
    const kind = isAccused ? 'accused' : 'reporter';
    this.model.appeals.push({ id, ...more, kind, dueMs: this.#nowMs + 14 * DAY_MS, outcome: null });
  }

  async #answer(): Promise<void> {
    const { model } = this;
    const appeal = this.#dice.pick(model.appeals.filter(({ outcome }) => outcome === null || this.#dice.chance(0.05)));
    const reviewer = this.#dice.pick(REVIEWERS) ?? 'rev-1';
    if (!appeal) return;
    const of = model.caseOf(appeal.case);
    const isGranted = this.#dice.chance(0.6);
    const hasInstead = isGranted && (appeal.kind === 'reporter' || this.#dice.chance(0.25));
    const { input, accused, measures } = this.#choose(of);
    const made = { case: of.id, kind: 'final', by: reviewer, accused, measures } as const;
    const refusal = this.#refusalToAnswer(reviewer, appeal, hasInstead ? made : undefined);
    const answered = this.#house.domains.decisions.decideAppeal(reviewer, appeal.id, {
      ...{ outcome: isGranted ? 'granted' : 'upheld', reasons: 'Looked at again.', language: 'en' },
      ...(hasInstead && { instead: input }),
    });
    if (!this.#expect(`${reviewer} answers`, await codeOf(answered), refusal ?? 'ok') || refusal) return;
    const { id, appeals } = await answered;
    if (hasInstead) {
      const owesLook = model.owesLook(made);
      this.#expect('a second look is owed', appeals.length, Number(owesLook));
      model.decide({ ...made, id, atMs: this.#nowMs, isReplaced: false, isUndone: false }, appeals[0]?.id);
    }
    model.answer(appeal, isGranted ? 'granted' : 'upheld', reviewer);
    if (isGranted && !hasInstead) model.undo(appeal);
  }

  #refusalToAnswer(
    reviewer: string,
    appeal: ModelAppeal,
    instead: Pick<ModelDecision, 'accused'> | undefined,
  ): string | undefined {
    const of = this.model.caseOf(appeal.case);
    const decision = this.model.decisionOf(appeal.decision);
    if (this.#isHidden(reviewer, of.accused)) return 'appeal_not_found';
    if (appeal.outcome !== null) return 'already_decided';
    const decider = decision.isUndone ? decision.undoneBy : decision.by;
    if (decider === reviewer || this.model.hasReported(reviewer, of.id)) return 'another_reviewer_needed';
    if (instead && this.#isHidden(reviewer, instead.accused)) return 'another_reviewer_needed';
    return this.model.waiting(of.id).includes(appeal) ? undefined : 'already_decided';
  }

  /** A moderator removes a message that everybody sees. */
  async #moderate(): Promise<void> {
    await this.#house.dispatch();
    const message = this.#dice.pick(this.#messages.filter((each) => this.isShown(each)));
    if (!message) return;
    const { room, id: messageId } = message;
    await this.#house.domains.chat.moderation.remove({ room, actor: ACTOR, messageId });
    message.isRemovedByModerator = true;
  }

  async #erase(): Promise<void> {
    const person = this.#fan;
    if (this.#erased.size >= 2 || person === 'rev-3') return;
    await this.#house.dispatch();
    await this.#house.domains.participantData.erase(person, { identity: 'op', name: 'op', role: 'server' });
    this.#erased.add(person);
    this.model.erase(person);
  }

  isShown({ id, isRemovedByModerator, author }: Message): boolean {
    const isRemoved = this.model.inForce().some(({ measures }) => measures.some(({ message }) => message === id));
    return !isRemoved && !isRemovedByModerator && !this.#erased.has(author);
  }

  get messages(): readonly Message[] {
    return this.#messages.filter(({ author }) => !this.#erased.has(author));
  }

  get people(): string[] {
    return [CREATOR, ...FANS.filter((fan) => !this.#erased.has(fan))];
  }

  get rooms(): readonly RoomId[] {
    return this.#rooms;
  }

  async #rowOf(report: string): Promise<{ case: string }> {
    const [row] = await this.#house.rows<{ case: string }>(`select "case" from reports where id = '${report}'`);
    return row ?? { case: '' };
  }

  #expect(what: string, actual: unknown, expected: unknown): boolean {
    if (actual === expected) return true;
    this.faults.push(`${this.acts.length}: ${what}: ${String(actual)} instead of ${String(expected)}`);
    return false;
  }
}

function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}
