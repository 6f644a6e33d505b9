/**
 * The user's own messages that are being sent: shown at once, sent one after another, and kept until the log has them.
 * Retries of a message keep its `clientId`, so that the log has it only once. It does not know the log.
 */
import type { ChatMessage, OwnHeld } from '../../../server/protocol/chat/chat.ts';
import type { MessageId } from '../../../server/protocol/ids.ts';
import { LogeError, toLogeError } from '../errors.ts';
import { CHAT } from '../limits.ts';
import { createKey } from '../random-key.ts';

/**
 * `pending`: being sent, or waiting for the connection. `sent`: the server has stored it, and it will appear in
 * `messages`. `held`: it waits for a moderator's review. `refused`: a moderator refused it. `failed`: it was not sent,
 * see `error`; `room.chat.retry()` sends it again.
 */
export type OutgoingState = 'pending' | 'sent' | 'held' | 'refused' | 'failed';

/** The user's own message that is not in `messages` yet. */
export interface OutgoingMessage {
  readonly clientId: string;
  readonly text: string;
  readonly replyTo: MessageId | null;
  /** Identities of the mentioned people. */
  readonly mentions: readonly string[];
  readonly state: OutgoingState;
  /** Set when it `failed`. */
  readonly error: LogeError | null;
  /** Id of the review when it is `held` or `refused`. */
  readonly heldId: string | null;
  /** The moderator's reason when it is `refused`. */
  readonly reason: string | null;
}

export interface OutgoingContent {
  text: string;
  replyTo?: MessageId;
  mentions?: readonly string[];
}

export type SendAnswer = { message: ChatMessage } | { held: { id: string } };

/** The result of sending: the message with its sequence number, or the review that it waits for. */
export type SentMessage = ChatMessage | HeldOutgoing;

/** A message that waits for review; `chatHeld` reports the decision. */
export interface HeldOutgoing {
  readonly kind: 'held';
  readonly id: string;
  readonly clientId: string;
  readonly text: string;
}

interface OutboxDependencies {
  request(input: { clientId: string } & OutgoingContent): Promise<SendAnswer>;
  /** Adds the message to the log; returns whether it is shown there already. */
  deliver(message: ChatMessage): boolean;
  onChange(): void;
}

export class ChatOutbox {
  readonly #dependencies: OutboxDependencies;
  /** Refused messages that the person has discarded; a reconnect does not restore them. */
  readonly #discarded = new Set<string>();
  #messages: readonly OutgoingMessage[] = [];
  /** Sequence number of each sent message that the log has not reached yet, by client id. */
  #awaitedSeqs = new Map<string, number>();
  #sending: Promise<unknown> = Promise.resolve();
  /** Aborted by `clear()`, so that queued messages are not sent any more. */
  #lifetime = new AbortController();

  constructor(dependencies: OutboxDependencies) {
    this.#dependencies = dependencies;
  }

  get messages(): readonly OutgoingMessage[] {
    return this.#messages;
  }

  send(content: OutgoingContent): Promise<SentMessage> {
    const pending = this.#messages.filter(({ state }) => state === 'pending').length;
    if (pending >= CHAT.pendingMessages) return Promise.reject(new LogeError('too_many_pending'));
    const message: OutgoingMessage = {
      clientId: createKey(),
      text: content.text,
      replyTo: content.replyTo ?? null,
      mentions: content.mentions ?? [],
      state: 'pending',
      error: null,
      heldId: null,
      reason: null,
    };
    // Past the limit, drop the oldest that failed or was refused: its author has seen it.
    const kept = this.#messages.length < CHAT.outgoingMessages ? this.#messages : dropOldestFailed(this.#messages);
    this.#setMessages([...kept, message]);
    return this.#submit(message);
  }

  retry(clientId: string): Promise<SentMessage> {
    const message = this.#messages.find((one) => one.clientId === clientId && one.state === 'failed');
    if (!message) return Promise.reject(new LogeError('message_not_found'));
    this.#setMessages([
      ...this.#messages.filter((one) => one !== message),
      { ...message, state: 'pending', error: null },
    ]);
    return this.#submit(message);
  }

  /** Drops a message that failed or was refused; others stay. */
  discard(clientId: string): void {
    const heldId = this.#messages.find((one) => one.clientId === clientId)?.heldId;
    if (heldId) this.#discarded.add(heldId);
    const [oldest] = this.#discarded;
    if (oldest !== undefined && this.#discarded.size > CHAT.outgoingMessages) this.#discarded.delete(oldest);
    this.#setMessages(this.#messages.filter((one) => one.clientId !== clientId || !hasFailed(one)));
  }

  /** The log has released all entries up to `seq`. */
  handleLastSeq(seq: number): void {
    for (const [clientId, awaitedSeq] of this.#awaitedSeqs) {
      if (awaitedSeq > seq) continue;
      this.#awaitedSeqs.delete(clientId);
      this.#setMessages(this.#messages.filter((one) => one.clientId !== clientId));
    }
  }

  /** Applies the decision of a review to the message, if it was written on this page. */
  handleReviewed(review: { id: string; state: 'held' | 'allowed' | 'refused'; reason: string | null }): void {
    const message = this.#messages.find(({ heldId }) => heldId === review.id);
    if (!message) return;
    if (review.state === 'allowed') this.#setMessages(this.#messages.filter((one) => one !== message));
    else this.#change(message.clientId, { state: review.state, reason: review.reason });
  }

  /**
   * Syncs with the server's list of the user's own held messages, on entering and after every reconnect: a reloaded
   * page does not know them, and decisions may have been missed.
   */
  restoreHeld(held: readonly OwnHeld[]): void {
    const kept = new Map(held.map((one) => [one.clientId, one]));
    const known = new Set<string>();
    const messages = this.#messages.flatMap((message): OutgoingMessage[] => {
      known.add(message.clientId);
      const now = kept.get(message.clientId);
      // Also a message whose answer was lost.
      if (now) return [{ ...message, heldId: now.id, state: now.state, reason: now.reason, error: null }];
      // A message that is neither held nor refused any more is in the log.
      return message.state === 'held' ? [] : [message];
    });
    const unknown = held.filter(({ id, clientId }) => !known.has(clientId) && !this.#discarded.has(id));
    this.#setMessages([
      ...unknown.map(({ id, ...rest }): OutgoingMessage => ({ ...rest, heldId: id, error: null })),
      ...messages,
    ]);
  }

  clear(): void {
    this.#lifetime.abort(new LogeError('not_connected', 'The chat was closed before the message was sent.'));
    this.#lifetime = new AbortController();
    this.#awaitedSeqs.clear();
    this.#setMessages([]);
  }

  async #submit(message: OutgoingMessage): Promise<SentMessage> {
    const { clientId, text, replyTo, mentions } = message;
    const input = { clientId, text, ...(replyTo ? { replyTo } : {}), ...(mentions.length > 0 ? { mentions } : {}) };
    // One after another, so that a retried message is not overtaken by the next.
    const { signal } = this.#lifetime;
    const sent = this.#sending.then(() => {
      signal.throwIfAborted();
      return this.#dependencies.request(input);
    });
    this.#sending = sent.catch(() => undefined);
    try {
      const answer = await sent;
      if ('held' in answer) {
        this.#settle(clientId, { state: 'held', heldId: answer.held.id });
        return { kind: 'held', id: answer.held.id, clientId, text };
      }
      this.#handleSent(clientId, answer.message);
      return answer.message;
    } catch (error) {
      const failure = toLogeError(error, 'internal');
      this.#settle(clientId, { state: 'failed', error: failure });
      throw failure;
    }
  }

  /** Applies the answer unless `restoreHeld` has already brought a newer state. */
  #settle(clientId: string, change: Partial<OutgoingMessage>): void {
    if (this.#messages.some((one) => one.clientId === clientId && one.state === 'pending')) {
      this.#change(clientId, change);
    }
  }

  #handleSent(clientId: string, message: ChatMessage): void {
    this.#change(clientId, { state: 'sent' });
    this.#awaitedSeqs.set(clientId, message.seq);
    if (!this.#dependencies.deliver(message)) return;
    this.#awaitedSeqs.delete(clientId);
    this.#setMessages(this.#messages.filter((one) => one.clientId !== clientId));
  }

  #change(clientId: string, change: Partial<OutgoingMessage>): void {
    this.#setMessages(this.#messages.map((one) => (one.clientId === clientId ? { ...one, ...change } : one)));
  }

  #setMessages(messages: readonly OutgoingMessage[]): void {
    const before = this.#messages;
    if (messages.length === before.length && messages.every((message, index) => message === before[index])) return;
    this.#messages = messages;
    this.#dependencies.onChange();
  }
}

function hasFailed({ state }: OutgoingMessage): boolean {
  return state === 'failed' || state === 'refused';
}

function dropOldestFailed(messages: readonly OutgoingMessage[]): readonly OutgoingMessage[] {
  const oldest = messages.find(hasFailed) ?? messages.find(({ state }) => state === 'held');
  return messages.filter((message) => message !== oldest);
}
