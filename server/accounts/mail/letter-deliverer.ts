/**
 * Sends queued letters at least once, in lanes, so that a long queue of the one never delays the others. A letter is
 * settled after the server has taken it; if the process dies in between, it is due again and sent under the same
 * Message-ID.
 */
import { type Clock, HOUR_MS, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { type Lane as DueLane, DueRows } from '../../platform/jobs/due-rows.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Lane } from './letters/sending.ts';
import { isOfLane, type LetterRow, type LettersStore, noteAttempt, type Settled } from './letters.store.ts';
import { letters } from './mail.schema.ts';
import { type LetterSender, SEND_TIMEOUT_MS, SMTP_CONNECTIONS } from './smtp-sender.ts';

interface LaneLimits {
  /** Letters at a time: together the connections to the mail server. */
  atATime: number;
  /** Of the letters per hour. */
  share: number;
  /** The most that one cause takes of the lane. */
  causeShare: number;
  /** Letters per mailbox and hour: more than a person asks for, and no flood. */
  perMailbox: number;
}

/** Sign-ins share one budget: most of it is for addresses that have an account, since a flood can name any other. */
const LANES: Record<Lane, LaneLimits> = {
  sign_in: { atATime: 2, share: 0.8, causeShare: 1, perMailbox: 10 },
  newcomer: { atATime: 1, share: 0.2, causeShare: 1, perMailbox: 10 },
  safety: { atATime: 1, share: 1, causeShare: 0.5, perMailbox: 20 },
  other: { atATime: 2, share: 1, causeShare: 0.5, perMailbox: 20 },
  bulk: { atATime: SMTP_CONNECTIONS - 6, share: 1, causeShare: 0.8, perMailbox: 20 },
};
const SWEEP_MS = 1_000;
/** With margin for the database, so that no other process takes a letter that is being sent. */
const LEASE_MS = SEND_TIMEOUT_MS + 30_000;
const POSTPONED_MS = 5 * 60_000;
const OVER_MAILBOX_LIMIT = 'not sent yet: the limit of letters per mailbox and hour is reached';

type Outgoing = Omit<Parameters<LetterSender['send']>[0], 'messageId' | 'to' | 'date'>;

export interface LetterDelivererOptions {
  db: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  store: LettersStore;
  sender: LetterSender;
  /** What comes after the `@` in a Message-ID. */
  host: string;
  /** Letters per hour: the whole that the lanes have shares of. */
  perHour: number;
  /** Development keeps what was in a letter, to show it. */
  keepsData: boolean;
  mayRun: (() => boolean) | undefined;
  /** Undefined where the recipient has unsubscribed. */
  write: (letter: LetterRow) => Promise<Outgoing | undefined>;
}

export class LetterDeliverer {
  readonly due: DueRows<typeof letters>;
  readonly #options: LetterDelivererOptions;

  constructor(options: LetterDelivererOptions) {
    this.#options = options;
    this.due = new DueRows({
      name: 'letters',
      table: letters,
      key: [letters.id],
      services: options,
      everyMs: SWEEP_MS,
      waitsForClock: false,
      mayRun: options.mayRun,
      concurrency: 1,
      lanes: { list: () => this.#listLanes(), of: ({ lane }) => lane },
      set: noteAttempt,
      recheck: { firstMs: LEASE_MS, factor: 1, maxMs: LEASE_MS },
      retry: { firstMs: 10_000, maxMs: HOUR_MS },
      attempt: (letter) => this.#send(letter),
    });
  }

  /** Those with due letters, within the hourly limits. A letter counts once, at its first attempt. */
  async #listLanes(): Promise<DueLane[]> {
    const { store, perHour, metrics, clock } = this.#options;
    const due = await store.listDueLanes(isoIn(clock));
    if (due.length === 0) return [];
    const expired = clock.isInDoubt ? 0 : await store.expire(isoIn(clock));
    if (expired > 0) metrics.letters.inc({ outcome: 'expired' }, expired);
    const attempted = Map.groupBy(await store.countAttempted(due, isoIn(clock, -HOUR_MS)), ({ lane }) => lane);
    return due.map((lane) => {
      const { share, causeShare, atATime: concurrency } = LANES[lane];
      const perLane = Math.max(1, Math.floor(perHour * share));
      const perCause = Math.max(1, Math.floor(perLane * causeShare));
      const causes = attempted.get(lane) ?? [];
      const left = perLane - causes.reduce((sum, { sent }) => sum + sent, 0);
      if (left <= 0) return { name: lane, concurrency, where: isOfLane(lane, null) };
      const full = causes.filter(({ sent }) => sent >= perCause).map(({ cause }) => cause);
      // So few that they cannot exceed a limit, whatever causes they have.
      const limit = Math.min(left, perCause - Math.max(0, ...causes.map(({ sent }) => (sent < perCause ? sent : 0))));
      return { name: lane, concurrency, limit, where: isOfLane(lane, full) };
    });
  }

  async #send(letter: LetterRow): Promise<void> {
    const { sender, store, metrics, host, write, clock } = this.#options;
    const sent = await store.countToMailbox(letter, isoIn(clock, -HOUR_MS));
    if (sent >= LANES[letter.lane].perMailbox)
      return store.postpone(letter.id, { dueAt: isoIn(clock, POSTPONED_MS), answer: OVER_MAILBOX_LIMIT });
    const content = await write(letter);
    if (!content) return this.#settle(letter, 'unsubscribed', 'the recipient has unsubscribed from this topic');
    const { outcome, answer } = await sender.send({
      ...content,
      messageId: `<${letter.id}@${host}>`,
      to: letter.recipient,
      // Of the first attempt too, so that a duplicate is the same letter.
      date: new Date(letter.createdAt),
    });
    if (outcome === 'sent') return this.#settle(letter, 'sent', answer);
    if (outcome === 'refused') return this.#settle(letter, 'bounced', answer);
    metrics.letters.inc({ outcome: 'retried' });
    throw new AppError('internal', answer);
  }

  async #settle(letter: LetterRow, status: Settled, answer: string): Promise<void> {
    const { store, metrics, keepsData } = this.#options;
    const sealedData = keepsData ? letter.sealedData : null;
    await store.settle(letter.id, { status, answer, at: isoIn(this.#options.clock), sealedData });
    metrics.letters.inc({ outcome: status });
  }
}
