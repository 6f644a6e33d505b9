/**
 * The chat's state besides its log: modes, pinned message, poll, raised hands, the user's own restriction, the review
 * queue. It emits one event per change, even when the server's updates arrive twice or out of order.
 */
import type { ChatRestriction } from '../../../server/protocol/chat/chat-moderation.ts';
import type { ChatPoll, ChatState, Hand, OwnVote } from '../../../server/protocol/chat/chat-room.ts';
import type { Inside } from '../../../server/protocol/realtime.ts';
import type { RaisedHands, RoomEventMap } from '../events.ts';

type StateEventName = 'chatState' | 'chatPoll' | 'chatHands' | 'chatRestriction' | 'chatQueue';
export type ChatStateEmit = <N extends StateEventName>(name: N, payload: RoomEventMap[N]) => void;

const NO_HANDS: RaisedHands = { count: 0, hands: [] };

export class ChatRoomState {
  readonly #emit: ChatStateEmit;
  #state: ChatState | null = null;
  #restriction: ChatRestriction | null = null;
  #ownVote: OwnVote | null = null;
  #hands = NO_HANDS;
  #isHandRaised = false;
  #waiting = 0;

  constructor(emit: ChatStateEmit) {
    this.#emit = emit;
  }

  get state(): ChatState | null {
    return this.#state;
  }

  get poll(): ChatPoll | null {
    return this.#state?.poll ?? null;
  }

  get restriction(): ChatRestriction | null {
    return this.#restriction;
  }

  get hands(): RaisedHands {
    return this.#hands;
  }

  get isHandRaised(): boolean {
    return this.#isHandRaised;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Id of the option that this participant voted for in the current poll. */
  get ownVote(): number | null {
    return this.#ownVote && this.#ownVote.poll === this.poll?.id ? this.#ownVote.option : null;
  }

  /**
   * On entering and after every reconnect, after which the server sends the raised hands. Ignores versions, since a
   * server that lost its state restarts at a lower one.
   */
  begin({ chatState, restriction, ownVote }: Pick<Inside, 'chatState' | 'restriction' | 'ownVote'>): void {
    this.#ownVote = ownVote;
    this.#replace(chatState);
    this.handleRestriction(restriction);
  }

  handleState(state: ChatState): void {
    if (this.#state && state.version < this.#state.version) return;
    this.#replace(state);
  }

  handleVotes({ poll: id, votes }: { poll: string; votes: readonly number[] }): void {
    const { poll } = this;
    if (!this.#state || poll?.id !== id || poll.closed) return;
    const options = poll.options.map((option) => ({ ...option, votes: votes[option.id] ?? option.votes }));
    this.#state = { ...this.#state, poll: { ...poll, options } };
    this.#emit('chatPoll', this.poll);
  }

  handleOwnVote(vote: OwnVote): void {
    this.#ownVote = vote;
    this.#emit('chatPoll', this.poll);
  }

  handleRestriction(restriction: ChatRestriction): void {
    const next = restriction.kind === null ? null : restriction;
    if (isSame(next, this.#restriction)) return;
    this.#restriction = next;
    this.#emit('chatRestriction', next);
  }

  handleHands({ count, hands }: { count: number; hands?: readonly Hand[] | undefined }): void {
    const next = { count, hands: hands ?? (count === 0 ? [] : this.#hands.hands) };
    if (isSame(next, this.#hands)) return;
    this.#hands = next;
    this.#emit('chatHands', next);
  }

  handleOwnHand(raised: boolean): void {
    if (raised === this.#isHandRaised) return;
    this.#isHandRaised = raised;
    this.#emit('chatHands', this.#hands);
  }

  handleQueue(waiting: number): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#emit('chatQueue', { waiting });
  }

  /** Drops what only moderators see. */
  dropModeration(): void {
    this.handleHands({ count: this.#hands.count, hands: [] });
    this.handleQueue(0);
  }

  close(): void {
    this.#state = null;
    this.#restriction = null;
    this.#ownVote = null;
    this.#hands = NO_HANDS;
    this.#isHandRaised = false;
    this.#waiting = 0;
  }

  #replace(state: ChatState): void {
    const before = this.#state;
    if (isSame(before, state)) return;
    this.#state = state;
    if (!isSame(before?.poll ?? null, state.poll)) this.#emit('chatPoll', state.poll);
    this.#emit('chatState', state);
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
