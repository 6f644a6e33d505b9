/**
 * fast-check arbitraries from the JSON Schemas of the OpenAPI document. Supports the keywords that the document uses,
 * and throws at any other.
 */
import fc from 'fast-check';

export interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  allOf?: { pattern: string }[];
  format?: string;
  dependentRequired?: Record<string, string[]>;
}

export type Schemas = Record<string, Schema>;

/** Keywords that do not restrict values. */
const ANNOTATIONS = new Set([
  'description',
  'title',
  'default',
  'examples',
  '$schema',
  'id',
  'propertyNames',
  'contentMediaType',
]);
const SUPPORTED = new Set([
  ...['$ref', 'type', 'enum', 'const', 'anyOf', 'oneOf', 'properties', 'required', 'additionalProperties', 'items'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'minimum', 'maximum', 'minLength', 'maxLength'],
  ...['pattern', 'allOf', 'format', 'dependentRequired'],
]);
const DEFAULT_MAX_LENGTH = 60;
const DEFAULT_MAX_ITEMS = 5;
const SHORT = 10;

export function arbitraryOf(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const unknown = Object.keys(schema).filter((word) => !SUPPORTED.has(word) && !ANNOTATIONS.has(word));
  if (unknown.length > 0) throw new Error(`Unsupported schema keywords: ${unknown.join(', ')}`);
  if (schema.$ref) return arbitraryOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const alternatives = schema.anyOf ?? (schema.type ? undefined : schema.oneOf);
  if (alternatives) return fc.oneof(...alternatives.map((one) => arbitraryOf(one, schemas)));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, schemas);
    case 'array':
      return arrayOf(schema, schemas);
    case 'string':
      return stringOf(schema);
    case 'integer':
      return integerOf(schema);
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      throw new Error(`Schema without a type: ${JSON.stringify(schema)}`);
  }
}

/** With `oneOf` over required properties, takes one alternative and omits properties that only the others name. */
function objectOf(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], oneOf, dependentRequired = {}, minProperties = 0 } = schema;
  const record = (needed: string[], barred: string[]) => {
    const names = Object.keys(properties).filter((name) => !barred.includes(name));
    const parts = names.map((name) => [name, arbitraryOf(properties[name] ?? {}, schemas)] as const);
    return fc.record(Object.fromEntries(parts), { requiredKeys: [...new Set([...required, ...needed])] });
  };
  const branches = (oneOf ?? [{}]).map((branch) => branch.required ?? []);
  const all = branches.flat();
  return fc
    .oneof(
      ...branches.map((needed) =>
        record(
          needed,
          all.filter((name) => !needed.includes(name)),
        ),
      ),
    )
    .map((value) => {
      const given = value as Record<string, unknown>;
      for (const [name, others] of Object.entries(dependentRequired)) {
        if (others.some((other) => !(other in given))) delete given[name];
      }
      return given;
    })
    .filter((value) => Object.keys(value).length >= minProperties);
}

function arrayOf(schema: Schema, schemas: Schemas): fc.Arbitrary<unknown> {
  const items = arbitraryOf(schema.items ?? {}, schemas);
  const minLength = schema.minItems ?? 0;
  const size = {
    minLength,
    maxLength: Math.max(minLength, Math.min(schema.maxItems ?? DEFAULT_MAX_ITEMS, DEFAULT_MAX_ITEMS)),
  };
  return schema.uniqueItems ? fc.uniqueArray(items, size) : fc.array(items, size);
}

function stringOf(schema: Schema): fc.Arbitrary<string> {
  const { pattern, allOf = [], format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const patterns = [...allOf.map((one) => one.pattern), ...(pattern === undefined ? [] : [pattern])];
  const regexes = patterns.map((one) => new RegExp(one, 'u'));
  const fits = (value: string) =>
    [...value].length >= minLength && [...value].length <= maxLength && regexes.every((regex) => regex.test(value));
  // Characters of every kind, few of which a narrow pattern allows.
  const odd = fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, DEFAULT_MAX_LENGTH) }).filter(fits);
  if (format === 'uri') return fc.webUrl({ validSchemes: ['http', 'https'] }).filter(fits);
  // What is made of a pattern is short.
  if (pattern === undefined || minLength > SHORT) return odd;
  const matching = fc.stringMatching(new RegExp(pattern, 'u')).filter(fits);
  return pattern.includes('[^') ? fc.oneof(matching, odd) : matching;
}

function integerOf({
  minimum = Number.MIN_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
}: Schema): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
}
