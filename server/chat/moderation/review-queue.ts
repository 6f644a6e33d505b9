/** Messages that are held for review. Their authors know that they are held, and learn the outcome. */
import type { Bus } from '../../platform/bus.ts';
import { HOUR_MS, isoIn } from '../../platform/clock.ts';
import { GatheredRead } from '../../platform/db/gathered-read.ts';
import type { Participant } from '../../protocol/accounts/accounts.ts';
import type { HoldReason, OwnHeld } from '../../protocol/chat/chat.ts';
import type { HeldMessage, ReviewInput } from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type HeldMessageId, type MessageId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import type { Actor } from './acts.store.ts';
import { HeldStore, type OwnReview, takeHeld } from './held.store.ts';

/** How long a refused message is shown to its author after a reload, and a decision is repeated that may be lost. */
const DECISION_SHOWN_MS = HOUR_MS;

interface Holding {
  room: RoomId;
  from: Participant;
  member?: number | undefined;
  input: { clientId: string; replyTo?: MessageId | undefined; mentions?: string[] | undefined };
  text: string;
  links: boolean;
  reason: HoldReason;
  detail: string | null;
}

interface HeldChange {
  room: RoomId;
  identity: string;
  ids: string[];
  state: 'held' | 'allowed' | 'refused';
  reason: string | null;
}

export class ReviewQueue {
  readonly #parts: ChatParts;
  readonly #store: HeldStore;
  readonly #own: GatheredRead<{ room: RoomId; identity: string }, OwnReview[]>;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#store = new HeldStore(parts.db);
    this.#own = new GatheredRead((people) => this.#store.findOwn(people, isoIn(parts.clock, -DECISION_SHOWN_MS)));
  }

  async add({
    room,
    from,
    member,
    input,
    text,
    links,
    reason,
    detail,
  }: Holding): Promise<{ id: HeldMessageId; reason: HoldReason }> {
    const { clientId, replyTo, mentions } = input;
    const before = await this.#store.findSent(room, from.identity, clientId);
    if (before) return before;
    if ((await this.#store.countWaiting(room, from.identity)) >= LIMITS.chatOwnHeld) {
      throw new AppError('rate_limited', 'Too many of your messages wait for review. Try again later.');
    }
    if ((await this.#store.countWaiting(room)) >= LIMITS.chatQueueMessages) {
      throw new AppError(
        'message_refused',
        'This message must be reviewed, and the review queue is full. Try again later.',
      );
    }
    const heldAt = isoIn(this.#parts.clock);
    await this.#store.insert({
      id: createId('heldMessage'),
      room,
      from,
      member,
      text,
      links,
      clientId,
      replyTo,
      mentions,
      reason,
      detail,
      heldAt,
    });
    // Two concurrent copies are kept once.
    const held = await this.#store.findSent(room, from.identity, clientId);
    if (!held) throw new AppError('unavailable');
    tellHeld(this.#parts.bus, { room, identity: from.identity, ids: [held.id], state: 'held', reason: null });
    return held;
  }

  findSent(room: RoomId, identity: string, clientId: string) {
    return this.#store.findSent(room, identity, clientId);
  }

  /** A person's messages that are not in the log, or not yet, for a page that has lost them. */
  async ofAuthor(room: RoomId, identity: string): Promise<OwnHeld[]> {
    const reviews = await this.reviewsOf(room, identity);
    return reviews.filter((review): review is OwnHeld => review.state !== 'allowed');
  }

  /** The same, with those that were allowed recently. */
  reviewsOf(room: RoomId, identity: string): Promise<OwnReview[]> {
    return this.#own.get({ room, identity });
  }

  countWaiting(room: RoomId): Promise<number> {
    return this.#store.countWaiting(room);
  }

  async queue(room: RoomId): Promise<{ held: HeldMessage[]; waiting: number }> {
    const [held, waiting] = await Promise.all([
      this.#store.listWaiting(room, LIMITS.listPageItems),
      this.#store.countWaiting(room),
    ]);
    return { held, waiting };
  }

  /** The first decision counts. An allowed message is appended now, under its author's name. */
  async review(
    room: RoomId,
    actor: Actor,
    { id, decision, reason = null }: Omit<ReviewInput, 'reason'> & { reason?: string | null | undefined },
  ): Promise<void> {
    const { log, policies } = this.#parts;
    const { creator } = await policies.get(room);
    const at = isoIn(this.#parts.clock);
    const taken = await log.act(room, async (act) => {
      const held = await takeHeld(act.run, { id, room, decision, at, reason });
      if (!held) return undefined;
      if ((actor.role === 'moderator' || actor.role === 'fan') && held.identity === actor.identity)
        throw new AppError('forbidden');
      const { identity, name, role, text } = held;
      const message = createId('message');
      if (decision === 'allow') {
        const details = {
          ...(held.mentions ? { mentions: held.mentions } : {}),
          ...(held.links ? { links: true } : {}),
          ...(held.member === null ? {} : { member: held.member }),
        };
        await act.append({
          room,
          kind: 'message',
          id: message,
          identity,
          name,
          role,
          text,
          clientId: held.client_id,
          replyTo: (held.reply_to ?? undefined) as MessageId | undefined,
          details,
          sentAt: at,
        });
      }
      const messageId = decision === 'allow' ? message : null;
      const details = { decision, held: id, heldFor: held.reason };
      await act.record({ at, kind: 'review', actor, room, creator, target: identity, messageId, reason, details });
      return held;
    });
    if (!taken)
      throw new AppError((await this.#store.exists(room, id)) ? 'already_reviewed' : 'held_message_not_found');
    const state = decision === 'allow' ? 'allowed' : 'refused';
    tellHeld(this.#parts.bus, { room, identity: taken.identity, ids: [id], state, reason });
  }

  listOf(identity: string): Promise<HeldMessage[]> {
    return this.#store.listOf(identity, LIMITS.chatExportMessages);
  }
}

/** Tells the author what became of held messages, and moderators that the queue has changed. */
export function tellHeld(bus: Bus, { ids, ...change }: HeldChange): void {
  for (const id of ids) publishNews(bus, { type: 'held', id, ...change });
  publishNews(bus, { type: 'queue', room: change.room });
}
