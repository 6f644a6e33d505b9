/**
 * Export, erasure and retention of personal data in the chat. Erasure removes texts and names and keeps sequence
 * numbers, so that the log stays gapless. Evidence of reports and the audit log have their own retention period; an
 * active ban stays.
 */
import { randomBytes } from 'node:crypto';
import { DAY_MS, HOUR_MS, iso, isoIn } from '../../platform/clock.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { ChatErasure, ChatExport } from '../../protocol/chat/chat-server.ts';
import type { MessageId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import type { Actor } from '../moderation/acts.store.ts';
import type { Moderation } from '../moderation/moderation.ts';
import type { ReviewQueue } from '../moderation/review-queue.ts';
import type { Mutes } from '../mutes/mutes.ts';
import { PersonalDataStore } from './personal-data.store.ts';
import type { Records } from './records.ts';

const RETIRE_EVERY_MS = HOUR_MS;
const PSEUDONYM_BYTES = 9;

export interface Retention {
  messageDays: number;
  evidenceDays: number;
}

export class PersonalData {
  readonly #parts: ChatParts;
  readonly #store: PersonalDataStore;
  readonly #moderation: Moderation;
  readonly #held: ReviewQueue;
  readonly #records: Records;
  readonly #mutes: Mutes;
  readonly #retention: Retention;
  readonly #job: PeriodicJob;

  constructor(options: {
    parts: ChatParts;
    moderation: Moderation;
    held: ReviewQueue;
    records: Records;
    mutes: Mutes;
    retention: Retention;
  }) {
    this.#parts = options.parts;
    this.#store = new PersonalDataStore(options.parts.db);
    this.#moderation = options.moderation;
    this.#held = options.held;
    this.#records = options.records;
    this.#mutes = options.mutes;
    this.#retention = options.retention;
    this.#job = new PeriodicJob({
      name: 'chat retention',
      everyMs: RETIRE_EVERY_MS,
      run: () => this.retire(),
      log: options.parts.logger,
      waitsForClock: options.parts.clock,
    });
  }

  start(): void {
    this.#job.start();
  }

  /** Data without pages is in the first page. */
  async export(
    identity: string,
    { after, limit }: { after?: MessageId | undefined; limit: number },
  ): Promise<ChatExport> {
    const messages = await this.#store.listMessages(identity, { after, limit: limit + 1 });
    const page = { identity, messages: messages.slice(0, limit), hasMore: messages.length > limit };
    if (after !== undefined) return { ...page, held: [], restrictions: [], reports: [], acts: [], muted: [] };
    const [held, restrictions, reports, acts, muted] = await Promise.all([
      this.#held.listOf(identity),
      this.#moderation.listRestrictions({ identity }, LIMITS.chatExportMessages),
      this.#records.listReportsBy(identity),
      this.#records.actsAbout(identity),
      this.#mutes.list(identity),
    ]);
    return { ...page, held, restrictions, reports: reports.map(({ evidence: _, ...report }) => report), acts, muted };
  }

  async erase(identity: string, actor: Actor): Promise<ChatErasure> {
    // Random, not derived: it cannot be traced to the person by trying identities.
    const pseudonym = `erased-${randomBytes(PSEUDONYM_BYTES).toString('hex')}`;
    const { messages, rooms, queues, bumped } = await this.#store.erase({
      identity,
      pseudonym,
      at: isoIn(this.#parts.clock),
      actor,
    });
    this.#parts.onBumped(bumped);
    // Not the pseudonym, which would connect the person to their old messages.
    publishNews(this.#parts.bus, { type: 'erased', identity, rooms });
    for (const room of queues) publishNews(this.#parts.bus, { type: 'queue', room });
    return { identity, pseudonym, erasedMessages: messages };
  }

  /** Does a part of the work; true if there may be more. */
  async retire(): Promise<boolean> {
    const nowMs = this.#parts.clock.now();
    const before = (days: number) => iso(nowMs - days * DAY_MS);
    const { messageDays, evidenceDays } = this.#retention;
    const { isMore, bumped } = await this.#store.retire({
      at: isoIn(this.#parts.clock),
      messagesBefore: before(messageDays),
      evidenceBefore: before(evidenceDays),
    });
    this.#parts.onBumped(bumped);
    return isMore;
  }

  close(): Promise<void> {
    return this.#job.close();
  }
}
