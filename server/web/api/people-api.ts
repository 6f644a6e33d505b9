/** Calls of the sign-in page and of the account. */
import type { AddressChange } from '../../protocol/accounts/addresses.ts';
import type { Passkey } from '../../protocol/accounts/passkeys.ts';
import type {
  AccountClosing,
  BecomeCreatorInput,
  OidcStart,
  PersonSession,
  Profile,
  ProfileChange,
} from '../../protocol/accounts/people.ts';
import type { CreatorCard, CreatorProfile } from '../../protocol/accounts/profiles.ts';
import type { PushDeviceInput, PushState } from '../../protocol/accounts/push.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { ListedBlock } from '../../protocol/rooms.ts';
import { confirmed, confirmedCall } from './confirmed-call.ts';
import { call, getFile, putFile, withQuery } from './site-call.ts';

const followPath = (creator: string) => `/v1/me/follows/${encodeURIComponent(creator)}`;

export type { PushState };

const passkeyPath = (id: string) => `/v1/me/passkeys/${encodeURIComponent(id)}`;

export const peopleApi = {
  push: () => call<PushState>('GET', '/v1/me/push'),
  subscribeToPush: (input: PushDeviceInput) => call<PushState>('POST', '/v1/me/push', input),
  unsubscribeFromPush: (device: string) => call<PushState>('DELETE', `/v1/me/push/${encodeURIComponent(device)}`),
  askForMail: (address: string, returnTo: string | undefined) =>
    call<{ minutes: number }>('POST', '/site/sign-in', { address, returnTo }),
  enterCode: async (code: string) =>
    (await call<{ returnTo: string }>('POST', '/site/sign-in/code', { code })).returnTo,
  creator: (handle: string) => call<CreatorProfile>('GET', `/v1/profiles/${encodeURIComponent(handle)}`),
  isFollowing: async (creator: string) =>
    (await call<{ isFollowing: boolean }>('GET', followPath(creator))).isFollowing,
  follow: async (creator: string) => (await call<{ isFollowing: boolean }>('PUT', followPath(creator), {})).isFollowing,
  unfollow: async (creator: string) =>
    (await call<{ isFollowing: boolean }>('DELETE', followPath(creator))).isFollowing,
  follows: async () => (await call<{ creators: CreatorCard[] }>('GET', '/v1/me/follows')).creators,
  blocks: async (after?: string) =>
    (await call<{ blocks: ListedBlock[] }>('GET', withQuery('/v1/me/blocks', { after }))).blocks,
  unblock: (identity: string) => call<object>('DELETE', `/v1/me/blocks/${encodeURIComponent(identity)}`),
  setPicture: async (file: Blob) => (await putFile<{ picture: Picture }>('/v1/me/picture', file)).picture,
  removePicture: () => call<object>('DELETE', '/v1/me/picture'),
  profile: () => call<Profile>('GET', '/v1/me'),
  changeProfile: (change: ProfileChange) => call<Profile>('PATCH', '/v1/me', change),
  becomeCreator: (input: BecomeCreatorInput) => call<Profile>('POST', '/v1/me/creator', input),
  sessions: async () => (await call<{ sessions: PersonSession[] }>('GET', '/v1/me/sessions')).sessions,
  signOutOf: (session: string) => call<object>('DELETE', `/v1/me/sessions/${encodeURIComponent(session)}`),
  renamePasskey: (id: string, name: string) => call<Passkey>('PATCH', passkeyPath(id), { name }),
  removePasskey: (id: string) => confirmedCall<object>('DELETE', passkeyPath(id)),
  removeOidcBinding: (id: string) => confirmedCall<object>('DELETE', `/v1/me/oidc/${encodeURIComponent(id)}`),
  /** Answers the address at the provider to go to. */
  enrolAtProvider: async (start: Omit<OidcStart, 'purpose'>) =>
    (await confirmedCall<{ url: string }>('POST', '/site/oidc', { ...start, purpose: 'enrol' })).url,
  addressChange: async () => (await call<{ change: AddressChange | null }>('GET', '/v1/me/address-change')).change,
  changeAddress: (address: string) => confirmedCall<AddressChange>('POST', '/v1/me/address-change', { address }),
  withdrawAddressChange: () => confirmedCall<object>('DELETE', '/v1/me/address-change'),
  becomeOperator: (token: string) => confirmedCall<object>('POST', '/v1/me/operator', { token }),
  signOutEverywhere: () => call<object>('DELETE', '/v1/me/sessions'),
  exportData: () => confirmed(() => getFile('/v1/me/export')),
  closing: () => call<AccountClosing>('GET', '/v1/me/closing'),
  close: () => confirmedCall<object>('POST', '/v1/me/closing', { confirmed: true }),
};
