/** Calls of the sign-in page and of the account. */
import type { AddressChange } from '../../protocol/addresses.ts';
import type { Passkey } from '../../protocol/passkeys.ts';
import type {
  AccountClosing,
  BecomeCreatorInput,
  PersonSession,
  Profile,
  ProfileChange,
} from '../../protocol/people.ts';
import { confirmedCall } from './confirmed-call.ts';
import { call } from './site-call.ts';

const passkeyPath = (id: string) => `/v1/me/passkeys/${encodeURIComponent(id)}`;

export const peopleApi = {
  askForMail: (address: string, returnTo: string | undefined) =>
    call<{ minutes: number }>('POST', '/site/sign-in', { address, returnTo }),
  enterCode: async (code: string) =>
    (await call<{ returnTo: string }>('POST', '/site/sign-in/code', { code })).returnTo,
  profile: () => call<Profile>('GET', '/v1/me'),
  changeProfile: (change: ProfileChange) => call<Profile>('PATCH', '/v1/me', change),
  becomeCreator: (input: BecomeCreatorInput) => call<Profile>('POST', '/v1/me/creator', input),
  sessions: async () => (await call<{ sessions: PersonSession[] }>('GET', '/v1/me/sessions')).sessions,
  signOutOf: (session: string) => call<object>('DELETE', `/v1/me/sessions/${encodeURIComponent(session)}`),
  renamePasskey: (id: string, name: string) => call<Passkey>('PATCH', passkeyPath(id), { name }),
  removePasskey: (id: string) => confirmedCall<object>('DELETE', passkeyPath(id)),
  addressChange: async () => (await call<{ change: AddressChange | null }>('GET', '/v1/me/address-change')).change,
  changeAddress: (address: string) => confirmedCall<AddressChange>('POST', '/v1/me/address-change', { address }),
  withdrawAddressChange: () => call<object>('DELETE', '/v1/me/address-change'),
  becomeOperator: (token: string) => confirmedCall<object>('POST', '/v1/me/operator', { token }),
  signOutEverywhere: () => call<object>('DELETE', '/v1/me/sessions'),
  closing: () => call<AccountClosing>('GET', '/v1/me/closing'),
  close: () => call<object>('POST', '/v1/me/closing', { confirmed: true }),
};
