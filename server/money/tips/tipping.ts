/**
 * What surrounds tips in a room: the goal, the tip menu and the leaderboard. A room has at most one open goal. Its
 * progress is what stands of the tips since it was set, so tips, refunds and disputes move it without further work. A
 * tip for a menu item must have the item's price.
 */
import { isUniqueViolation } from '../../platform/db/db.ts';
import { AppError, type ErrorCode } from '../../protocol/errors.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import type { TipInput } from '../../protocol/money/money.ts';
import type { Goal, GoalInput, Leaderboard, TipMenu, TipMenuItem, TippingState } from '../../protocol/money/tipping.ts';
import type { MoneyContext } from '../money-context.ts';
import { TippingStore } from './tipping.store.ts';

export class Tipping {
  readonly #context: MoneyContext;
  readonly #store: TippingStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new TippingStore(context.db);
  }

  async get(room: RoomId): Promise<TippingState> {
    const [goal, menu] = await Promise.all([this.getGoal(room), this.getMenu(room)]);
    return { goal, menu };
  }

  async getLeaderboard(room: RoomId, limit: number): Promise<Leaderboard> {
    return { entries: await this.#store.sumByFan(room, limit), currency: this.#context.currency };
  }

  async getGoal(room: RoomId): Promise<Goal | null> {
    const found = await this.#store.findGoal(room);
    return found ? { ...found, currency: this.#context.currency } : null;
  }

  /** The open goals of these rooms that are reached. */
  async findReached(rooms: RoomId[]): Promise<{ id: string; room: RoomId; title: string }[]> {
    const found = await Promise.all(
      [...new Set(rooms)].map(async (room) => ({ room, goal: await this.getGoal(room) })),
    );
    return found.flatMap(({ room, goal }) =>
      goal && goal.reachedMinor >= goal.targetMinor ? { id: goal.id, room, title: goal.title } : [],
    );
  }

  /** Replaces the open goal. Only tips from now on count towards the new one. */
  async setGoal(room: RoomId, { title, targetMinor }: GoalInput): Promise<Goal> {
    const id = createId('goal');
    try {
      await this.#changeGoal(room, id, { title, targetMinor });
    } catch (error) {
      // A concurrent call has set its goal first: this one replaces it.
      if (!isUniqueViolation(error, 'goals_open')) throw error;
      await this.#changeGoal(room, id, { title, targetMinor });
    }
    return { id, title, targetMinor, reachedMinor: 0, currency: this.#context.currency };
  }

  async clearGoal(room: RoomId): Promise<void> {
    await this.#changeGoal(room, null, undefined);
  }

  async #changeGoal(room: RoomId, id: string | null, goal: GoalInput | undefined): Promise<void> {
    const { db, outbox } = this.#context;
    const at = this.#context.nowIso();
    await db.transaction(async (tx) => {
      await this.#store.closeGoals(tx, room, at);
      if (id && goal) await this.#store.insertGoal(tx, { id, room, ...goal, createdAt: at });
      await this.#context.addFacts(tx, ['goal.changed', { room }, { room }]);
    });
    outbox.wake();
  }

  async getMenu(room: RoomId): Promise<TipMenu> {
    return { items: await this.#store.findMenu(room), currency: this.#context.currency };
  }

  async setMenu(room: RoomId, items: TipMenuItem[]): Promise<TipMenu> {
    if (new Set(items.map(({ id }) => id)).size < items.length) throw new AppError('menu_item_duplicate');
    const { db, outbox, currency } = this.#context;
    const menu = { items, currency };
    await db.transaction(async (tx) => {
      await this.#store.saveMenu(tx, { room, items, updatedAt: this.#context.nowIso() });
      await this.#context.addFacts(tx, ['tipMenu.changed', { menu }, { room }]);
    });
    outbox.wake();
    return menu;
  }

  /** The label of what a tip asks for, null if for nothing; or why it is refused. */
  async findAsked(
    room: RoomId,
    { menuItem, amountMinor }: Pick<TipInput, 'menuItem' | 'amountMinor'>,
  ): Promise<{ menuLabel: string | null; refusal?: ErrorCode }> {
    if (menuItem === undefined) return { menuLabel: null };
    return findItem(await this.#store.findMenu(room), { menuItem, amountMinor });
  }
}

/** The label of the item, or why a tip for it is refused. */
export function findItem(
  menu: readonly TipMenuItem[],
  { menuItem, amountMinor }: { menuItem: string; amountMinor: number },
): { menuLabel: string | null; refusal?: ErrorCode } {
  const item = menu.find((each) => each.id === menuItem);
  if (!item) return { menuLabel: null, refusal: 'menu_item_not_found' };
  if (item.amountMinor !== amountMinor) return { menuLabel: null, refusal: 'menu_price_mismatch' };
  return { menuLabel: item.label };
}
