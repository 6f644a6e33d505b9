/** Parses Stripe's form encoding, `a[b][0][c]=…` and `expand[]=…`, of a body or query into a tree with limits. */
import { invalidParameter } from '../api/errors.ts';

/** Arrays become objects with numeric keys; only the schema can tell them from metadata with such keys. */
export type FormValue = string | FormObject;
export interface FormObject {
  [key: string]: FormValue;
}

const PAIRS_MAX = 1000;
const DEPTH_MAX = 8;

export function parseForm(text: string): FormObject {
  const root = emptyObject();
  const pairs = text === '' ? [] : text.split('&');
  if (pairs.length > PAIRS_MAX) throw invalidParameter({ message: `Too many parameters: at most ${PAIRS_MAX}.` });
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    insert(root, name, equals === -1 ? '' : decode(pair.slice(equals + 1)));
  }
  return root;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidParameter({ message: 'Invalid percent-encoding in the request.' });
  }
}

function insert(root: FormObject, name: string, value: string): void {
  const path = pathOf(name);
  let node = root;
  for (const [index, step] of path.entries()) {
    const key = step === '' ? String(Object.keys(node).length) : step;
    const existing = node[key];
    if (index === path.length - 1) {
      // A repeated key is a mistake of the sender, which taking either value would hide.
      if (existing !== undefined) throw invalidParameter({ message: `Duplicate parameter: ${name}`, param: name });
      node[key] = value;
      return;
    }
    const next = existing ?? emptyObject();
    if (typeof next === 'string') throw invalidParameter({ message: `Invalid hash: ${name}`, param: name });
    node[key] = next;
    node = next;
  }
}

/** Without a prototype, `__proto__` and `constructor` are ordinary parameters. */
function emptyObject(): FormObject {
  return Object.create(null);
}

function pathOf(name: string): string[] {
  const bracket = name.indexOf('[');
  if (bracket === -1) return [name];
  const rest = name.slice(bracket);
  if (bracket === 0 || !/^(\[[^[\]]*\])+$/.test(rest)) {
    throw invalidParameter({ message: `Invalid parameter name: ${name}`, param: name });
  }
  const path = [name.slice(0, bracket), ...rest.slice(1, -1).split('][')];
  if (path.length > DEPTH_MAX) throw invalidParameter({ message: `Parameter nested too deeply: ${name}`, param: name });
  return path;
}
