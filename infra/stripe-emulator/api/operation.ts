/**
 * One change of the emulator's state: a transaction with its events and scheduled tasks. API requests, pages and tasks
 * all use it.
 */
import type Stripe from 'stripe';
import { Alarms } from '../alarms.ts';
import type { Clock } from '../clock.ts';
import type { Deliveries } from '../events/deliveries.ts';
import type { EmulatorLog } from '../log.ts';
import { newId } from '../random.ts';
import { API_VERSION, eventFaultOf } from '../schemas/schemas.ts';
import type { Collection, Delivery, Records } from '../store/records.ts';
import { ScopedTransaction } from '../store/scoped.ts';
import type { Store } from '../store/store.ts';
import type { Task, TaskWithoutId } from '../store/tasks.ts';
import type { Presenter } from './presenter.ts';

export interface EventRequest {
  id: string | null;
  idempotency_key: string | null;
}

/** What no request of the API causes: a page's form, an act of a bank or a person, a task that falls due. */
export const NO_REQUEST: EventRequest = { id: null, idempotency_key: null };

/** An object's part of an event: as it is now, and for `*.updated` what it was before. */
interface Emitted {
  object: { object: string };
  previous?: Record<string, unknown>;
}

/** A fault of the emulator, not of the request: a response or event that does not match Stripe's types. */
export class BrokenContract extends Error {}

/** Sent after the commit; shared by the accounts that one operation touches. */
interface Outgoing {
  deliveries: Delivery[];
  tasks: { id: string; dueAtMs: number }[];
}

export class Operation {
  readonly tx: ScopedTransaction;
  /** The connected account on whose behalf this happens; null is the platform. */
  readonly account: string | null;
  readonly nowMs: number;
  readonly #world: World;
  readonly #request: EventRequest;
  readonly #outgoing: Outgoing;

  constructor(
    world: World,
    tx: ScopedTransaction,
    request: EventRequest,
    outgoing: Outgoing = { deliveries: [], tasks: [] },
  ) {
    this.#world = world;
    this.tx = tx;
    this.account = tx.account;
    this.#request = request;
    this.#outgoing = outgoing;
    this.nowMs = world.clock.nowMs();
  }

  /** The same operation on behalf of another account. */
  of(account: string | null): Operation {
    return new Operation(this.#world, this.tx.of(account), this.#request, this.#outgoing);
  }

  /** Stripe's timestamps are whole seconds. */
  get now(): number {
    return Math.floor(this.nowMs / 1000);
  }

  get settleDelayMs(): number {
    return this.#world.settleDelayMs;
  }

  /** Finds a record that must exist: the caller got its id from another record. */
  must<C extends Collection>(collection: C, id: string | { id: string } | null | undefined): Readonly<Records[C]> {
    const key = typeof id === 'string' ? id : id?.id;
    const record = key === undefined ? undefined : this.tx.get(collection, key);
    if (record === undefined) throw new BrokenContract(`No ${collection} record ${key}`);
    return record;
  }

  emit(type: Stripe.Event.Type, { object, previous }: Emitted): void {
    const event = {
      id: newId('evt'),
      object: 'event',
      ...(this.account === null ? {} : { account: this.account }),
      api_version: API_VERSION,
      created: this.now,
      data: {
        object: this.#world.presenter.present(object),
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 0,
      request: this.#request,
      type,
    } as Stripe.Event;
    const fault = eventFaultOf({ ...event });
    if (fault !== undefined) throw new BrokenContract(`event ${type}: ${fault}`);
    this.tx.put('events', event.id, event);
    this.#outgoing.deliveries.push(...this.#world.deliveries.plan(this.tx, event));
    this.#world.react(this, type, object as { object: string; id?: string });
  }

  schedule(task: TaskWithoutId): void {
    const id = newId('task');
    this.tx.put('tasks', id, { ...task, id });
    this.#outgoing.tasks.push({ id, dueAtMs: task.dueAtMs });
  }

  /** To be called after the transaction has committed. */
  release(): void {
    for (const delivery of this.#outgoing.deliveries) this.#world.deliveries.track(delivery);
    for (const { id, dueAtMs } of this.#outgoing.tasks) this.#world.tasks.set(id, dueAtMs);
  }
}

/** Reacts to an event within the same operation, for instance pays the invoice of a paid PaymentIntent. */
export type Reaction = (operation: Operation, type: string, object: { id?: string }) => void;

export type TaskRunner = (operation: Operation, task: Task) => void;

interface WorldOptions {
  store: Store;
  clock: Clock;
  deliveries: Deliveries;
  presenter: Presenter;
  settleDelayMs: number;
  runTask: TaskRunner;
  react: Reaction;
  log: EmulatorLog;
}

/** What all operations share. */
export class World {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly presenter: Presenter;
  readonly settleDelayMs: number;
  readonly react: Reaction;
  readonly tasks: Alarms;

  constructor({ store, clock, deliveries, presenter, settleDelayMs, runTask, react, log }: WorldOptions) {
    this.store = store;
    this.clock = clock;
    this.deliveries = deliveries;
    this.presenter = presenter;
    this.settleDelayMs = settleDelayMs;
    this.react = react;
    this.tasks = new Alarms(clock, (id) => {
      const task = store.get('tasks', id);
      if (task === undefined) return;
      try {
        this.operate(NO_REQUEST, (operation) => {
          operation.tx.remove('tasks', id);
          runTask(operation, task);
        });
      } catch (error) {
        // It was rolled back, and is retried after a restart.
        log('a task failed', { task: { ...task }, message: (error as Error).message, stack: (error as Error).stack });
      }
    });
  }

  /** Runs `work` as one transaction, and sends its events after the commit. */
  operate<T>(request: EventRequest, work: (operation: Operation) => T, account: string | null = null): T {
    let operation: Operation | undefined;
    const result = this.store.transact((tx) => {
      operation = new Operation(this, new ScopedTransaction(tx, account), request);
      return work(operation);
    });
    operation?.release();
    return result;
  }

  /** Runs due tasks one by one, each at its own time, so that skipped renewals get their own dates. */
  advance(byMs: number): void {
    const targetMs = this.clock.nowMs() + byMs;
    for (;;) {
      const dueAtMs = this.tasks.nextDueAtMs();
      if (dueAtMs === undefined || dueAtMs > targetMs) break;
      this.clock.moveTo(dueAtMs);
      this.tasks.ringUntil(dueAtMs);
    }
    this.clock.moveTo(targetMs);
    this.tasks.ringUntil(targetMs);
    this.deliveries.catchUp();
  }

  /** After a start: resumes scheduled tasks. */
  resumeTasks(): void {
    for (const task of this.store.newestFirst('tasks')) this.tasks.set(task.id, task.dueAtMs);
  }

  close(): void {
    this.tasks.close();
    this.deliveries.close();
  }
}
