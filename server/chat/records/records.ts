/** Records for moderators: a message in its context, the audit log, and reports with their evidence. */
import { isoIn } from '../../platform/clock.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type {
  ChatAct,
  ChatContext,
  ChatReport,
  ChatReportInput,
  RoomReport,
} from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import { type ChatReportId, createId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { ChatParts } from '../chat-parts.ts';
import { type LogEntry, shownTo } from '../log/log-entry.ts';
import { ActsStore } from '../moderation/acts.store.ts';
import { RecordsStore } from './records.store.ts';

export class Records {
  readonly #parts: ChatParts;
  readonly #store: RecordsStore;
  readonly #acts: ActsStore;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#store = new RecordsStore(parts.db);
    this.#acts = new ActsStore(parts.db);
  }

  /** As moderators see it, with the text of removed messages; of a tip, for the house alone, also who gave it. */
  async context(room: RoomId, messageId: RemovableId): Promise<ChatContext> {
    const surroundings = await this.#surroundings(room, messageId);
    const { from: participant } = surroundings.message;
    return { ...surroundings, author: { participant, ...(await this.about(room, participant.identity)) } };
  }

  /** What is on record of a person in the rooms of this room's creator. */
  async about(room: RoomId, identity: string): Promise<Omit<ChatContext['author'], 'participant'>> {
    const { policies, clock } = this.#parts;
    const { creator } = await policies.get(room);
    const [figures, restriction, record] = await Promise.all([
      this.#store.figuresOf(creator, identity),
      policies.restrictionOf(room, identity, clock.now()),
      this.#acts.listAbout(creator, identity, LIMITS.listPageItems),
    ]);
    return { ...figures, restriction, record };
  }

  async #surroundings(room: RoomId, messageId: RemovableId): Promise<ChatReport['evidence']> {
    const { store } = this.#parts;
    const row = await store.findMessage(room, messageId);
    if (!row) throw new AppError('message_not_found');
    const limit = LIMITS.chatContextEntries;
    const [before, message, after] = await Promise.all([
      store.read(room, { before: row.seq, limit }, { evidence: true }),
      store.showMessage(row, { evidence: true }),
      store.read(room, { since: row.seq, limit }, { evidence: true }),
    ]);
    const shown = (entries: LogEntry[]) => entries.map((entry) => shownTo(entry));
    return { before: shown(before), message, after: shown(after) };
  }

  async audit(room: RoomId, page: { before?: ChatAct['id'] | undefined; limit: number }): Promise<ChatAct[]> {
    const { creator } = await this.#parts.policies.get(room);
    return this.#acts.list({ room, creator }, page);
  }

  actsAbout(identity: string): Promise<ChatAct[]> {
    return this.#acts.listAllAbout(identity, LIMITS.chatExportMessages);
  }

  /** Copies a message and its context as they are now. */
  async report(room: RoomId, reporter: string, { messageId, category, note }: ChatReportInput): Promise<ChatReportId> {
    const evidence = await this.#surroundings(room, messageId);
    return this.#store.insertReport({
      id: createId('chatReport'),
      room,
      reporter,
      messageId,
      category,
      note: note ?? null,
      evidence,
      at: isoIn(this.#parts.clock),
    });
  }

  listReports(room: RoomId, limit: number): Promise<ChatReport[]> {
    return this.#store.listReports(room, limit);
  }

  /**
   * For a moderator: of fans' messages alone, without reports of their own and without the reporters. What is said of
   * the creator or of moderators is for the house.
   */
  async listReportsFor(moderator: string, room: RoomId, limit: number): Promise<RoomReport[]> {
    const reports = await this.listReports(room, limit);
    const others = reports.filter(({ evidence: { message } }) => {
      return message.from.role === 'fan' && message.from.identity !== moderator;
    });
    return others.map(({ reporter: _, ...report }) => report);
  }

  listReportsBy(reporter: string): Promise<ChatReport[]> {
    return this.#store.listReportsBy(reporter, LIMITS.chatExportMessages);
  }
}
