/** The OpenAPI 3.1 document of everything under `/v1`, made from the table of operations and their schemas. */
import { z } from 'zod';
import manifest from '../../../../package.json' with { type: 'json' };
import { identity } from '../../../protocol/accounts/accounts.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../protocol/errors.ts';
import { SCOPES } from '../../../protocol/keys.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import {
  type Contracts,
  type HttpContract,
  type HttpDoor,
  isHttp,
  takesBody,
} from '../../../protocol/operations/contract.ts';
import { CONTRACTS, type ContractTag } from '../../../protocol/operations/table.ts';
import { room } from '../../../protocol/rooms.ts';
import { errorsOf } from '../../operations/admission.ts';
import { Components, describeInput, inputSchema, type JsonSchema } from './components.ts';

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: JsonSchema;
}

interface Content {
  schema: JsonSchema;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: true; content: Record<string, Content> };
  responses: Record<string, { description: string; content: Record<string, Content> }>;
}

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<HttpDoor['method'], Operation>>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

const TAGS: Record<ContractTag, string> = {
  accounts: 'Creators, API keys, and the tokens with which people come into a room.',
  rooms: 'Live events of a creator, and who may be in them.',
  money: 'Wallet, tickets, tips and refunds. Amounts are integers in the minor unit of the currency.',
  earnings: 'What creators earn and are paid, disputes, and the books and reports of the house.',
  chat: 'Keeping order in chats: moderation, word lists, your own word before delivery, export and erasure.',
  trust:
    'The charter: its versions, who has accepted them, and its drafts. Reports of messages, people and lives; what the house decides, and appeals.',
  events: 'What happened, for your server: signed webhooks, and a log to catch up from.',
};

/**
 * Alternatives: any one of them is enough. For schemes other than OAuth, OpenAPI 3.1 lists the required roles: here the
 * scope of the key, or that the session must be an operator's or a reviewer's.
 */
function securityOf({ by, scope }: HttpDoor): Record<string, string[]>[] {
  return by.flatMap((caller): Record<string, string[]>[] => {
    if (caller === 'visitor') return [];
    if (caller === 'server') return [{ apiKey: scope ? [scope] : [] }];
    return [caller === 'participant' ? { roomToken: [] } : { session: caller === 'person' ? [] : [caller] }];
  });
}

const DOWNLOADS = {
  csv: 'text/csv',
  ics: 'text/calendar',
  json: 'application/json',
  jsonl: 'application/jsonl',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
} as const;

export function createOpenApiDocument(publicUrl: string): OpenApiDocument {
  const components = new Components();
  const paths: OpenApiDocument['paths'] = {};
  for (const [tag, contracts] of Object.entries<Contracts>(CONTRACTS)) {
    for (const [name, contract] of Object.entries(contracts)) {
      if (!isHttp(contract)) continue;
      const path = contract.http.path.replace(/:(\w+)/g, '{$1}');
      const described = describeOperation(contract, { name, tag, components });
      paths[path] = { ...paths[path], [contract.http.method]: described };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Loge',
      version: manifest.version,
      description: manifest.description,
      license: { name: 'Apache License 2.0', identifier: manifest.license },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: components.toJson(),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'basic',
          description: `An API key: its id as user name, its secret as password. Scopes: ${SCOPES.join(', ')}.`,
        },
        roomToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A room token of a participant.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'loge_session',
          description: 'The session of a person on the site. It counts for pages of the site itself alone.',
        },
      },
    },
  };
}

function describeOperation(
  contract: HttpContract,
  { name, tag, components }: { name: string; tag: string; components: Components },
): Operation {
  const { http } = contract;
  const parameters = [...pathParameters(http), ...(takesBody(http) ? [] : queryParameters(http))];
  const content = bodyOf(name, http, components);
  return {
    operationId: name,
    tags: [tag],
    summary: http.summary,
    ...describeText(http),
    security: securityOf(http),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: true as const, content } } : {}),
    responses: {
      [String(http.status)]: {
        description: http.status === 201 ? 'Created' : 'Done',
        content: http.answer
          ? { 'application/json': { schema: components.answer(name, http.answer) } }
          : { [DOWNLOADS[http.download ?? 'json']]: { schema: { type: 'string' as const } } },
      },
      ...describeErrors(errorsOf(contract), components),
    },
  };
}

const STRENGTHS: Readonly<Record<'strong' | 'confirmed', string>> = {
  strong: `A person has used a passkey, or signed in at the OpenID provider of the house, within ${LIMITS.strongHours} hours.`,
  confirmed: 'A person confirms it with a passkey, or at the OpenID provider of the house.',
};

function describeText({ description, strength }: HttpDoor): Pick<Operation, 'description'> {
  const [least, most] = strength?.split('/') ?? [];
  const texts = [
    description,
    least === 'strong' || least === 'confirmed' ? STRENGTHS[least] : undefined,
    most && `For some inputs: ${STRENGTHS.confirmed}`,
  ].filter((text) => text !== undefined);
  return texts.length > 0 ? { description: texts.join(' ') } : {};
}

function bodyOf(name: string, http: HttpDoor, components: Components): Record<string, Content> | undefined {
  if (http.upload) {
    return Object.fromEntries(
      http.upload.types.map((type) => [type, { schema: { type: 'string', contentMediaType: type } as JsonSchema }]),
    );
  }
  if (!takesBody(http) || !http.input) return undefined;
  const body = { schema: components.input(name, http.input), example: http.example };
  return { 'application/json': body, ...(http.tokenInBody ? { 'text/plain': body } : {}) };
}

function describeErrors(codes: ErrorCode[], components: Components): Operation['responses'] {
  const byStatus = Map.groupBy(codes, (code) => String(ERROR_CATALOGUE[code].status));
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].message}`).join('\n\n'),
        content: { 'application/json': { schema: components.error } },
      },
    ]),
  );
}

function pathParameters({ path, isOfRoom }: HttpDoor): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: schemaOfParam(name, isOfRoom),
  }));
}

/** Identities are chosen by the embedder; every other parameter is an id made by the server or the payment provider. */
function schemaOfParam(name: string, isOfRoom: boolean): JsonSchema {
  if (name === 'id' && isOfRoom) return { ...inputSchema(room.shape.id), description: 'Id of the room' };
  if (name === 'identity' || name === 'creator') return inputSchema(identity);
  return { type: 'string', pattern: '^[A-Za-z0-9_-]{1,128}$' };
}

function queryParameters({ input }: HttpDoor): Parameter[] {
  if (!input) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', override: describeInput });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: schema as JsonSchema,
  }));
}
