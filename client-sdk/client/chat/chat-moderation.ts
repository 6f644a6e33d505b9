/** Moderation of a room's chat. Every act is recorded with its reason, and the affected person is notified. */
import type { RemovableId } from '../../../server/protocol/chat/chat.ts';
import type {
  ChatAct,
  ChatContext,
  HeldMessage,
  RestrictionKind,
  RestrictionScope,
  RoomReport,
  SetModeInput,
  WordList,
  WordRule,
} from '../../../server/protocol/chat/chat-moderation.ts';
import type { ChatPoll, Hand } from '../../../server/protocol/chat/chat-room.ts';
import type { ChatActId, HeldMessageId, MessageId } from '../../../server/protocol/ids.ts';
import type { Connection } from '../connection/connection.ts';

export interface RestrictRequest {
  identity: string;
  kind: RestrictionKind;
  /** This room, or all rooms of its creator. */
  scope: RestrictionScope;
  /** Duration in seconds. Default: ten minutes for a time-out; a ban lasts until it is lifted. */
  seconds?: number;
  /** Shown to the person. */
  reason: string;
  /** Also removes them from the room: video and access end within a second. */
  removeAccess?: boolean;
  /** Also removes all of their messages in the room, and the words of their tips. */
  removeMessages?: boolean;
}

/**
 * Moderation by the creator and moderators, at `room.chat.moderation`. For others each call rejects with `forbidden`.
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
  /** @internal */
  constructor(connection: Pick<Connection, 'request'>, handleQueue: (waiting: number) => void) {
    this.#connection = connection;
    this.#handleQueue = handleQueue;
  }

  /**
   * Removes a message for everyone, or the words of a tip; its amount stays.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  async remove(messageId: RemovableId, reason?: string): Promise<void> {
    await this.#connection.request('chat:remove', { messageId, ...(reason ? { reason } : {}) });
  }

  /** Removes all messages of a person in this room, and the words of their tips. @throws {LogeError} `forbidden`. */
  async removeAuthor(request: { identity: string; reason: string }): Promise<void> {
    await this.#connection.request('chat:removeAuthor', request);
  }

  /**
   * Keeps a person from writing for a while (`timeout`) or until it is lifted (`ban`). They are shown the reason and
   * the end. Restrictions set by other moderators stay in force. The scope `creator` is for the creator only.
   * @throws {LogeError} `forbidden`, `participant_not_restrictable`, `participant_not_removable`.
   */
  async restrict(request: RestrictRequest): Promise<void> {
    await this.#connection.request('chat:restrict', request);
  }

  /**
   * Lifts restrictions; a moderator can lift those set by moderators. Does nothing without one.
   * @throws {LogeError} `forbidden`.
   */
  async lift(request: { identity: string; scope: RestrictionScope; reason?: string }): Promise<void> {
    await this.#connection.request('chat:lift', request);
  }

  /**
   * Changes the given modes only: slow mode (seconds between two messages of one person, 0 is off), members only, emoji
   * only, paused, links. @throws {LogeError} `forbidden`, `invalid_request`.
   */
  async setMode(mode: SetModeInput): Promise<void> {
    await this.#connection.request('chat:setMode', mode);
  }

  /**
   * Closes the chat at once to all but the creator and moderators; off restores the modes.
   * @throws {LogeError} `forbidden`.
   */
  async panic(request: { on: boolean; reason: string }): Promise<void> {
    await this.#connection.request('chat:panic', request);
  }

  /**
   * Pins a message above the chat and replaces the pinned one; null unpins.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  async pin(messageId: MessageId | null): Promise<void> {
    await this.#connection.request('chat:pin', { messageId });
  }

  /**
   * Starts a poll with 2 to 6 options; it closes after `seconds`, or on `closePoll()`.
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

  /** People with a raised hand, the earliest first. @throws {LogeError} `forbidden`. */
  async hands(): Promise<readonly Hand[]> {
    return (await this.#connection.request('chat:hands', {})).hands;
  }

  /** Messages held for review, the oldest first. @throws {LogeError} `forbidden`. */
  async queue(): Promise<readonly HeldMessage[]> {
    const { held, waiting } = await this.#connection.request('chat:queue', {});
    this.#handleQueue(waiting);
    return held;
  }

  /**
   * Allows or refuses a held message; its author is notified.
   * @throws {LogeError} `forbidden`, `held_message_not_found`, `already_reviewed`.
   */
  async review(request: { id: HeldMessageId; decision: 'allow' | 'refuse'; reason?: string }): Promise<void> {
    await this.#connection.request('chat:review', request);
  }

  /** A message with its neighbours and its author's record. @throws {LogeError} `forbidden`, `message_not_found`. */
  async context(messageId: MessageId): Promise<ChatContext> {
    return await this.#connection.request('chat:context', { messageId });
  }

  /** The moderation log of this room: at most 100 acts, the newest first. @throws {LogeError} `forbidden`. */
  async audit(before?: ChatActId): Promise<readonly ChatAct[]> {
    return (await this.#connection.request('chat:audit', before ? { before } : {})).acts;
  }

  /**
   * Reports by people in the room, with the evidence: at most 100, the newest first.
   * @throws {LogeError} `forbidden`.
   */
  async reports(): Promise<readonly RoomReport[]> {
    return (await this.#connection.request('chat:reports', {})).reports;
  }

  /** The creator's word list: messages with these words are held, refused or changed, in all rooms of the creator. */
  words(): Promise<WordList> {
    return this.#connection.request('chat:words', {});
  }

  /**
   * Replaces the word list. Matching ignores look-alikes, spacing, accents and repeated letters.
   * @throws {LogeError} `forbidden`, `word_pattern_invalid`.
   */
  setWords(words: readonly WordRule[]): Promise<WordList> {
    return this.#connection.request('chat:setWords', { words: [...words] });
  }
}
