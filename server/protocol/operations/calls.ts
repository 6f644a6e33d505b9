/** What follows from the contracts for those who call: types alone, so that browsers load neither zod nor the table. */
import type { z } from 'zod';
import type { Contract, ContractTypes, nothing, ParamNames } from './contract.ts';
import type { CONTRACTS, SITE_CONTRACTS } from './table.ts';

type Merged<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type TypesOf<C> = C extends Contract<infer Types> ? Types : never;
type Declared = Merged<(typeof CONTRACTS)[keyof typeof CONTRACTS]>;
type Typed = { [Name in keyof Declared]: TypesOf<Declared[Name]> };
type Taken<Schema extends z.ZodType> = z.ZodUnknown extends Schema ? typeof nothing : Schema;

type SocketName<Name, Types extends ContractTypes> = Types['kind'] extends 'socket' ? Name & string : Types['socket'];
/** The requests of the socket by their names. */
export type Requests = {
  [Name in keyof Typed as SocketName<Name, Typed[Name]>]: {
    input: Taken<Typed[Name]['socketInput']>;
    answer: Taken<Typed[Name]['answer']>;
  };
};

type TypedRoutes<C> = { [Name in keyof C as TypesOf<C[Name]>['route']]: TypesOf<C[Name]> };
type Routes = TypedRoutes<Declared> & TypedRoutes<typeof SITE_CONTRACTS>;
type RoutesOf<Kind extends ContractTypes['kind']> = {
  [Route in keyof Routes]: Routes[Route]['kind'] extends Kind ? Route : never;
}[keyof Routes];

/** Such as `GET /v1/rooms/:id`. */
export type Route = RoutesOf<'http'>;
export type DownloadRoute = RoutesOf<'download'>;
export type UploadRoute = RoutesOf<'upload'>;

type Params<R extends keyof Routes> = { [Name in ParamNames<R>]: string | number };
/** An empty field of a query is left out. */
type Query<Input> = { [Name in keyof Input]: Input[Name] | '' };
type Input<R extends keyof Routes> = R extends `GET ${string}`
  ? Query<z.input<Routes[R]['input']>>
  : z.input<Routes[R]['input']>;
type TakesNothing<R extends keyof Routes> = z.ZodUnknown extends Routes[R]['input'] ? true : false;
type Fields<R extends keyof Routes> = TakesNothing<R> extends true ? Params<R> : Params<R> & Input<R>;
/** The parameters of the path together with the input; may be left out where nothing is required. */
export type Given<R extends keyof Routes> = object extends Fields<R> ? [given?: Fields<R>] : [given: Fields<R>];
export type RouteAnswer<R extends keyof Routes> = z.output<Taken<Routes[R]['answer']>>;
