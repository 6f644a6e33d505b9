/** Loads the generated schemas and compiles them with Ajv, to validate every request, response and event. */
import { readFileSync } from 'node:fs';
import { Ajv, type FuncKeywordDefinition, type ValidateFunction } from 'ajv';

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

type ReferenceValidator = ReturnType<NonNullable<FuncKeywordDefinition['compile']>>;

const file: SchemaFile = JSON.parse(readFileSync(new URL('./stripe-schemas.json', import.meta.url), 'utf8'));
const REFERENCE_PREFIX = '#/definitions/';

export const API_VERSION = file.apiVersion;
/** Fields that `expand` can replace, by the resource's `object`: the kinds that they may hold, or `list`. */
export const EXPANDABLE = file.expandable;

// The schemas are generated and large: validating and optimising them would double the time of the first requests.
const ajv = new Ajv({ strict: false, validateSchema: false, inlineRefs: false, code: { optimize: false } });
// Most fields that may hold another resource hold its id: a definition is compiled when a value of it comes, not with
// every definition that refers to it.
ajv.removeKeyword('$ref');
ajv.addKeyword({
  keyword: '$ref',
  errors: 'full',
  compile(reference: string) {
    const validate: ReferenceValidator = (value, context) => {
      const referred = validatorOf(nameOf(reference));
      const isValid = referred(value, context);
      if (referred.errors) validate.errors = referred.errors;
      return isValid;
    };
    return validate;
  },
});
const compiled = new Map<string, ValidateFunction>();

export function definitionOf(name: string): JsonSchema {
  const definition = file.definitions[name];
  if (definition === undefined) throw new Error(`No schema is generated for ${name}: add it to schemas/roots.ts`);
  return definition;
}

export function resolveReference(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : definitionOf(nameOf(schema.$ref));
}

function nameOf(reference: string): string {
  return reference.slice(REFERENCE_PREFIX.length);
}

function validatorOf(name: string): ValidateFunction {
  const validate = compiled.get(name) ?? ajv.compile(definitionOf(name));
  compiled.set(name, validate);
  return validate;
}

/** The faults of the value; undefined if it is valid. */
export function faultOf(name: string, value: unknown): string | undefined {
  const validate = validatorOf(name);
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
