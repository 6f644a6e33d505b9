/**
 * What people say in a room: an ordered log with a gapless sequence number, what may be said, and who keeps order. Called by the gateway,
 * which has checked that the participant is inside, and what their role allows; tips come from the outbox. It knows no socket: entries and
 * news go on the bus. This file puts the parts together; each has its own file.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, roomTopic } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AddressGuard } from '../platform/outbound/address-guard.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import type { Participant } from '../protocol/accounts.ts';
import type { ChatPage, ChatSendAnswer, OwnHeld } from '../protocol/chat/chat.ts';
import type { ChatRestriction } from '../protocol/chat/chat-moderation.ts';
import type { ChatState, OwnVote } from '../protocol/chat/chat-room.ts';
import { AppError } from '../protocol/errors.ts';
import type { PollId, RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Tip } from '../protocol/money/money.ts';
import { type ChatParts, type ChatRooms, type Sending, tellNews } from './chat-parts.ts';
import { CHAT_BUS_TOPIC, CHAT_NEWS_TOPIC, type ChatNews } from './chat-topics.ts';
import { type Bumped, ChatStore } from './log/chat.store.ts';
import { ChatLog } from './log/chat-log.ts';
import { HeldMessages } from './moderation/held-messages.ts';
import { Moderation } from './moderation/moderation.ts';
import { Polls } from './moderation/polls.ts';
import { ChatHook } from './policy/chat-hook.ts';
import { FloodWatch } from './policy/flood-watch.ts';
import { MessageAdmission } from './policy/message-admission.ts';
import { PoliciesStore } from './policy/policies.store.ts';
import { RoomPolicies, type RoomPolicy, stateOf } from './policy/room-policies.ts';
import { PersonalData, type Retention } from './records/personal-data.ts';
import { Records } from './records/records.ts';

export { CHAT_BUS_TOPIC, type ChatAppended } from './chat-topics.ts';

/** Of the tips that are to be shown, so many wait in the log's queue at once: they never fill it, however many there are after an outage. */
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
  readonly held: HeldMessages;
  readonly polls: Polls;
  readonly records: Records;
  readonly personalData: PersonalData;
  readonly hook: ChatHook;
  readonly #parts: ChatParts;
  readonly #store: ChatStore;
  readonly #log: ChatLog;
  readonly #policies: RoomPolicies;
  readonly #admission: MessageAdmission;
  readonly #flood: FloodWatch;
  /** Which of the processes on the bus this is. */
  readonly #self = randomUUID();
  readonly #stateListeners = new Set<(room: RoomId, state: ChatState) => void>();
  readonly #unsubscribe: () => void;

  constructor(options: ChatOptions) {
    const { db, bus, clock, metrics, log: logger, rooms } = options;
    this.#store = new ChatStore(db);
    const onBumped = (bumped: Bumped[]) => {
      for (const { room, version } of bumped) {
        // At once here: whoever acted sees what they did, whether or not the bus says it back.
        this.#outdate(room, version);
        tellNews(bus, { type: 'policy', room, version });
      }
    };
    this.#log = new ChatLog({
      store: this.#store,
      onAppended: (room, entries) => {
        for (const entry of entries) metrics.chatEntries.inc({ kind: entry.kind });
        bus.publish(roomTopic(CHAT_BUS_TOPIC, room), { room, entries });
      },
      onBumped,
      onActed: (acts) => {
        for (const kind of acts) metrics.chatActs.inc({ kind });
      },
    });
    const creatorOf = (room: RoomId) => rooms.creatorOf(room);
    const onChanged = (policy: RoomPolicy) => {
      for (const listener of this.#stateListeners) listener(policy.room, stateOf(policy, clock.now()));
    };
    this.#policies = new RoomPolicies({ store: new PoliciesStore(db), log: this.#store, creatorOf, onChanged });
    const parts: ChatParts = {
      db,
      store: this.#store,
      log: this.#log,
      policies: this.#policies,
      rooms,
      bus,
      clock,
      metrics,
      logger,
      onBumped,
    };
    this.#parts = parts;
    this.moderation = new Moderation(parts);
    this.held = new HeldMessages(parts);
    this.polls = new Polls(parts);
    this.records = new Records(parts);
    const { moderation, held, records } = this;
    this.personalData = new PersonalData({ parts, moderation, held, records, retention: options.retention });
    this.hook = new ChatHook({ db, ...options.hook, bus, clock, metrics, log: logger });
    this.#flood = new FloodWatch((text) => tellNews(bus, { type: 'flood', from: this.#self, text }));
    this.#admission = new MessageAdmission({ parts, flood: this.#flood, held, hook: this.hook });
    // What was said meanwhile may have been lost: everything is read anew when it is next used.
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

  /** Begins what goes on by itself: closing polls, letting go of what is old. */
  start(): void {
    this.polls.start();
    this.personalData.start();
  }

  /**
   * Resolves once the message is in the log for good, or waits for a moderator; the same `clientId` again answers the same. Rejects with
   * why it may not be said.
   */
  async send(sending: Sending): Promise<ChatSendAnswer> {
    if (!(await this.#parts.rooms.hasChat(sending.room))) throw new AppError('chat_not_allowed');
    return this.#admission.send(sending);
  }

  /**
   * Shows settled tips in their order; telling of the same tip twice shows it once. A tip always shows; its words do not where its author
   * may not write or the creator's list has one of them, and then the author is told.
   */
  async appendTips(tips: Tip[]): Promise<void> {
    for (let start = 0; start < tips.length; start += TIPS_AT_ONCE) {
      await this.#appendTips(tips.slice(start, start + TIPS_AT_ONCE));
    }
  }

  async #appendTips(tips: Tip[]): Promise<void> {
    // The words of all are known before the first is appended: what is asked for them is not answered in any order, and tips keep theirs.
    const judged = await Promise.all(tips.map(async (tip) => ({ ...tip, ...(await this.#wordsOfTip(tip)) })));
    await Promise.all(
      judged.map(async ({ id, room, from, amountMinor, currency, sentAt, text, withheld }) => {
        const { isNew } = await this.#log.append({
          room,
          kind: 'tip',
          id,
          ...from,
          amountMinor,
          currency,
          text,
          sentAt,
        });
        if (!isNew || withheld === undefined) return;
        this.#parts.metrics.chatModerated.inc({ outcome: 'refused', cause: 'tip' });
        const { identity } = from;
        tellNews(this.#parts.bus, { type: 'held', room, identity, id, state: 'refused', reason: withheld });
      }),
    );
  }

  async #wordsOfTip({ room, from, message }: Tip): Promise<{ text: string | null; withheld?: string }> {
    if (message === null || from.role === 'creator') return { text: message };
    const policy = await this.#policies.get(room);
    const [restriction] = await this.#policies.restrictionsOf(policy, from.identity, this.#parts.clock.now());
    if (restriction) return { text: null, withheld: restriction.reason };
    const words = policy.words.judge(message);
    if (!words) return { text: message };
    if (words.action === 'replace') return { text: words.text };
    return { text: null, withheld: 'The words of your tip are not shown: one of them is not wanted here.' };
  }

  async history(room: RoomId, range: { since?: number; before?: number; limit: number }): Promise<ChatPage> {
    const [entries, lastSeq] = await Promise.all([this.#store.read(room, range), this.#store.lastSeq(room)]);
    return { entries, lastSeq };
  }

  /** The number of the newest entry of each room that has one. */
  newest(rooms: RoomId[]): Promise<Map<RoomId, number>> {
    return this.#store.lastSeqs(rooms);
  }

  /** What a newcomer sees, or what somebody who was here until `since` missed. */
  async catchUp(room: RoomId, since: number | undefined): Promise<ChatPage> {
    if (since === undefined) {
      // Who comes in for the first time: the newest page ends with the last entry there is.
      const entries = await this.#store.read(room, { limit: LIMITS.chatWelcomeEntries });
      return { entries, lastSeq: entries.at(-1)?.seq ?? 0 };
    }
    const lastSeq = await this.#store.lastSeq(room);
    // Somebody who missed more than a page starts anew from the newest page and loads the rest when asked.
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

  /** Calls the listener with the state of every room in use here whenever it has changed, at whatever gateway. */
  onState(listener: (room: RoomId, state: ChatState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** The same from the database, for whoever has just heard that it changed. */
  async rereadRestriction(room: RoomId, identity: string): Promise<ChatRestriction> {
    await this.#policies.reread(room);
    return this.restrictionOf(room, identity);
  }

  restrictionOf(room: RoomId, identity: string): Promise<ChatRestriction> {
    return this.#policies.restrictionOf(room, identity, this.#parts.clock.now());
  }

  /** What somebody sees of the chat beside its log. */
  async lookInside(
    room: RoomId,
    identity: string,
  ): Promise<{ chatState: ChatState; restriction: ChatRestriction; ownVote: OwnVote | null; held: OwnHeld[] }> {
    const [chatState, restriction, held] = await Promise.all([
      this.state(room),
      this.restrictionOf(room, identity),
      this.held.ofAuthor(room, identity),
    ]);
    const ownVote =
      chatState.poll && !chatState.poll.closed ? await this.polls.findVote(chatState.poll.id, identity) : null;
    return { chatState, restriction, ownVote, held };
  }

  /** Whoever may not write may not react or raise a hand either, and nobody but moderators while the chat is paused. */
  async assertMayTakePart(room: RoomId, who: Pick<Participant, 'identity' | 'role'>): Promise<void> {
    await this.#assertNotRestricted(room, who);
    if (who.role === 'fan' && (await this.state(room)).mode.paused) throw new AppError('chat_paused');
  }

  /** A poll goes on while the chat is paused. */
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
