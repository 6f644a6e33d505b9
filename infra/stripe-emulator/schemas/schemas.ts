/** Loads the generated schemas and compiles them with Ajv, to validate every request, response and event. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
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

// The schemas are generated and large: validating and optimising them would double the time of the first requests.
const ajv = new Ajv({ strict: false, validateSchema: false, inlineRefs: false, code: { optimize: false } });
ajv.addSchema({ $id: 'stripe', definitions: file.definitions });
const compiled = new Map<string, ValidateFunction>();

export function definitionOf(name: string): JsonSchema {
  const definition = file.definitions[name];
  if (definition === undefined) throw new Error(`No schema is generated for ${name}: add it to schemas/roots.ts`);
  return definition;
}

export function resolveReference(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : definitionOf(schema.$ref.slice(REFERENCE_PREFIX.length));
}

/** The faults of the value; undefined if it is valid. */
export function faultOf(name: string, value: unknown): string | undefined {
  let validate = compiled.get(name);
  if (validate === undefined) {
    definitionOf(name);
    validate = ajv.compile({ $ref: `stripe${REFERENCE_PREFIX}${name}` });
    compiled.set(name, validate);
  }
  if (validate(value)) return undefined;
  return `${name} ${ajv.errorsText(validate.errors, { dataVar: '' })} ${JSON.stringify(validate.errors?.[0]?.params)}`;
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
  for (const item of data) {
    const fault = responseFaultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export function eventFaultOf(event: Record<string, unknown>): string | undefined {
  const name = file.events[String(event.type)];
  return name === undefined ? `no schema for the event type ${event.type}` : faultOf(name, event);
}
