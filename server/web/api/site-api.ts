/**
 * Every page's calls to the server: the session and rooms. Those of the money pages are in `money-api.ts` and
 * `desk-api.ts`.
 */
import type { Tier, TierInput } from '../../protocol/money/memberships.ts';
import type { AccessRule, Room, RoomChange } from '../../protocol/rooms.ts';
import type { FooterPage } from '../site/site-paths.ts';
import { call, putFile } from './site-call.ts';

export interface SitePerson {
  identity: string;
  name: string;
  role: 'creator' | 'fan';
  /** For demo people: whether they may open the desk. */
  isOperator?: boolean;
  /** For demo people: whether they decide about reports. */
  isReviewer?: boolean;
}

export interface SiteSession {
  person: SitePerson | null;
  demo: boolean;
  /** Whether one can sign in with an account of this house. */
  hasAccounts: boolean;
  /** The host of the OpenID provider at which operators and reviewers can sign in. */
  openIdProvider: string | null;
  currency: string;
  /** Whether the person may open the desk. */
  isOperator: boolean;
  /** Whether the person decides about reports. */
  isReviewer: boolean;
  /** Whether they used a passkey, or the OpenID provider, within hours: the review asks for it. */
  isStrong: boolean;
  /** `off`: no credit, everything is paid directly by card. */
  walletMode: 'on' | 'off';
  /** Which pages the footer links: the charter in force, and those that the house has written. */
  housePages: readonly FooterPage[];
}

export type ListedRoom = Room & { viewerCount: number; soldOut: boolean };

/** With the handle of its creator, if they have a page here. */
export type LobbyView = ListedRoom & { creatorHandle: string | null };

export interface NewRoom {
  title: string;
  text?: string;
  access: AccessRule;
  /** ISO 8601 with its offset. */
  startsAt?: string;
  capacity?: number;
  listed: boolean;
}

const posterPath = (room: string) => `/v1/rooms/${encodeURIComponent(room)}/poster`;

export const siteApi = {
  session: () => call<SiteSession>('GET', '/site/session'),
  demoPeople: async () => (await call<{ people: SitePerson[] }>('GET', '/site/demo-people')).people,
  demoSignIn: (identity: string) => call<SiteSession>('POST', '/site/demo-sign-in', { identity }),
  signOut: () => call<SiteSession>('POST', '/site/sign-out', {}),
  rooms: async () => (await call<{ rooms: ListedRoom[] }>('GET', '/v1/public/rooms')).rooms,
  room: (id: string) => call<LobbyView>('GET', `/v1/public/rooms/${encodeURIComponent(id)}`),
  myRooms: async () => (await call<{ rooms: ListedRoom[] }>('GET', '/v1/me/rooms')).rooms,
  createRoom: (input: NewRoom) => call<Room>('POST', '/v1/me/rooms', input),
  endRoom: (id: string) => call<Room>('POST', `/v1/rooms/${encodeURIComponent(id)}/end`, {}),
  changeRoom: (id: string, change: RoomChange) => call<Room>('PATCH', `/v1/rooms/${encodeURIComponent(id)}`, change),
  setPoster: (room: string, file: Blob) => putFile<Room>(posterPath(room), file),
  removePoster: (room: string) => call<Room>('DELETE', posterPath(room)),
  myTiers: async () => (await call<{ tiers: Tier[] }>('GET', '/v1/me/tiers')).tiers,
  createTier: (input: TierInput) => call<Tier>('POST', '/v1/me/tiers', input),
  roomToken: async (id: string) =>
    (await call<{ token: string }>('POST', `/v1/rooms/${encodeURIComponent(id)}/tokens`, {})).token,
};
