/** Parses JSON bodies, queries and path parameters against the schemas of the protocol. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { roomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type HttpDoor, takesBody } from '../../protocol/operations/contract.ts';
import { InputError } from './errors.ts';

const JSON_TYPES = ['application/json', 'application/*+json'];
/** Of requests that a page of another site may send without a preflight (CORS-safelisted). */
const SIMPLE_TYPES = [...JSON_TYPES, 'text/plain'];
// Compressed bodies are refused: requests are small, and a small compressed body can expand to a huge one.
const parseJson = express.json({ limit: LIMITS.httpBodyBytes, type: JSON_TYPES, inflate: false });
const parseSimple = express.json({ limit: LIMITS.watchBodyBytes, type: SIMPLE_TYPES, inflate: false });

type Issue = { path: PropertyKey[]; message: string };

export async function parseInput(door: HttpDoor, request: Request, response: Response): Promise<unknown> {
  const raw = takesBody(door) ? await readBody(door, request, response) : request.query;
  if (!door.input) {
    const stray = Object.keys(raw as object).map((key) => ({ path: [key], message: 'This field is not known here' }));
    if (stray.length > 0) throw new InputError(stray);
    return undefined;
  }
  return parseExactly(door.input, raw);
}

/** The body as JSON; read once. */
export async function readBody(
  door: Pick<HttpDoor, 'input' | 'tokenInBody'>,
  request: Request,
  response: Response,
): Promise<unknown> {
  if (request.body !== undefined) return request.body;
  if (!hasBody(request)) {
    if (!door.input) return {};
    throw new AppError('invalid_request', 'Send a JSON body, with the header `Content-Type: application/json`.');
  }
  if (!request.is(door.tokenInBody ? SIMPLE_TYPES : JSON_TYPES)) {
    throw new AppError('invalid_request', 'Send JSON, with the header `Content-Type: application/json`.');
  }
  await parseBody(door.tokenInBody ? parseSimple : parseJson, request, response);
  return request.body ?? {};
}

export function parseBody(parse: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** Some clients send `Content-Length: 0` with every POST: that is no body. */
function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}

/** Parses strictly: a misspelt optional field must be refused, not dropped silently. */
export function parseExactly<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new InputError(parsed.error.issues);
  const issues = findFaults(raw, parsed.data, []);
  if (issues.length > 0) throw new InputError(issues);
  return parsed.data;
}

/** Issues that schemas do not find: unknown fields, and text that the database cannot store. */
function findFaults(raw: unknown, parsed: unknown, path: PropertyKey[]): Issue[] {
  if (typeof parsed === 'string') {
    const storable = parsed.isWellFormed() && !parsed.includes('\0');
    return storable ? [] : [{ path, message: 'The text is not well-formed Unicode' }];
  }
  if (!isObject(raw) || !isObject(parsed)) return [];
  return Object.keys(raw).flatMap((key) =>
    Object.hasOwn(parsed, key)
      ? findFaults(raw[key], parsed[key], [...path, key])
      : [{ path: [...path, key], message: 'This field is not known here' }],
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * Refuses an API key's request that names a person of this house, in whatever field: an embedder's key must not create,
 * grant, sell or remove anything in the name of someone whom it does not know.
 */
export function assertNoPerson(value: unknown): void {
  if (typeof value === 'string' && isPersonId(value)) {
    throw new AppError('token_invalid', 'An API key cannot act for people of this house.');
  }
  if (isObject(value)) for (const each of Object.values(value)) assertNoPerson(each);
}

/** A malformed room id is an unknown room. Other parameters are strings that a domain looks up. */
export function parseParams(door: HttpDoor, request: Request): Record<string, string> {
  const params = { ...(request.params as Record<string, string>) };
  if (door.isOfRoom && !roomId.safeParse(params.id).success) throw new AppError('room_not_found');
  const faults = Object.entries(params).flatMap(([name, value]) => findFaults(value, value, [name]));
  if (faults.length > 0) throw new InputError(faults);
  return params;
}
