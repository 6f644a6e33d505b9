/**
 * Moderation acts. Each is one transaction in the room's queue: its effect, its log entry and its audit record are
 * committed together. The person concerned is told, with the reason.
 */
import { iso, isoIn, isoOrNull } from '../../platform/clock.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type {
  LiftInput,
  RestrictInput,
  RestrictionScope,
  SetModeInput,
  WordList,
  WordRule,
} from '../../protocol/chat/chat-moderation.ts';
import type { ChatMode } from '../../protocol/chat/chat-room.ts';
import type { RestrictionRow } from '../../protocol/chat/chat-server.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type MessageId, type RoomId } from '../../protocol/ids.ts';
import { kindsTaking, MODERATED_KINDS, TAKES } from '../../rooms/restrictions/restriction-kinds.ts';
import type { RestrictionRow as TakenRow } from '../../rooms/restrictions/restrictions.store.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import type { ActTransaction } from '../log/chat.store.ts';
import { announce, houseEntry, noticeEntry } from '../log/house-entries.ts';
import { WordFilter } from '../policy/word-filter.ts';
import type { Actor } from './acts.store.ts';
import { refuseHeldOf } from './held.store.ts';
import {
  findAuthorShown,
  hasUnpurged,
  ModerationStore,
  type RoomSettings,
  readSettings,
  removeMessage,
  removeMessagesOf,
  saveSettings,
  saveWords,
  unpin,
} from './moderation.store.ts';
import { tellHeld } from './review-queue.ts';

const TIMEOUT_DEFAULT_SECONDS = 600;
/** The slow mode that panic sets, in force once the pause ends. */
const PANIC_SLOW_MODE_SECONDS = 30;

export interface Act {
  room: RoomId;
  actor: Actor;
}

export class Moderation {
  readonly #parts: ChatParts;
  readonly #store: ModerationStore;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#store = new ModerationStore(parts.db);
  }

  /** Removes the text of a message or tip; idempotent. One that the house removed stays removed, as the act says. */
  async remove({
    room,
    actor,
    messageId,
    reason,
  }: Act & { messageId: RemovableId; reason?: string | undefined }): Promise<void> {
    const { creator } = await this.#parts.policies.get(room);
    await this.#act(room, async (act, at) => {
      const found = await removeMessage(act.run, { room, id: messageId, at });
      if (!found) throw new AppError('message_not_found');
      if (!found.removed && found.moderated) return;
      if (found.removed) {
        await act.append(houseEntry({ room, actor, at, kind: 'removal', id: messageId, text: reason ?? null }));
        await unpin(act, room, [messageId]);
      }
      await act.record({ at, kind: 'remove', actor, room, creator, target: found.identity, messageId, reason });
    });
  }

  /**
   * Removes everything that one person has written in the room so far, and refuses their messages that wait for review.
   */
  async removeAuthor({ room, actor, identity, reason }: Act & { identity: string; reason: string }): Promise<void> {
    const { creator } = await this.#parts.policies.get(room);
    if (identity !== actor.identity) await this.#assertOutranks(actor, { creator, room, identity });
    const refused = await this.#act(room, (act, at) => purge(act, { room, actor, creator, identity, reason, at }));
    this.#tellRefused(room, identity, refused, reason);
  }

  /** Restricts a person. It replaces the actor's own of the same scope and right; those of other actors stay. */
  async restrict({ room, actor, input }: Act & { input: RestrictInput }): Promise<void> {
    const { identity, kind, scope, reason, removeMessages } = input;
    assertMayActIn(scope, actor);
    const { creator } = await this.#parts.policies.get(room);
    if (identity === creator) throw new AppError('participant_not_restrictable');
    await this.#assertOutranks(actor, { creator, room, identity });
    const seconds = input.seconds ?? (kind === 'timeout' ? TIMEOUT_DEFAULT_SECONDS : undefined);
    const where = scope === 'room' ? room : null;
    const refused = await this.#act(room, async (act, at) => {
      const until = seconds === undefined ? null : iso(Date.parse(at) + seconds * 1_000);
      const { restrictions } = this.#parts;
      const own = { creator, room: where, identity, by: actor.identity, byRole: actor.role };
      await restrictions.lift(act.run, { ...own, kind: kindsTaking(TAKES[kind][0]), inForceAt: at }, at);
      await restrictions.insert(act.run, { ...own, id: createId('restriction'), kind, reason, createdAt: at, until });
      await act.record({
        at,
        kind,
        actor,
        room: where,
        creator,
        target: identity,
        reason,
        details: { scope, until, from: room },
      });
      const purged = removeMessages ? await purge(act, { room, actor, creator, identity, reason, at }) : [];
      await act.bump(scope === 'creator' ? creator : undefined);
      return purged;
    });
    this.#tellRefused(room, identity, refused, reason);
    publishNews(this.#parts.bus, { type: 'person', creator, room: where, identity });
  }

  /** Lifts restrictions; a moderator can lift those of moderators. Idempotent. */
  async lift({ room, actor, input }: Act & { input: LiftInput }): Promise<void> {
    const { identity, scope, reason } = input;
    // A moderator can lift another moderator's restriction.
    const isHelper = keepsOrderForAnother(actor);
    if (isHelper && identity === actor.identity) throw new AppError('participant_not_restrictable');
    assertMayActIn(scope, actor);
    const { creator } = await this.#parts.policies.get(room);
    const where = scope === 'room' ? room : null;
    const lifted = await this.#act(room, async (act, at) => {
      const { restrictions } = this.#parts;
      const held = { kind: MODERATED_KINDS, creator, identity, room: where, inForceAt: at };
      const byRole = isHelper ? HELPER_ROLES : LIFTED_ROLES;
      const kinds = (await restrictions.lift(act.run, { ...held, byRole }, at)).map((lifted) => lifted.kind);
      if (kinds.length === 0) {
        if (await restrictions.has(act.run, held)) {
          const by = isHelper ? 'the creator, the server and the house' : 'the house';
          throw new AppError('forbidden', `This was set by ${by}, who alone can lift it.`);
        }
        return false;
      }
      await act.record({
        at,
        kind: 'lift',
        actor,
        room: where,
        creator,
        target: identity,
        reason,
        details: { scope, kinds },
      });
      await act.bump(scope === 'creator' ? creator : undefined);
      return true;
    });
    if (lifted) publishNews(this.#parts.bus, { type: 'person', creator, room: where, identity });
  }

  /** Changes the given settings only. */
  async setMode({ room, actor, input }: Act & { input: SetModeInput }): Promise<void> {
    await this.#parts.policies.get(room);
    await this.#act(room, async (act, at) => {
      const before = await readSettings(act.run, room);
      const after = { ...before, ...defined(input) };
      const changed = await announce(act, { room, actor, at, before, after });
      if (Object.keys(changed).length === 0) return;
      await saveSettings(act.run, room, after);
      await act.record({ at, kind: 'mode', actor, room, creator: before.creator, details: { changed } });
      await act.bump();
    });
  }

  /**
   * Pauses the chat for everybody but moderators, and sets slow mode and members-only for when the pause ends. Off
   * restores the previous mode.
   */
  async panic({ room, actor, on, reason }: Act & { on: boolean; reason: string }): Promise<void> {
    await this.#parts.policies.get(room);
    await this.#act(room, async (act, at) => {
      const before = await readSettings(act.run, room);
      if ((before.panic !== null) === on) return;
      const { slowModeSeconds, membersOnly, emojiOnly, paused } = before;
      const mode: ChatMode = { slowModeSeconds, membersOnly, emojiOnly, paused };
      const slow = Math.max(slowModeSeconds, PANIC_SLOW_MODE_SECONDS);
      const after: RoomSettings = on
        ? { ...before, paused: true, membersOnly: true, slowModeSeconds: slow, panic: mode }
        : { ...before, ...before.panic, panic: null };
      await saveSettings(act.run, room, after);
      await act.append(noticeEntry({ room, actor, at }, { notice: 'panic', on }));
      await act.record({ at, kind: 'panic', actor, room, creator: before.creator, reason, details: { on } });
      await act.bump();
    });
  }

  /** Pins a message instead of the current one; null unpins. */
  async pin({ room, actor, messageId }: Act & { messageId: MessageId | null }): Promise<void> {
    await this.#parts.policies.get(room);
    await this.#act(room, async (act, at) => {
      const target = messageId === null ? null : await findAuthorShown(act.run, room, messageId);
      if (target === undefined) throw new AppError('message_not_found');
      const before = await readSettings(act.run, room);
      if (before.pinned === messageId) return;
      await saveSettings(act.run, room, { ...before, pinned: messageId });
      await act.append(noticeEntry({ room, actor, at }, { notice: 'pinned', on: messageId !== null }));
      await act.record({
        at,
        kind: 'pin',
        actor,
        room,
        creator: before.creator,
        target,
        messageId,
        details: { on: messageId !== null },
      });
      await act.bump();
    });
  }

  /** Sets a creator's word list, for all of their rooms; `room` is where it was set, if in one. */
  async setWords({ creator, actor, words }: { creator: string; actor: Actor; words: WordRule[] }): Promise<WordList> {
    // Throws for an empty pattern before anything is written.
    new WordFilter(words);
    const at = isoIn(this.#parts.clock);
    const bumped = await this.#parts.store.govern(creator, async (run, record) => {
      await saveWords(run, { creator, words, at });
      await record({ at, kind: 'words', actor, creator, details: { count: words.length } });
    });
    this.#parts.onBumped(bumped);
    return { words, updatedAt: at };
  }

  words(creator: string): Promise<WordList> {
    return this.#store.readWords(creator);
  }

  /** Active or not, newest first: of one person, or of a room and of all of its creator's rooms. */
  async listRestrictions(
    of: { identity: string } | { room: RoomId; creator: string },
    limit: number,
  ): Promise<RestrictionRow[]> {
    const which = 'room' in of ? { ...of, room: [of.room, null] } : of;
    return (await this.#parts.restrictions.list({ ...which, kind: MODERATED_KINDS }, { limit })).map(toWire);
  }

  /** A moderator cannot act against the creator or another moderator, whether those are connected or not. */
  async #assertOutranks(actor: Actor, target: { creator: string; room: RoomId; identity: string }): Promise<void> {
    if (!keepsOrderForAnother(actor)) return;
    const isAbove = target.identity === target.creator || target.identity === actor.identity;
    if (isAbove || (await this.#parts.rooms.moderates(target))) throw new AppError('participant_not_restrictable');
  }

  #tellRefused(room: RoomId, identity: string, ids: string[], reason: string): void {
    if (ids.length > 0) tellHeld(this.#parts.bus, { room, identity, ids, state: 'refused', reason });
  }

  #act<T>(room: RoomId, work: (act: ActTransaction, at: string) => Promise<T>): Promise<T> {
    return this.#parts.log.act(room, (act) => work(act, isoIn(this.#parts.clock)));
  }
}

/** A moderator, or a fan whose token lets them moderate. */
const HELPER_ROLES: readonly Actor['role'][] = ['moderator', 'fan'];

/** A decision of the house is undone by an appeal alone. */
const LIFTED_ROLES: readonly Actor['role'][] = [...HELPER_ROLES, 'creator', 'server'];

function keepsOrderForAnother({ role }: Actor): boolean {
  return HELPER_ROLES.includes(role);
}

/** A moderator acts in one room; only the creator and the server act in all of the creator's rooms. */
function assertMayActIn(scope: RestrictionScope, actor: Actor): void {
  if (scope === 'creator' && keepsOrderForAnother(actor)) {
    throw new AppError('forbidden', 'Only the creator and the server can restrict people in all rooms.');
  }
}

/** Returns the ids of the held messages that it refused. */
async function purge(
  act: ActTransaction,
  it: { room: RoomId; actor: Actor; creator: string; identity: string; reason: string; at: string },
): Promise<string[]> {
  const { room, actor, creator, identity, reason, at } = it;
  const removed = await removeMessagesOf(act.run, { room, identity, at });
  const refused = await refuseHeldOf(act.run, { room, identity, at, reason });
  // Also when everything is removed already: a message that the house removed must not be shown again on appeal.
  const isPurge = await hasUnpurged(act.run, { room, identity });
  if (!isPurge && refused.length === 0) return refused;
  if (isPurge) {
    const details = { identity, uptoSeq: act.nextSeq - 1 };
    await act.append(houseEntry({ room, actor, at, kind: 'purge', id: createId('chatAct'), text: reason, details }));
    await unpin(act, room, removed);
  }
  await act.record({
    at,
    kind: 'remove_author',
    actor,
    room,
    creator,
    target: identity,
    reason,
    details: { removed: removed.length, refused: refused.length },
  });
  return refused;
}

function defined<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function toWire(row: TakenRow): RestrictionRow {
  return {
    identity: row.identity ?? '',
    kind: row.kind as RestrictionRow['kind'],
    scope: row.room === null ? 'creator' : 'room',
    room: row.room as RoomId | null,
    creator: row.creator ?? '',
    reason: row.reason,
    by: row.by,
    createdAt: iso(row.createdAt),
    until: isoOrNull(row.until),
    liftedAt: isoOrNull(row.liftedAt),
  };
}
