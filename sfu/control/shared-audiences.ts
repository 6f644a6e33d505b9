/**
 * A room's audience as several gateways tell it, each of those whom it knows. What a gateway said holds until it says otherwise, or for a while
 * after it is gone: its people are on their way to another one.
 */
export class SharedAudiences {
  readonly #node: { setAudience(request: { room: string; people: number }): Promise<void> };
  readonly #told = new Map<string, Map<object, number>>();

  constructor(node: { setAudience(request: { room: string; people: number }): Promise<void> }) {
    this.#node = node;
  }

  async set(gateway: object, { room, people }: { room: string; people: number }): Promise<void> {
    const told = this.#told.get(room) ?? new Map<object, number>();
    if (people > 0) told.set(gateway, people);
    else told.delete(gateway);
    if (told.size > 0) this.#told.set(room, told);
    else this.#told.delete(room);
    await this.#node.setAudience({ room, people: [...told.values()].reduce((sum, count) => sum + count, 0) });
  }

  async drop(gateway: object): Promise<void> {
    const rooms = [...this.#told].filter(([, told]) => told.has(gateway)).map(([room]) => room);
    await Promise.all(rooms.map((room) => this.set(gateway, { room, people: 0 })));
  }
}
