/** Shared goals: at most one a room is open. Its progress is read from the tips, so it follows each tip and each refund by itself. */
import { createId, type RoomId } from '../../protocol/ids.ts';
import type { Goal, GoalInput } from '../../protocol/money/tipping.ts';
import type { MoneyContext } from '../money-context.ts';
import { isUniqueViolation } from '../unique-violation.ts';
import type { TippingStore } from './tipping.store.ts';

export class Goals {
  readonly #context: MoneyContext;
  readonly #store: TippingStore;

  constructor(context: MoneyContext, store: TippingStore) {
    this.#context = context;
    this.#store = store;
  }

  async get(room: RoomId): Promise<Goal | null> {
    const found = await this.#store.findGoal(room);
    return found ? { ...found, currency: this.#context.currency } : null;
  }

  /** Tips count from now on; a goal that was open before gives way. */
  async set(room: RoomId, { title, targetMinor }: GoalInput): Promise<Goal> {
    const id = createId('goal');
    try {
      await this.#change(room, id, { title, targetMinor });
    } catch (error) {
      // Two were set at the same moment: this one is the later.
      if (!isUniqueViolation(error, 'goals_open')) throw error;
      await this.#change(room, id, { title, targetMinor });
    }
    return { id, title, targetMinor, reachedMinor: 0, currency: this.#context.currency };
  }

  async clear(room: RoomId): Promise<void> {
    await this.#change(room, null, undefined);
  }

  async #change(room: RoomId, id: string | null, goal: GoalInput | undefined): Promise<void> {
    const { db, outbox } = this.#context;
    const at = this.#context.nowIso();
    await db.transaction(async (tx) => {
      await this.#store.closeGoals(tx, room, at);
      if (id && goal) await this.#store.insertGoal(tx, { id, room, ...goal, createdAt: at });
      await this.#context.tell(tx, ['goal.changed', { room }, { room }]);
    });
    outbox.wake();
  }
}
