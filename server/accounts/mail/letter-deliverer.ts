/**
 * Sends queued letters at least once, in lanes, so that a long queue of the one never delays the others. A letter is
 * settled after the server has taken it; if the process dies in between, its lease expires and it is sent again under
 * the same Message-ID.
 */
import { type Clock, HOUR_MS, isoIn } from '../../platform/clock.ts';
import { type Backoff, retryPauseMs } from '../../platform/jobs/backoff.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Lane } from './letters/template.ts';
import type { LetterRow, LettersStore, Settled } from './letters.store.ts';
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
const LANE_NAMES = Object.keys(LANES) as Lane[];
/** Letters of a lane that are leased together: a lease costs as much for one. */
const LEASED = 50;
/** With margin for the database, so that no other process takes a letter that is being sent. */
const LEASE_MS = SEND_TIMEOUT_MS + 30_000;
/** Of a lease, for a letter to be sent under it. */
const LEFT_MS = SEND_TIMEOUT_MS + 10_000;
const RETRY: Backoff = { firstMs: 10_000, factor: 3, maxMs: 2 * HOUR_MS, jitter: 0.2 };
const POSTPONED_MS = 5 * 60_000;

type Outgoing = Omit<Parameters<LetterSender['send']>[0], 'messageId' | 'to' | 'date'>;

export interface LetterDelivererOptions {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  random: () => number;
  store: LettersStore;
  sender: LetterSender;
  /** What comes after the `@` in a Message-ID. */
  host: string;
  /** Letters per hour: the whole that the lanes have shares of. */
  perHour: number;
  /** Development keeps what was in a letter, to show it. */
  keepsData: boolean;
  /** Undefined where the recipient has unsubscribed. */
  write: (letter: LetterRow) => Promise<Outgoing | undefined>;
  /** There may be due letters again. */
  onIdle: () => void;
}

interface LeasedLetter {
  letter: LetterRow;
  leaseUntilMs: number;
}

export class LetterDeliverer {
  readonly #options: LetterDelivererOptions;
  readonly #busy = new Map<Lane, number>();
  /** Leased, and not being sent yet. */
  readonly #waiting = new Map<Lane, LeasedLetter[]>(LANE_NAMES.map((lane) => [lane, []]));
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;

  constructor(options: LetterDelivererOptions) {
    this.#options = options;
  }

  /** Starts to send due letters, without waiting for them. True if there may be more. */
  async sweep(): Promise<boolean> {
    const { store, perHour, metrics, clock } = this.#options;
    const due = await store.listDueLanes(isoIn(clock));
    if (due.length === 0) return false;
    const expired = clock.isInDoubt ? 0 : await store.expire(isoIn(clock));
    if (expired > 0) metrics.letters.inc({ outcome: 'expired' }, expired);
    let hasMore = false;
    for (const [lane, waiting] of this.#waiting) {
      if (!due.includes(lane)) continue;
      const { share, causeShare, perMailbox } = LANES[lane];
      const perLane = Math.max(1, Math.floor(perHour * share));
      const free = LEASED - waiting.length;
      if (free < LEASED / 2 || this.#closed) continue;
      const leaseUntil = isoIn(clock, LEASE_MS);
      const claimed = await store.claim({
        lane,
        limit: free,
        nowIso: isoIn(clock),
        leaseUntil,
        countedAfter: isoIn(clock, -HOUR_MS),
        perLane,
        perCause: Math.max(1, Math.floor(perLane * causeShare)),
        perMailbox,
        postponedUntil: isoIn(clock, POSTPONED_MS),
      });
      waiting.push(...claimed.letters.map((letter) => ({ letter, leaseUntilMs: Date.parse(leaseUntil) })));
      this.#startWaiting(lane);
      // Otherwise the next sweep comes when enough of these are sent.
      hasMore ||= claimed.hasMore && claimed.letters.length < free;
    }
    return hasMore;
  }

  #startWaiting(lane: Lane): void {
    const waiting = this.#waiting.get(lane) ?? [];
    while (waiting.length > 0 && !this.#closed && (this.#busy.get(lane) ?? 0) < LANES[lane].atATime) {
      const { letter, leaseUntilMs } = waiting.shift() as LeasedLetter;
      // After a slow mail server, the next lease sends it.
      if (leaseUntilMs - this.#options.clock.now() >= LEFT_MS) this.#start(letter);
    }
  }

  #start(letter: LetterRow): void {
    const { log, onIdle } = this.#options;
    const { lane } = letter;
    this.#busy.set(lane, (this.#busy.get(lane) ?? 0) + 1);
    const run = this.#send(letter)
      .catch((err) => log.error({ err, letter: letter.id }, 'letter not sent, will retry'))
      .finally(() => {
        this.#underWay.delete(run);
        this.#busy.set(lane, (this.#busy.get(lane) ?? 1) - 1);
        this.#startWaiting(lane);
        if (!this.#closed && (this.#waiting.get(lane)?.length ?? 0) <= LEASED / 2) onIdle();
      });
    this.#underWay.add(run);
  }

  async #send(letter: LetterRow): Promise<void> {
    const { sender, store, log, random, metrics, host, write } = this.#options;
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
    log.warn(
      { letter: letter.id, template: letter.template, attempts: letter.attempts },
      'letter not taken, will retry',
    );
    await store.retry(letter.id, {
      nextAttemptAt: isoIn(this.#options.clock, retryPauseMs(RETRY, letter.attempts, random())),
      answer,
    });
  }

  async #settle(letter: LetterRow, status: Settled, answer: string): Promise<void> {
    const { store, metrics, keepsData } = this.#options;
    const sealedData = keepsData ? letter.sealedData : null;
    await store.settle(letter.id, { status, answer, at: isoIn(this.#options.clock), sealedData });
    metrics.letters.inc({ outcome: status });
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Waits for letters that are being sent; the rest is given back to the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    const unsent = [...this.#waiting.values()].flatMap((waiting) => waiting.splice(0).map(({ letter }) => letter.id));
    if (unsent.length > 0) await this.#options.store.release(unsent, isoIn(this.#options.clock));
  }
}
