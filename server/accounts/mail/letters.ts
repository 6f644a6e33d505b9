/** The letters of the house by template. */

import { oidcBinding, passkey } from './letters/account.ts';
import { accountClosed } from './letters/account-closed.ts';
import { address } from './letters/address.ts';
import { appealDecided, decision, decisionUndone, reportDecided } from './letters/decisions.ts';
import { liveCancelled, liveMoved } from './letters/live-moved.ts';
import { liveReminder } from './letters/live-reminder.ts';
import { payout, receipt, refund, renewalFailed } from './letters/money.ts';
import { reportReceived, reportUnfounded } from './letters/reports.ts';
import { creatorDecision, moderatorInvitation } from './letters/roles.ts';
import { signIn } from './letters/sign-in.ts';
import type { LetterData, Template, TemplateName } from './letters/template.ts';

export const TEMPLATES: { readonly [Name in TemplateName]: Template<LetterData[Name]> } = {
  'sign-in': signIn,
  'live-reminder': liveReminder,
  'live-moved': liveMoved,
  'live-cancelled': liveCancelled,
  receipt,
  refund,
  'renewal-failed': renewalFailed,
  'account-closed': accountClosed,
  'moderator-invitation': moderatorInvitation,
  'creator-decision': creatorDecision,
  payout,
  'report-received': reportReceived,
  'report-unfounded': reportUnfounded,
  passkey,
  'oidc-binding': oidcBinding,
  address,
  decision,
  'decision-undone': decisionUndone,
  'report-decided': reportDecided,
  'appeal-decided': appealDecided,
};
