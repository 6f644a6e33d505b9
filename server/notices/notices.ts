/**
 * Tells many people one thing about a room: that its date has changed, that it begins soon, that it is live. A notice
 * is a row; a job works through its audiences in small batches, each one transaction that queues letters and events
 * and records its progress. So a crash repeats nothing and loses nothing, and a large audience blocks no other work.
 */
import { liveOf } from '../accounts/mail/letters/live.ts';
import type { AnyLetter, Contact, Mail } from '../accounts/mail/mail.ts';
import { type Clock, DAY_MS, HOUR_MS, isoIn } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { Log } from '../platform/log.ts';
import type { Fact, NewFact, Outbox } from '../platform/outbox/outbox.ts';
import { isPersonId } from '../protocol/accounts/people.ts';
import { AppError } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Room } from '../protocol/rooms.ts';
import type { RoomChanged } from '../rooms/room-facts.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { NoticeKind } from './notices.schema.ts';
import { type NoticeRow, NoticesStore, WITHDRAWN } from './notices.store.ts';
import type { Push, PushMessage } from './push/push.ts';
import { pushTextOf } from './push/push-texts.ts';

/** Sent this long before the announced start. */
const REMINDED_MS = 15 * 60_000;
/** One transaction of a few statements, which holds no lock that a request waits for. */
const BATCH_PEOPLE = 100;
const TICK_MS = 1_000;
/** After a failure, so that one notice does not hold up the others. */
const RETRY_MS = 60_000;
const DUE_MS = 10_000;
const DUE_ROOMS = 50;
/** A message on a screen is of use for this long. */
const PUSHED_MS = HOUR_MS;
const PRUNE_MS = HOUR_MS;
const KEPT_MS = 30 * DAY_MS;

/** A page of an audience: whom, and where the next page begins. */
export interface AudiencePage {
  people: { identity: string; ticket?: string }[];
  /** Undefined if this was the last page. */
  after: string | undefined;
}

type Audience = 'asked' | 'tickets' | 'followers';
type Page = { after: string; limit: number };

interface Told {
  notice: NoticeRow;
  room: Room;
  person: AudiencePage['people'][number];
  /** Undefined for people of embedders, and for those without an address. */
  contact: Contact | undefined;
}

interface Words {
  letter?: AnyLetter;
  message?: PushMessage;
  fact?: NewFact;
}

export interface NoticesOptions {
  db: Database;
  clock: Clock;
  log: Log;
  outbox: Outbox;
  rooms: Pick<Rooms, 'getRoom' | 'suspensions'>;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  push: Pick<Push, 'enqueue' | 'wake'>;
  publicUrl: string;
  /** Where letters to these people go; without those that an embedder brought. */
  contactsOf(identities: string[]): Promise<Map<string, Contact>>;
  /** People with a valid ticket, in pages by ticket; those ordered until then. */
  ticketHolders(room: RoomId, page: Page & { orderedUntil: string | undefined }): Promise<AudiencePage>;
  /** People who follow a creator, in pages by identity. */
  followers(creator: string, page: Page): Promise<AudiencePage>;
  /** A link that gives the ticket back. */
  returnLinkOf(ticket: string): string;
  isLeader?: () => boolean;
}

const AUDIENCES: Record<NoticeKind, readonly [Audience, ...Audience[]]> = {
  moved: ['tickets'],
  reminder: ['asked', 'tickets', 'followers'],
  live: ['asked', 'tickets', 'followers'],
};

export class Notices {
  readonly #options: NoticesOptions;
  readonly #store: NoticesStore;
  readonly #jobs: PeriodicJob[];

  constructor(options: NoticesOptions) {
    const { db, log, clock, isLeader } = options;
    this.#options = options;
    this.#store = new NoticesStore(db);
    const job = (name: string, everyMs: number, waitsForClock: Clock | false, run: () => Promise<unknown>) =>
      new PeriodicJob({ name, everyMs, log, run, waitsForClock, ...(isLeader && { mayRun: isLeader }) });
    this.#jobs = [
      job('notices', TICK_MS, false, () => this.sendBatch()),
      job('due reminders', DUE_MS, clock, () => this.createDue()),
      job('prune notices', PRUNE_MS, clock, () => this.#store.prune(isoIn(clock, -KEPT_MS))),
    ];
  }

  start(): void {
    for (const job of this.#jobs) job.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.close()));
  }

  /** Whether this person has asked to be reminded of this room. */
  hasReminder(room: RoomId, identity: string): Promise<boolean> {
    return this.#store.hasReminder(room, identity);
  }

  /** Idempotent. */
  async setReminder({ id, status }: Room, identity: string, wanted: boolean): Promise<void> {
    if (!wanted) return this.#store.deleteReminder(id, identity);
    if (status === 'ended') throw new AppError('room_ended');
    await this.#store.setReminder(id, identity, isoIn(this.#options.clock));
  }

  /** Runs again for facts that were dispatched before; a notice has the fact's id or the room's in its key. */
  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { id, topic, room, data } of facts) {
      if (room && topic === 'room.changed') await this.#noteChange(id, room as RoomId, data as RoomChanged);
      if (room && topic === 'live.started') await this.#noteLive(room as RoomId);
    }
  }

  async #noteChange(fact: string, room: RoomId, data: RoomChanged): Promise<void> {
    const { at, startsAt, previousStartsAt, returnUntil } = data;
    if (!data.changed.includes('startsAt')) return;
    await this.#insert('moved', `moved:${fact}`, room, { startsAt, moved: { at, previousStartsAt, returnUntil } });
  }

  /** A first live of which nobody was reminded: it has no date, or comes before it. */
  async #noteLive(id: RoomId): Promise<void> {
    const { status, firstLiveAt, liveStartedAt, startsAt } = await this.#options.rooms.getRoom(id);
    if (status !== 'live' || firstLiveAt !== liveStartedAt) return;
    if (startsAt && (await this.#store.has(reminderKey(id, startsAt)))) return;
    await this.#insert('live', `live:${id}`, id, { startsAt: null });
  }

  #insert(kind: NoticeKind, key: string, room: string, data: NoticeRow['data'], tx?: Orm): Promise<void> {
    const [audience] = AUDIENCES[kind];
    const now = isoIn(this.#options.clock);
    return this.#store.insert({ key, kind, room, data, audience, createdAt: now, dueAt: now }, tx);
  }

  /** Makes the notices of rooms that begin soon. */
  async createDue(): Promise<void> {
    const { clock } = this.#options;
    await this.#options.db.transaction(async (tx) => {
      const due = { from: isoIn(clock), until: isoIn(clock, REMINDED_MS), limit: DUE_ROOMS };
      for (const { id, startsAt } of await this.#store.lockDue(tx, due))
        await this.#insert('reminder', reminderKey(id, startsAt), id, { startsAt }, tx);
    });
  }

  /** Tells some people of one notice; false if none is due. */
  async sendBatch(): Promise<boolean> {
    const notice = await this.#store.findDue(isoIn(this.#options.clock));
    if (!notice) return false;
    try {
      await this.#sendBatchOf(notice);
    } catch (error) {
      await this.#store.postpone(notice, isoIn(this.#options.clock, RETRY_MS));
      throw error;
    }
    return true;
  }

  async #sendBatchOf(notice: NoticeRow): Promise<void> {
    const { rooms, contactsOf, mail, push, outbox } = this.#options;
    const room = await rooms.getRoom(notice.room);
    const isStale = isOver(notice, room) || (await this.#isForbidden(notice));
    const { people, after } = isStale ? { people: [], after: undefined } : await this.#readAdmitted(notice, room);
    const contacts = await contactsOf(people.map(({ identity }) => identity));
    const next = isStale ? undefined : nextOf(notice, after);
    await this.#options.db.transaction(async (tx) => {
      const now = isoIn(this.#options.clock);
      const last = isStale && notice.kind === 'reminder' ? WITHDRAWN : notice.audience;
      const progress = { dueAt: now, ...(next ?? { audience: last, after: notice.after, doneAt: now }) };
      if (!(await this.#store.advance(tx, notice, progress))) return;
      const fresh = await this.#store.addRecipients(tx, notice.key, [
        ...new Set(people.map(({ identity }) => identity)),
      ]);
      const told = people
        .filter(({ identity }) => fresh.delete(identity))
        .map((person) => this.#wordsTo({ notice, room, person, contact: contacts.get(person.identity) }));
      await push.enqueue(tx, ...told.flatMap(({ message }) => message ?? []));
      await mail.enqueue(tx, ...told.flatMap(({ letter }) => letter ?? []));
      await outbox.add(tx, ...told.flatMap(({ fact }) => fact ?? []));
    });
    mail.wake();
    push.wake();
    outbox.wake();
  }

  /** Whether it calls people to a live that the house no longer allows. */
  async #isForbidden({ kind, room }: NoticeRow): Promise<boolean> {
    return kind !== 'moved' && (await this.#options.rooms.suspensions.isStageClosed(room as RoomId));
  }

  /** Leaves out people whom the room refuses. A new date concerns them too: they can return their tickets. */
  async #readAdmitted(notice: NoticeRow, room: Room): Promise<AudiencePage> {
    const page = await this.#readPage(notice, room);
    if (notice.kind === 'moved' || page.people.length === 0) return page;
    const identities = page.people.map(({ identity }) => identity);
    const refused = await this.#store.findRefused(room, identities, isoIn(this.#options.clock));
    return { ...page, people: page.people.filter(({ identity }) => !refused.has(identity)) };
  }

  #readPage({ kind, audience, after, data }: NoticeRow, room: Room): Promise<AudiencePage> {
    const { ticketHolders, followers } = this.#options;
    const page = { after, limit: BATCH_PEOPLE };
    switch (audience as Audience) {
      case 'asked':
        return this.#readAsked(room.id, page);
      case 'tickets':
        return ticketHolders(room.id, { ...page, orderedUntil: kind === 'moved' ? data.moved?.at : undefined });
      case 'followers':
        // An unlisted room is for those who have its link.
        return room.listed ? followers(room.creator.identity, page) : Promise.resolve({ people: [], after: undefined });
    }
  }

  async #readAsked(room: RoomId, page: Page): Promise<AudiencePage> {
    const identities = await this.#store.listAsked(room, page);
    return {
      people: identities.map((identity) => ({ identity })),
      after: identities.length < page.limit ? undefined : identities.at(-1),
    };
  }

  /** What one person gets: a letter and a message, or an event of the embedder that brought them. */
  #wordsTo({ notice, room, person, contact }: Told): Words {
    const { publicUrl, returnLinkOf } = this.#options;
    const { identity } = person;
    if (!contact) {
      // Embedders write to their own people; of a change of the date they get one event for all.
      if (notice.kind === 'moved' || isPersonId(identity)) return {};
      const data = { startsAt: notice.data.startsAt };
      return { fact: { topic: 'reminder.due', room: room.id, identity, data } };
    }
    const { address: to, language } = contact;
    const key = `${notice.key}:${identity}`;
    const text = pushTextOf(notice, room, language);
    const message = { person: identity, key, text, lifetimeMs: PUSHED_MS };
    const live = { ...liveOf(room, publicUrl), startsAt: notice.data.startsAt };
    if (notice.kind !== 'moved') {
      const data = { ...live, because: notice.audience as Audience };
      return { message, letter: { key, to, language, template: 'live-reminder', data } };
    }
    if (!person.ticket) return { message };
    const data = { ...live, ...moveOf(notice), returnLink: returnLinkOf(person.ticket) };
    return { message, letter: { key, to, language, template: 'live-moved', data } };
  }
}

function reminderKey(room: string, startsAt: string): string {
  return `reminder:${room}:${Math.round(Date.parse(startsAt) / 1_000)}`;
}

function moveOf({ data }: NoticeRow) {
  return { previousStartsAt: data.moved?.previousStartsAt ?? null, returnUntil: data.moved?.returnUntil ?? null };
}

/** Whether nobody needs it any more: the room has ended, or its date was changed again. */
function isOver({ kind, data }: NoticeRow, room: Room): boolean {
  if (room.status === 'ended') return true;
  if (kind === 'moved') return room.movedAt !== data.moved?.at;
  return kind === 'reminder' && room.startsAt !== data.startsAt;
}

/** Where the notice goes on; undefined if everybody was told. */
function nextOf({ kind, audience }: NoticeRow, after: string | undefined) {
  if (after !== undefined) return { audience, after };
  const audiences = AUDIENCES[kind];
  const next = audiences[audiences.indexOf(audience as Audience) + 1];
  return next && { audience: next, after: '' };
}
