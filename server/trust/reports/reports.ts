/**
 * Reports of messages, people and lives, from a room or by the public form, kept with their evidence. Acknowledged at
 * once with a number. Called by the gateway; asks the chat for evidence through a port, and decides nothing.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { Log } from '../../platform/log.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type { ChatReportInput } from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import { type ChatReportId, createId, type MessageId, messageId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { OrderInput } from '../../protocol/trust/decisions.ts';
import type {
  FiledReport,
  FiledReportList,
  FiledReportQuery,
  Report,
  ReportCategory,
  ReportForm,
  ReportList,
  ReportSubject,
  RoomReportInput,
} from '../../protocol/trust/reports.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import { type ReportLine, ReportsStore, type UnfiledReport } from './reports.store.ts';

const RETIRE_MS = HOUR_MS;
/** The article of the charter that a category stands for, by its id. Where the charter has no such article: none. */
const ARTICLE_OF: Readonly<Record<ReportCategory, string | null>> = {
  harassment: 'conduct',
  hate: 'law',
  sexual: 'law',
  minors: 'law',
  violence: 'law',
  self_harm: 'law',
  privacy: 'conduct',
  fraud: 'law',
  spam: 'conduct',
  consent: 'content',
  illegal: 'law',
  other: null,
};
const RECEIVED = { state: 'received', outcome: null } as const;

/** What reports ask of the chat. */
interface ReportedChat {
  /** A message or the words of a tip, with context and what is on record of the author. Throws `message_not_found`. */
  messageEvidence(room: RoomId, id: RemovableId): Promise<{ message: { from: { identity: string } } }>;
  /** What is on record of a person in the rooms of this room's creator. */
  personEvidence(room: RoomId, identity: string): Promise<object>;
  /** Shows a report to the room's moderators; idempotent. */
  report(room: RoomId, reporter: string, input: ChatReportInput): Promise<ChatReportId>;
}

/** A person, or who reported by the form, of whom the house knows no more than the report. */
export type Sender = { person: string } | { report: string };

/** What reports ask of those who decide them. */
interface ReportedCases {
  /**
   * The open case of a report, in the transaction that stores it. `language` is that of the accused; `mayAct`: a claim
   * of consent may take its subject down by itself.
   */
  gather(tx: Orm, report: UnfiledReport, filing: { language: Language | undefined; mayAct: boolean }): Promise<string>;
  languageOf(person: string): Promise<Language | undefined>;
  /** Throws `another_reviewer_needed` where cases about the accused are hidden from them. */
  assertMayName(reviewer: string, accused: string): Promise<void>;
  /** Throws where the case concerns them, or they have reported it. */
  assertMayJudge(reviewer: string, case_: string): Promise<void>;
  outcomesOf(sender: Sender, cases: string[]): Promise<Map<string, Pick<Report, 'state' | 'outcome'>>>;
}

interface ReportScope {
  /** Only reports of rooms and people of embedders. */
  ofEmbedders?: boolean;
}

interface ReportsOptions {
  db: Database;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  cases: ReportedCases;
  clock: Clock;
  log: Log;
  rooms: Pick<Rooms, 'getRoom'>;
  chat: ReportedChat;
  /** The version of the charter in force, and whether it has an article. */
  charter: { findArticle(id: string): Promise<{ version: number; article: string } | undefined> };
  /** How long evidence and names are kept. */
  evidenceDays: number;
}

interface Subject {
  key: string;
  accused: string;
  evidence: unknown;
}

export class Reports {
  readonly #options: ReportsOptions;
  readonly #store: ReportsStore;
  readonly #job: PeriodicJob;

  constructor(options: ReportsOptions) {
    this.#options = options;
    this.#store = new ReportsStore(options.db);
    this.#job = new PeriodicJob({
      name: 'retire reports',
      everyMs: RETIRE_MS,
      log: options.log,
      waitsForClock: options.clock,
      run: () => this.retire(),
    });
  }

  start(): void {
    this.#job.start();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  /**
   * Idempotent by reporter, subject and category, until the case is decided. Throws `reports_limited` for a person
   * several of whose reports were manifestly unfounded, once they have filed as many as they still may. `mayAct`:
   * whether their address may have claims that act by themselves.
   */
  async file(
    room: RoomId,
    reporter: string,
    input: RoomReportInput,
    { mayAct = false }: { mayAct?: boolean } = {},
  ): Promise<Report> {
    const report = await this.#file(room, reporter, input, { mayAct });
    const { subject, category, note } = input;
    // Words of tips are for the house alone, since the room must not learn who gave an anonymous one.
    if (subject.kind === 'message' && isMessageId(subject.id) && isChatCategory(category))
      await this.#options.chat.report(room, reporter, { messageId: subject.id, category, ...chatNote(note) });
    const [own = { ...report, ...RECEIVED }] = await this.#withOutcomes({ person: reporter }, [report]);
    return own;
  }

  /** The report of a message from its chat: for the house, and for the moderators of the room. */
  async fileFromChat(room: RoomId, reporter: string, input: ChatReportInput) {
    const { messageId: id, category, note } = input;
    const { number } = await this.#file(room, reporter, { subject: { kind: 'message', id }, category, note }, {});
    return { report: await this.#options.chat.report(room, reporter, input), number };
  }

  /**
   * By the public form. What it says is not verified. `language` is that of the answer; null: none is sent. Idempotent
   * by `key`.
   */
  async fileForm(
    { place, time, category, note, contact }: ReportForm,
    language: Language | null,
    key: string = createId('report'),
  ): Promise<Report> {
    const row: UnfiledReport = {
      ...(await this.#newReport(category)),
      source: 'form',
      subjectKind: 'form',
      subjectKey: formKey(key),
      note,
      contact: contact ?? null,
      language,
      evidence: { place, time: time ?? null },
    };
    return { ...((await this.#store.findSame(row)) ?? (await this.#insert(row))), ...RECEIVED };
  }

  /** What was filed with the key of a form, and whether letters go to its contact. */
  async findForm(
    key: string,
  ): Promise<{ number: number; createdAt: string; contact: string | null; isMailed: boolean } | undefined> {
    const line = await this.#store.findByForm(formKey(key));
    if (!line) return undefined;
    const { contact = null, language = null } = (await this.#store.findSender(line.id)) ?? {};
    const { number, createdAt } = line;
    return { number, createdAt, contact, isMailed: contact !== null && language !== null };
  }

  /** Whom to write to about a report by the form; undefined where nobody may be, and once its retention is over. */
  async senderOf(id: string): Promise<{ contact: string; language: Language } | undefined> {
    const { contact = null, language = null } = (await this.#store.findSender(id)) ?? {};
    return contact === null || language === null ? undefined : { contact, language };
  }

  /** A report by the form and what became of it, for its sender. Throws `report_not_found`. */
  async getOfForm(id: string): Promise<Report> {
    const line = await this.#store.findOfForm(id);
    const [own] = line ? await this.#withOutcomes({ report: id }, [line]) : [];
    if (!own) throw new AppError('report_not_found');
    return own;
  }

  /**
   * Notes that a report was manifestly unfounded, and tells its reporter; a repeated call changes nothing. Past
   * `LIMITS.unfoundedReports` the reporter is limited. Reports by the form have no reporter. Not by those whom it
   * concerns.
   */
  async markUnfounded(id: string, { by, ofEmbedders = false }: { by: string } & ReportScope): Promise<void> {
    const sender = await this.#store.findSender(id, ofEmbedders);
    if (!sender) throw new AppError('report_not_found');
    const { number, reporter } = sender;
    await this.#options.cases.assertMayJudge(by, sender.case);
    if (reporter === null) return;
    const { db, outbox } = this.#options;
    await db.transaction(async (tx) => {
      const row = { report: id, reporter, by, markedAt: isoIn(this.#options.clock) };
      if (!(await this.#store.insertUnfounded(tx, row))) return;
      const data = { number, limitedUntil: await this.#limitedUntil(reporter, tx) };
      await outbox.add(tx, { topic: 'report.unfounded', identity: reporter, data });
    });
    outbox.wake();
  }

  /**
   * Files the order of an authority as a report of its own kind; returns its case. Throws `another_reviewer_needed` for
   * who is its accused, or moderates for them.
   */
  async fileOrder(by: string, { room, subject, category, note, ...named }: OrderInput): Promise<string> {
    const order = { ...named, reference: named.reference ?? null };
    return (await this.#file(room, by, { subject, category, note }, { order })).case;
  }

  async listBy(reporter: string): Promise<Report[]> {
    return this.#withOutcomes({ person: reporter }, await this.#store.listBy(reporter, LIMITS.listPageItems));
  }

  async #withOutcomes(sender: Sender, lines: ReportLine[]): Promise<Report[]> {
    const outcomes = await this.#options.cases.outcomesOf(sender, [...new Set(lines.map((line) => line.case))]);
    return lines.map((line) => ({ ...line, ...(outcomes.get(line.case) ?? RECEIVED) }));
  }

  async listOwn(reporter: string): Promise<ReportList> {
    const [reports, limitedUntil] = await Promise.all([this.listBy(reporter), this.#limitedUntil(reporter)]);
    return { reports, limitedUntil };
  }

  /** All reports for the house, newest first, without those about the reader. */
  async list(reader: string, { limit, ...query }: FiledReportQuery & ReportScope): Promise<FiledReportList> {
    const found = await this.#store.list(reader, { ...query, limit: limit + 1 });
    return { reports: found.slice(0, limit), hasMore: found.length > limit };
  }

  /** Takes evidence and people out of reports that are older than their retention. */
  retire(): Promise<void> {
    return this.#store.retire(isoIn(this.#options.clock, -this.#options.evidenceDays * DAY_MS));
  }

  async #file(
    room: RoomId,
    reporter: string,
    { subject, category, note }: RoomReportInput,
    { order = null, mayAct = false }: { order?: FiledReport['order']; mayAct?: boolean },
  ): Promise<ReportLine> {
    const { key, accused, evidence } = await this.#look(room, subject);
    // The answer to an order shows its case, which may be open already.
    if (order) await this.#options.cases.assertMayName(reporter, accused);
    const row: UnfiledReport = {
      ...(await this.#newReport(category)),
      source: order ? 'order' : 'room',
      authorityOrder: order,
      room,
      subjectKind: subject.kind,
      subjectKey: key,
      accused,
      note: note ?? null,
      reporter,
      evidence,
    };
    const known = await this.#store.findSame(row);
    if (known) return known;
    if (!order) await this.#assertMayReport(reporter);
    return this.#insert(row, mayAct);
  }

  /** With the fact that it was filed, from which the letter to the reporter follows. */
  async #insert(row: UnfiledReport, mayAct = false): Promise<ReportLine> {
    const { db, outbox, cases } = this.#options;
    const language = row.accused ? await cases.languageOf(row.accused) : undefined;
    const inserted = await db.transaction(async (tx) => {
      const id = await cases.gather(tx, row, { language, mayAct });
      const report = await this.#store.insert(tx, { ...row, case: id });
      if (!report || row.source === 'order') return report;
      const data = { report: report.id, number: report.number };
      await outbox.add(tx, { topic: 'report.filed', ...(row.reporter ? { identity: row.reporter } : {}), data });
      return report;
    });
    outbox.wake();
    // Erased or decided between the two statements: it is filed anew.
    return inserted ?? (await this.#store.findSame(row)) ?? this.#insert(row, mayAct);
  }

  async #assertMayReport(reporter: string): Promise<void> {
    if ((await this.#limitedUntil(reporter)) === null) return;
    const today = await this.#store.countBy(reporter, isoIn(this.#options.clock, -DAY_MS));
    if (today >= LIMITS.limitedReportsPerDay) throw new AppError('reports_limited');
  }

  /** Until when a person may file fewer reports; null: they are not limited. */
  async #limitedUntil(reporter: string, tx?: Orm): Promise<string | null> {
    const since = isoIn(this.#options.clock, -LIMITS.unfoundedReportDays * DAY_MS);
    const marked = await this.#store.listUnfounded(tx, reporter, { since, limit: LIMITS.unfoundedReports });
    const [newest] = marked;
    if (newest === undefined || marked.length < LIMITS.unfoundedReports) return null;
    const untilMs = Date.parse(newest) + LIMITS.limitedReportDays * DAY_MS;
    return untilMs > this.#options.clock.now() ? iso(untilMs) : null;
  }

  async #look(room: RoomId, subject: ReportSubject): Promise<Subject> {
    const { rooms, chat } = this.#options;
    const { title, creator, status, liveStartedAt, access } = await rooms.getRoom(room);
    const place = { title, creator, status, liveStartedAt, access: access.kind };
    // There is no recorder on the server yet, and what a browser recorded could be forged.
    const common = { place, recording: null };
    switch (subject.kind) {
      case 'message': {
        const evidence = await chat.messageEvidence(room, subject.id);
        const accused = evidence.message.from.identity;
        return { key: `message:${subject.id}`, accused, evidence: { ...common, ...evidence } };
      }
      case 'person': {
        const record = await chat.personEvidence(room, subject.id);
        return { key: `person:${subject.id}:${room}`, accused: subject.id, evidence: { ...common, record } };
      }
      case 'live': {
        const { identity: accused } = creator;
        const record = await chat.personEvidence(room, accused);
        return { key: `live:${room}`, accused, evidence: { ...common, record } };
      }
    }
  }

  async #newReport(category: ReportCategory) {
    const id = ARTICLE_OF[category];
    const found = id === null ? undefined : await this.#options.charter.findArticle(id);
    return {
      id: createId('report'),
      category,
      article: found?.article ?? null,
      charterVersion: found?.version ?? null,
      createdAt: isoIn(this.#options.clock),
    };
  }
}

/** Two presses of one form come to one case. */
const formKey = (key: string) => `form:${key}`;

function isMessageId(id: RemovableId): id is MessageId {
  return messageId.safeParse(id).success;
}

function isChatCategory(category: ReportCategory): category is ChatReportInput['category'] {
  return category !== 'consent' && category !== 'illegal';
}

/** Moderators see the beginning of a longer note, as one line. */
function chatNote(note = ''): { note?: string } {
  const text = [...note.replace(/\s+/g, ' ')].slice(0, LIMITS.reasonChars).join('').trim();
  return text ? { note: text } : {};
}
