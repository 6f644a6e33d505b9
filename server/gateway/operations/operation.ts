/**
 * Implements contracts of `protocol/operations/`: every operation is served over HTTP and Socket.IO by their pipelines,
 * which authenticate and authorise; the function here calls the domain.
 */
import type { Response } from 'express';
import type { z } from 'zod';
import type { LiveKey } from '../../accounts/key-ring.ts';
import type { SessionProof } from '../../accounts/people/session-strength.ts';
import type { Participant, Role } from '../../protocol/accounts/accounts.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Language } from '../../protocol/languages.ts';
import {
  type CallerKind,
  type Contract,
  type Contracts,
  type ContractTypes,
  type HttpCaller,
  type HttpDoor,
  nothing,
  type ParamsOf,
} from '../../protocol/operations/contract.ts';
import type { RequestName } from '../../protocol/realtime.ts';
import type { ChatLive } from '../chat/chat-live.ts';
import type { Admitted, GatewayContext, HttpContext, LiveView } from '../context.ts';
import type { Connection } from '../socket/connection.ts';

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
  locale: Language | undefined;
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

type CallerOf<By extends HttpCaller> = 'visitor' extends By
  ? Participant | null
  : [Extract<By, `server:${string}`>] extends [never]
    ? Participant
    : Caller;
/** A socket's caller has none. */
type KeyOf<By extends HttpCaller, Socket> = [Exclude<By, `server:${string}`> | Socket] extends [never]
  ? LiveKey
  : LiveKey | undefined;
type RoomOf<Path extends string, By extends HttpCaller> = Path extends `${string}/rooms/:id${string}`
  ? RoomId
  : [By] extends ['participant']
    ? RoomId
    : RoomId | undefined;

interface HttpCall<T extends ContractTypes, Input> extends AnyCall {
  caller: CallerOf<T['by']>;
  key: KeyOf<T['by'], T['socket']>;
  room: RoomOf<T['route'], T['by']>;
  params: ParamsOf<T['route']>;
  input: Input;
  response: [T['socket']] extends [never] ? Response : undefined;
}

interface SocketCall<Input> extends AnyCall {
  caller: Participant;
  room: RoomId;
  input: Input;
  connection: Connection;
}

/** A file that is sent piece by piece. */
export interface Download {
  /** Without its extension. */
  name: string;
  chunks: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

/** HTTP drops fields that the contract does not name; sockets send the answer as it is. */
type AnswerOf<T extends ContractTypes> = [T['socket']] extends [never] ? z.input<T['answer']> : z.output<T['answer']>;

interface RunByKind<T extends ContractTypes> {
  http(domains: HttpDomains, call: HttpCall<T, z.output<T['input']>>): AnswerOf<T> | Promise<AnswerOf<T>>;
  download(domains: HttpDomains, call: HttpCall<T, z.output<T['input']>>): Promise<Download>;
  upload(domains: HttpDomains, call: HttpCall<T, Buffer>): Promise<z.input<T['answer']>>;
  socket(domains: SocketDomains, call: SocketCall<z.output<T['input']>>): Promise<z.output<T['answer']>>;
}
type Implementation<C> = C extends Contract<infer T> ? RunByKind<T>[T['kind']] : never;

/** An operation with its types erased. */
export interface Operation extends Omit<Contract, 'socket'> {
  name: string;
  socket?: RequestName;
  run(domains: HttpDomains | SocketDomains, call: AnyCall): unknown;
}
export type HttpOperation = Operation & { http: HttpDoor };
export type SocketOperation = Operation & { socket: RequestName };

/** Adds whom the answer names, in one query; an API key's house knows its people itself. */
export async function withPeople<Answer extends object>(
  { people }: Pick<HttpDomains, 'people'>,
  { key, answer, named }: { key: object | undefined; answer: Answer; named: readonly (string | null)[] },
): Promise<Answer & { people?: CreatorCard[] }> {
  return key ? answer : { ...answer, people: await people.findCards(named) };
}

/** A contract without an implementation is a type error. */
export function implement<C extends Contracts>(
  contracts: C,
  implementations: { [Name in keyof C]: Implementation<C[Name]> },
): Operation[] {
  return Object.entries(contracts).map(([name, { socket, ...contract }]) => {
    const run = implementations[name] as unknown as Operation['run'];
    const saysNothing = (contract.http?.answer ?? socket?.answer) === nothing;
    return {
      ...contract,
      name,
      socket: socket && ((socket.name ?? name) as RequestName),
      run: saysNothing ? silent(run) : run,
    };
  });
}

/** What the domain returns is no answer. */
function silent(run: Operation['run']): Operation['run'] {
  return async (domains, call) => {
    await run(domains, call);
    return {};
  };
}
