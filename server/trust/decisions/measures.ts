/**
 * Carries out what decisions order, and undoes it, by the methods of the domains. It is told by a fact and looks at the
 * decision as it stands then: it may come twice, late, or in another order. Trust has no list of bans.
 */
import type { Fact } from '../../platform/outbox/outbox.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Measure } from '../../protocol/trust/decisions.ts';
import type { Suspensions } from '../../rooms/restrictions/suspensions.ts';
import type { TrustFacts } from '../trust-facts.ts';
import { DECISION_TEXTS } from './decision-texts.ts';
import { type DecisionRow, type DecisionsStore, isInForce, measureOf } from './decisions.store.ts';

interface InRoom {
  room: RoomId;
  decision: string;
}

/** The methods of the domains, each idempotent by the decision. */
export interface MeasurePorts {
  rooms: Pick<Suspensions, 'suspend' | 'removeFromRoom' | 'closeStage' | 'lift'>;
  chat: {
    removeMessage(it: InRoom & { message: RemovableId; reason: string }): Promise<void>;
    restoreMessage(it: InRoom & { message: RemovableId }): Promise<void>;
    mute(it: InRoom & { identity: string; until: string | null; reason: string }): Promise<void>;
    unmute(it: InRoom & { identity: string }): Promise<void>;
  };
  money: {
    setFreeze(creator: string, it: { frozen: boolean; reason: string; decision: string }): Promise<void>;
    /** Ends the room and pays all of its tickets back. */
    refundRoom(room: RoomId): Promise<void>;
  };
}

export class Measures {
  readonly #store: DecisionsStore;
  readonly #ports: MeasurePorts;

  constructor(store: DecisionsStore, ports: MeasurePorts) {
    this.#store = store;
    this.#ports = ports;
  }

  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { data } of facts) await this.#settle(data as TrustFacts['measure.due']);
  }

  /** Repeats until the decision has not changed meanwhile: of two that run at once, the last one is right. */
  async #settle({ decision: id, kind }: TrustFacts['measure.due']): Promise<void> {
    for (let settled: boolean | undefined; ; ) {
      const decision = await this.#store.find(id);
      const measure = decision && measureOf(decision, kind);
      if (!measure) return;
      const wanted = isInForce(decision);
      if (settled === wanted) return;
      await (wanted ? this.#apply(decision, measure) : this.#undo(decision, measure));
      settled = wanted;
    }
  }

  async #apply({ id: decision, accused, language }: DecisionRow, measure: Measure): Promise<void> {
    const { rooms, chat, money } = this.#ports;
    const { kind, until } = measure;
    const room = measure.room as RoomId;
    const { person: reason, message: ofMessage } = DECISION_TEXTS[language];
    if (kind === 'stop_live') return rooms.closeStage(room, { decision, reason });
    if (kind === 'refund_room') return money.refundRoom(room);
    if (kind === 'remove_message') {
      const message = measure.message as RemovableId;
      return chat.removeMessage({ room, message, decision, reason: ofMessage });
    }
    // Erased meanwhile.
    if (accused === null) return;
    switch (kind) {
      case 'mute':
        return chat.mute({ room, identity: accused, until, decision, reason });
      case 'remove_from_room':
        return rooms.removeFromRoom(room, accused, { decision, reason });
      case 'suspend_account':
        return rooms.suspend(accused, { until, decision, reason });
      case 'freeze_earnings':
        return money.setFreeze(accused, { frozen: true, reason, decision });
    }
  }

  async #undo({ id: decision, accused, language }: DecisionRow, measure: Measure): Promise<void> {
    const { rooms, chat, money } = this.#ports;
    const room = measure.room as RoomId;
    switch (measure.kind) {
      case 'remove_message': {
        if (await this.#store.removesToo(decision, measure)) return;
        return chat.restoreMessage({ room, message: measure.message as RemovableId, decision });
      }
      case 'mute':
        return accused === null ? undefined : chat.unmute({ room, identity: accused, decision });
      case 'remove_from_room':
        return rooms.lift({ decision, kind: 'removal' });
      case 'stop_live':
        return rooms.lift({ decision, kind: 'stop' });
      case 'suspend_account':
        return rooms.lift({ decision, kind: 'suspension' });
      case 'freeze_earnings': {
        const { person: reason } = DECISION_TEXTS[language];
        return accused === null ? undefined : money.setFreeze(accused, { frozen: false, reason, decision });
      }
      // What was paid back stays paid back.
      case 'refund_room':
        return;
    }
  }
}
