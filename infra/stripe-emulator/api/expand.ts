/** `expand[]=payment_intent.latest_charge`: replaces ids by the objects they name. Which fields can is generated. */
import { EXPANDABLE } from '../schemas/schemas.ts';
import type { Reader } from '../store/reader.ts';
import type { Collection } from '../store/records.ts';
import { invalidParameter } from './errors.ts';
import type { Presenter } from './presenter.ts';

const DEPTH_MAX = 4;
const PATHS_MAX = 20;

const COLLECTION_OF: Readonly<Record<string, Collection>> = {
  account: 'accounts',
  balance_transaction: 'balance_transactions',
  bank_account: 'external_accounts',
  charge: 'charges',
  'checkout.session': 'checkout_sessions',
  customer: 'customers',
  dispute: 'disputes',
  invoice: 'invoices',
  invoice_payment: 'invoice_payments',
  payment_intent: 'payment_intents',
  payment_method: 'payment_methods',
  payout: 'payouts',
  price: 'prices',
  product: 'products',
  refund: 'refunds',
  setup_intent: 'setup_intents',
  subscription: 'subscriptions',
  transfer: 'transfers',
  transfer_reversal: 'transfer_reversals',
};

type Fields = Record<string, unknown>;
type Resource = { object: string; id?: string } & Fields;

/** The owner of the field: the resource, and its part, such as `parent.subscription_details`. */
interface Owner {
  kind: string;
  id: string;
  within: string;
}

interface Field {
  name: string;
  value: unknown;
}

/** Fields that Stripe omits unless they are expanded: lists, and a secret. */
export type Included = (reader: Reader, id: string) => object | null;

interface ExpanderOptions {
  presenter: Presenter;
  /** By `object.field`, for instance `charge.refunds`. */
  included: Readonly<Record<string, Included>>;
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
    return this.#expandFields(
      reader,
      copy,
      { kind: value.object, id: String(value.id), within: '' },
      paths,
    ) as Resource;
  }

  #expandFields(reader: Reader, copy: Fields, owner: Owner, paths: readonly string[][]): Fields {
    const byField = new Map<string, string[][]>();
    for (const [field = '', ...rest] of paths) {
      const known = byField.get(field) ?? [];
      if (rest.length > 0) known.push(rest);
      byField.set(field, known);
    }
    for (const [field, rest] of byField) {
      const expanded = this.#expandField(reader, owner, { name: field, value: copy[field] }, rest);
      // A field that the object does not have, such as `latest_charge` before a charge, stays absent.
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

  #expandField(reader: Reader, owner: Owner, field: Field, rest: readonly string[][]): unknown {
    const { name, value } = field;
    const path = owner.within === '' ? name : `${owner.within}.${name}`;
    const included = this.#options.included[`${owner.kind}.${path}`];
    if (included !== undefined) {
      const found = included(reader, owner.id);
      return found === null || !('object' in found) ? found : this.#visit(reader, found as Resource, rest);
    }
    const kinds = EXPANDABLE[owner.kind]?.[path];
    const isThere = typeof value === 'object' && value !== null;
    if (kinds === undefined || kinds.includes('list')) {
      if (!isThere || rest.length === 0) throw notExpandable(path, false);
      // Embedded objects can be traversed: a line item's price, a list, a part without its own id.
      if ('object' in value) return this.#visit(reader, value as Resource, rest);
      return this.#expandFields(reader, { ...value }, { ...owner, within: path }, rest);
    }
    if (typeof value !== 'string') return value;
    for (const kind of kinds) {
      const collection = COLLECTION_OF[kind];
      const found = collection && reader.get(collection, value);
      if (found !== undefined) return this.#visit(reader, found as unknown as Resource, rest);
    }
    return reader.get('deleted_customers', value) ?? value;
  }
}

function notExpandable(path: string, isList: boolean): Error {
  const hint = isList ? ` You may want to try expanding 'data.${path}' instead.` : '';
  return invalidParameter({ param: 'expand', message: `This property cannot be expanded (${path}).${hint}` });
}
