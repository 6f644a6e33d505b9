/**
 * What the house's decisions do in a chat, and undo. They outrank what moderators do, and leave that as it is: a
 * message that a moderator removed stays removed. Each method is idempotent by the decision.
 */
import { isoIn } from '../../platform/clock.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import { createId, type MessageId, type RoomId } from '../../protocol/ids.ts';
import { MODERATED_KINDS } from '../../rooms/restrictions/restriction-kinds.ts';
import { type ChatParts, publishNews } from '../chat-parts.ts';
import { HOUSE, houseEntry } from '../log/house-entries.ts';
import { removeMessage, restoreMessage, unpin } from './moderation.store.ts';

interface OfDecision {
  room: RoomId;
  decision: string;
}

export class HouseMeasures {
  readonly #parts: ChatParts;

  constructor(parts: ChatParts) {
    this.#parts = parts;
  }

  /** Of a tip, the words. Nothing happens if there is no such message, or it is removed. */
  async removeMessage(it: OfDecision & { message: RemovableId; reason: string }): Promise<void> {
    const { room, message: messageId, decision, reason } = it;
    const { creator } = await this.#parts.policies.get(room);
    await this.#parts.log.act(room, async (act) => {
      const at = isoIn(this.#parts.clock);
      const found = await removeMessage(act.run, { room, id: messageId, at });
      if (!found?.removed) return;
      const details = { subject: messageId };
      const id = createId('chatAct');
      await act.append(houseEntry({ room, actor: HOUSE, at, kind: 'removal', id, text: reason, details }));
      await unpin(act, room, [messageId]);
      const about = { room, creator, target: found.identity, messageId, reason, details: { decision } };
      await act.record({ at, kind: 'remove', actor: HOUSE, ...about });
    });
  }

  /**
   * Shows a message again that the house had removed; words of a tip to whoever reads the log from then on. The caller
   * knows of no other decision that removes it.
   */
  async restoreMessage({ room, message: messageId, decision }: OfDecision & { message: RemovableId }): Promise<void> {
    const { creator } = await this.#parts.policies.get(room);
    await this.#parts.log.act(room, async (act) => {
      const at = isoIn(this.#parts.clock);
      const restored = await restoreMessage(act.run, { room, id: messageId });
      if (!restored) return;
      if (restored.kind === 'message') {
        const entry = houseEntry({ room, actor: HOUSE, at, kind: 'restoration', id: createId('chatAct') });
        await act.append({ ...entry, replyTo: messageId as MessageId });
      }
      const about = { room, creator, target: restored.identity, messageId, details: { decision } };
      await act.record({ at, kind: 'restore', actor: HOUSE, ...about });
      // A pinned answer quotes it again.
      await act.bump();
    });
  }

  async mute(it: OfDecision & { identity: string; until: string | null; reason: string }): Promise<void> {
    const { room, identity, decision, until, reason } = it;
    const { creator } = await this.#parts.policies.get(room);
    const kind = until === null ? 'ban' : 'timeout';
    await this.#parts.log.act(room, async (act) => {
      const createdAt = isoIn(this.#parts.clock);
      const of = { decision, creator, room, identity, by: HOUSE.identity, byRole: HOUSE.role };
      const said = { ...of, id: createId('restriction'), kind, reason, createdAt, until } as const;
      if (!(await this.#parts.restrictions.insert(act.run, said))) return;
      const about = { room, creator, target: identity, reason, details: { scope: 'room', until, decision } };
      await act.record({ at: createdAt, kind, actor: HOUSE, ...about });
      await act.bump();
    });
    publishNews(this.#parts.bus, { type: 'person', creator, room, identity });
  }

  async unmute({ room, identity, decision }: OfDecision & { identity: string }): Promise<void> {
    const { creator } = await this.#parts.policies.get(room);
    await this.#parts.log.act(room, async (act) => {
      const at = isoIn(this.#parts.clock);
      const of = { decision, kind: MODERATED_KINDS };
      if ((await this.#parts.restrictions.lift(act.run, of, at)).length === 0) return;
      const about = { room, creator, target: identity, details: { scope: 'room', decision } };
      await act.record({ at, kind: 'lift', actor: HOUSE, ...about });
      await act.bump();
    });
    publishNews(this.#parts.bus, { type: 'person', creator, room, identity });
  }
}
