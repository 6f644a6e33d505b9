/**
 * Creators. Fans have no account here: an embedder's token identifies them. Called by the gateway's server API; knows
 * nothing of rooms.
 */
import type { Creator, CreatorInput } from '../protocol/accounts/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import type { AccountsStore } from './accounts.store.ts';

export class Accounts {
  readonly #store: AccountsStore;

  constructor(store: AccountsStore) {
    this.#store = store;
  }

  /** Idempotent; `creator_exists` if the identity has other data. */
  async createCreator(input: CreatorInput): Promise<Creator> {
    await this.#store.insertCreator(input);
    const creator = await this.getCreator(input.identity);
    if (creator.name !== input.name || creator.country !== input.country) throw new AppError('creator_exists');
    return creator;
  }

  async getCreator(identity: string): Promise<Creator> {
    const [creator] = await this.#store.findCreators([identity]);
    if (!creator) throw new AppError('creator_not_found');
    return creator;
  }

  async assertCreators(identities: string[]): Promise<void> {
    const names = await this.getNames(identities);
    if (!identities.every((identity) => names.has(identity))) throw new AppError('creator_not_found');
  }

  /** Names by identity, of those that exist. */
  async getNames(identities: string[]): Promise<Map<string, string>> {
    const found = await this.#store.findCreators([...new Set(identities)]);
    return new Map(found.map((creator) => [creator.identity, creator.name]));
  }
}
