/**
 * A room's chat: an ordered log with a gapless sequence number, its policies, and moderation. Called by the gateway,
 * which has checked access and role; tips come from the outbox. It knows no socket: entries and changes go on the bus.
 * This file composes the parts.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, roomTopic } from '../platform/bus.ts';
import { type Clock, isoIn } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AddressGuard } from '../platform/outbound/address-guard.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import type { Participant } from '../protocol/accounts/accounts.ts';
import type { ChatSendAnswer, OwnHeld } from '../protocol/chat/chat.ts';
import type { ChatRestriction } from '../protocol/chat/chat-moderation.ts';
import type { ChatState, MutedPerson, OwnVote } from '../protocol/chat/chat-room.ts';
import { AppError } from '../protocol/errors.ts';
import type { PollId, RoomId, TipId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { Tip } from '../protocol/money/money.ts';
import { RestrictionsStore } from '../rooms/restrictions/restrictions.store.ts';
import { type ChatParts, type ChatRooms, publishNews, type Sending } from './chat-parts.ts';
import { CHAT_BUS_TOPIC, CHAT_NEWS_TOPIC, type ChatNews } from './chat-topics.ts';
import { type Bumped, ChatStore } from './log/chat.store.ts';
import { ChatLog } from './log/chat-log.ts';
import { HOUSE, houseEntry } from './log/house-entries.ts';
import type { LogPage } from './log/log-entry.ts';
import { HouseMeasures } from './moderation/house-measures.ts';
import { Moderation } from './moderation/moderation.ts';
import { Polls } from './moderation/polls.ts';
import { ReviewQueue } from './moderation/review-queue.ts';
import { Mutes } from './mutes/mutes.ts';
import { ChatHook } from './policy/chat-hook.ts';
import { FloodWatch } from './policy/flood-watch.ts';
import { MessageAdmission } from './policy/message-admission.ts';
import { PoliciesStore } from './policy/policies.store.ts';
import { RoomPolicies, type RoomPolicy, stateOf } from './policy/room-policies.ts';
import { PersonalData, type Retention } from './records/personal-data.ts';
import { Records } from './records/records.ts';

export { CHAT_BUS_TOPIC, type ChatAppended } from './chat-topics.ts';

/** Limit of tips in the log's queue, so that they never fill it after an outage. */
const TIPS_AT_ONCE = 1_000;

export interface ChatOptions {
  db: Database;
  bus: Bus;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  rooms: ChatRooms;
  hook: { guard: AddressGuard; box: SecretBox };
  retention: Retention;
}

export class Chat {
  readonly moderation: Moderation;
  readonly houseMeasures: HouseMeasures;
  readonly held: ReviewQueue;
  readonly polls: Polls;
  readonly records: Records;
  readonly mutes: Mutes;
  readonly personalData: PersonalData;
  readonly hook: ChatHook;
  readonly #parts: ChatParts;
  readonly #store: ChatStore;
  readonly #log: ChatLog;
  readonly #policies: RoomPolicies;
  readonly #admission: MessageAdmission;
  readonly #flood: FloodWatch;
  /** Identifies this process on the bus. */
  readonly #self = randomUUID();
  readonly #stateListeners = new Set<(room: RoomId, state: ChatState) => void>();
  readonly #unsubscribe: () => void;

  constructor(options: ChatOptions) {
    const { db, bus, clock, metrics, log: logger, rooms } = options;
    this.#store = new ChatStore(db);
    const onBumped = (bumped: Bumped[]) => {
      for (const { room, version } of bumped) {
        // Applied here at once: an actor sees the effect without waiting for the bus.
        this.#outdate(room, version);
        publishNews(bus, { type: 'policy', room, version });
      }
    };
    this.#log = new ChatLog({
      store: this.#store,
      onAppended: (room, entries) => {
        for (const entry of entries) metrics.chatEntries.inc({ kind: entry.kind });
        bus.publish(roomTopic(CHAT_BUS_TOPIC, room), { room, entries });
      },
      onBumped,
    });
    const creatorOf = (room: RoomId) => rooms.creatorOf(room);
    const onChanged = (policy: RoomPolicy) => {
      for (const listener of this.#stateListeners) listener(policy.room, stateOf(policy, clock.now()));
    };
    const [store, restrictions] = [new PoliciesStore(db), new RestrictionsStore(db)];
    this.#policies = new RoomPolicies({ store, restrictions, log: this.#store, creatorOf, onChanged });
    const parts: ChatParts = {
      db,
      store: this.#store,
      log: this.#log,
      policies: this.#policies,
      rooms,
      restrictions,
      bus,
      clock,
      metrics,
      logger,
      onBumped,
    };
    this.#parts = parts;
    this.moderation = new Moderation(parts);
    this.houseMeasures = new HouseMeasures(parts);
    this.held = new ReviewQueue(parts);
    this.polls = new Polls(parts);
    this.records = new Records(parts);
    this.mutes = new Mutes(parts);
    const { moderation, held, records, mutes } = this;
    this.personalData = new PersonalData({ parts, moderation, held, records, mutes, retention: options.retention });
    this.hook = new ChatHook({ db, ...options.hook, bus, clock, metrics, log: logger });
    this.#flood = new FloodWatch((text) => publishNews(bus, { type: 'flood', from: this.#self, text }));
    this.#admission = new MessageAdmission({ parts, flood: this.#flood, held, hook: this.hook });
    // Messages may have been lost: everything is read again before its next use.
    const outdate = () => {
      this.#policies.outdateAll();
      this.hook.forgetSettings();
    };
    const unsubscribe = [
      bus.subscribe(CHAT_NEWS_TOPIC, (message) => this.#handleNews(message as ChatNews)),
      bus.onRestored(outdate),
      bus.onMissed(outdate),
    ];
    this.#unsubscribe = () => {
      for (const end of unsubscribe) end();
    };
  }

  /** Starts the background jobs: closing polls, retention. */
  start(): void {
    this.polls.start();
    this.personalData.start();
  }

  /**
   * Resolves once the message is durable in the log, or held for review. Idempotent by `clientId`. Rejects with the
   * reason of a refusal.
   */
  async send(sending: Sending): Promise<ChatSendAnswer> {
    if (!(await this.#parts.rooms.hasChat(sending.room))) throw new AppError('chat_not_allowed');
    return this.#admission.send(sending);
  }

  /**
   * Appends settled tips in order, idempotent by tip. A tip is always shown; its message is not if its author may not
   * write it now or the creator's word list blocks it; the author is notified then.
   */
  async appendTips(tips: Tip[]): Promise<void> {
    for (let start = 0; start < tips.length; start += TIPS_AT_ONCE) {
      await this.#appendTips(tips.slice(start, start + TIPS_AT_ONCE));
    }
  }

  async #appendTips(tips: Tip[]): Promise<void> {
    // All messages are judged before the first append: judgements finish in any order, and tips keep theirs.
    const judged = await Promise.all(tips.map(async (tip) => ({ ...tip, ...(await this.#wordsOfTip(tip)) })));
    await Promise.all(
      judged.map(async ({ id, room, from, amountMinor, currency, sentAt, item, anonymous, text, withheld }) => {
        const { isNew } = await this.#log.append({
          room,
          kind: 'tip',
          id,
          ...from,
          amountMinor,
          currency,
          text,
          details:
            item || anonymous ? { ...(item && { item: item.label }), ...(anonymous && { anonymous }) } : undefined,
          sentAt,
        });
        if (!isNew || withheld === undefined) return;
        this.#parts.metrics.chatModerated.inc({ outcome: 'refused', cause: 'tip' });
        const { identity } = from;
        publishNews(this.#parts.bus, { type: 'held', room, identity, id, state: 'refused', reason: withheld });
      }),
    );
  }

  /** Appends that tips were paid back, idempotent by tip; their entries show it from then on. */
  async appendTipRefunds(refunds: { tip: TipId; room: RoomId; at: string }[]): Promise<void> {
    await Promise.all(
      refunds.map(({ tip, room, at }) =>
        this.#log.append(houseEntry({ room, actor: HOUSE, at, kind: 'tip_refund', id: tip })),
      ),
    );
  }

  /** Says that shared goals are reached, idempotent by goal. */
  async appendGoals(goals: { id: string; room: RoomId; title: string }[]): Promise<void> {
    const by = { actor: HOUSE, at: isoIn(this.#parts.clock) };
    await Promise.all(
      goals.map(({ id, room, title }) => {
        const details = { notice: 'goal_reached', on: true, subject: title } as const;
        return this.#log.append(houseEntry({ ...by, room, kind: 'notice', id, details }));
      }),
    );
  }

  async #wordsOfTip({ room, from, message }: Tip): Promise<{ text: string | null; withheld?: string | null }> {
    if (message === null || from.role === 'creator') return { text: message };
    const policy = await this.#policies.get(room);
    const refusal = await this.#admission.refusalOf(policy, from, message, this.#parts.clock.now());
    if (refusal) return { text: null, withheld: (await this.restrictionOf(room, from.identity)).reason };
    const words = policy.words.judge(message);
    if (!words) return { text: message };
    if (words.action === 'replace') return { text: words.text };
    return { text: null, withheld: 'The words of your tip are not shown: one of them is not wanted here.' };
  }

  async history(room: RoomId, range: { since?: number; before?: number; limit: number }): Promise<LogPage> {
    // First, since a client applies later removals only: `lastSeq` must not include one that the entries do not show.
    const lastSeq = await this.#store.lastSeq(room);
    return { entries: await this.#store.read(room, range), lastSeq };
  }

  /** The latest sequence number of each room that has entries. */
  newest(rooms: RoomId[]): Promise<Map<RoomId, number>> {
    return this.#store.lastSeqs(rooms);
  }

  /** The newest page, or the entries after `since`. */
  async catchUp(room: RoomId, since: number | undefined): Promise<LogPage> {
    if (since === undefined) {
      // The newest page of a newcomer ends with the last entry.
      const entries = await this.#store.read(room, { limit: LIMITS.chatWelcomeEntries });
      return { entries, lastSeq: entries.at(-1)?.seq ?? 0 };
    }
    const lastSeq = await this.#store.lastSeq(room);
    // After a gap of more than a page, the newest page is sent; older ones are loaded on request.
    const resumes = since <= lastSeq && lastSeq - since <= LIMITS.chatPageEntries;
    const range = resumes ? { since, limit: LIMITS.chatPageEntries } : { limit: LIMITS.chatWelcomeEntries };
    return { entries: await this.#store.read(room, range), lastSeq };
  }

  async creatorOf(room: RoomId): Promise<string> {
    return (await this.#policies.get(room)).creator;
  }

  async state(room: RoomId): Promise<ChatState> {
    return stateOf(await this.#policies.get(room), this.#parts.clock.now());
  }

  /** Calls the listener with a room's state whenever it changes at any gateway, for rooms in use here. */
  onState(listener: (room: RoomId, state: ChatState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Reads the state from the database, for a person whose restrictions have just changed. */
  async rereadRestriction(room: RoomId, identity: string): Promise<ChatRestriction> {
    await this.#policies.reread(room);
    return this.restrictionOf(room, identity);
  }

  restrictionOf(room: RoomId, identity: string): Promise<ChatRestriction> {
    return this.#policies.restrictionOf(room, identity, this.#parts.clock.now());
  }

  /** What a person sees of the chat besides its log. */
  async readSnapshot(
    room: RoomId,
    identity: string,
  ): Promise<{
    chatState: ChatState;
    restriction: ChatRestriction;
    ownVote: OwnVote | null;
    held: OwnHeld[];
    muted: MutedPerson[];
  }> {
    const [chatState, restriction, held, muted] = await Promise.all([
      this.state(room),
      this.restrictionOf(room, identity),
      this.held.ofAuthor(room, identity),
      this.mutes.list(identity),
    ]);
    const ownVote =
      chatState.poll && !chatState.poll.closed ? await this.polls.findVote(chatState.poll.id, identity) : null;
    return { chatState, restriction, ownVote, held, muted };
  }

  /** A person who may not write may not react or raise a hand either; while the chat is paused only moderators may. */
  async assertMayTakePart(room: RoomId, who: Pick<Participant, 'identity' | 'role'>): Promise<void> {
    await this.#assertNotRestricted(room, who);
    if (who.role === 'fan' && (await this.state(room)).mode.paused) throw new AppError('chat_paused');
  }

  /** Polls go on while the chat is paused. */
  async vote(vote: { room: RoomId; from: Participant; poll: PollId; option: number }): Promise<void> {
    const { room, from, poll, option } = vote;
    await this.#assertNotRestricted(room, from);
    await this.polls.vote({ room, poll, option, identity: from.identity });
  }

  async #assertNotRestricted(room: RoomId, who: Pick<Participant, 'identity' | 'role'>): Promise<void> {
    if (who.role === 'creator') return;
    const { kind, reason, until } = await this.restrictionOf(room, who.identity);
    if (kind === null) return;
    const retryAfter = until === null ? {} : { retryAfterMs: Date.parse(until) - this.#parts.clock.now() };
    throw new AppError(kind === 'ban' ? 'chat_banned' : 'chat_timed_out', reason ?? undefined, retryAfter);
  }

  #handleNews(news: ChatNews): void {
    switch (news.type) {
      case 'policy':
        this.#outdate(news.room, news.version);
        return;
      case 'votes':
        this.#policies.noteVotes(news.room, news.poll, news.votes);
        return;
      case 'hook':
        this.hook.forgetSettings();
        return;
      case 'flood':
        if (news.from !== this.#self) this.#flood.hear(news.text);
    }
  }

  #outdate(room: RoomId, version: number): void {
    this.#policies.outdate(room, version).catch((error) => {
      this.#parts.logger.error({ err: error, room }, 'chat state not read');
    });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.polls.stop();
    await this.personalData.close();
    await this.#log.close();
    this.hook.close();
  }
}
