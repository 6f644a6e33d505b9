/** Keeping order in a room's chat: every act is on record with its reason, and whoever it concerns is told. */
import type {
  ChatAct,
  ChatContext,
  HeldMessage,
  RestrictionScope,
  RoomReport,
  SetModeInput,
  WordList,
  WordRule,
} from '../../../server/protocol/chat-moderation.ts';
import type { ChatPoll, Hand } from '../../../server/protocol/chat-room.ts';
import type { ChatActId, HeldMessageId, MessageId } from '../../../server/protocol/ids.ts';
import type { Connection } from '../connection/connection.ts';

export interface RestrictRequest {
  identity: string;
  kind: 'timeout' | 'ban';
  /** In this room, or in all rooms of its creator. */
  scope: RestrictionScope;
  /** Length in seconds; without it a time-out lasts ten minutes, and a ban until it is lifted. */
  seconds?: number;
  /** Told to the person. */
  reason: string;
  /** Puts them out of the room as well: video and access end within a second. */
  removeAccess?: boolean;
  /** Removes what they have written in the room as well. */
  removeMessages?: boolean;
}

/**
 * What the creator and moderators can do; for everyone else each call is refused with `forbidden`. Found at `room.chat.moderation`.
 *
 * @example
 * ```ts
 * const { moderation } = room.chat;
 * await moderation.restrict({ identity: 'fan-7', kind: 'timeout', scope: 'room', seconds: 600, reason: 'Insults' });
 * room.on(RoomEvent.chatQueue, async ({ waiting }) => show(waiting, await moderation.queue()));
 * ```
 */
export class ChatModeration {
  readonly #connection: Pick<Connection, 'request'>;
  readonly #handleQueue: (waiting: number) => void;

  /** @internal */
  constructor(connection: Pick<Connection, 'request'>, handleQueue: (waiting: number) => void) {
    this.#connection = connection;
    this.#handleQueue = handleQueue;
  }

  /**
   * Removes a message for everyone.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  async remove(messageId: MessageId, reason?: string): Promise<void> {
    await this.#connection.request('chat:remove', { messageId, ...(reason ? { reason } : {}) });
  }

  /** Removes everything that a person has written in this room. @throws {LogeError} `forbidden`. */
  async removeAuthor(request: { identity: string; reason: string }): Promise<void> {
    await this.#connection.request('chat:removeAuthor', request);
  }

  /**
   * Keeps a person from writing for a while (`timeout`) or until it is lifted (`ban`). They are told, with the reason and until when.
   * Restrictions of others hold beside it. The scope `creator` is for the creator alone.
   * @throws {LogeError} `forbidden`, `participant_not_restrictable`, `participant_not_removable`.
   */
  async restrict(request: RestrictRequest): Promise<void> {
    await this.#connection.request('chat:restrict', request);
  }

  /** Ends restrictions before their time; a moderator ends those of moderators. Without one nothing happens. @throws {LogeError} `forbidden`. */
  async lift(request: { identity: string; scope: RestrictionScope; reason?: string }): Promise<void> {
    await this.#connection.request('chat:lift', request);
  }

  /**
   * Changes what is named and leaves the rest: slow mode (seconds between two messages of one person, 0 is off), members only, emoji
   * only, paused, links. @throws {LogeError} `forbidden`, `invalid_request`.
   */
  async setMode(mode: SetModeInput): Promise<void> {
    await this.#connection.request('chat:setMode', mode);
  }

  /** Closes the chat to all but those who keep order, at once; off restores the modes as they were. @throws {LogeError} `forbidden`. */
  async panic(request: { on: boolean; reason: string }): Promise<void> {
    await this.#connection.request('chat:panic', request);
  }

  /** Pins a message above the chat in place of another; null takes it down. @throws {LogeError} `forbidden`, `message_not_found`. */
  async pin(messageId: MessageId | null): Promise<void> {
    await this.#connection.request('chat:pin', { messageId });
  }

  /**
   * Asks the room a question with 2 to 6 answers; it closes after `seconds`, or with `closePoll()`.
   * @throws {LogeError} `forbidden`, `poll_running`, `invalid_request`.
   */
  async startPoll(poll: { question: string; options: readonly string[]; seconds?: number }): Promise<ChatPoll> {
    const answer = await this.#connection.request('chat:startPoll', { ...poll, options: [...poll.options] });
    return answer.poll;
  }

  /** @throws {LogeError} `forbidden`, `poll_not_found`. */
  async closePoll(): Promise<void> {
    await this.#connection.request('chat:closePoll', {});
  }

  /** Who has raised a hand, the longest first. @throws {LogeError} `forbidden`. */
  async hands(): Promise<readonly Hand[]> {
    return (await this.#connection.request('chat:hands', {})).hands;
  }

  /** Messages that wait for somebody to look at them, the oldest first. @throws {LogeError} `forbidden`. */
  async queue(): Promise<readonly HeldMessage[]> {
    const { held, waiting } = await this.#connection.request('chat:queue', {});
    this.#handleQueue(waiting);
    return held;
  }

  /**
   * Lets a held message through, or not; its author is told.
   * @throws {LogeError} `forbidden`, `held_message_not_found`, `already_reviewed`.
   */
  async review(request: { id: HeldMessageId; decision: 'allow' | 'refuse'; reason?: string }): Promise<void> {
    await this.#connection.request('chat:review', request);
  }

  /** A message among its neighbours, and its author's record. @throws {LogeError} `forbidden`, `message_not_found`. */
  async context(messageId: MessageId): Promise<ChatContext> {
    return await this.#connection.request('chat:context', { messageId });
  }

  /** What was done here, by whom, to whom and why: at most 100 acts, the newest first. @throws {LogeError} `forbidden`. */
  async audit(before?: ChatActId): Promise<readonly ChatAct[]> {
    return (await this.#connection.request('chat:audit', before ? { before } : {})).acts;
  }

  /** What people have reported, with the evidence: at most 100, the newest first. @throws {LogeError} `forbidden`. */
  async reports(): Promise<readonly RoomReport[]> {
    return (await this.#connection.request('chat:reports', {})).reports;
  }

  /** The creator's words and phrases that are held, refused or replaced; they hold in all rooms of the creator. */
  words(): Promise<WordList> {
    return this.#connection.request('chat:words', {});
  }

  /** Sets the whole list. Look-alikes, spacing, accents and repeated letters are seen through. @throws {LogeError} `forbidden`. */
  setWords(words: readonly WordRule[]): Promise<WordList> {
    return this.#connection.request('chat:setWords', { words: [...words] });
  }
}
