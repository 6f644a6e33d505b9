/**
 * The Socket.IO contract: every request of `operations/`, and every event. The handshake's `auth` is `{ token,
 * since?, router? }`. A request is answered with `{ ok: true, data }` or `{ ok: false, error }`. README.md in this
 * folder is the specification.
 */
import { z } from 'zod';
import { participant } from './accounts/accounts.ts';
import { chatFrame, chatPage, ownHeld } from './chat/chat.ts';
import { chatRestriction, heldChanged } from './chat/chat-moderation.ts';
import { chatState, handsChanged, mutedList, pollVotes, reactionCounts, voteInput } from './chat/chat-room.ts';
import type { WireError } from './errors.ts';
import { roomId } from './ids.ts';
import { earnings, wallet } from './money/money.ts';
import { privateFundsLow, privateRunning, privateSessionAnswer } from './money/private-sessions.ts';
import { goalAnswer, tipMenu, tippingState, tipRequestList } from './money/tipping.ts';
import type { Requests } from './operations/calls.ts';
import type { Contracts } from './operations/contract.ts';
import { CONTRACTS } from './operations/table.ts';
import { access, changedRoom, currency, room } from './rooms.ts';
import { consumerOptions, grantedSession, stageState } from './stage.ts';

/** Every request, by its name. */
export const REQUESTS = Object.fromEntries(
  Object.values(CONTRACTS).flatMap((contracts: Contracts) =>
    Object.entries(contracts).flatMap(([name, { socket }]) =>
      socket ? [[socket.name ?? name, { input: socket.input, answer: socket.answer }]] : [],
    ),
  ),
) as Requests;

/** Fields of a request besides its input. */
export const aboutRequest = z.object({ room: roomId }).optional();

export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = z.input<Requests[N]['input']>;
export type RequestAnswer<N extends RequestName> = z.output<Requests[N]['answer']>;
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
  /** Whose messages one does not want to read, the latest first. */
  muted: mutedList.shape.muted,
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
  /** Lives of the room that are shorter together count as not held, and its tickets go back. */
  minLiveMinutes: z.number().int(),
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
  'chat:frame': chatFrame,
  'chat:state': chatState,
  /** Sent only to the person concerned, on all their sockets in the room. */
  'chat:restriction': chatRestriction,
  'chat:held': heldChanged,
  /** To all of one's own sockets inside rooms: whom one has muted changed. */
  'chat:muted': mutedList,
  /** Sent to moderators. */
  'chat:queueChanged': z.object({ waiting: z.number().int().min(0) }),
  /** Reactions since the last frame, summed. */
  'chat:reactions': reactionCounts,
  'chat:hands': handsChanged,
  'chat:pollVotes': pollVotes,
  /** A person's messages in this room were erased: text and name are gone. */
  'chat:erased': z.object({ identity: z.string() }),
  'money:walletChanged': wallet,
  'money:earningsChanged': earnings,
  /** In the lobby of a room with limited tickets; 0: it is sold out. */
  'money:ticketsLeft': z.object({ ticketsLeft: z.number().int() }),
  /** To the creator: the open requests of tips. */
  'money:requestsChanged': tipRequestList,
  /** The goal's progress; null: there is none. */
  'money:goalProgress': goalAnswer,
  'money:tipMenuChanged': tipMenu,
  'private:requested': privateSessionAnswer,
  'private:started': privateSessionAnswer,
  /** A request ended without a session: declined, withdrawn or expired. */
  'private:closed': privateSessionAnswer,
  'private:ended': privateSessionAnswer,
  'private:running': privateRunning,
  'private:fundsLow': privateFundsLow,
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
