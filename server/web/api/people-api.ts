/** Calls of the sign-in page and of the account. */
import type {
  AccountClosing,
  BecomeCreatorInput,
  PersonSession,
  Profile,
  ProfileChange,
} from '../../protocol/people.ts';
import type { PushDeviceInput, PushState } from '../../protocol/push.ts';
import { call } from './site-call.ts';

export type { PushState };

export const peopleApi = {
  push: () => call<PushState>('GET', '/v1/me/push'),
  subscribeToPush: (input: PushDeviceInput) => call<PushState>('POST', '/v1/me/push', input),
  unsubscribeFromPush: (device: string) => call<PushState>('DELETE', `/v1/me/push/${encodeURIComponent(device)}`),
  askForMail: (address: string, returnTo: string | undefined) =>
    call<{ minutes: number }>('POST', '/site/sign-in', { address, returnTo }),
  enterCode: async (code: string) =>
    (await call<{ returnTo: string }>('POST', '/site/sign-in/code', { code })).returnTo,
  profile: () => call<Profile>('GET', '/v1/me'),
  changeProfile: (change: ProfileChange) => call<Profile>('PATCH', '/v1/me', change),
  becomeCreator: (input: BecomeCreatorInput) => call<Profile>('POST', '/v1/me/creator', input),
  sessions: async () => (await call<{ sessions: PersonSession[] }>('GET', '/v1/me/sessions')).sessions,
  signOutOf: (session: string) => call<object>('DELETE', `/v1/me/sessions/${encodeURIComponent(session)}`),
  signOutEverywhere: () => call<object>('DELETE', '/v1/me/sessions'),
  closing: () => call<AccountClosing>('GET', '/v1/me/closing'),
  close: () => call<object>('POST', '/v1/me/closing', { confirmed: true }),
};
