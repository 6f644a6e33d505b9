/**
 * The Socket.IO contract: every request with input and answer, and every event. The handshake's `auth` is `{ token,
 * since?, router? }`. A request is answered with `{ ok: true, data }` or `{ ok: false, error }`. README.md in this
 * folder is the specification.
 */
import { z } from 'zod';
import { participant } from './accounts/accounts.ts';
import { chatPage, ownHeld } from './chat/chat.ts';
import { chatRestriction } from './chat/chat-moderation.ts';
import { CHAT_EVENTS, CHAT_REQUESTS } from './chat/chat-requests.ts';
import { chatState, voteInput } from './chat/chat-room.ts';
import type { WireError } from './errors.ts';
import { roomId } from './ids.ts';
import { MEMBERSHIP_REQUESTS } from './money/memberships.ts';
import {
  cardInput,
  cardList,
  cardTipInput,
  checkout,
  checkoutConfirmInput,
  checkoutStatus,
  earnings,
  refund,
  roomSummary,
  ticket,
  ticketInput,
  tipInput,
  tipReceipt,
  topupAnswer,
  topupInput,
  wallet,
} from './money/money.ts';
import {
  quote,
  quoteInput,
  receipt,
  receiptInput,
  walletHistory,
  walletHistoryQuery,
  withdrawalInput,
} from './money/pricing.ts';
import { PRIVATE_EVENTS, PRIVATE_REQUESTS } from './money/private-sessions.ts';
import {
  goal,
  goalAnswer,
  goalInput,
  leaderboard,
  leaderboardInput,
  tipMenu,
  tipMenuInput,
  tippingState,
  tipRequest,
  tipRequestInput,
  tipRequestList,
} from './money/tipping.ts';
import { access, block, changedRoom, currency, reminder, reminderInput, removal, removalInput, room } from './rooms.ts';
import {
  connectInput,
  consumerOptions,
  endLiveInput,
  grantedSession,
  muteInput,
  pauseInput,
  prepareAnswer,
  prepareInput,
  preparePublishInput,
  produceInput,
  publishAnswer,
  publishInput,
  restartIceAnswer,
  restartVideoAnswer,
  restartVideoInput,
  resumeAnswer,
  resumeInput,
  sentLayersInput,
  sessionInput,
  stageState,
  takeStageAnswer,
  takeStageInput,
  unproduceInput,
  viewportInput,
  watchAnswer,
  watchInput,
} from './stage.ts';
import { CHARTER_REQUESTS } from './trust/charter.ts';
import { REPORT_REQUESTS } from './trust/reports.ts';

const nothing = z.object({});

export const REQUESTS = {
  'stage:watch': { input: watchInput, answer: watchAnswer },
  /** In the lobby: from then on `rooms:accessGranted` carries the answer to `stage:watch`. */
  'stage:prepare': { input: prepareInput, answer: prepareAnswer },
  'stage:publish': { input: publishInput, answer: publishAnswer },
  'stage:preparePublish': { input: preparePublishInput, answer: publishAnswer },
  'stage:takeStage': { input: takeStageInput, answer: takeStageAnswer },
  'stage:connect': { input: connectInput, answer: nothing },
  'stage:restartIce': { input: sessionInput, answer: restartIceAnswer },
  'stage:produce': { input: produceInput, answer: z.object({ producerId: z.string() }) },
  'stage:unproduce': { input: unproduceInput, answer: nothing },
  'stage:mute': { input: muteInput, answer: nothing },
  'stage:sentLayers': { input: sentLayersInput, answer: nothing },
  'stage:viewport': { input: viewportInput, answer: nothing },
  /**
   * Resumes one's own media session after the socket was lost. Refused with `session_not_found` if it has ended, and
   * for a publisher with `live_over`, `live_interrupted` or `live_replaced` if the live must not be restored.
   */
  'stage:resume': { input: resumeInput, answer: resumeAnswer },
  'stage:play': { input: sessionInput, answer: nothing },
  'stage:restartVideo': { input: restartVideoInput, answer: restartVideoAnswer },
  'stage:leave': { input: sessionInput, answer: nothing },
  /** A publication that another page has replaced ends nothing. */
  'stage:endLive': { input: endLiveInput, answer: nothing },
  ...CHAT_REQUESTS,
  'rooms:remove': { input: removalInput, answer: removal },
  /** From all rooms of the creator. */
  'rooms:block': { input: removalInput, answer: block },
  'rooms:end': { input: nothing, answer: room },
  /** Whether one wants to be reminded of this room, from now on or already. */
  'rooms:remind': { input: reminderInput, answer: reminder },
  'rooms:pause': { input: pauseInput, answer: room },
  'money:wallet': { input: nothing, answer: wallet },
  /** Returns the payment page, or pays by a saved card at once. */
  'money:topup': { input: topupInput, answer: topupAnswer },
  'money:cards': { input: nothing, answer: cardList },
  'money:removeCard': { input: cardInput, answer: cardList },
  'money:buyTicket': { input: ticketInput, answer: z.union([z.object({ ticket }), checkout]) },
  /** On return from the payment page: books what the provider confirms, without waiting for its webhook. */
  'money:confirmCheckout': { input: checkoutConfirmInput, answer: checkoutStatus },
  'money:tip': { input: tipInput, answer: tipReceipt },
  /** The receipt before payment. */
  'money:quote': { input: quoteInput, answer: quote },
  'money:tipByCard': { input: cardTipInput, answer: checkout },
  'money:receipt': { input: receiptInput, answer: receipt },
  'money:history': { input: walletHistoryQuery, answer: walletHistory },
  /** Returns one's ticket, if the right was not waived and no live has begun. */
  'money:withdraw': { input: withdrawalInput, answer: refund },
  'money:leaderboard': { input: leaderboardInput, answer: leaderboard },
  'money:setGoal': { input: goalInput, answer: z.object({ goal }) },
  'money:clearGoal': { input: nothing, answer: goalAnswer },
  'money:setTipMenu': { input: tipMenuInput, answer: tipMenu },
  'money:requests': { input: nothing, answer: tipRequestList },
  'money:settleRequest': { input: tipRequestInput, answer: tipRequest },
  'money:earnings': { input: nothing, answer: earnings },
  'money:summary': { input: nothing, answer: roomSummary },
  ...PRIVATE_REQUESTS,
  ...MEMBERSHIP_REQUESTS,
  ...CHARTER_REQUESTS,
  ...REPORT_REQUESTS,
} as const;

/** Fields of a request besides its input. */
export const aboutRequest = z.object({ room: roomId }).optional();

export type RequestName = keyof typeof REQUESTS;
export type RequestInput<N extends RequestName> = z.input<(typeof REQUESTS)[N]['input']>;
export type ParsedInput<N extends RequestName> = z.output<(typeof REQUESTS)[N]['input']>;
export type RequestAnswer<N extends RequestName> = z.output<(typeof REQUESTS)[N]['answer']>;
export type Answer<T> = { ok: true; data: T } | { ok: false; error: WireError };

/** What a participant with access gets in addition to the lobby, in the welcome and when access is granted. */
const inside = z.object({
  chat: chatPage,
  chatState,
  restriction: chatRestriction,
  /** One's vote in the poll of `chatState`. */
  ownVote: voteInput.nullable(),
  /** One's own messages that are held for review, oldest first. */
  held: z.array(ownHeld),
  stage: stageState,
  tipping: tippingState,
});
export type Inside = z.infer<typeof inside>;

const rights = z.object({ publish: z.boolean(), chat: z.boolean(), tip: z.boolean(), moderate: z.boolean() });

/** The first event on every connection; a fan without access gets the lobby: no `inside`. */
export const welcome = z.object({
  participant,
  can: rights,
  room,
  access,
  viewerCount: z.number().int(),
  live: z.boolean(),
  /** Null for everyone but fans, and in a house without wallets. */
  wallet: wallet.nullable(),
  /** The currency of every amount in the room. */
  currency,
  inside: inside.nullable(),
  /** In the lobby of a room with limited tickets: how many this participant can still buy from; null elsewhere. */
  ticketsLeft: z.number().int().nullable(),
  serverTime: z.string(),
});
export type Welcome = z.infer<typeof welcome>;

export const EVENTS = {
  'rooms:welcome': welcome,
  /** `watching`: a session opened for a client that has sent `stage:prepare`. */
  'rooms:accessGranted': z.object({ access, inside, watching: grantedSession.optional() }),
  'rooms:accessRevoked': z.object({ access }),
  /** A later token changed this participant's role and rights to these. */
  'rooms:rightsChanged': z.object({ participant, can: rights }),
  'rooms:viewerCount': z.object({ count: z.number().int() }),
  /** Title, text, price, date, listing or poster has changed. */
  'rooms:changed': z.object({ room: changedRoom }),
  'rooms:ended': z.object({ room }),
  'stage:liveStarted': z.object({ startedAt: z.string() }),
  /** Sent again when the pause changes. */
  'stage:liveEnded': z.object({
    endedAt: z.string(),
    pausedUntil: z.string().nullable(),
    pauseAnnounced: z.boolean(),
  }),
  'stage:consumersAdded': z.object({ session: z.string(), consumers: z.array(consumerOptions) }),
  'stage:consumersRemoved': z.object({
    session: z.string(),
    consumerIds: z.array(z.string()),
    lost: z.boolean().optional(),
  }),
  'stage:trackMuted': z.object({ session: z.string(), consumerId: z.string(), muted: z.boolean() }),
  'stage:layersWanted': z.object({ session: z.string(), producerId: z.string(), maxSpatialLayer: z.number().int() }),
  /** To the publisher: a new viewer waits for a picture; send a key frame if possible. */
  'stage:keyFrameWanted': z.object({ session: z.string(), producerId: z.string() }),
  /** To the publisher: packets queue up before their line, which carries about this share of what they send. */
  'stage:uplinkNarrow': z.object({ session: z.string(), share: z.number() }),
  /** Open a second session and drop this one once the second works: its node is about to leave. */
  'stage:moveWanted': z.object({ session: z.string() }),
  /** The session ended and its spare, `by`, continues. */
  'stage:paused': z.object({ session: z.string() }),
  'stage:takenOver': z.object({ session: z.string(), by: z.string() }),
  'stage:sessionClosed': z.object({ session: z.string(), reason: z.string() }),
  'stage:transportState': z.object({ session: z.string(), state: z.string() }),
  ...CHAT_EVENTS,
  'money:walletChanged': wallet,
  'money:earningsChanged': earnings,
  /** In the lobby of a room with limited tickets; 0: it is sold out. */
  'money:ticketsLeft': z.object({ ticketsLeft: z.number().int() }),
  /** To the creator: the open requests of tips. */
  'money:requestsChanged': tipRequestList,
  /** The goal's progress; null: there is none. */
  'money:goalProgress': goalAnswer,
  'money:tipMenuChanged': tipMenu,
  ...PRIVATE_EVENTS,
  /** Sent with the reason before the server closes the socket; `reconnect` says whether to come back. */
  'rooms:goodbye': z.object({ code: z.string(), message: z.string(), reconnect: z.boolean() }),
} as const;

export type EventName = keyof typeof EVENTS;
export type EventData<N extends EventName> = z.output<(typeof EVENTS)[N]>;

export type ServerToClientEvents = { [N in EventName]: (data: EventData<N>) => void };
export type ClientToServerEvents = {
  [N in RequestName]: (
    input: RequestInput<N>,
    about: z.input<typeof aboutRequest>,
    answer: (answer: Answer<RequestAnswer<N>>) => void,
  ) => void;
};
