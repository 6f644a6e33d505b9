/** Every contract, by the part of the documentation that it belongs to. */
import { accountDataContract } from './accounts/account-data.ts';
import { accountContract } from './accounts/accounts.ts';
import { addressContract } from './accounts/addresses.ts';
import { blockContract } from './accounts/blocks.ts';
import { deskPeopleContract } from './accounts/desk-people.ts';
import { deskRoleContract } from './accounts/desk-roles.ts';
import { oidcContract } from './accounts/oidc.ts';
import { operatorContract } from './accounts/operators.ts';
import { passkeyContract } from './accounts/passkeys.ts';
import { peopleContract } from './accounts/people.ts';
import { personalDataContract } from './accounts/personal-data.ts';
import { profileContract } from './accounts/profiles.ts';
import { pushContract } from './accounts/push.ts';
import { chatContract } from './chat/chat.ts';
import { chatModerationContract } from './chat/chat-moderation.ts';
import { chatRecordContract } from './chat/chat-records.ts';
import { moderatorContract } from './chat/moderators.ts';
import { houseWorkContract } from './house-work.ts';
import { bookingContract } from './money/bookings.ts';
import { creatorPapersContract } from './money/creator-papers.ts';
import { dac7Contract } from './money/dac7.ts';
import { deskContract } from './money/desk.ts';
import { earningsContract } from './money/earnings.ts';
import { membershipContract } from './money/memberships.ts';
import { payoutContract } from './money/payouts.ts';
import { pricingContract } from './money/pricing.ts';
import { privateSessionContract } from './money/private-sessions.ts';
import { ticketContract } from './money/tickets.ts';
import { tipContract } from './money/tips.ts';
import { walletContract } from './money/wallet.ts';
import { reminderContract } from './reminders.ts';
import { roomContract, siteRoomContract } from './rooms.ts';
import { oidcSignInContract, passkeyCeremonyContract, signInContract, siteSessionContract } from './site.ts';
import { stageContract } from './stage.ts';
import { charterContract } from './trust/charter.ts';
import { committeeContract } from './trust/committee.ts';
import { committeeCaseContract } from './trust/committee-cases.ts';
import { decisionContract } from './trust/decisions.ts';
import { figureContract } from './trust/figures.ts';
import { opinionContract } from './trust/opinions.ts';
import { reportContract } from './trust/reports.ts';
import { thresholdContract } from './trust/thresholds.ts';
import { webhookContract } from './webhooks.ts';

export const CONTRACTS = {
  accounts: {
    ...accountContract,
    ...peopleContract,
    ...passkeyContract,
    ...oidcContract,
    ...addressContract,
    ...operatorContract,
    ...pushContract,
    ...moderatorContract,
    ...accountDataContract,
    ...deskPeopleContract,
    ...deskRoleContract,
    ...houseWorkContract,
  },
  rooms: {
    ...roomContract,
    ...siteRoomContract,
    ...blockContract,
    ...profileContract,
    ...reminderContract,
    ...stageContract,
  },
  money: {
    ...walletContract,
    ...ticketContract,
    ...tipContract,
    ...membershipContract,
    ...privateSessionContract,
    ...deskContract,
    ...pricingContract,
  },
  earnings: {
    ...earningsContract,
    ...creatorPapersContract,
    ...payoutContract,
    ...bookingContract,
    ...dac7Contract,
  },
  chat: {
    ...chatContract,
    ...chatModerationContract,
    ...chatRecordContract,
    ...personalDataContract,
  },
  trust: {
    ...charterContract,
    ...committeeContract,
    ...figureContract,
    ...committeeCaseContract,
    ...opinionContract,
    ...thresholdContract,
    ...reportContract,
    ...decisionContract,
  },
  events: webhookContract,
};
export type ContractTag = keyof typeof CONTRACTS;

/** What pages of the site alone ask; it is no part of the documentation. */
export const SITE_CONTRACTS = {
  ...siteSessionContract,
  ...signInContract,
  ...passkeyCeremonyContract,
  ...oidcSignInContract,
};
