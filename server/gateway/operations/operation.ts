/**
 * The type of an operation. Every request that a client can make is declared once, in the files beside this one. The
 * HTTP and Socket.IO pipelines serve it, OpenAPI documents it, and the access matrix test tries it. The pipelines
 * authenticate and authorise; `run` calls the domain.
 */
import type { Response } from 'express';
import type { z } from 'zod';
import type { LiveKey } from '../../accounts/key-ring.ts';
import type { SessionProof } from '../../accounts/people/session-strength.ts';
import type { Participant, Role } from '../../protocol/accounts/accounts.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Scope } from '../../protocol/keys.ts';
import { type ParsedInput, REQUESTS, type RequestAnswer, type RequestName } from '../../protocol/realtime.ts';
import type { ChatLive } from '../chat/chat-live.ts';
import type { Admitted, GatewayContext, HttpContext, LiveView } from '../context.ts';
import type { Connection } from '../socket/connection.ts';

/**
 * An embedder's server by API key, a participant by room token, a person of the site by session cookie, a reviewer as
 * such a person, an operator by desk session or as a person, or anybody.
 */
export type CallerKind = 'server' | 'participant' | 'person' | 'reviewer' | 'operator' | 'visitor';
/** Over HTTP. A server needs a key with this scope. */
export type HttpCaller = `server:${Scope}` | Exclude<CallerKind, 'server'>;
/** `lobby`: anyone connected to the room. `inside`: only those with access. */
export type Place = 'lobby' | 'inside';
export type Right = 'chat' | 'tip' | 'publish' | 'moderate';
/** The rate limit class; HTTP and sockets have their own figures (`rate-limits.ts`). */
export type Limit = 'default' | 'chat' | 'stage' | 'money' | 'signIn' | 'report' | 'upload';
export type Locale = 'en' | 'fr';

/** Rules for participants, over HTTP and over sockets. `role` applies to people of the site too. */
export interface ParticipantRules {
  /** Absent: the operation does not concern a room, and over HTTP the participant is not admitted to one. */
  from?: Place;
  right?: Right;
  role?: Role;
  /** Whether it serves suspended participants too: what they paid for and what was decided stay within their reach. */
  servesSuspended?: boolean;
}

/** The domains that every operation may call. */
export type HttpDomains = HttpContext & { live: LiveView };
/** The domains of what sockets alone can ask. */
export type SocketDomains = GatewayContext & { chatLive: ChatLive };

/** The name on record for acts of an embedder's server; money keeps the id of its API key instead. */
export const SERVER = { identity: 'embedding-server', name: 'embedding-server', role: 'server' } as const;

export interface Caller extends Omit<Participant, 'role'> {
  role: Role | 'server';
}

interface AnyCall {
  by: CallerKind;
  caller: Caller | null;
  /** The caller's API key. */
  key: LiveKey | undefined;
  /** Of the path, or of the participant's token. */
  room: RoomId | undefined;
  params: Record<string, string>;
  input: unknown;
  /** The language that the caller prefers, for texts that a person will read. */
  locale: Locale | undefined;
  connection: Connection | undefined;
  /** Of a person of the site. */
  session: SessionProof | undefined;
  /** Of a participant who was admitted to the room over HTTP. */
  admitted: Admitted | undefined;
  /** Of the caller's network; undefined where it is not known. */
  address: string | undefined;
  /** Over HTTP, for cookies; the pipeline sends the answer. */
  response: Response | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type HttpRoute = `${Method} /${string}`;

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
/** `:id` after `rooms/` is the room of the call; other parameters are strings that the domain looks up. */
type ParamsOf<Path extends string> = {
  [Name in ParamNames<Path> as Path extends `${string}/rooms/:id${string}` ? Exclude<Name, 'id'> : Name]: string;
};

type CallerOf<By extends HttpCaller> = 'visitor' extends By
  ? Participant | null
  : [Extract<By, `server:${string}`>] extends [never]
    ? Participant
    : Caller;
/** A socket's caller has none. */
type KeyOf<By extends HttpCaller, Event> = [Exclude<By, `server:${string}`> | Event] extends [never]
  ? LiveKey
  : LiveKey | undefined;
type RoomOf<Path extends string, By extends HttpCaller> = Path extends `${string}/rooms/:id${string}`
  ? RoomId
  : [By] extends ['participant']
    ? RoomId
    : RoomId | undefined;

interface HttpCall<Path extends string, By extends HttpCaller, Input, Event> extends AnyCall {
  caller: CallerOf<By>;
  key: KeyOf<By, Event>;
  room: RoomOf<Path, By>;
  params: ParamsOf<Path>;
  input: Input;
  response: [Event] extends [never] ? Response : undefined;
}

/** An operation that has an HTTP route, and a socket request too where `socket` names one. */
interface HttpSpec<
  Path extends HttpRoute,
  By extends HttpCaller,
  I extends z.ZodType,
  Event extends RequestName,
  O extends z.ZodType,
> extends ParticipantRules {
  /** In the documentation, and in clients made from it. */
  name: string;
  http: Path;
  by: readonly By[];
  /** Its input has to have what `input` has, and the parameters of the path. */
  socket?: Event & (ParsedInput<Event> extends z.output<I> & ParamsOf<Path> ? unknown : never);
  limit?: Limit;
  /**
   * Whether a person must confirm it with a passkey, always or for some inputs. API keys and desk links are not
   * affected.
   */
  stepUp?: true | ((input: z.output<I>) => boolean);
  /**
   * The body may hold the participant's `token`, and may be sent as text: a page of another site then needs no
   * preflight, which costs a round trip.
   */
  tokenInBody?: boolean;
  /** The JSON body of a POST, PUT or PATCH, the query of the others; absent means that nothing is taken. */
  input?: I;
  /** An input that works, for the documentation. */
  example?: z.input<I>;
  /** Absent: as over the socket. */
  answer?: O;
  /** Converts the socket's answer to the HTTP body, where the two differ. */
  body?: (answer: RequestAnswer<Event>) => z.input<O>;
  status?: 200 | 201;
  summary: string;
  description?: string;
  /** Error codes besides those that every operation can answer. */
  errors?: readonly ErrorCode[];
  run(domains: HttpDomains, call: HttpCall<Path, By, z.output<I>, Event>): Result<O, Event> | Promise<Result<O, Event>>;
}
type Result<O extends z.ZodType, Event extends RequestName> = [Event] extends [never]
  ? z.input<O>
  : RequestAnswer<Event>;

/** An operation of the socket alone. */
interface SocketSpec<Event extends RequestName> extends ParticipantRules {
  socket: Event;
  from: Place;
  limit?: Limit;
  run(domains: SocketDomains, call: SocketCall<Event>): Promise<RequestAnswer<Event>>;
}

interface SocketCall<Event extends RequestName> extends AnyCall {
  caller: Participant;
  room: RoomId;
  input: ParsedInput<Event>;
  connection: Connection;
}

/** A file that is sent piece by piece. */
export interface Download {
  /** Without its extension. */
  name: string;
  chunks: Iterable<string> | AsyncIterable<string | Uint8Array>;
}
export type DownloadFormat = 'csv' | 'ics' | 'json' | 'zip';

interface DownloadSpec<Path extends HttpRoute, By extends HttpCaller, I extends z.ZodType>
  extends Omit<HttpSpec<Path, By, I, never, z.ZodType>, 'socket' | 'answer' | 'body' | 'run'> {
  format: DownloadFormat;
  /** It reads every table: one at a time for each person, and a few a day. */
  isExport?: true;
  run(domains: HttpDomains, call: HttpCall<Path, By, z.output<I>, never>): Promise<Download>;
}

/** What an upload may be. Its body is the file itself. */
export interface UploadRules {
  types: readonly string[];
  maxBytes: number;
}

interface UploadSpec<Path extends HttpRoute, By extends HttpCaller, O extends z.ZodType>
  extends Omit<
    HttpSpec<Path, By, z.ZodType, never, O>,
    'socket' | 'input' | 'example' | 'tokenInBody' | 'body' | 'run'
  > {
  upload: UploadRules;
  run(domains: HttpDomains, call: HttpCall<Path, By, Buffer, never>): Promise<z.input<O>>;
}

/**
 * What a person of the house must have proved: a sign-in of any kind, a passkey or a sign-in at the OpenID provider
 * within hours (`strong`), or the same within minutes (`confirmed`); after a slash for some inputs. Null: no person of
 * the house calls it.
 */
export type Strength = 'session' | 'strong' | 'confirmed' | 'session/confirmed' | 'strong/confirmed' | null;

export interface HttpDoor {
  method: Lowercase<Method>;
  path: string;
  by: readonly CallerKind[];
  /** Of the server's key. */
  scope?: Scope;
  /** Whether the path names a room as `rooms/:id`. */
  isOfRoom: boolean;
  tokenInBody: boolean;
  input?: z.ZodType;
  example?: unknown;
  /** Absent: it answers a `Download`. */
  answer?: z.ZodType;
  download?: DownloadFormat;
  isExport?: boolean;
  /** Absent: the body is JSON. */
  upload?: UploadRules;
  body?: (answer: never) => unknown;
  status: 200 | 201;
  summary: string;
  description?: string;
  errors: readonly ErrorCode[];
  stepUp?: true | ((input: never) => boolean);
  strength: Strength;
}

/** An operation with its types erased. */
export interface Operation extends ParticipantRules {
  name: string;
  limit: Limit;
  http?: HttpDoor;
  socket?: RequestName;
  /** Parameters of the path, which a socket's input has by the same names. */
  params: readonly string[];
  run(domains: HttpDomains | SocketDomains, call: AnyCall): unknown;
}
export type HttpOperation = Operation & { http: HttpDoor };
export type SocketOperation = Operation & { socket: RequestName };

const ROOM_PATH = /\/rooms\/:id/;

export function operation<
  const Path extends HttpRoute,
  const By extends HttpCaller,
  I extends z.ZodType,
  const Event extends RequestName = never,
  O extends z.ZodType = z.ZodType,
>(spec: HttpSpec<Path, By, I, Event, O>): Operation {
  const socket: RequestName | undefined = spec.socket;
  const answer = spec.answer ?? (socket && REQUESTS[socket].answer);
  return { ...describe(spec), socket, http: { ...doorOf(spec), answer, body: spec.body } };
}

export function downloadOperation<const Path extends HttpRoute, const By extends HttpCaller, I extends z.ZodType>(
  spec: DownloadSpec<Path, By, I>,
): Operation {
  const { format, isExport = false } = spec;
  return { ...describe(spec), http: { ...doorOf(spec), download: format, isExport } };
}

export function uploadOperation<const Path extends HttpRoute, const By extends HttpCaller, O extends z.ZodType>(
  spec: UploadSpec<Path, By, O>,
): Operation {
  const { limit = 'upload', upload, answer } = spec;
  return { ...describe({ ...spec, limit }), http: { ...doorOf(spec), answer, upload } };
}

export function socketOperation<const Event extends RequestName>(spec: SocketSpec<Event>): Operation {
  return { ...describe({ ...spec, name: spec.socket }), socket: spec.socket };
}

type AnySpec = ParticipantRules & { name: string; limit?: Limit; http?: string; run(...args: never[]): unknown };

function describe(spec: AnySpec): Operation {
  const { name, from, right, role, servesSuspended = false, limit = 'default', http = '', run } = spec;
  const params = [...http.matchAll(/:(\w+)/g)].map(([, param = '']) => param);
  return {
    ...{ name, from, right, role, servesSuspended, limit },
    params: ROOM_PATH.test(http) ? params.filter((param) => param !== 'id') : params,
    run: run as unknown as Operation['run'],
  };
}

type DoorSpec = Pick<
  HttpSpec<HttpRoute, HttpCaller, z.ZodType, never, z.ZodType>,
  'http' | 'by' | 'status' | 'errors' | 'tokenInBody'
> &
  Pick<HttpDoor, 'input' | 'example' | 'summary' | 'description' | 'stepUp'>;

function doorOf(spec: DoorSpec): HttpDoor {
  const { http, by, input, example, status = 200, summary, description, errors = [], tokenInBody = false } = spec;
  const { stepUp } = spec;
  const [method = '', path = ''] = http.split(' ');
  const [scope] = by.flatMap((caller) =>
    caller.startsWith('server:') ? [caller.slice('server:'.length) as Scope] : [],
  );
  return {
    ...{ method: method.toLowerCase() as HttpDoor['method'], path, isOfRoom: ROOM_PATH.test(path) },
    ...{ by: by.map((caller) => (caller.startsWith('server:') ? 'server' : caller) as CallerKind), scope },
    ...{ input, example, status, summary, description, errors, tokenInBody, stepUp, strength: strengthOf(spec) },
  };
}

/** The desk and the review ask more than a sign-in of everybody, so that no operation of theirs can forget it. */
function strengthOf({ by, stepUp }: Pick<DoorSpec, 'by' | 'stepUp'>): Strength {
  const isOfPeople = by.includes('person');
  if (!isOfPeople && !by.includes('reviewer') && !by.includes('operator')) return null;
  if (stepUp === true) return 'confirmed';
  const least = isOfPeople ? 'session' : 'strong';
  return stepUp ? `${least}/confirmed` : least;
}

export function takesBody({ method }: Pick<HttpDoor, 'method'>): boolean {
  return method === 'post' || method === 'put' || method === 'patch';
}
