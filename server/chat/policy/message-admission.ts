/**
 * Decides on a message before it is appended: restrictions and mode, the creator's word list, repetitions and waves,
 * the embedder's hook. The author always learns the outcome: sent, held, or refused with the reason. If the policy
 * changes before the append, the message is judged again, so that nothing is sent after it was forbidden.
 */
import { isoIn } from '../../platform/clock.ts';
import { RecentMap } from '../../platform/recent-map.ts';
import type { Participant } from '../../protocol/accounts/accounts.ts';
import type { ChatMessage, ChatSendAnswer, HoldReason } from '../../protocol/chat/chat.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId } from '../../protocol/ids.ts';
import type { ChatParts, Sending } from '../chat-parts.ts';
import { OutdatedJudgement } from '../log/chat.store.ts';
import type { ReviewQueue } from '../moderation/review-queue.ts';
import type { ChatHook, HookVerdict } from './chat-hook.ts';
import type { FloodWatch } from './flood-watch.ts';
import { isEmojiOnly, parseMessageText } from './message-text.ts';
import type { Restriction, RoomPolicies, RoomPolicy } from './room-policies.ts';

/** Limit of judgements of one message while its room's policy keeps changing. */
const JUDGEMENTS = 8;
const JUDGE_AGAIN_MS = 1_000;
const MEMBERS_REMEMBERED = 20_000;
const MEMBER_TTL_MS = 15_000;

interface Hold {
  reason: HoldReason;
  detail: string | null;
}

/** The result under one policy version: the text to show, and why the message is held, if it is. */
interface Judgement {
  text: string;
  links: boolean;
  hold?: Hold;
  forget: () => void;
}

export class MessageAdmission {
  readonly #parts: ChatParts;
  readonly #flood: FloodWatch;
  readonly #held: ReviewQueue;
  readonly #hook: ChatHook;
  /** When each member was last looked up. */
  readonly #members = new RecentMap<string, number>(MEMBERS_REMEMBERED);

  constructor(options: { parts: ChatParts; flood: FloodWatch; held: ReviewQueue; hook: ChatHook }) {
    this.#parts = options.parts;
    this.#flood = options.flood;
    this.#held = options.held;
    this.#hook = options.hook;
  }

  async send(sending: Sending): Promise<ChatSendAnswer> {
    const text = parseMessageText(sending.input.text);
    const policies: RoomPolicies = this.#parts.policies;
    let policy = await policies.get(sending.room);
    let hooked: HookVerdict | undefined;
    for (let left = JUDGEMENTS; ; left -= 1) {
      let judgement: Judgement | undefined;
      try {
        judgement = await this.#judge(policy, sending, text);
        // The hook is asked once, about the text that will be shown.
        hooked ??= await this.#hook.ask({ ...sending, policy, text: judgement.text, sentAt: isoIn(this.#parts.clock) });
        applyHook(judgement, hooked);
        sending.assertMayWrite?.();
        if (judgement.hold) return await this.#hold(sending, judgement, judgement.hold);
        return { message: await this.#append(policy, sending, judgement) };
      } catch (error) {
        judgement?.forget();
        const isOutdated = error instanceof OutdatedJudgement;
        const newer = isOutdated ? await policies.reread(sending.room) : await policies.recheck(policy);
        if (!isOutdated && newer.version === policy.version) {
          const known = await this.#findAnswered(sending, error);
          if (known) return known;
          throw error;
        }
        if (left === 0) throw new AppError('unavailable', undefined, { retryAfterMs: JUDGE_AGAIN_MS });
        policy = newer;
      }
    }
  }

  async #judge(policy: RoomPolicy, { room, from, input }: Sending, text: string): Promise<Judgement> {
    const { clock, metrics } = this.#parts;
    const nowMs = clock.now();
    const refusal = await this.refusalOf(policy, from, text, nowMs);
    if (refusal) throw refusal;
    const links = policy.linksAllowed || from.role !== 'fan';
    if (from.role !== 'fan') return { text, links, forget: () => {} };
    const words = policy.words.judge(text);
    if (words?.action === 'refuse') {
      metrics.chatModerated.inc({ outcome: 'refused', cause: 'words' });
      throw new AppError('message_refused', 'This message contains a word that is not allowed here.');
    }
    const flood = this.#flood.judge({ room, identity: from.identity, clientId: input.clientId, text, nowMs });
    if (flood.kind === 'duplicate') {
      metrics.chatModerated.inc({ outcome: 'refused', cause: 'duplicate' });
      throw new AppError('message_duplicate', undefined, { retryAfterMs: flood.retryAfterMs });
    }
    const judgement: Judgement = {
      text: words?.text ?? text,
      links,
      forget: flood.forget,
    };
    if (flood.kind === 'wave') {
      metrics.chatModerated.inc({ outcome: flood.isHeld ? 'held' : 'refused', cause: 'wave' });
      const { retryAfterMs } = flood;
      if (!flood.isHeld) {
        throw new AppError('message_duplicate', 'Many people are writing this now. Try again in a moment.', {
          retryAfterMs,
        });
      }
      judgement.hold = { reason: 'wave', detail: null };
    } else if (words?.action === 'hold') {
      metrics.chatModerated.inc({ outcome: 'held', cause: 'words' });
      judgement.hold = { reason: 'words', detail: words.pattern };
    }
    return judgement;
  }

  /** Why a restriction of the author or the room's mode forbids this text; undefined if they allow it. */
  async refusalOf(policy: RoomPolicy, from: Participant, text: string, nowMs: number): Promise<AppError | undefined> {
    // Restrictions never apply to a creator in their own rooms.
    if (from.role === 'creator') return undefined;
    const [restriction] = await this.#parts.policies.restrictionsOf(policy, from.identity, nowMs);
    if (restriction) return restrictionError(restriction, nowMs);
    if (from.role !== 'fan') return undefined;
    const { paused, membersOnly, emojiOnly } = policy.mode;
    if (paused) return new AppError('chat_paused');
    if (membersOnly && !(await this.#isMember(policy.creator, from.identity, nowMs))) {
      return new AppError('chat_members_only');
    }
    return emojiOnly && !isEmojiOnly(text) ? new AppError('chat_emoji_only') : undefined;
  }

  /** Only members are remembered: who has just joined may write at once. */
  async #isMember(creator: string, identity: string, nowMs: number): Promise<boolean> {
    const key = `${creator}\n${identity}`;
    if ((this.#members.get(key) ?? 0) > nowMs - MEMBER_TTL_MS) return true;
    this.#members.delete(key);
    if (!(await this.#parts.rooms.isMember(creator, identity))) return false;
    this.#members.set(key, nowMs);
    return true;
  }

  async #append(
    policy: RoomPolicy,
    { room, from, member, input }: Sending,
    { text, links }: Judgement,
  ): Promise<ChatMessage> {
    const { mentions } = input;
    const details = {
      ...(mentions && mentions.length > 0 ? { mentions: [...new Set(mentions)] } : {}),
      ...(links ? { links } : {}),
      ...(member === undefined ? {} : { member }),
    };
    const { entry } = await this.#parts.log.append({
      room,
      kind: 'message',
      id: createId('message'),
      ...from,
      text,
      clientId: input.clientId,
      replyTo: input.replyTo,
      details: Object.keys(details).length > 0 ? details : undefined,
      sentAt: isoIn(this.#parts.clock),
      judged: { version: policy.version, slowModeSeconds: from.role === 'fan' ? policy.mode.slowModeSeconds : 0 },
    });
    return entry as ChatMessage;
  }

  async #hold(sending: Sending, { text, links }: Judgement, hold: Hold): Promise<ChatSendAnswer> {
    // A message that was allowed before is not held again.
    const sent = await this.#parts.store.findSent(sending.room, sending.from.identity, sending.input.clientId);
    if (sent) return { message: sent };
    return { held: await this.#held.add({ ...sending, text, links, ...hold }) };
  }

  /** A refused message may be the retry of one that was accepted a moment ago. */
  async #findAnswered({ room, from, input }: Sending, error: unknown): Promise<ChatSendAnswer | undefined> {
    if (!(error instanceof AppError) || error.code === 'unavailable') return undefined;
    const message = await this.#parts.store.findSent(room, from.identity, input.clientId);
    if (message) return { message };
    const held = await this.#held.findSent(room, from.identity, input.clientId);
    return held && { held };
  }
}

function applyHook(judgement: Judgement, verdict: HookVerdict): void {
  if (verdict.decision === 'deny') throw new AppError('message_refused', verdict.reason ?? undefined);
  if (verdict.decision === 'hold')
    judgement.hold ??= { reason: verdict.isFailure ? 'hook_failed' : 'hook', detail: verdict.reason };
}

function restrictionError({ kind, reason, untilMs }: Restriction, nowMs: number): AppError {
  const retryAfter = untilMs === null ? {} : { retryAfterMs: untilMs - nowMs };
  return kind === 'ban'
    ? new AppError('chat_banned', `You are banned from writing here: ${reason}`, retryAfter)
    : new AppError('chat_timed_out', `You cannot write here for a while: ${reason}`, retryAfter);
}
