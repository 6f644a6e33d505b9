/** `expand[]=payment_intent.latest_charge`: replaces ids by the objects they name. Which fields can is generated. */
import { EXPANDABLE } from '../schemas/schemas.ts';
import type { Reader } from '../store/reader.ts';
import type { Collection } from '../store/records.ts';
import { invalidParameter } from './errors.ts';
import type { Presenter } from './presenter.ts';

const DEPTH_MAX = 4;
const PATHS_MAX = 20;

const COLLECTION_OF: Readonly<Record<string, Collection>> = {
  balance_transaction: 'balance_transactions',
  charge: 'charges',
  'checkout.session': 'checkout_sessions',
  customer: 'customers',
  payment_intent: 'payment_intents',
  payment_method: 'payment_methods',
  price: 'prices',
  product: 'products',
  refund: 'refunds',
  setup_intent: 'setup_intents',
};

type Resource = { object: string; id?: string } & Record<string, unknown>;
/** Lists that Stripe leaves out unless they are asked for. */
export type IncludedList = (reader: Reader, id: string) => object;

interface ExpanderOptions {
  presenter: Presenter;
  /** By `object.field`, for instance `charge.refunds`. */
  includedLists: Readonly<Record<string, IncludedList>>;
}

export class Expander {
  readonly #options: ExpanderOptions;

  constructor(options: ExpanderOptions) {
    this.#options = options;
  }

  /** A presented copy of an answer with the paths expanded. */
  expand(reader: Reader, answer: object, paths: readonly string[] = []): object {
    if (paths.length > PATHS_MAX)
      throw invalidParameter({ param: 'expand', message: `At most ${PATHS_MAX} expansions.` });
    const steps = paths.map((path) => path.split('.'));
    for (const [index, step] of steps.entries()) {
      if (step.length > DEPTH_MAX) {
        const message = `You cannot expand more than ${DEPTH_MAX} levels of a property. Property: ${paths[index]}`;
        throw invalidParameter({ param: 'expand', message });
      }
    }
    return this.#visit(reader, answer as Resource, steps);
  }

  #visit(reader: Reader, value: Resource, paths: readonly string[][]): Resource {
    if (value.object === 'list') return this.#visitList(reader, value, paths);
    const copy = { ...this.#options.presenter.present(value) };
    const byField = new Map<string, string[][]>();
    for (const [field = '', ...rest] of paths) {
      const known = byField.get(field) ?? [];
      if (rest.length > 0) known.push(rest);
      byField.set(field, known);
    }
    for (const [field, rest] of byField) {
      const expanded = this.#expandField(reader, copy, field, rest);
      // A field that the object doesn't have, such as the trace of a failure that never was, stays away.
      if (expanded !== undefined) copy[field] = expanded;
    }
    return copy;
  }

  #visitList(reader: Reader, list: Resource, paths: readonly string[][]): Resource {
    const inner = paths.map(([field, ...rest]) => {
      if (field !== 'data' || rest.length === 0) throw notExpandable([field, ...rest].join('.'), true);
      return rest;
    });
    return { ...list, data: (list.data as Resource[]).map((item) => this.#visit(reader, item, inner)) };
  }

  #expandField(reader: Reader, owner: Resource, field: string, rest: readonly string[][]): unknown {
    const kinds = EXPANDABLE[owner.object]?.[field];
    const current = owner[field];
    if (kinds === undefined) {
      // An object that is always embedded, such as a line item's price, may be walked through.
      const isEmbedded = typeof current === 'object' && current !== null && 'object' in current && rest.length > 0;
      if (!isEmbedded) throw notExpandable(field, false);
      return this.#visit(reader, current as Resource, rest);
    }
    if (kinds.includes('list')) {
      const included = this.#options.includedLists[`${owner.object}.${field}`];
      if (included === undefined) throw notExpandable(field, false);
      return this.#visit(reader, included(reader, String(owner.id)) as Resource, rest);
    }
    if (typeof current !== 'string') return current;
    for (const kind of kinds) {
      const collection = COLLECTION_OF[kind];
      const found = collection && reader.get(collection, current);
      if (found !== undefined) return this.#visit(reader, found as unknown as Resource, rest);
    }
    return reader.get('deleted_customers', current) ?? current;
  }
}

function notExpandable(path: string, isList: boolean): Error {
  const hint = isList ? ` You may want to try expanding 'data.${path}' instead.` : '';
  return invalidParameter({ param: 'expand', message: `This property cannot be expanded (${path}).${hint}` });
}
