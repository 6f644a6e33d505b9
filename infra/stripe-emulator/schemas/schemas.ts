/**
 * Loads the generated schemas and validates every request, response and event with them. They are interpreted: to
 * compile the few hundred that refer to each other takes a process seconds, to interpret one a fraction of a
 * millisecond.
 */
import { readFileSync } from 'node:fs';

export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema | false>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly required?: readonly string[];
  readonly $ref?: string;
}

interface SchemaFile {
  readonly sdkVersion: string;
  readonly apiVersion: string;
  readonly error: string;
  readonly resources: Readonly<Record<string, string>>;
  readonly deleted: Readonly<Record<string, string>>;
  readonly events: Readonly<Record<string, string>>;
  readonly expandable: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

const file: SchemaFile = JSON.parse(readFileSync(new URL('./stripe-schemas.json', import.meta.url), 'utf8'));
const REFERENCE_PREFIX = '#/definitions/';

export const API_VERSION = file.apiVersion;
/** Fields that `expand` can replace, by the resource's `object`: the kinds that they may hold, or `list`. */
export const EXPANDABLE = file.expandable;

export function definitionOf(name: string): JsonSchema {
  const definition = file.definitions[name];
  if (definition === undefined) throw new Error(`No schema is generated for ${name}: add it to schemas/roots.ts`);
  return definition;
}

export function resolveReference(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : definitionOf(schema.$ref.slice(REFERENCE_PREFIX.length));
}

/** The first fault of the value; undefined if it is valid. */
export function faultOf(name: string, value: unknown): string | undefined {
  return faultAt(name, definitionOf(name), value);
}

function faultAt(path: string, schema: JsonSchema, value: unknown): string | undefined {
  if (schema.$ref !== undefined) return faultAt(path, resolveReference(schema), value);
  if (schema.anyOf !== undefined) {
    const faults = schema.anyOf.map((each) => faultAt(path, each, value));
    return faults.includes(undefined) ? undefined : `${path} matches nothing of: ${faults.join('; ')}`;
  }
  if ('const' in schema && value !== schema.const) return `${path} must be ${schema.const}`;
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    return `${path} must be one of ${schema.enum}`;
  if (schema.type === undefined) return undefined;
  if (typeOf(value) !== schema.type) return `${path} must be ${schema.type}`;
  if (schema.type === 'array') return faultOfItems(path, schema, value as unknown[]);
  return schema.type === 'object' ? faultOfFields(path, schema, value as Record<string, unknown>) : undefined;
}

/** The JSON type; undefined for what JSON cannot express. */
function typeOf(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : typeof value;
}

function faultOfItems(path: string, { items, maxItems }: JsonSchema, values: unknown[]): string | undefined {
  if (maxItems !== undefined && values.length > maxItems) return `${path} must have at most ${maxItems} items`;
  return items && firstFault(values.entries(), ([index, value]) => faultAt(`${path}/${index}`, items, value));
}

function faultOfFields(path: string, schema: JsonSchema, fields: Record<string, unknown>): string | undefined {
  const missing = schema.required?.find((name) => fields[name] === undefined);
  if (missing !== undefined) return `${path} must have required property ${missing}`;
  return firstFault(Object.entries(fields), ([name, value]) => {
    const known = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (known !== undefined && value === undefined) return undefined;
    const field = known ?? schema.additionalProperties;
    if (field === false) return `${path} must NOT have additional properties: ${name}`;
    return field && faultAt(`${path}/${name}`, field, value);
  });
}

function firstFault<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A response: a resource by its `object`, a deleted one, a list of them, or an error. */
export function responseFaultOf(body: unknown): string | undefined {
  const value = body as Record<string, unknown>;
  if ('error' in value) {
    const extra = Object.keys(value).filter((key) => key !== 'error');
    return extra.length > 0 ? `an error answer with ${extra.join(', ')}` : faultOf(file.error, value.error);
  }
  const kind = String(value.object);
  if (kind === 'list') return listFaultOf(value);
  if (kind === 'event') return eventFaultOf(value);
  const name = value.deleted === true ? file.deleted[kind] : file.resources[kind];
  return name === undefined ? `no schema for an answer whose object is ${kind}` : faultOf(name, value);
}

function listFaultOf(list: Record<string, unknown>): string | undefined {
  const { object: _object, url, has_more, data, ...rest } = list;
  const isList = typeof url === 'string' && typeof has_more === 'boolean' && Array.isArray(data);
  if (!isList || Object.keys(rest).length > 0) return 'a list needs exactly object, url, has_more and data';
  return firstFault(data, responseFaultOf);
}

export function eventFaultOf(event: Record<string, unknown>): string | undefined {
  const name = file.events[String(event.type)];
  return name === undefined ? `no schema for the event type ${event.type}` : faultOf(name, event);
}
