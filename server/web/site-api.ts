/** What the pages ask of the site's own endpoints, with the session cookie. Failures are the SDK's errors, so pages have one kind. */
import { LogeError, parseWireError } from '../../client-sdk/src/errors.ts';
import type { Checkout, Wallet } from '../protocol/money.ts';
import type { AccessRule, Room } from '../protocol/rooms.ts';

export interface SitePerson {
  identity: string;
  name: string;
  role: 'creator' | 'fan';
}

export interface SiteSession {
  person: SitePerson | null;
  demo: boolean;
  currency: string;
}

export type ListedRoom = Room & { viewerCount: number };

export interface WalletEntry {
  id: string;
  kind: 'topup' | 'ticket' | 'tip' | 'refund' | 'promotion' | 'promotion_expired';
  /** Negative for what was spent. */
  amountMinor: number;
  currency: string;
  at: string;
  label: string;
  room?: string;
}

const TIMEOUT_MS = 12_000;

async function call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new LogeError('connection_failed', undefined, { cause });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : null;
  throw parseWireError(error) ?? new LogeError('internal');
}

const roomPath = (id: string) => `/site/rooms/${encodeURIComponent(id)}`;

export const siteApi = {
  session: () => call<SiteSession>('GET', '/site/session'),
  demoPeople: async () => (await call<{ people: SitePerson[] }>('GET', '/site/demo-people')).people,
  demoSignIn: (identity: string) => call<SiteSession>('POST', '/site/demo-sign-in', { identity }),
  signOut: () => call<SiteSession>('POST', '/site/sign-out', {}),
  rooms: async () => (await call<{ rooms: ListedRoom[] }>('GET', '/site/rooms')).rooms,
  room: (id: string) => call<ListedRoom>('GET', roomPath(id)),
  myRooms: async () => (await call<{ rooms: ListedRoom[] }>('GET', '/site/my-rooms')).rooms,
  createRoom: (input: { title: string; access: AccessRule }) => call<Room>('POST', '/site/rooms', input),
  roomToken: async (id: string) => (await call<{ token: string }>('POST', `${roomPath(id)}/token`, {})).token,
  wallet: () => call<Wallet>('GET', '/site/wallet'),
  topUp: (input: { amountMinor: number; returnUrl: string }) => call<Checkout>('POST', '/site/wallet/topups', input),
  walletHistory: async () => (await call<{ entries: WalletEntry[] }>('GET', '/site/wallet/history')).entries,
};
