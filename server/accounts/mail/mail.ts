/**
 * The house's mail: letters are queued in the transaction that gives reason to them, and sent by one process of the
 * house through its mail server. Without a server, in development, they are kept to be read at `/dev/mail`. Called by
 * accounts and by listeners of facts; it knows addresses, not accounts.
 */
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { DueWork } from '../../platform/jobs/due-rows.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { UndeliveredLetter } from '../../protocol/accounts/mail.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type LetterId } from '../../protocol/ids.ts';
import { mailboxOf, parseAddress } from '../people/mail-addresses.ts';
import { LetterDeliverer } from './letter-deliverer.ts';
import type { LetterData, TemplateName } from './letters/data.ts';
import type { RenderedLetter } from './letters/layout.ts';
import { sendingOf } from './letters/sending.ts';
import { renderLetter } from './letters/templates.ts';
import { type LetterRow, LettersStore } from './letters.store.ts';
import { type LetterSender, type MailFrom, SmtpSender } from './smtp-sender.ts';
import { Unsubscribing } from './unsubscribing.ts';

const PRUNE_MS = HOUR_MS;
const KEPT_MS = 30 * DAY_MS;
/** Rights hang on many letters, with terms of days: a mail server that is away for long must not cost them. */
const LIFETIME_MS = 7 * DAY_MS;
const LISTED = 100;
const KEY_MAX_CHARS = 200;

/** Where to write to somebody. */
export interface Contact {
  address: string;
  language: Language;
}

export interface Letter<Name extends TemplateName> {
  /** Names the reason of the letter, such as `receipt:ticket_…`; kept for 30 days after it was sent. */
  key: string;
  to: string;
  language: Language;
  template: Name;
  data: LetterData[Name];
}

/** A letter of any template, with the data of that template. */
export type AnyLetter = { [Name in TemplateName]: Letter<Name> }[TemplateName];

export interface KeptLetter extends RenderedLetter {
  id: string;
  to: string;
  sentAt: string;
}

export interface MailOptions {
  db: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  box: SecretBox;
  smtpUrl: string | undefined;
  from: MailFrom;
  publicUrl: string;
  /** Of times in letters. */
  timeZone: string;
  /** Letters per hour in each lane. */
  perHour: number;
  /** Whether to keep what was in letters, to show it. */
  keepsData: boolean;
  /** Only this process of the house sends. */
  isLeader?: () => boolean;
}

export class Mail {
  readonly unsubscribing: Unsubscribing;
  readonly #options: MailOptions;
  readonly #store: LettersStore;
  readonly #sender: LetterSender;
  readonly #deliverer: LetterDeliverer;
  readonly #pruneJob: PeriodicJob;

  constructor(options: MailOptions) {
    const { db, clock, metrics, box, publicUrl, smtpUrl, from, perHour, keepsData, isLeader } = options;
    const log = options.log.child({ domain: 'mail' });
    this.#options = options;
    this.#store = new LettersStore(db);
    this.unsubscribing = new Unsubscribing({ db, box, clock, publicUrl });
    this.#sender = smtpUrl ? new SmtpSender({ url: smtpUrl, from }) : withoutServer(keepsData);
    this.#deliverer = new LetterDeliverer({
      db,
      clock,
      log,
      metrics,
      store: this.#store,
      sender: this.#sender,
      host: new URL(publicUrl).hostname,
      perHour,
      keepsData,
      mayRun: isLeader,
      write: (letter) => this.#write(letter),
    });
    this.#pruneJob = new PeriodicJob({
      name: 'prune letters',
      everyMs: PRUNE_MS,
      log,
      run: () => this.#store.deleteSettledBefore(isoIn(clock, -KEPT_MS)),
      waitsForClock: clock,
      ...(isLeader && { mayRun: isLeader }),
    });
  }

  get due(): DueWork {
    return this.#deliverer.due;
  }

  start(): void {
    this.#deliverer.due.start();
    this.#pruneJob.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#deliverer.due.close(), this.#pruneJob.close()]);
    this.#sender.close();
  }

  /**
   * Queues letters in the caller's transaction, without those whose key was queued before. A call inside the
   * transaction cannot send; `wake` after the commit saves up to a second.
   */
  async enqueue<Name extends TemplateName>(tx: Orm, ...letters: Letter<Name>[]): Promise<void> {
    await this.#store.insert(
      tx,
      letters.map((letter) => this.#rowOf(letter)),
    );
  }

  #rowOf<Name extends TemplateName>({ key, to, language, template, data }: Letter<Name>) {
    const recipient = parseAddress(to);
    if (key.length > KEY_MAX_CHARS) throw new AppError('internal', 'The key of a letter is too long.');
    const { lane, cause, lifetimeMs } = sendingOf(template);
    const id = createId('letter');
    const now = this.#options.clock.now();
    return {
      id,
      key,
      template,
      lane: lane?.(data) ?? 'other',
      cause: cause?.(data) ?? template,
      recipient,
      mailbox: mailboxOf(recipient),
      language,
      sealedData: this.#options.box.seal(JSON.stringify(data), id),
      status: 'queued' as const,
      createdAt: iso(now),
      dueAt: iso(now),
      expiresAt: iso(now + (lifetimeMs?.(data) ?? LIFETIME_MS)),
    };
  }

  /** Looks for due letters now. */
  wake(): void {
    this.#deliverer.due.wake();
  }

  /** Resolves when no letter is being sent or due. */
  settled(): Promise<void> {
    return this.#deliverer.due.idle();
  }

  /** Letters that did not arrive, newest first. */
  async listUndelivered(): Promise<UndeliveredLetter[]> {
    const rows = await this.#store.listUndelivered(LISTED);
    return rows.map((row) => ({
      id: row.id as LetterId,
      to: row.recipient,
      template: row.template,
      status: row.status === 'bounced' ? 'bounced' : 'expired',
      answer: row.answer,
      attempts: row.attempts,
      createdAt: toIso(row.createdAt),
      settledAt: toIso(row.settledAt),
    }));
  }

  /** Letters that were sent, newest first, where their contents are kept. */
  async listKept(to?: string): Promise<KeptLetter[]> {
    const rows = await this.#store.listSent({ to, limit: LISTED });
    return rows.flatMap((row) => {
      if (row.sealedData === null) return [];
      const { subject, text, html } = this.#render(row);
      return [{ id: row.id, to: row.recipient, subject, text, html, sentAt: toIso(row.settledAt) }];
    });
  }

  async #write(row: LetterRow) {
    const { topic } = sendingOf(row.template);
    if (topic && !(await this.unsubscribing.isSubscribed({ address: row.recipient, topic }))) return undefined;
    return this.#render(row);
  }

  #render(row: LetterRow) {
    const { box, from, timeZone } = this.#options;
    const { language, template } = row;
    const opened = row.sealedData === null ? undefined : box.open(row.sealedData, row.id);
    if (opened === undefined) throw new AppError('internal', 'The data of a letter cannot be decrypted.');
    // Creators who were erased are named in the reader's language.
    const data = JSON.parse(opened, (key, value) =>
      key === 'creator' ? shownName({ name: value }, elementTexts(language)) : value,
    );
    const { topic, event } = sendingOf(template);
    const unsubscribeUrl = topic && this.unsubscribing.linkOf({ address: row.recipient, topic });
    const letter = renderLetter(template, data, { language, timeZone, house: from.name, unsubscribeUrl });
    return { ...letter, unsubscribeUrl, event: event?.(data) };
  }
}

/** Development has the table as its mailbox; elsewhere letters wait for a mail server. */
function withoutServer(keepsData: boolean): LetterSender {
  const outcome = keepsData ? 'sent' : 'failed';
  return { send: async () => ({ outcome, answer: 'LOGE_SMTP_URL is not set' }), close: () => {} };
}

function toIso(time: string | null): string {
  return iso(time ?? 0);
}
