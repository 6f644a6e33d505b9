/** Calls about moderators: of the studio, and of the account. */
import type { ModeratingList, ModeratorList, ReceivedInvitation } from '../../protocol/roles.ts';
import { call } from './site-call.ts';

export const moderatorsApi = {
  list: () => call<ModeratorList>('GET', '/v1/me/moderators'),
  /** The link, for an invitation without a handle. */
  invite: async (input: { handle?: string; room?: string }) =>
    (await call<{ link: string | null }>('POST', '/v1/me/moderators', input)).link,
  withdraw: (invitation: string) =>
    call<object>('DELETE', `/v1/me/moderators/invitations/${encodeURIComponent(invitation)}`),
  /** By the creator, or by the moderator. */
  end: (moderator: string) => call<object>('DELETE', `/v1/me/moderators/${encodeURIComponent(moderator)}`),
  moderating: () => call<ModeratingList>('GET', '/v1/me/moderating'),
  answer: (invitation: string, accepted: boolean) =>
    call<object>('POST', `/v1/me/moderating/${encodeURIComponent(invitation)}`, { accepted }),
  findLink: (token: string) => call<ReceivedInvitation>('POST', '/v1/me/invitation-links', { token }),
  acceptLink: (token: string) => call<object>('POST', '/v1/me/invitation-links/accept', { token }),
};
