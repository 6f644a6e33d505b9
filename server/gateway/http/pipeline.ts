/**
 * The one way in for every operation over HTTP: authenticate (`auth.ts`), parse, admit, run, answer.
 * `socket/pipeline.ts` does the same for sockets.
 */
import { once } from 'node:events';
import type { Express, Request, RequestHandler, Response } from 'express';
import { permissionsNow } from '../../accounts/tokens.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { LANGUAGE_CODES, type Language } from '../../protocol/languages.ts';
import type { DownloadFormat } from '../../protocol/operations/contract.ts';
import type { Admitted } from '../context.ts';
import { assertConfirmed, assertMay, assertRole, errorsOf } from '../operations/admission.ts';
import type { Caller, Download, HttpDomains, HttpOperation } from '../operations/operation.ts';
import type { HttpLimits } from '../rate-limits.ts';
import type { Authenticated, HttpAuth } from './auth.ts';
import { Exports } from './exports.ts';
import { assertNoPerson, parseInput, parseParams } from './input.ts';
import { Uploads } from './uploads.ts';

export class HttpPipeline {
  readonly #domains: HttpDomains;
  readonly #auth: HttpAuth;
  readonly #compress: RequestHandler;
  readonly #uploads = new Uploads();
  readonly #exports: Exports;

  /** `compress` serves what everybody may read. */
  constructor(options: { domains: HttpDomains; auth: HttpAuth; compress: RequestHandler; limits: HttpLimits }) {
    this.#domains = options.domains;
    this.#auth = options.auth;
    this.#compress = options.compress;
    this.#exports = new Exports(options.limits);
  }

  mount(app: Express, operations: readonly HttpOperation[]): void {
    for (const operation of operations) {
      const { method, path, by } = operation.http;
      const isPublic = method === 'get' && by.includes('visitor');
      app[method](path, isPublic ? [this.#compress] : [], (request: Request, response: Response) =>
        this.#handle(operation, request, response),
      );
    }
  }

  async #handle(operation: HttpOperation, request: Request, response: Response): Promise<void> {
    try {
      await this.#run(operation, request, response);
    } catch (error) {
      // The documentation is made from the table, so an undeclared code is a bug.
      if (error instanceof AppError && !errorsOf(operation).includes(error.code)) {
        const fields = { operation: operation.name, code: error.code };
        this.#domains.log.warn(fields, 'an operation answered an error that it does not declare');
      }
      throw error;
    }
  }

  async #run(operation: HttpOperation, request: Request, response: Response): Promise<void> {
    const { http } = operation;
    const authenticated = await this.#auth.authenticate(operation, request, response);
    const params = parseParams(http, request);
    const answer = (input: unknown) => this.#answer(operation, { authenticated, params, input }, request, response);
    if (!http.upload) return answer(await parseInput(http, request, response));
    const person = authenticated.key ? undefined : authenticated.caller?.identity;
    // Before the file is read too: a caller without access must not take a place.
    await this.#admit(operation, authenticated, http.isOfRoom ? (params.id as RoomId) : undefined);
    await this.#uploads.receive(http.upload, { person, request, response }, answer);
  }

  async #answer(
    operation: HttpOperation,
    given: { authenticated: Authenticated; params: Record<string, string>; input: unknown },
    request: Request,
    response: Response,
  ): Promise<void> {
    const { http } = operation;
    const { authenticated, input } = given;
    const { id, ...params } = given.params;
    if (authenticated.key && http.scope !== 'admin') assertNoPerson([id, params, http.upload ? undefined : input]);
    const { caller, room, admitted } = await this.#admit(
      operation,
      authenticated,
      http.isOfRoom ? (id as RoomId) : undefined,
    );
    const { by, key, session } = authenticated;
    assertConfirmed(http, { ...authenticated, input, nowMs: this.#domains.clock.now() });
    const run = () =>
      operation.run(this.#domains, {
        ...{ by, key, caller, room, input, response, admitted, session, connection: undefined },
        address: request.ip,
        params: http.isOfRoom ? params : { ...params, ...(id === undefined ? {} : { id }) },
        locale: localeOf(request),
      });
    if (http.download) {
      const download = async () => send((await run()) as Download, http.download as DownloadFormat, response);
      return http.isExport && caller ? this.#exports.run(caller.identity, download) : download();
    }
    // Strips fields that the contract does not name, whatever the domain returned.
    response.status(http.status).json(http.answer?.parse(await run()));
  }

  /** Admits the caller to the room of the call, or throws. */
  async #admit(
    operation: HttpOperation,
    { caller, claims, key }: Authenticated,
    room: RoomId | undefined,
  ): Promise<{ caller: Caller | null; room: RoomId | undefined; admitted?: Admitted }> {
    const { rooms } = this.#domains;
    if (!claims) {
      if (room && key) await rooms.assertEmbedders(room);
      else if (room) await rooms.getRoom(room);
      if (caller && caller.role !== 'server') assertRole(operation, caller.role);
      return { caller, room };
    }
    const participant = { identity: claims.sub, name: claims.name, role: claims.role };
    if (room && room !== claims.room) throw new AppError('forbidden', 'This token is for another room.');
    if (operation.from === undefined) {
      if (claims.logeSession === undefined) await rooms.assertEmbedders(claims.room);
      assertRole(operation, claims.role);
      if (!operation.servesSuspended) await rooms.suspensions.assertNotSuspended(claims.sub);
      return { caller: participant, room: claims.room };
    }
    const admission = await rooms.admit(claims);
    if (claims.role === 'creator' && claims.sub !== admission.room.creator.identity) {
      throw new AppError('forbidden', 'Only the creator of this room has a token with the role creator.');
    }
    const { access, role } = admission;
    // Sockets learn of the end by an event; an HTTP caller learns of it here.
    if (operation.from === 'inside' && access.reason === 'room_ended') throw new AppError('room_ended');
    assertMay(operation, { access, can: permissionsNow(claims, admission), role });
    return { caller: { ...participant, role }, room: claims.room, admitted: { claims, access } };
  }
}

const MEDIA_TYPES: Record<DownloadFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ics: 'text/calendar; charset=utf-8',
  json: 'application/json; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  txt: 'text/plain; charset=us-ascii',
  xml: 'application/xml; charset=utf-8',
  zip: 'application/zip',
};

async function send({ name, chunks }: Download, format: DownloadFormat, response: Response): Promise<void> {
  response.type(MEDIA_TYPES[format]);
  if (format !== 'json') response.set('content-disposition', `attachment; filename="${name}.${format}"`);
  const closed = new Promise((resolve) => response.once('close', resolve));
  for await (const chunk of chunks) {
    // Backpressure: a slow reader must not fill this process's memory.
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed]);
    if (response.destroyed) return;
  }
  response.end();
}

/** The preferred language of the caller, if it is supported. */
function localeOf(request: Request): Language | undefined {
  const accepted = request.get('accept-language');
  return accepted && accepted !== '*'
    ? (request.acceptsLanguages(LANGUAGE_CODES) as Language | false) || undefined
    : undefined;
}
