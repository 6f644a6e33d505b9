/** Forgets what Stripe forgets: idempotency keys after a day, events after thirty. */

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
      for (const answer of store.newestFirst('answers')) {
        if (answer.createdAtMs + KEY_LIFETIME_MS < nowMs) transaction.remove('answers', answer.key);
      }
      for (const events of store.partitionsOf('events')) {
        for (const event of store.newestFirst(events)) {
          if ((event.created + EVENT_LIFETIME_SECONDS) * 1000 < nowMs) transaction.remove(events, event.id);
        }
      }
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
