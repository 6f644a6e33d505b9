/**
 * Parses form parameters by their schema: converts text to numbers and booleans, and words faults as Stripe does. Ajv
 * validates the result, so that a gap in this parser refuses a request instead of accepting it.
 */
import type { FormObject, FormValue } from '../http/form.ts';
import { definitionOf, faultOf, type JsonSchema, resolveReference } from '../schemas/schemas.ts';
import { invalidParameter, notEmulated, type StripeApiError } from './errors.ts';

const ARRAY_ITEMS_MAX = 200;

export function readParameters<T>(schemaName: string, form: FormObject): T {
  const value = readObject(definitionOf(schemaName), form, '');
  const fault = faultOf(schemaName, value);
  if (fault !== undefined) throw invalidParameter({ message: `Invalid parameters: ${fault}` });
  return value as T;
}

function readObject(schema: JsonSchema, form: FormObject, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(form)) {
    const param = path === '' ? key : `${path}[${key}]`;
    const property = ownProperty(schema.properties, key) ?? schema.additionalProperties;
    if (property === undefined || (property === false && !isKnown(schema, key))) {
      if (param === 'payment_method_types') throw typesNoLongerSupported(param);
      throw invalidParameter({ code: 'parameter_unknown', param, message: `Received unknown parameter: ${param}` });
    }
    if (property === false) throw notEmulated(`The parameter ${param}`, param);
    Object.defineProperty(result, key, { value: readValue(property, value, param), enumerable: true });
  }
  for (const key of schema.required ?? []) {
    if (key in result) continue;
    const param = path === '' ? key : `${path}[${key}]`;
    throw invalidParameter({ code: 'parameter_missing', param, message: `Missing required param: ${param}.` });
  }
  return result;
}

function ownProperty(properties: JsonSchema['properties'], key: string): JsonSchema | false | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function isKnown(schema: JsonSchema, key: string): boolean {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, key);
}

function readValue(reference: JsonSchema, value: FormValue, param: string): unknown {
  const schema = resolveReference(reference);
  if (schema.anyOf !== undefined) return readAlternative(schema.anyOf, value, param);
  if (schema.enum !== undefined || schema.const !== undefined) return readEnum(schema, value, param);
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string')
        throw invalidParameter({ param, message: `Invalid string: ${JSON.stringify(value)}` });
      if (value === '') throw emptyString(param);
      return value;
    case 'number':
      return readInteger(value, param);
    case 'boolean':
      if (value === 'true') return true;
      if (value === 'false') return false;
      throw invalidParameter({ param, message: `Invalid boolean: ${JSON.stringify(value)}` });
    case 'array':
      return readArray(schema, value, param);
    case 'object':
      if (typeof value === 'string') throw invalidParameter({ param, message: 'Invalid object' });
      return readObject(schema, value, param);
    default:
      throw invalidParameter({ param, message: `Invalid value for ${param}` });
  }
}

function readArray(schema: JsonSchema, value: FormValue, param: string): unknown[] {
  const keys = typeof value === 'string' ? undefined : Object.keys(value);
  if (typeof value === 'string' || !keys?.every((key) => /^\d{1,4}$/.test(key))) {
    throw invalidParameter({ param, message: 'Invalid array' });
  }
  if (keys.length > ARRAY_ITEMS_MAX) {
    throw invalidParameter({ param, message: `Array ${param} exceeds the maximum of ${ARRAY_ITEMS_MAX} items.` });
  }
  const sorted = keys.sort((a, b) => Number(a) - Number(b));
  return sorted.map((key) => readValue(schema.items ?? {}, value[key] ?? '', `${param}[${key}]`));
}

/** Returns the first alternative that accepts the value; otherwise the fault of the last, the most specific one. */
function readAlternative(alternatives: readonly JsonSchema[], value: FormValue, param: string): unknown {
  if (value === '' && alternatives.some((schema) => schema.type === 'null' || takesEmpty(schema))) return '';
  let lastFault: StripeApiError = invalidParameter({ param, message: `Invalid value for ${param}` });
  for (const alternative of alternatives) {
    if (alternative.type === 'null' || takesOnlyEmpty(alternative)) continue;
    try {
      return readValue(alternative, value, param);
    } catch (fault) {
      lastFault = fault as StripeApiError;
    }
  }
  throw lastFault;
}

function takesEmpty(schema: JsonSchema): boolean {
  return schema.const === '' || schema.enum?.includes('') === true;
}

function takesOnlyEmpty(schema: JsonSchema): boolean {
  return takesEmpty(schema) && (schema.enum?.length ?? 1) === 1;
}

function readEnum(schema: JsonSchema, value: FormValue, param: string): unknown {
  const allowed = schema.enum ?? [String(schema.const)];
  if (typeof value === 'string' && allowed.includes(value)) return value;
  if (value === '') throw emptyString(param);
  const choices = allowed.filter((choice) => choice !== '');
  const list = choices.length > 1 ? `${choices.slice(0, -1).join(', ')}, or ${choices.at(-1)}` : choices[0];
  throw invalidParameter({ param, message: `Invalid ${param}: must be one of ${list}` });
}

function readInteger(value: FormValue, param: string): number {
  if (value === '') throw emptyString(param);
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw invalidParameter({
    code: 'parameter_invalid_integer',
    param,
    message: `Invalid integer: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  });
}

/** Removed since `endive`; it has its own error code, for callers that upgrade. */
function typesNoLongerSupported(param: string): StripeApiError {
  const message = `The parameter \`${param}\` is no longer supported. Use \`allowed_payment_method_types\` or dynamic payment methods.`;
  return invalidParameter({ code: 'payment_method_types_no_longer_supported', param, message });
}

function emptyString(param: string): StripeApiError {
  const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`;
  return invalidParameter({ code: 'parameter_invalid_empty', param, message });
}
