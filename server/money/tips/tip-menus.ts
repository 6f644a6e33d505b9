/** Menus of tips: the creator's list of things for which to tip a certain amount. A tip that names one is of its price, or is refused. */
import { AppError, type ErrorCode } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { TipMenu, TipMenuItem } from '../../protocol/money/tipping.ts';
import type { MoneyContext } from '../money-context.ts';
import type { TippingStore } from './tipping.store.ts';

export class TipMenus {
  readonly #context: MoneyContext;
  readonly #store: TippingStore;

  constructor(context: MoneyContext, store: TippingStore) {
    this.#context = context;
    this.#store = store;
  }

  async get(room: RoomId): Promise<TipMenu> {
    return { items: await this.#store.findMenu(room), currency: this.#context.currency };
  }

  async set(room: RoomId, items: TipMenuItem[]): Promise<TipMenu> {
    if (new Set(items.map(({ id }) => id)).size < items.length) throw new AppError('menu_item_duplicate');
    const { db, outbox, currency } = this.#context;
    const menu = { items, currency };
    await db.transaction(async (tx) => {
      await this.#store.saveMenu(tx, { room, items, updatedAt: this.#context.nowIso() });
      await this.#context.tell(tx, ['tipMenu.changed', { menu }, { room }]);
    });
    outbox.wake();
    return menu;
  }

  async findRefusal(room: RoomId, id: string, amountMinor: number): Promise<ErrorCode | undefined> {
    const item = (await this.#store.findMenu(room)).find((each) => each.id === id);
    if (!item) return 'menu_item_not_found';
    return item.amountMinor === amountMinor ? undefined : 'menu_price_mismatch';
  }
}
