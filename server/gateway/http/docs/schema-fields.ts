/** JSON Schemas as lists of fields for people, with few elements: there are thousands of fields. */
import { html, type Markup } from '../../../platform/html.ts';
import type { JsonSchema } from './components.ts';
import type { OpenApiDocument } from './openapi.ts';

type Schemas = OpenApiDocument['components']['schemas'];

interface Field {
  name: string;
  type: Markup;
  required: boolean;
  notes: string;
}

/** What an object consists of, one level of names for all of its depth. */
export function schemaFields(schema: JsonSchema, schemas: Schemas): Markup {
  const choices = choicesOf(schema);
  if (choices) {
    return html`<p>One of these:</p>${choices.map((choice) => html`<div class="choice">${named(choice, schemas)}</div>`)}`;
  }
  const rows = fieldsOf(schema, schemas, '');
  if (rows.length === 0) return html`<p class="quiet">No fields.</p>`;
  return html`<dl>${rows.map(
    (row) => html`<dt>${row.name}${!row.required && '?'}</dt><dd>${row.type}${row.notes && ` · ${row.notes}`}</dd>`,
  )}</dl>`;
}

/** A link to a named schema, or the fields of a nameless one. */
export function named(schema: JsonSchema, schemas: Schemas): Markup {
  const name = nameOf(schema);
  return name ? html`<p>${schemaLink(name)}</p>` : schemaFields(schema, schemas);
}

/** The fields of a schema, named or inline: what a client must send. */
export function inlined(schema: JsonSchema, schemas: Schemas): Markup {
  const target = schemas[nameOf(schema)];
  return schemaFields(target ?? schema, schemas);
}

function schemaLink(name: string): Markup {
  return html`<a href="/docs/schemas#schema-${name}">${name}</a>`;
}

function fieldsOf(schema: JsonSchema, schemas: Schemas, prefix: string): Field[] {
  const required = schema.required ?? [];
  return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    const own: Field = { name, type: typeOf(value), required: required.includes(key), notes: notesOf(value) };
    const item = value.type === 'array' ? (value.items as JsonSchema) : undefined;
    return [own, ...fieldsOf(item ?? value, schemas, `${name}${item ? '[]' : ''}.`)];
  });
}

function typeOf(schema: JsonSchema): Markup {
  const name = nameOf(schema);
  if (name) return schemaLink(name);
  if (Array.isArray(schema.enum)) return html`${schema.enum.map((it) => JSON.stringify(it)).join(' | ')}`;
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`;
  const choices = choicesOf(schema);
  if (choices) return html`${choices.map((choice, index) => html`${index > 0 && ' | '}${typeOf(choice)}`)}`;
  if (schema.type === 'array') return html`array of ${typeOf(schema.items as JsonSchema)}`;
  const format = FORMATS[schema.format ?? ''];
  return html`${[schema.type ?? 'any'].flat().join(' | ')}${format && ` (${format})`}`;
}

const FORMATS: Record<string, string> = { 'date-time': 'date and time, ISO 8601', uri: 'URL' };

function notesOf(schema: JsonSchema): string {
  const notes = [
    schema.description ? `${schema.description.replace(/\.$/, '')}.` : '',
    rangeOf(schema),
    schema.default === undefined ? '' : `${JSON.stringify(schema.default)} by default.`,
  ];
  return notes.filter(Boolean).join(' ');
}

function rangeOf({ minimum, maximum, minLength, maxLength, pattern }: JsonSchema): string {
  const prefix = /^\^([a-z]+_)\[/.exec(pattern ?? '')?.[1];
  if (prefix) return `Starts with ${prefix}.`;
  if (maxLength !== undefined) return `${range(minLength ?? 0, maxLength)} characters.`;
  // A bound that is only the largest safe integer says nothing.
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER) return '';
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? `At least ${minimum}.`
    : `${range(minimum, maximum)}.`;
}

function range(minimum: number, maximum: number): string {
  const upper = maximum.toLocaleString('en');
  return minimum === 0 ? `At most ${upper}` : `${minimum.toLocaleString('en')} to ${upper}`;
}

function choicesOf(schema: JsonSchema): JsonSchema[] | undefined {
  return (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
}

/** Of a named schema; empty for a nameless one. */
export function nameOf(schema: JsonSchema): string {
  return (typeof schema.$ref === 'string' && schema.$ref.split('/').at(-1)) || '';
}
