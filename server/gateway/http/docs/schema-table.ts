/** JSON Schemas as tables for people. */
import { html, type Markup } from '../html.ts';
import type { JsonSchema } from './components.ts';
import type { OpenApiDocument } from './openapi.ts';

type Schemas = OpenApiDocument['components']['schemas'];

interface Field {
  name: string;
  type: Markup;
  required: boolean;
  notes: string;
}

export function schemaTable(schema: JsonSchema, schemas: Schemas): Markup {
  const choices = choicesOf(schema);
  if (choices) {
    return html`<p>One of these:</p>${choices.map((choice) => html`<div class="choice">${named(choice, schemas)}</div>`)}`;
  }
  const rows = fieldsOf(schema, schemas, '');
  if (rows.length === 0) return html`<p class="quiet">No fields.</p>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Fields"><table>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Notes</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>
<td><code>${row.name}</code>${!row.required && html` <span class="quiet">optional</span>`}</td>
<td>${row.type}</td><td>${row.notes}</td></tr>`,
  )}</tbody></table></div>`;
}

/** A link to a named schema, or the fields of a nameless one. */
export function named(schema: JsonSchema, schemas: Schemas): Markup {
  const name = referenceOf(schema);
  if (!name) return schemaTable(schema, schemas);
  const target = schemas[name];
  return html`<p><a href="#schema-${name}"><code>${name}</code></a></p>${target && schemaTable(target, schemas)}`;
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
  const name = referenceOf(schema);
  if (name) return html`<a href="#schema-${name}">${name}</a>`;
  if (Array.isArray(schema.enum))
    return html`${schema.enum.map((it, index) => html`${index > 0 && ' | '}<code>${String(it)}</code>`)}`;
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  const choices = choicesOf(schema);
  if (choices) return html`${choices.map((choice, index) => html`${index > 0 && ' | '}${typeOf(choice)}`)}`;
  if (schema.type === 'array') return html`array of ${typeOf(schema.items as JsonSchema)}`;
  return html`${[schema.type ?? 'any'].flat().join(' | ')}`;
}

const FORMATS: Record<string, string> = { 'date-time': 'Date and time, ISO 8601.', uri: 'A URL.' };

function notesOf(schema: JsonSchema): string {
  const notes = [
    schema.description ? `${schema.description.replace(/\.$/, '')}.` : '',
    schema.format ? (FORMATS[schema.format] ?? '') : '',
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

function referenceOf(schema: JsonSchema): string | undefined {
  return typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
}
