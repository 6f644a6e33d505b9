/**
 * The public facade of a room's chat. Its parts are `chat-feed.ts` (log, gap repair, outbox), `chat-room-state.ts` and
 * `chat-moderation.ts`. It does not know access: the room opens and closes it.
 */
import type { ChatMessage, ChatPage, RemovableId } from '../../../server/protocol/chat/chat.ts';
import type { ChatRestriction, ReportCategory } from '../../../server/protocol/chat/chat-moderation.ts';
import type {
  ChatMode,
  ChatPoll,
  ChatState,
  MutedPerson,
  PeopleAnswer,
  REACTIONS,
} from '../../../server/protocol/chat/chat-room.ts';
import type { MessageId } from '../../../server/protocol/ids.ts';
import type { EventData, Inside } from '../../../server/protocol/realtime.ts';
import type { ChatItem, RaisedHands } from '../events.ts';
import { type ChatDependencies, type ChatEmit, ChatFeed } from './chat-feed.ts';
import { ChatModeration } from './chat-moderation.ts';
import type { OutgoingMessage, SentMessage } from './chat-outbox.ts';
import { ChatRoomState } from './chat-room-state.ts';
import type { ChatSampling } from './chat-sampling.ts';

export interface SendOptions {
  /** The message that this one replies to. */
  replyTo?: MessageId;
  /** Identities of the mentioned people, at most 5. */
  mentions?: readonly string[];
}

/** One of the available reactions. */
export type Reaction = (typeof REACTIONS)[number];

/**
 * The chat of a room. Entries have a gapless sequence number; they arrive in order and exactly once, also across
 * reconnects.
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
   * Messages, tips and notices in order, at most the newest 500 (2,000 while reading back). A new array after every
   * change. A removed message stays in its place with `removed` and no text. Messages of muted people are left out.
   */
  get messages(): readonly ChatItem[] {
    return this.#feed.items;
  }

  /** One's own messages that are not in `messages` yet, in the order in which they were sent; see `chatOutgoing`. */
  get outgoing(): readonly OutgoingMessage[] {
    return this.#feed.outbox.messages;
  }

  /** Whether there are entries before `messages` that `loadEarlier()` can fetch. */
  get hasEarlier(): boolean {
    return this.#feed.entries.lastSeq !== null && this.#feed.entries.firstSeq > 1;
  }

  /** Whether `messages` lacks the end of the log after reading far back; see `loadLater()` and `showNewest()`. */
  get hasLater(): boolean {
    return this.#feed.entries.cutSeq !== null;
  }

  /**
   * Modes, pinned message, poll, whether links are allowed, available reactions; null in the lobby. See `chatState`.
   */
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

  /** The running or last poll; see `chatPoll`. */
  get poll(): ChatPoll | null {
    return this.#state.poll;
  }

  /** Id of the option that this participant voted for in `poll`. */
  get ownVote(): number | null {
    return this.#state.ownVote;
  }

  /**
   * The restriction that keeps this participant from writing, with its end (ISO 8601) and reason; null without one. See
   * `chatRestriction`.
   */
  get restriction(): ChatRestriction | null {
    return this.#state.restriction;
  }

  /** The number of raised hands; for the creator and moderators also the people. See `chatHands`. */
  get hands(): RaisedHands {
    return this.#state.hands;
  }

  get isHandRaised(): boolean {
    return this.#state.isHandRaised;
  }

  /** Number of messages that wait for review; for the creator and moderators. See `chatQueue`. */
  get waiting(): number {
    return this.#state.waiting;
  }

  /** How much of a very busy chat is shown; null while all messages are. See `chatSampled`. */
  get sampling(): ChatSampling | null {
    return this.#feed.sampling;
  }

  /**
   * Sends a message; it appears in `outgoing` at once. Resolves when the server has stored it: with the message and its
   * sequence number, or with `kind` `held` when it waits for review. While the connection is down it waits, and is sent
   * once.
   * @throws {LogeError} `message_empty`, `message_too_long`, `message_refused`, `message_duplicate`,
   * `message_not_found` (of `replyTo`), `chat_not_allowed`, `chat_timed_out`, `chat_banned`, `chat_slow_mode` and
   * `rate_limited` (see `retryAfterMs`), `chat_members_only`, `chat_emoji_only`, `chat_paused`, `access_required`,
   * `too_many_pending`.
   */
  send(text: string, options: SendOptions = {}): Promise<SentMessage> {
    return this.#feed.outbox.send({ text, ...options });
  }

  /** Sends a failed message of `outgoing` again; the log has it once, even if it had arrived. Rejects like `send()`. */
  retry(clientId: string): Promise<SentMessage> {
    return this.#feed.outbox.retry(clientId);
  }

  /** Removes a message that failed or was refused from `outgoing`. */
  discard(clientId: string): void {
    this.#feed.outbox.discard(clientId);
  }

  /**
   * Removes a message for everyone, or the words of a tip; for the creator and moderators.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  remove(messageId: RemovableId, reason?: string): Promise<void> {
    return this.moderation.remove(messageId, reason);
  }

  /**
   * Tells the SDK whether the page shows the end of the log (the default) or reads back. While it reads back, older
   * messages are kept; past 2,000, new ones are emitted but not kept, see `hasLater`.
   */
  setFollowing(isFollowing: boolean): void {
    this.#feed.entries.setFollowing(isFollowing);
  }

  /** Fetches a page before `messages`; resolves to whether there is more. */
  async loadEarlier(): Promise<boolean> {
    return this.hasEarlier && (await this.#feed.loadEarlier());
  }

  /** Fetches a page after `messages` if they lack the end of the log; resolves to whether there is more. */
  loadLater(): Promise<boolean> {
    return this.#feed.loadLater();
  }

  /** Replaces `messages` by the end of the log if necessary, and follows it again. */
  showNewest(): Promise<void> {
    return this.#feed.showNewest();
  }

  /** Sends a reaction; everyone gets the counts, see `chatReactions`. @throws {LogeError} `rate_limited`. */
  async react(emoji: Reaction): Promise<void> {
    await this.#connection.request('chat:react', { emoji });
  }

  /**
   * Votes in the poll; a vote cannot be changed.
   * @throws {LogeError} `poll_not_found`, `poll_closed`, `already_voted`.
   */
  async vote(option: number): Promise<void> {
    const { poll } = this;
    if (!poll) return;
    const vote = { poll: poll.id, option };
    await this.#connection.request('chat:vote', vote);
    this.#state.handleOwnVote(vote);
  }

  /** Raises or lowers one's hand for the creator and moderators. @throws {LogeError} `rate_limited`. */
  async raiseHand(raised: boolean): Promise<void> {
    await this.#connection.request('chat:raiseHand', { raised });
    this.#state.handleOwnHand(raised);
  }

  /**
   * The people in the room, at most 100, filtered by `query` in their name or identity. In large rooms (`exact` is
   * false) only the creator and moderators are listed, with the `total` of everyone.
   */
  people(query?: string): Promise<PeopleAnswer> {
    return this.#connection.request('chat:people', query ? { query } : {});
  }

  /**
   * The people whose messages and words of tips this participant does not want to read, in any room and on any device;
   * the latest first. See `chatMuted`. For the creator and moderators nothing is hidden.
   */
  get muted(): readonly MutedPerson[] {
    return this.#feed.mutes.people;
  }

  /**
   * Hides what a person wrote and will write from `messages` and `chatMessage`, their mentions and replies included.
   * Nobody else learns of it. What the creator and moderators write stays visible.
   * @throws {LogeError} `mute_limit`, `forbidden` (of oneself).
   */
  async mute(identity: string): Promise<void> {
    this.#feed.handleMuted((await this.#connection.request('chat:mute', { identity })).muted);
  }

  /** Shows what a person wrote again. */
  async unmute(identity: string): Promise<void> {
    this.#feed.handleMuted((await this.#connection.request('chat:unmute', { identity })).muted);
  }

  /**
   * Reports a message; the server keeps it with its context as evidence, even if it is removed.
   * @throws {LogeError} `message_not_found`, `reports_limited`.
   */
  async report(request: { messageId: MessageId; category: ReportCategory; note?: string }): Promise<void> {
    await this.#connection.request('chat:report', request);
  }

  /** @internal Sequence number to resume after; undefined before the first page. */
  get since(): number | undefined {
    return this.#feed.entries.lastSeq ?? undefined;
  }

  /** @internal On entering the room and after every reconnect. */
  handleInside(inside: Pick<Inside, 'chat' | 'chatState' | 'restriction' | 'ownVote' | 'held' | 'muted'>): void {
    const wasRaised = this.isHandRaised;
    this.#state.begin(inside);
    this.#feed.handleMuted(inside.muted);
    this.handlePage(inside.chat);
    this.#feed.outbox.restoreHeld(inside.held);
    // The server lowers the hand when the connection is lost.
    if (wasRaised) void this.raiseHand(true).catch(() => this.#state.handleOwnHand(false));
  }

  /** @internal */
  handleRights({ moderate }: { moderate: boolean }): void {
    this.#feed.handleMuted(this.muted, moderate);
    if (!moderate) this.#state.dropModeration();
  }

  /** @internal */
  handlePage(page: ChatPage): void {
    this.#feed.handlePage(page);
  }

  /** @internal */
  handleFrame(frame: EventData<'chat:frame'>): void {
    this.#feed.handleFrame(frame);
  }

  /** @internal */
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
    'chat:muted': ({ muted }: EventData<'chat:muted'>) => this.#feed.handleMuted(muted),
    'chat:erased': (erased: EventData<'chat:erased'>) => this.#feed.handleErased(erased),
  };

  /** @internal Access has ended: clears the chat. */
  close(): void {
    this.#state.close();
    this.#feed.close();
  }
}
