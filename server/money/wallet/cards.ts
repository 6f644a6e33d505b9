/**
 * A person's saved cards. They are stored only at the payment provider, where their owner lists and removes them here.
 */
import { AppError } from '../../protocol/errors.ts';
import type { SavedCard } from '../../protocol/money/money.ts';
import type { MoneyContext } from '../money-context.ts';

export class Cards {
  readonly #context: MoneyContext;

  constructor(context: MoneyContext) {
    this.#context = context;
  }

  async list(identity: string): Promise<SavedCard[]> {
    const customer = await this.#context.stores.checkouts.findCustomer(identity);
    if (!customer) return [];
    const found = await this.#context.provider.cards.list(customer);
    return found.map(({ card, ...rest }) => ({ id: card, ...rest }));
  }

  /** Finds one of the person's own cards. */
  async find(identity: string, card: string): Promise<SavedCard | undefined> {
    return (await this.list(identity)).find(({ id }) => id === card);
  }

  async remove(identity: string, card: string): Promise<SavedCard[]> {
    if (!(await this.find(identity, card))) throw new AppError('card_not_found');
    await this.#context.provider.cards.remove(card);
    return this.list(identity);
  }

  /** Deletes what the provider keeps of the person: the name and the saved cards, also those of memberships. */
  async removeAll(identity: string): Promise<void> {
    const { stores, provider } = this.#context;
    for (const customer of await stores.checkouts.listCustomers(identity)) await provider.deleteCustomer(customer);
  }
}
