/**
 * The chat of a room for embedders: the ordered entries, sending, reading further back, and what surrounds the log. Its parts are
 * `chat-feed.ts` (the log, what is missing of it, one's own on their way), `chat-room-state.ts` and `chat-moderation.ts`. It knows nothing of access: the room opens and closes it.
 */
import type { ChatEntry, ChatMessage, ChatPage } from '../../../server/protocol/chat.ts';
import type { ChatRestriction, ReportCategory } from '../../../server/protocol/chat-moderation.ts';
import type { ChatMode, ChatPoll, ChatState, PeopleAnswer, REACTIONS } from '../../../server/protocol/chat-room.ts';
import type { MessageId } from '../../../server/protocol/ids.ts';
import type { EventData, Inside } from '../../../server/protocol/realtime.ts';
import type { ChatItem, RaisedHands } from '../events.ts';
import { type ChatDependencies, type ChatEmit, ChatFeed } from './chat-feed.ts';
import { ChatModeration } from './chat-moderation.ts';
import type { OutgoingMessage, SentMessage } from './chat-outbox.ts';
import { ChatRoomState } from './chat-room-state.ts';
import type { ChatSampling } from './chat-sampling.ts';

export interface SendOptions {
  /** The message that this one answers. */
  replyTo?: MessageId;
  /** Identities of the people who are named in it, at most 5. */
  mentions?: readonly string[];
}

/** One of the reactions that rooms offer. */
export type Reaction = (typeof REACTIONS)[number];

/**
 * The chat of a room. Entries have a gapless sequence number; they are shown in its order, once each, also across reconnects.
 *
 * @example
 * ```ts
 * room.on(RoomEvent.chatMessage, (message) => list.append(`${message.from.name}: ${message.text}`));
 * await room.chat.send('Good evening!');
 * ```
 */
export class Chat {
  /** For the creator and moderators. */
  readonly moderation: ChatModeration;
  readonly #connection: ChatDependencies['connection'];
  readonly #emit: ChatEmit;
  readonly #feed: ChatFeed;
  readonly #state: ChatRoomState;

  /** @internal */
  constructor(dependencies: ChatDependencies) {
    const { connection, emit } = dependencies;
    this.#connection = connection;
    this.#emit = emit;
    this.#feed = new ChatFeed(dependencies);
    this.#state = new ChatRoomState(emit);
    this.moderation = new ChatModeration(connection, (waiting) => this.#state.handleQueue(waiting));
  }

  /**
   * Messages, tips and notices of the house in order, at most the newest 500 (2,000 while somebody reads back). A new array after every
   * change. A removed message stays in its place with `removed` and no text.
   */
  get messages(): readonly ChatItem[] {
    return this.#feed.entries.items;
  }

  /** One's own messages that are not among `messages` yet, in the order in which they were written; see `chatOutgoing`. */
  get outgoing(): readonly OutgoingMessage[] {
    return this.#feed.outbox.messages;
  }

  /** Whether there are entries before `messages` that `loadEarlier()` can fetch. */
  get hasEarlier(): boolean {
    return this.#feed.entries.lastSeq !== null && this.#feed.entries.firstSeq > 1;
  }

  /** Whether `messages` lacks the end of the log, because somebody has read far back; `loadLater()` and `showNewest()` go there. */
  get hasLater(): boolean {
    return this.#feed.entries.cutSeq !== null;
  }

  /** Modes, pinned message, poll, whether links are allowed, which reactions there are; null in the lobby. See `chatState`. */
  get state(): ChatState | null {
    return this.#state.state;
  }

  /** Slow mode (seconds), members only, emoji only, paused; null in the lobby. */
  get mode(): ChatMode | null {
    return this.state?.mode ?? null;
  }

  get pinned(): ChatMessage | null {
    return this.state?.pinned ?? null;
  }

  /** The poll that runs or was the last; see `chatPoll`. */
  get poll(): ChatPoll | null {
    return this.#state.poll;
  }

  /** Id of the option that one has voted for in `poll`. */
  get ownVote(): number | null {
    return this.#state.ownVote;
  }

  /** What keeps this person from writing, until when (ISO 8601) and why; null when nothing does. See `chatRestriction`. */
  get restriction(): ChatRestriction | null {
    return this.#state.restriction;
  }

  /** How many hands are up; who, for the creator and moderators. See `chatHands`. */
  get hands(): RaisedHands {
    return this.#state.hands;
  }

  get isHandRaised(): boolean {
    return this.#state.isHandRaised;
  }

  /** Messages that wait for review; known to the creator and moderators. See `chatQueue`. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /** How much of a very busy room is shown; null while everything is. See `chatSampled`. */
  get sampling(): ChatSampling | null {
    return this.#feed.sampling;
  }

  /**
   * Sends a message; it is in `outgoing` at once, and resolves when the server has it for good: as the message with its place in the
   * order, or, `kind` being `held`, as a review that it waits for. While the connection is down it waits, and is sent once.
   * @throws {LogeError} `message_empty`, `message_too_long`, `message_refused`, `message_duplicate`, `message_not_found` (of `replyTo`),
   * `chat_not_allowed`, `chat_timed_out`, `chat_banned`, `chat_slow_mode` and `rate_limited` (see `retryAfterMs`), `chat_members_only`,
   * `chat_emoji_only`, `chat_paused`, `access_required`, `too_many_pending`.
   */
  send(text: string, options: SendOptions = {}): Promise<SentMessage> {
    return this.#feed.outbox.send({ text, ...options });
  }

  /** Sends a message of `outgoing` that has failed again; it is in the log once, even if it had arrived. Rejects as `send()` does. */
  retry(clientId: string): Promise<SentMessage> {
    return this.#feed.outbox.retry(clientId);
  }

  /** Takes a message that failed or was refused out of `outgoing`. */
  discard(clientId: string): void {
    this.#feed.outbox.discard(clientId);
  }

  /**
   * Removes a message for everyone; for the creator and moderators.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  remove(messageId: MessageId, reason?: string): Promise<void> {
    return this.moderation.remove(messageId, reason);
  }

  /**
   * Whether this page shows the end of the log (true, as in the beginning) or reads back. While it reads back nothing that it may show is
   * dropped: past 2,000 entries new ones are told and not kept, see `hasLater`.
   */
  setFollowing(isFollowing: boolean): void {
    this.#feed.entries.setFollowing(isFollowing);
  }

  /** Fetches a page of what was before `messages`; resolves to whether there is still more. */
  async loadEarlier(): Promise<boolean> {
    return this.hasEarlier && (await this.#feed.loadEarlier());
  }

  /** Fetches a page of what is after `messages` where they lack the end; resolves to whether there is still more. */
  loadLater(): Promise<boolean> {
    return this.#feed.loadLater();
  }

  /** Goes back to the end of the log from wherever `messages` was, and follows it. */
  showNewest(): Promise<void> {
    return this.#feed.showNewest();
  }

  /** Adds to the reactions that rise over the room; they are counted for everyone, see `chatReactions`. @throws {LogeError} `rate_limited`. */
  async react(emoji: Reaction): Promise<void> {
    await this.#connection.request('chat:react', { emoji });
  }

  /** Votes in the poll; the vote stays. @throws {LogeError} `poll_not_found`, `poll_closed`, `already_voted`. */
  async vote(option: number): Promise<void> {
    const { poll } = this;
    if (!poll) return;
    const vote = { poll: poll.id, option };
    await this.#connection.request('chat:vote', vote);
    this.#state.handleOwnVote(vote);
  }

  /** Raises one's hand for the creator and moderators to see, or takes it down. @throws {LogeError} `rate_limited`. */
  async raiseHand(raised: boolean): Promise<void> {
    await this.#connection.request('chat:raiseHand', { raised });
    this.#state.handleOwnHand(raised);
  }

  /**
   * Who is here, at most 100, those whose name or identity holds `query` where it is given. In large rooms (`exact` is false) the creator and
   * moderators alone, with the `total` of everyone.
   */
  people(query?: string): Promise<PeopleAnswer> {
    return this.#connection.request('chat:people', query ? { query } : {});
  }

  /** Reports a message; it is kept as evidence with its context, whatever becomes of it. @throws {LogeError} `message_not_found`. */
  async report(request: { messageId: MessageId; category: ReportCategory; note?: string }): Promise<void> {
    await this.#connection.request('chat:report', request);
  }

  /** @internal Sequence number to resume after; undefined before the first page. */
  get since(): number | undefined {
    return this.#feed.entries.lastSeq ?? undefined;
  }

  /** @internal What comes with entering the room, and with every reconnect. */
  handleInside(inside: Pick<Inside, 'chat' | 'chatState' | 'restriction' | 'ownVote' | 'held'>): void {
    const wasRaised = this.isHandRaised;
    this.#state.begin(inside);
    this.handlePage(inside.chat);
    this.#feed.outbox.restoreHeld(inside.held);
    // A hand belongs to a connection's stay: after a reconnect the server is told again.
    if (wasRaised) void this.raiseHand(true).catch(() => this.#state.handleOwnHand(false));
  }

  /** @internal The page that comes with entering the room, and with every reconnect. */
  handlePage(page: ChatPage): void {
    this.#feed.handlePage(page);
  }

  /** @internal */
  handleFrame(frame: EventData<'chat:frame'>): void {
    this.#feed.handleFrame(frame);
  }

  /** @internal Entries of a frame, or one's own message with the answer to sending it. */
  handleEntries(entries: readonly ChatEntry[]): void {
    this.#feed.handleEntries(entries);
  }

  /** @internal What surrounds the log. */
  readonly handlers = {
    'chat:state': (state: ChatState) => this.#state.handleState(state),
    'chat:pollVotes': (votes: EventData<'chat:pollVotes'>) => this.#state.handleVotes(votes),
    'chat:restriction': (restriction: ChatRestriction) => this.#state.handleRestriction(restriction),
    'chat:hands': (hands: EventData<'chat:hands'>) => this.#state.handleHands(hands),
    'chat:queueChanged': ({ waiting }: EventData<'chat:queueChanged'>) => this.#state.handleQueue(waiting),
    'chat:reactions': ({ counts }: EventData<'chat:reactions'>) => this.#emit('chatReactions', counts),
    'chat:held': (review: EventData<'chat:held'>) => {
      this.#feed.outbox.handleReviewed(review);
      this.#emit('chatHeld', review);
    },
    'chat:erased': (erased: EventData<'chat:erased'>) => this.#feed.handleErased(erased),
  };

  /** @internal Access is gone: nothing of the chat stays. */
  close(): void {
    this.#state.close();
    this.#feed.close();
  }
}
