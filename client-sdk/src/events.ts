/** The events of a room and what each carries. The names are fixed: embedders and the elements rely on them. */
import type { Role } from '../../server/protocol/accounts.ts';
import type { ChatEntry, ChatMessage, ChatNotice, ChatTip } from '../../server/protocol/chat.ts';
import type { ChatRestriction } from '../../server/protocol/chat-moderation.ts';
import type { ChatPoll, ChatState, Hand } from '../../server/protocol/chat-room.ts';
import type { MessageId } from '../../server/protocol/ids.ts';
import type { Earnings, Wallet } from '../../server/protocol/money.ts';
import type { PrivateRunning, PrivateSession } from '../../server/protocol/private-sessions.ts';
import type { Welcome } from '../../server/protocol/realtime.ts';
import type { Access, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import type { Goal, TipMenuItem } from '../../server/protocol/tipping.ts';
import type { OutgoingMessage } from './chat/chat-outbox.ts';
import type { ChatSampling } from './chat/chat-sampling.ts';
import type { LogeError } from './errors.ts';

export interface RaisedHands {
  readonly count: number;
  /** Who, in the order in which they were raised; for the creator and moderators, empty for everyone else. */
  readonly hands: readonly Hand[];
}

/** Names of the events of a {@link Room}, for `room.on(RoomEvent.chatMessage, …)`. */
export const RoomEvent = {
  connected: 'connected',
  reconnecting: 'reconnecting',
  reconnected: 'reconnected',
  disconnected: 'disconnected',
  accessGranted: 'accessGranted',
  accessRevoked: 'accessRevoked',
  rightsChanged: 'rightsChanged',
  liveStarted: 'liveStarted',
  liveEnded: 'liveEnded',
  viewerCount: 'viewerCount',
  chatMessage: 'chatMessage',
  chatMessageRemoved: 'chatMessageRemoved',
  chatHistory: 'chatHistory',
  chatGap: 'chatGap',
  chatAuthorRemoved: 'chatAuthorRemoved',
  chatNotice: 'chatNotice',
  chatOutgoing: 'chatOutgoing',
  chatHeld: 'chatHeld',
  chatState: 'chatState',
  chatPoll: 'chatPoll',
  chatRestriction: 'chatRestriction',
  chatHands: 'chatHands',
  chatReactions: 'chatReactions',
  chatQueue: 'chatQueue',
  chatSampled: 'chatSampled',
  tipReceived: 'tipReceived',
  goalProgress: 'goalProgress',
  goalCleared: 'goalCleared',
  tipMenuChanged: 'tipMenuChanged',
  walletChanged: 'walletChanged',
  earningsChanged: 'earningsChanged',
  trackSubscribed: 'trackSubscribed',
  trackUnsubscribed: 'trackUnsubscribed',
  trackMuted: 'trackMuted',
  audioBlocked: 'audioBlocked',
  stagePauseChanged: 'stagePauseChanged',
  localTrackChanged: 'localTrackChanged',
  localLiveStarted: 'localLiveStarted',
  localLiveEnded: 'localLiveEnded',
  publishingLayers: 'publishingLayers',
  connectionQuality: 'connectionQuality',
  privateRequested: 'privateRequested',
  privateStarted: 'privateStarted',
  privateClosed: 'privateClosed',
  privateEnded: 'privateEnded',
  privateRunning: 'privateRunning',
  privateFundsLow: 'privateFundsLow',
  privateSessionChanged: 'privateSessionChanged',
  roomEnded: 'roomEnded',
  error: 'error',
} as const;

export type RoomEventName = keyof typeof RoomEvent;

/** What a chat shows: messages, tips and notices of the house in order. A removed message stays in its place with an empty text and `removed`. */
export type ChatItem = Exclude<ChatEntry, { kind: 'removal' | 'purge' }>;

/**
 * The server has paused what it sends in a private session, as this client has not reported that the video arrives. The
 * SDK asks it to go on by itself;
 * the server allows that a few times in five minutes.
 */
export interface StagePause {
  /** When the SDK asks next, in milliseconds since the epoch; null: as soon as the connection can carry media. */
  readonly retryAtMs: number | null;
}

/** One remote track on stage. */
export interface StageTrack {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly source: TrackSource;
  /** Whether the creator has muted it at the moment. */
  readonly muted: boolean;
  readonly track: MediaStreamTrack;
}

export interface ChatRemovalNotice {
  /** The message that was removed. */
  id: MessageId;
  /** Identity of whoever removed it. */
  by: string;
  reason: string | null;
  seq: number;
}

/** Everything that one person has written up to a place in the log was removed. */
export interface ChatAuthorRemovalNotice {
  /** Whose messages. */
  identity: string;
  /** Those with a number up to this one. */
  uptoSeq: number;
  /** Identity of whoever removed them. */
  by: string;
  reason: string | null;
  seq: number;
}

/** How the review of a message of one's own goes. */
export interface ChatHeldNotice {
  /** Id of the review, as in the answer to sending. */
  id: string;
  state: 'held' | 'allowed' | 'refused';
  reason: string | null;
}

/** Progress of a shared goal of the room, in the currency's minor unit. */
export type GoalProgress = Goal;

export type LocalTrackChange = 'published' | 'unpublished' | 'muted' | 'unmuted' | 'switched' | 'ended';

export interface LocalTrackNotice {
  source: TrackSource;
  /** `ended`: the device was unplugged or the browser's "stop sharing" was pressed. */
  change: LocalTrackChange;
  track: MediaStreamTrack | null;
  muted: boolean;
}

/**
 * `ended`: by the creator, here or on another page. `replaced`: another window of the creator took the stage over. `interrupted`: the connection was
 * gone for longer than the server waits; camera and microphone are kept as a preview, and nothing is published until `goLive()` is called, see
 * `localParticipant.isInterrupted`. `lost`: it could not be restored.
 */
export type LocalLiveEndReason =
  | 'ended'
  | 'replaced'
  | 'interrupted'
  | 'access'
  | 'room_ended'
  | 'lost'
  | 'disconnected';

export type Quality = 'excellent' | 'good' | 'poor' | 'lost';

export interface QualityNotice {
  direction: 'watching' | 'publishing';
  quality: Quality;
  /** Media received or sent in the last interval, in bits a second. */
  bitrateBps: number;
  /** Share of packets lost in the last interval, 0 to 100. */
  lossPct: number;
  roundTripMs: number | null;
}

/** What each event carries. */
export interface RoomEventMap {
  /** The room was joined: the lobby or the inside, see `access`. */
  connected: { access: Access };
  /** The connection was lost and is being restored; the media goes on meanwhile. */
  reconnecting: { error: LogeError | null };
  /** The connection is back after `downMs` milliseconds, and nothing of the chat was missed. */
  reconnected: { downMs: number };
  /** The connection is over. `error` is null after one's own `disconnect()`. */
  disconnected: { error: LogeError | null };
  accessGranted: Access;
  /** Media and chat are closed already; `reason` says why (refunded, removed, …). */
  accessRevoked: Access;
  /** A later token made somebody else of this participant: `room.localParticipant` has the role and the rights that hold now. */
  rightsChanged: { role: Role; permissions: Welcome['can'] };
  /** ISO 8601. */
  liveStarted: { startedAt: string };
  liveEnded: { endedAt: string };
  viewerCount: number;
  /** A message at the end of the log, in order, once; also what was missed while the connection was down. */
  chatMessage: ChatMessage;
  chatMessageRemoved: ChatRemovalNotice;
  /** `room.chat.messages` was filled anew: on joining, and after `loadEarlier()`. */
  chatHistory: readonly ChatItem[];
  /** More was missed than is fetched again: the entries `fromSeq` to `toSeq` are left out of `messages`. */
  chatGap: { fromSeq: number; toSeq: number };
  chatAuthorRemoved: ChatAuthorRemovalNotice;
  /** A line of the house: a mode was switched, a message pinned, a poll started or closed. */
  chatNotice: ChatNotice;
  /** One's own messages on their way, `room.chat.outgoing`, have changed. */
  chatOutgoing: readonly OutgoingMessage[];
  /** A message of one's own is held, was let through (it comes as a `chatMessage` too) or refused. */
  chatHeld: ChatHeldNotice;
  /** Modes, pinned message, poll or panic have changed; the whole state. */
  chatState: ChatState;
  /** The poll or its votes have changed; null: there is none. */
  chatPoll: ChatPoll | null;
  /** One may not write for a while, or may again (null). */
  chatRestriction: ChatRestriction | null;
  chatHands: RaisedHands;
  /** Reactions of everyone since the last time, by emoji. */
  chatReactions: Readonly<Record<string, number>>;
  /** How many messages wait for review; for the creator and moderators. */
  chatQueue: { waiting: number };
  /** More is said than anybody can read, and so much of it is shown; null: everything is again. */
  chatSampled: ChatSampling | null;
  tipReceived: ChatTip;
  /** A goal was set, or tips and refunds have moved it. */
  goalProgress: GoalProgress;
  /** The goal was taken away. */
  goalCleared: { id: string };
  tipMenuChanged: readonly TipMenuItem[];
  walletChanged: Wallet;
  /** For the creator alone. */
  earningsChanged: Earnings;
  trackSubscribed: StageTrack;
  trackUnsubscribed: StageTrack;
  trackMuted: StageTrack;
  /** The browser plays without sound until the person presses something: call `room.stage.startAudio()` from a click. */
  audioBlocked: { blocked: boolean };
  /** The server has paused what it sends in a private session, or goes on (null): see `room.stage.pause`. */
  stagePauseChanged: StagePause | null;
  localTrackChanged: LocalTrackNotice;
  localLiveStarted: { startedAt: string };
  localLiveEnded: { reason: LocalLiveEndReason; error: LogeError | null };
  /** The highest simulcast layer that is sent, by what is watched; -1: nobody watches, nothing is sent. */
  publishingLayers: { source: TrackSource; maxSpatialLayer: number };
  connectionQuality: QualityNotice;
  /** A fan asks for a private session: for the creator, and for the fan's own windows. */
  privateRequested: PrivateSession;
  /** The creator has accepted; `accessGranted` follows. */
  privateStarted: PrivateSession;
  /** A request came to nothing: declined, withdrawn or expired. Nothing was charged. */
  privateClosed: PrivateSession;
  /** A session is over and paid; `endReason` says why. */
  privateEnded: PrivateSession;
  /** Each second while a session runs. */
  privateRunning: PrivateRunning;
  /** The fan's money lasts for half a minute at most. */
  privateFundsLow: { session: PrivateSession['id']; remainingMs: number };
  /** What `room.privateSession` shows has changed; null: there is none. */
  privateSessionChanged: PrivateSession | null;
  roomEnded: RoomInfo;
  /** A failure outside of any call, such as a camera that could not be opened again. */
  error: LogeError;
}
