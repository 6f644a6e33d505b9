import type { SfuNode } from '../contract.ts';

/**
 * Sums up a room's audience over the gateways, each of which reports its own people. A gateway's figure holds until its
 * next report, and for a while after its connection is lost: its people are reconnecting through another gateway.
 */
export class SharedAudiences {
  readonly #node: Pick<SfuNode, 'setAudience'>;
  readonly #reports = new Map<string, Map<object, number>>();

  constructor(node: Pick<SfuNode, 'setAudience'>) {
    this.#node = node;
  }

  async set(gateway: object, { room, people }: { room: string; people: number }): Promise<void> {
    const reports = this.#reports.get(room) ?? new Map<object, number>();
    if (people > 0) reports.set(gateway, people);
    else reports.delete(gateway);
    if (reports.size > 0) this.#reports.set(room, reports);
    else this.#reports.delete(room);
    await this.#node.setAudience({ room, people: [...reports.values()].reduce((sum, count) => sum + count, 0) });
  }

  async drop(gateway: object): Promise<void> {
    const rooms = [...this.#reports].filter(([, reports]) => reports.has(gateway)).map(([room]) => room);
    await Promise.all(rooms.map((room) => this.set(gateway, { room, people: 0 })));
  }
}
