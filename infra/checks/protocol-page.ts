/** The table of requests on the page of the protocol, which is written from the contracts. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ANSWER_NAMES, type JsonSchema } from '../../server/gateway/http/docs/components.ts';
import { type Contract, type Contracts, nothing } from '../../server/protocol/operations/contract.ts';
import { CONTRACTS } from '../../server/protocol/operations/table.ts';

const PAGE = fileURLToPath(new URL('../../server/protocol/README.md', import.meta.url));
const HEAD = '| request | from | input | answer | what it does |\n|---|---|---|---|---|\n';
/** What is larger inside another object is named only, and so is what lies deeper. */
const INNER_FIELDS_MAX = 6;
const DEPTH_MAX = 1;
/** Longer lists of words are named only. */
const WORDS_MAX = 4;

const names = z.registry<{ id: string }>();
for (const [schema, id] of ANSWER_NAMES) if (schema !== nothing) names.add(schema, { id });

/** The file, and what it says when its table is written anew. */
export function writeProtocolPage(): [file: string, text: string] {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(HEAD) + HEAD.length;
  return [PAGE, page.slice(0, start) + rows().join('\n') + page.slice(page.indexOf('\n\n', start))];
}

function rows(): string[] {
  return Object.values<Contracts>(CONTRACTS).flatMap((contracts) =>
    Object.entries(contracts).flatMap(([name, contract]) => rowOf(name, contract)),
  );
}

function rowOf(name: string, { from, right, role, socket }: Contract): string[] {
  if (!socket) return [];
  const who = [from === 'inside' ? 'inside' : 'anywhere', right && `right to ${right}`, role && `the ${role}`];
  const cells = [
    `\`${socket.name ?? name}\``,
    who.filter(Boolean).join(', '),
    shapeOf(socket.input, 'input'),
    shapeOf(socket.answer, 'output'),
    [socket.summary, socket.description].filter(Boolean).join('. '),
  ];
  return [`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`];
}

function shapeOf(schema: z.ZodType, io: 'input' | 'output'): string {
  const { $defs = {}, ...json } = z.toJSONSchema(schema, { io, metadata: names, unrepresentable: 'any' });
  const name = names.get(schema)?.id;
  return `\`${name ?? describe(json as JsonSchema, 0)}\``;
}

function describe(schema: JsonSchema, depth: number): string {
  const { $ref, anyOf, oneOf, type, items, properties, required = [], enum: words, const: word } = schema;
  if ($ref) return $ref.split('/').at(-1) ?? '';
  if (word !== undefined) return JSON.stringify(word).replaceAll('"', "'");
  if (words) return words.length > WORDS_MAX ? '' : words.map((each) => `'${each}'`).join(' | ');
  const either = anyOf ?? oneOf;
  if (either) {
    const texts = either.map((each) => describe(each as JsonSchema, depth));
    return texts.includes('') ? '' : [...new Set(texts)].join(' | ');
  }
  if (type === 'null') return 'null';
  if (type === 'array') {
    const each = describe((items ?? {}) as JsonSchema, depth);
    return each && `[${each}]`;
  }
  const entries = Object.entries(properties ?? {});
  if (type !== 'object' || depth > DEPTH_MAX || (depth > 0 && entries.length > INNER_FIELDS_MAX)) return '';
  const fields = entries.map(([field, of]) => {
    const text = describe(of as JsonSchema, depth + 1);
    return `${field}${required.includes(field) ? '' : '?'}${text && `: ${text}`}`;
  });
  return `{${fields.join(', ')}}`;
}

if (import.meta.main) {
  const [file, text] = writeProtocolPage();
  const isCurrent = readFileSync(file, 'utf8') === text;
  if (!isCurrent) process.stdout.write('A contract has changed. Run: node infra/checks/generate.ts\n');
  process.exitCode = isCurrent ? 0 : 1;
}
