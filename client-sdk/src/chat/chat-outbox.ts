/**
 * One's own messages on their way: shown at once, sent one after another, and marked until the log has them. A message keeps its
 * `clientId` through every repetition, so that it is in the log once however often it was sent. It knows nothing of the log.
 */
import type { ChatMessage, OwnHeld } from '../../../server/protocol/chat.ts';
import type { MessageId } from '../../../server/protocol/ids.ts';
import { LogeError, toLogeError } from '../errors.ts';
import { CHAT } from '../limits.ts';
import { createKey } from '../random-key.ts';

/**
 * `pending`: on its way, or waiting for the connection. `sent`: the server has it for good, its place in the order is about to come.
 * `held`: somebody who keeps order looks at it first. `refused`: they have not let it through. `failed`: it was not sent, see `error`;
 * `room.chat.retry()` sends it again.
 */
export type OutgoingState = 'pending' | 'sent' | 'held' | 'refused' | 'failed';

/** A message of one's own that is not among `messages` yet. */
export interface OutgoingMessage {
  readonly clientId: string;
  readonly text: string;
  readonly replyTo: MessageId | null;
  /** Identities. */
  readonly mentions: readonly string[];
  readonly state: OutgoingState;
  /** Why it `failed`. */
  readonly error: LogeError | null;
  /** Id of the review where it is `held` or `refused`. */
  readonly heldId: string | null;
  /** What the person who refused it wrote. */
  readonly reason: string | null;
}

export interface OutgoingContent {
  text: string;
  replyTo?: MessageId;
  mentions?: readonly string[];
}

export type SendAnswer = { message: ChatMessage } | { held: { id: string } };

/** What sending came to: the message with its place in the order, or the review that it waits for. */
export type SentMessage = ChatMessage | HeldOutgoing;

/** A message that somebody who keeps order looks at first; `chatHeld` tells how it ends. */
export interface HeldOutgoing {
  readonly kind: 'held';
  readonly id: string;
  readonly clientId: string;
  readonly text: string;
}

interface OutboxDependencies {
  request(input: { clientId: string } & OutgoingContent): Promise<SendAnswer>;
  /** Takes the message into the log; returns whether it is shown there already. */
  deliver(message: ChatMessage): boolean;
  onChange(): void;
}

export class ChatOutbox {
  readonly #dependencies: OutboxDependencies;
  /** Refused ones that were taken out of sight: a reconnect does not bring them back. */
  readonly #discarded = new Set<string>();
  #messages: readonly OutgoingMessage[] = [];
  #waitingFor = new Map<string, number>();
  #sending: Promise<unknown> = Promise.resolve();
  /** Until `clear()`: what waits for its turn then is not sent any more. */
  #open = new AbortController();

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
    // Past the limit the oldest that came to nothing goes: its author has seen that it did.
    const kept = this.#messages.length < CHAT.outgoingMessages ? this.#messages : dropOldestSettled(this.#messages);
    this.#set([...kept, message]);
    return this.#submit(message);
  }

  retry(clientId: string): Promise<SentMessage> {
    const message = this.#messages.find((one) => one.clientId === clientId && one.state === 'failed');
    if (!message) return Promise.reject(new LogeError('message_not_found'));
    this.#set([...this.#messages.filter((one) => one !== message), { ...message, state: 'pending', error: null }]);
    return this.#submit(message);
  }

  /** Takes away a message that failed or was refused; what is on its way stays. */
  discard(clientId: string): void {
    const heldId = this.#messages.find((one) => one.clientId === clientId)?.heldId;
    if (heldId) this.#discarded.add(heldId);
    const [oldest] = this.#discarded;
    if (oldest !== undefined && this.#discarded.size > CHAT.outgoingMessages) this.#discarded.delete(oldest);
    this.#set(this.#messages.filter((one) => one.clientId !== clientId || !isSettled(one)));
  }

  /** The log was let through up to here. */
  handleReached(seq: number): void {
    for (const [clientId, waitedFor] of this.#waitingFor) {
      if (waitedFor > seq) continue;
      this.#waitingFor.delete(clientId);
      this.#set(this.#messages.filter((one) => one.clientId !== clientId));
    }
  }

  /** How a review ended. Returns the message, where it was written on this page. */
  handleReviewed(review: { id: string; state: 'held' | 'allowed' | 'refused'; reason: string | null }): void {
    const message = this.#messages.find(({ heldId }) => heldId === review.id);
    if (!message) return;
    if (review.state === 'allowed') this.#set(this.#messages.filter((one) => one !== message));
    else this.#change(message.clientId, { state: review.state, reason: review.reason });
  }

  /**
   * What the server keeps of one's own for review, on entering and after every reconnect: a page that was reloaded has forgotten it, and one
   * that was away has not heard how a review ended.
   */
  restoreHeld(held: readonly OwnHeld[]): void {
    const kept = new Map(held.map((one) => [one.id, one]));
    const known = new Set<string>();
    const messages = this.#messages.flatMap((message): OutgoingMessage[] => {
      known.add(message.clientId);
      if (message.state !== 'held' || message.heldId === null) return [message];
      const now = kept.get(message.heldId as OwnHeld['id']);
      // What waits no more and was not refused is in the log.
      return now ? [{ ...message, state: now.state, reason: now.reason }] : [];
    });
    const forgotten = held.filter(({ id, clientId }) => !known.has(clientId) && !this.#discarded.has(id));
    this.#set([
      ...forgotten.map(({ id, ...rest }): OutgoingMessage => ({ ...rest, heldId: id, error: null })),
      ...messages,
    ]);
  }

  clear(): void {
    this.#open.abort(new LogeError('not_connected', 'The chat was left before the message was sent.'));
    this.#open = new AbortController();
    this.#waitingFor.clear();
    this.#set([]);
  }

  async #submit(message: OutgoingMessage): Promise<SentMessage> {
    const { clientId, text, replyTo, mentions } = message;
    const input = { clientId, text, ...(replyTo ? { replyTo } : {}), ...(mentions.length > 0 ? { mentions } : {}) };
    // One after another, so that a repeated message does not overtake the one before it.
    const { signal } = this.#open;
    const sent = this.#sending.then(() => {
      signal.throwIfAborted();
      return this.#dependencies.request(input);
    });
    this.#sending = sent.catch(() => undefined);
    try {
      const answer = await sent;
      if ('held' in answer) {
        this.#change(clientId, { state: 'held', heldId: answer.held.id });
        return { kind: 'held', id: answer.held.id, clientId, text };
      }
      this.#handleSent(clientId, answer.message);
      return answer.message;
    } catch (error) {
      const failure = toLogeError(error, 'internal');
      this.#change(clientId, { state: 'failed', error: failure });
      throw failure;
    }
  }

  #handleSent(clientId: string, message: ChatMessage): void {
    this.#change(clientId, { state: 'sent' });
    this.#waitingFor.set(clientId, message.seq);
    if (!this.#dependencies.deliver(message)) return;
    this.#waitingFor.delete(clientId);
    this.#set(this.#messages.filter((one) => one.clientId !== clientId));
  }

  #change(clientId: string, change: Partial<OutgoingMessage>): void {
    this.#set(this.#messages.map((one) => (one.clientId === clientId ? { ...one, ...change } : one)));
  }

  #set(messages: readonly OutgoingMessage[]): void {
    const before = this.#messages;
    if (messages.length === before.length && messages.every((message, index) => message === before[index])) return;
    this.#messages = messages;
    this.#dependencies.onChange();
  }
}

function isSettled({ state }: OutgoingMessage): boolean {
  return state === 'failed' || state === 'refused';
}

function dropOldestSettled(messages: readonly OutgoingMessage[]): readonly OutgoingMessage[] {
  const oldest = messages.find(isSettled) ?? messages.find(({ state }) => state === 'held');
  return messages.filter((message) => message !== oldest);
}
