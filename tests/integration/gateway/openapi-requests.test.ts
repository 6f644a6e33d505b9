/**
 * Requests generated from `/openapi.json`: none causes a server error, and nothing that the document allows is refused
 * as invalid. The seed is printed; `LOGE_SEED` sets it.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonSchema } from '../../../server/gateway/http/docs/components.ts';
import type { OpenApiDocument, Operation } from '../../../server/gateway/http/docs/openapi.ts';
import { startHttp, type TestHttp } from '../../support/houses/http.ts';
import { arbitraryOf, type Schema, type Schemas } from '../../support/requests/schema-arbitrary.ts';
import { effort, pinnedSeed } from '../../support/run/effort.ts';

const SEED = pinnedSeed(613_414_528);
const REQUESTS_EACH = effort({ short: 3, long: 300 });

let http: TestHttp;
let document: OpenApiDocument;
let calls = 0;

beforeAll(async () => {
  console.log(`seed ${SEED}`);
  http = await startHttp({ env: { LOGE_TRUST_PROXY: '1' } });
  document = (await http.call('GET', '/openapi.json')).json;
});
afterAll(() => http[Symbol.asyncDispose]());

interface Made {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

function requestsOf({ parameters = [], requestBody }: Operation): fc.Arbitrary<Made> {
  const schemas = document.components.schemas as Schemas;
  const from = (schema: JsonSchema) => arbitraryOf(schema as Schema, schemas);
  const record = (place: 'path' | 'query') => {
    const some = parameters.filter((parameter) => parameter.in === place);
    const parts = some.map(({ name, schema }) => [name, from(schema)] as const);
    const requiredKeys = some.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(Object.fromEntries(parts), { requiredKeys });
  };
  const [content] = Object.values(requestBody?.content ?? {});
  const body = content ? from(content.schema) : fc.constant(undefined);
  return fc.record({ params: record('path'), query: record('query'), body }) as fc.Arbitrary<Made>;
}

/** A file's, or JSON. */
const typeOf = ({ requestBody }: Operation) => Object.keys(requestBody?.content ?? {})[0] ?? 'application/json';

/** Existing ids, used now and then to get past the first lookup. */
async function createKnown() {
  const { id: room } = await http.createRoom({ kind: 'ticket', priceMinor: 500 });
  return { room, identity: 'ada', creator: 'ada' };
}

test('no request that the document allows fails with a server error or as invalid', async () => {
  const known = await createKnown();
  const faults: string[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const samples = fc.sample(requestsOf(operation), { seed: SEED, numRuns: REQUESTS_EACH });
      for (const [index, { params, query, body }] of samples.entries()) {
        const real: Record<string, unknown> = { ...known, ...(path.includes('/rooms/{id}') ? { id: known.room } : {}) };
        const isKnown = index % 2 === 1;
        const values = isKnown ? { ...params, ...pick(real, Object.keys(params)) } : params;
        const sent = isKnown && isRecord(body) ? { ...body, ...pick(known, Object.keys(body)) } : body;
        const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
        const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
        calls += 1;
        const what = `${method} ${target}?${search} ${JSON.stringify(sent)}`;
        try {
          const reply = await http.call(method.toUpperCase(), `${target}?${search}`, {
            headers: {
              ...credentialsOf(operation, known.room),
              ...(isRecord(sent) || body === undefined ? {} : { 'content-type': typeOf(operation) }),
              'x-forwarded-for': `198.18.${calls >> 8}.${calls & 255}`,
            },
            body: sent,
          });
          const code = reply.json?.error?.code ?? 'ok';
          if (reply.status === 500 || code === 'internal' || code === 'invalid_request') {
            const why = JSON.stringify(reply.json?.error?.issues ?? reply.json?.error?.message);
            faults.push(`${what}: ${reply.status} ${code} ${why}`);
          }
        } catch (error) {
          faults.push(`${what}: ${error} ${(error as Error).cause}`);
        }
      }
    }
  }
  console.log(`${calls} requests`);
  expect(faults).toEqual([]);
  const undeclared = http.logs.filter(({ message }) => message.includes('does not declare'));
  expect(undeclared.map(({ fields }) => fields)).toEqual([]);
}, 300_000);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick(values: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in values ? [[name, values[name]]] : [])));
}

function credentialsOf({ security }: Operation, room: string): Record<string, string> {
  if (security.some((it) => 'apiKey' in it)) return { authorization: http.basic };
  if (security.length === 0) return {};
  const role = calls % 3 === 0 ? 'creator' : 'fan';
  const identity = role === 'creator' ? 'ada' : `fan-${calls}`;
  const token = http.token({ room: room as never, identity, role, ...(calls % 2 === 0 ? { entitled: true } : {}) });
  return { authorization: `Bearer ${token}` };
}
