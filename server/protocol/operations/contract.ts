/**
 * The contract of an operation. Every request that a client can make is declared once, in the files beside this one,
 * under the name that it has in the documentation; `gateway/operations/` implements each name. Everything else follows
 * from the declaration: the routes and requests that are served, OpenAPI, the types of the site's and the SDK's calls,
 * and what the access matrix test tries.
 */
import { z } from 'zod';
import type { Role } from '../accounts/accounts.ts';
import type { ErrorCode } from '../errors.ts';
import type { Scope } from '../keys.ts';

/**
 * An embedder's server by API key, a participant by room token, a person of the site by session cookie, a reviewer as
 * such a person, an operator by desk session or as a person, a member of the committee as a person, or anybody.
 */
export type CallerKind = 'server' | 'participant' | 'person' | 'reviewer' | 'operator' | 'member' | 'visitor';
/** Over HTTP. A server needs a key with this scope. */
export type HttpCaller = `server:${Scope}` | Exclude<CallerKind, 'server'>;
/** `lobby`: anyone connected to the room. `inside`: only those with access. */
type Place = 'lobby' | 'inside';
/** What a token may let its holder do (`can`). */
export type Permission = 'chat' | 'tip' | 'publish' | 'moderate';
/** The rate limit class; HTTP and sockets have their own figures (`rate-limits.ts`). */
export type Limit = 'default' | 'chat' | 'stage' | 'money' | 'signIn' | 'report' | 'upload';

/** Rules for participants, over HTTP and over sockets. `role` applies to people of the site too. */
export interface ParticipantRules {
  /** Absent: the operation does not concern a room, and over HTTP the participant is not admitted to one. */
  from?: Place;
  right?: Permission;
  role?: Role;
  /** Whether it serves suspended participants too: what they paid for and what was decided stay within their reach. */
  servesSuspended?: boolean;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type HttpRoute = `${Method} /${string}`;

export type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name extends `${infer Stem}.${string}`
      ? Stem
      : Name
    : never;
/** `:id` after `rooms/` is the room of the call; other parameters are strings that the domain looks up. */
export type ParamsOf<Path extends string> = {
  [Name in ParamNames<Path> as Path extends `${string}/rooms/:id${string}` ? Exclude<Name, 'id'> : Name]: string;
};

/** The input of what takes nothing, and the answer of what has nothing to say. */
export const nothing = z.object({});

/** An operation that has an HTTP route, and a socket request too where `socket` names one. */
interface HttpSpec<
  Path extends HttpRoute,
  By extends HttpCaller,
  I extends z.ZodType,
  O extends z.ZodType,
  Socket extends string,
  SocketInput extends z.ZodType,
> extends ParticipantRules {
  http: Path;
  by: readonly By[];
  socket?: Socket;
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
  /**
   * Over the socket, where `input` does not serve: it has the parameters of the path too, and numbers where a query has
   * text. Absent: `input`.
   */
  socketInput?: SocketInput & (z.output<SocketInput> extends z.output<I> & ParamsOf<Path> ? unknown : never);
  /** An input that works, for the documentation. */
  example?: z.input<I>;
  /** Absent: `{}`, whatever the implementation returns. */
  answer?: O;
  status?: 200 | 201;
  summary: string;
  description?: string;
  /** Error codes besides those that every operation can answer. */
  errors?: readonly ErrorCode[];
}

export type DownloadFormat = 'csv' | 'ics' | 'json' | 'jsonl' | 'txt' | 'xml' | 'zip';

interface DownloadSpec<Path extends HttpRoute, By extends HttpCaller, I extends z.ZodType>
  extends Omit<HttpSpec<Path, By, I, z.ZodType, never, never>, 'socket' | 'socketInput' | 'answer'> {
  format: DownloadFormat;
  /** It reads every table: one at a time for each person, and a few a day. */
  isExport?: true;
}

/** What an upload may be. Its body is the file itself. */
export interface UploadRules {
  types: readonly string[];
  maxBytes: number;
}

interface UploadSpec<Path extends HttpRoute, By extends HttpCaller, O extends z.ZodType>
  extends Omit<
    HttpSpec<Path, By, z.ZodType, O, never, never>,
    'socket' | 'socketInput' | 'input' | 'example' | 'tokenInBody'
  > {
  upload: UploadRules;
}

/** An operation of the socket alone; the request has its name. */
interface SocketSpec<I extends z.ZodType, O extends z.ZodType> extends ParticipantRules {
  from: NonNullable<ParticipantRules['from']>;
  limit?: Limit;
  input?: I;
  answer?: O;
  summary: string;
  description?: string;
}

/**
 * What a person of the house must have proved: a sign-in of any kind, a passkey or a sign-in at the OpenID provider
 * within hours (`strong`), or the same within minutes (`confirmed`); after a slash for some inputs. Null: no person of
 * the house calls it.
 */
type Strength = 'session' | 'strong' | 'confirmed' | 'session/confirmed' | 'strong/confirmed' | null;

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
  /** Absent: it answers a file. */
  answer?: z.ZodType;
  download?: DownloadFormat;
  isExport?: boolean;
  /** Absent: the body is JSON. */
  upload?: UploadRules;
  status: 200 | 201;
  summary: string;
  description?: string;
  errors: readonly ErrorCode[];
  stepUp?: true | ((input: never) => boolean);
  strength: Strength;
}

interface SocketDoor {
  /** Absent: the name of the operation. */
  name?: string;
  input: z.ZodType;
  answer: z.ZodType;
  /** For the page of the protocol. */
  summary: string;
  description?: string;
}

/** The types that implementations and calls are checked against. */
export interface ContractTypes {
  kind: 'http' | 'download' | 'upload' | 'socket';
  route: string;
  by: HttpCaller;
  /** `ZodUnknown`: it takes nothing. */
  input: z.ZodType;
  /** `ZodUnknown`: it answers nothing. */
  answer: z.ZodType;
  socket: string;
  socketInput: z.ZodType;
}

export interface Contract<Types extends ContractTypes = ContractTypes> extends ParticipantRules {
  limit: Limit;
  http?: HttpDoor;
  socket?: SocketDoor;
  /** Parameters of the path, which a socket's input has by the same names. */
  params: readonly string[];
  /** Exists for the type checker alone. */
  '~types'?: Types;
}
export type Contracts = Readonly<Record<string, Contract>>;
export type HttpContract = Contract & { http: HttpDoor };

export function isHttp(contract: Contract): contract is HttpContract {
  return contract.http !== undefined;
}

type Typed<
  Kind extends ContractTypes['kind'],
  Route extends string,
  By extends HttpCaller,
  Input extends z.ZodType,
  Answer extends z.ZodType,
  Socket extends string = never,
  SocketInput extends z.ZodType = z.ZodNever,
> = Contract<{
  kind: Kind;
  route: Route;
  by: By;
  input: Input;
  answer: Answer;
  socket: Socket;
  socketInput: SocketInput;
}>;

const ROOM_PATH = /\/rooms\/:id/;

export function operation<
  const Path extends HttpRoute,
  const By extends HttpCaller,
  O extends z.ZodType = z.ZodUnknown,
  I extends z.ZodType = z.ZodUnknown,
  const Socket extends string = never,
  SocketInput extends z.ZodType = I,
>(spec: HttpSpec<Path, By, I, O, Socket, SocketInput>): Typed<'http', Path, By, I, O, Socket, SocketInput> {
  const { answer = nothing, input = nothing, socket: name, socketInput = input, summary, description } = spec;
  const socket =
    name === undefined ? undefined : { name, input: socketInput as z.ZodType, answer, summary, description };
  return { ...describe(spec), socket, http: { ...doorOf(spec), answer } };
}

export function downloadOperation<
  const Path extends HttpRoute,
  const By extends HttpCaller,
  I extends z.ZodType = z.ZodUnknown,
>(spec: DownloadSpec<Path, By, I>): Typed<'download', Path, By, I, z.ZodNever> {
  const { format, isExport = false } = spec;
  return { ...describe(spec), http: { ...doorOf(spec), download: format, isExport } };
}

export function uploadOperation<const Path extends HttpRoute, const By extends HttpCaller, O extends z.ZodType>(
  spec: UploadSpec<Path, By, O>,
): Typed<'upload', Path, By, z.ZodUnknown, O> {
  const { limit = 'upload', upload, answer } = spec;
  return { ...describe({ ...spec, limit }), http: { ...doorOf(spec), answer, upload } };
}

export function socketOperation<O extends z.ZodType = z.ZodUnknown, I extends z.ZodType = z.ZodUnknown>(
  spec: SocketSpec<I, O>,
): Typed<'socket', never, never, I, O, never, I> {
  const { input = nothing, answer = nothing, summary, description } = spec;
  return { ...describe(spec), socket: { input, answer, summary, description } };
}

function describe(spec: ParticipantRules & { limit?: Limit; http?: string }): Contract<never> {
  const { from, right, role, servesSuspended = false, limit = 'default', http = '' } = spec;
  const params = [...http.matchAll(/:(\w+)/g)].map(([, param = '']) => param);
  return {
    ...{ from, right, role, servesSuspended, limit },
    params: ROOM_PATH.test(http) ? params.filter((param) => param !== 'id') : params,
  };
}

type DoorSpec = Pick<
  HttpSpec<HttpRoute, HttpCaller, z.ZodType, z.ZodType, never, never>,
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

/** Desk, review and committee ask more than a sign-in of everybody, so that no operation of theirs can forget it. */
function strengthOf({ by, stepUp }: Pick<DoorSpec, 'by' | 'stepUp'>): Strength {
  const isOfPeople = by.includes('person');
  if (!isOfPeople && !by.some((caller) => caller === 'reviewer' || caller === 'operator' || caller === 'member'))
    return null;
  if (stepUp === true) return 'confirmed';
  const least = isOfPeople ? 'session' : 'strong';
  return stepUp ? `${least}/confirmed` : least;
}

export function takesBody({ method }: Pick<HttpDoor, 'method'>): boolean {
  return method === 'post' || method === 'put' || method === 'patch';
}
