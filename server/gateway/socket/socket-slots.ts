/** How many sockets are open at once, by address, person and room, over all gateways. */
import { SharedSlots, type Slot } from '../../platform/shared-slots.ts';
import { AppError } from '../../protocol/errors.ts';

export class SocketSlots {
  readonly #slots: SharedSlots;

  constructor(options: ConstructorParameters<typeof SharedSlots>[0]) {
    this.#slots = new SharedSlots(options);
  }

  /**
   * Takes one place under each key, or throws `too_many_connections` and takes none. The returned function releases
   * them, once.
   */
  async take(slots: readonly Slot[]): Promise<() => void> {
    const release = await this.#slots.take(slots);
    if (!release) throw new AppError('too_many_connections');
    return release;
  }

  close(): Promise<void> {
    return this.#slots.close();
  }
}
