/** Deletes what Stripe deletes: idempotency keys after a day, events after thirty. */

import { KEY_LIFETIME_MS } from './api/idempotency.ts';
import type { World } from './api/operation.ts';

const EVENT_LIFETIME_SECONDS = 30 * 24 * 60 * 60;
const INTERVAL_MS = 60 * 60 * 1000;

export class Retention {
  readonly #world: World;
  readonly #timer: NodeJS.Timeout;

  constructor(world: World) {
    this.#world = world;
    this.sweep();
    this.#timer = setInterval(() => this.sweep(), INTERVAL_MS);
    this.#timer.unref();
  }

  sweep(): void {
    const { store, clock } = this.#world;
    const nowMs = clock.nowMs();
    store.transact((transaction) => {
      // The oldest come first: if one is kept, so are all after it.
      for (const [id, { createdAtMs }] of store.oldestFirst('answers')) {
        if (createdAtMs + KEY_LIFETIME_MS >= nowMs) break;
        transaction.remove('answers', id);
      }
      for (const events of store.partitionsOf('events')) {
        for (const [id, { created }] of store.oldestFirst(events)) {
          if ((created + EVENT_LIFETIME_SECONDS) * 1000 >= nowMs) break;
          transaction.remove(events, id);
        }
      }
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
