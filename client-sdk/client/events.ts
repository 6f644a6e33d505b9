/** The events of a room and their payloads. The names are public API. */
import type { Role } from '../../server/protocol/accounts/accounts.ts';
import type { ChatEntry, ChatMessage, ChatNotice, ChatTip, RemovableId } from '../../server/protocol/chat/chat.ts';
import type { ChatRestriction } from '../../server/protocol/chat/chat-moderation.ts';
import type { ChatPoll, ChatState, Hand, MutedPerson } from '../../server/protocol/chat/chat-room.ts';
import type { TipId } from '../../server/protocol/ids.ts';
import type { Earnings, Wallet } from '../../server/protocol/money/money.ts';
import type { PrivateRunning, PrivateSession } from '../../server/protocol/money/private-sessions.ts';
import type { Goal, MenuRequest, TipMenuItem } from '../../server/protocol/money/tipping.ts';
import type { Welcome } from '../../server/protocol/realtime.ts';
import type { Access, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import type { OutgoingMessage } from './chat/chat-outbox.ts';
import type { ChatSampling } from './chat/chat-sampling.ts';
import type { LogeError } from './errors.ts';

export interface RaisedHands {
  readonly count: number;
  /** The people, in the order in which they raised their hands; only the creator and moderators get this list. */
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
  pauseChanged: 'pauseChanged',
  viewerCount: 'viewerCount',
  ticketsLeft: 'ticketsLeft',
  chatMessage: 'chatMessage',
  chatMessageRemoved: 'chatMessageRemoved',
  chatHistory: 'chatHistory',
  chatGap: 'chatGap',
  chatAuthorRemoved: 'chatAuthorRemoved',
  chatNotice: 'chatNotice',
  chatOutgoing: 'chatOutgoing',
  chatHeld: 'chatHeld',
  chatMuted: 'chatMuted',
  chatState: 'chatState',
  chatPoll: 'chatPoll',
  chatRestriction: 'chatRestriction',
  chatHands: 'chatHands',
  chatReactions: 'chatReactions',
  chatQueue: 'chatQueue',
  chatSampled: 'chatSampled',
  tipReceived: 'tipReceived',
  tipRefunded: 'tipRefunded',
  goalProgress: 'goalProgress',
  goalCleared: 'goalCleared',
  tipMenuChanged: 'tipMenuChanged',
  tipRequestsChanged: 'tipRequestsChanged',
  walletChanged: 'walletChanged',
  earningsChanged: 'earningsChanged',
  trackSubscribed: 'trackSubscribed',
  trackUnsubscribed: 'trackUnsubscribed',
  trackMuted: 'trackMuted',
  audioBlocked: 'audioBlocked',
  stagePauseChanged: 'stagePauseChanged',
  soundOnlyChanged: 'soundOnlyChanged',
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
  roomChanged: 'roomChanged',
  roomEnded: 'roomEnded',
  error: 'error',
} as const;

export type RoomEventName = keyof typeof RoomEvent;

/**
 * An item of the chat: a message, a tip or a notice. A removed message stays in its place with an empty text and
 * `removed`, a tip whose words were removed with `message` null, one that was paid back with `refunded`.
 */
export type ChatItem = Exclude<ChatEntry, { kind: 'removal' | 'purge' | 'restoration' | 'tip_refund' }>;

/**
 * The server has paused the media of a private session, because this client does not report that the video arrives. The
 * SDK asks the server to resume; the server allows that a few times in five minutes.
 */
export interface StagePause {
  /** When the SDK asks next, in milliseconds since the epoch; null: as soon as the media transport is connected. */
  readonly retryAtMs: number | null;
}

/** One remote track on stage. */
export interface StageTrack {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly source: TrackSource;
  /** Whether the creator has muted it. */
  readonly muted: boolean;
  readonly track: MediaStreamTrack;
}

export interface ChatTipRefundNotice {
  /** The tip that was paid back. */
  id: TipId;
  seq: number;
}

export interface ChatRemovalNotice {
  /** The message that was removed, or the tip whose words were. */
  id: RemovableId;
  /** Identity of the person who removed it. */
  by: string;
  reason: string | null;
  seq: number;
}

/** All messages of one person up to a sequence number were removed, and the words of their tips. */
export interface ChatAuthorRemovalNotice {
  /** The author of the messages. */
  identity: string;
  /** Messages up to this sequence number were removed. */
  uptoSeq: number;
  /** Identity of the person who removed them. */
  by: string;
  reason: string | null;
  seq: number;
}

/** The state of the review of a message of one's own. */
export interface ChatHeldNotice {
  /** Id of the review, as `send()` returned it. */
  id: string;
  state: 'held' | 'allowed' | 'refused';
  /**
   * As who refused it or restricted the author wrote it, or a sentence in English for the words of a tip that the word
   * list refuses. Null: none was given, or a mode of the chat does not allow the words of a tip.
   */
  reason: string | null;
}

/** Progress of a shared goal of the room, in the currency's minor unit. */
export type GoalProgress = Goal;

export type LocalTrackChange = 'published' | 'unpublished' | 'muted' | 'unmuted' | 'switched' | 'ended';

export interface LocalTrackNotice {
  source: TrackSource;
  /** `ended`: the device was unplugged, or the person pressed the browser's "stop sharing". */
  change: LocalTrackChange;
  track: MediaStreamTrack | null;
  muted: boolean;
}

/**
 * `ended`: the creator ended it, here or on another page. `replaced`: another window of the creator went live.
 * `interrupted`: the connection was down for longer than the server waits; camera and microphone stay open as a
 * preview, and nothing is published until `goLive()` is called, see `localParticipant.isInterrupted`. `lost`: all
 * attempts to restore it failed.
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
  /** Media received or sent in the last interval, in bits per second. */
  bitrateBps: number;
  /** Share of packets lost in the last interval, 0 to 100. */
  lossPct: number;
  roundTripMs: number | null;
}

/** The payload of each event. */
export interface RoomEventMap {
  /** The room was joined, in the lobby or inside, see `access`. */
  connected: { access: Access };
  /** The connection was lost and is being restored; media continues meanwhile. */
  reconnecting: { error: LogeError | null };
  /** The connection is back after `downMs` milliseconds; missed chat messages are being delivered. */
  reconnected: { downMs: number };
  /** The connection has ended. `error` is null after `disconnect()`. */
  disconnected: { error: LogeError | null };
  accessGranted: Access;
  /** Media and chat are closed already; `reason` tells why (refunded, removed, …). */
  accessRevoked: Access;
  /** A later token changed this participant's role or rights; `room.localParticipant` has the current ones. */
  rightsChanged: { role: Role; permissions: Welcome['can'] };
  /** ISO 8601. */
  liveStarted: { startedAt: string };
  liveEnded: { endedAt: string };
  /**
   * When the room ends by itself unless a live begins; null: it is live, or does not end by itself. `isAnnounced`: the
   * creator said that they come back by then; otherwise the live has ended without a word.
   */
  pauseChanged: { until: string | null; isAnnounced: boolean };
  viewerCount: number;
  /** How many tickets are left for this participant; 0: sold out; null: they are not limited, or it is inside. */
  ticketsLeft: number | null;
  /** A new message, in order and exactly once; also those missed while the connection was down. */
  chatMessage: ChatMessage;
  chatMessageRemoved: ChatRemovalNotice;
  /** `room.chat.messages` was replaced: on joining, after loading a page such as with `loadEarlier()`, and on a gap. */
  chatHistory: readonly ChatItem[];
  /** Too many entries were missed: those from `fromSeq` to `toSeq` are not emitted, and `messages` start after them. */
  chatGap: { fromSeq: number; toSeq: number };
  chatAuthorRemoved: ChatAuthorRemovalNotice;
  /** A system notice: a mode was changed, a message pinned, a poll started or closed. */
  chatNotice: ChatNotice;
  /** The list of one's own messages that are being sent, `room.chat.outgoing`, has changed. */
  chatOutgoing: readonly OutgoingMessage[];
  /** Whom this participant has muted changed, here or on another device; `chatHistory` follows. */
  chatMuted: readonly MutedPerson[];
  /** A message of one's own is held for review, was allowed (it also arrives as `chatMessage`) or was refused. */
  chatHeld: ChatHeldNotice;
  /** Modes, pinned message, poll or panic have changed; carries the whole state. */
  chatState: ChatState;
  /** The poll or its votes have changed; null: there is none. */
  chatPoll: ChatPoll | null;
  /** This participant may not write for a while, or may write again (null). */
  chatRestriction: ChatRestriction | null;
  chatHands: RaisedHands;
  /** Count of everyone's reactions since the last event, by emoji. */
  chatReactions: Readonly<Record<string, number>>;
  /** Number of messages that wait for review; for the creator and moderators. */
  chatQueue: { waiting: number };
  /** The room is so busy that only a sample of its messages is shown; null: all messages are shown again. */
  chatSampled: ChatSampling | null;
  tipReceived: ChatTip;
  /** A tip was paid back; its item in `room.chat.messages` is `refunded`. */
  tipRefunded: ChatTipRefundNotice;
  /** A goal was set, or a tip or refund changed its progress. */
  goalProgress: GoalProgress;
  /** The goal was removed. */
  goalCleared: { id: string };
  tipMenuChanged: readonly TipMenuItem[];
  /** For the creator only: the open requests of tips. */
  tipRequestsChanged: readonly MenuRequest[];
  walletChanged: Wallet;
  /** For the creator only. */
  earningsChanged: Earnings;
  trackSubscribed: StageTrack;
  trackUnsubscribed: StageTrack;
  trackMuted: StageTrack;
  /** The browser's autoplay policy blocks the sound: call `room.stage.startAudio()` from a click. */
  audioBlocked: { blocked: boolean };
  /** The server has paused the media of a private session, or has resumed it (null); see `room.stage.pause`. */
  stagePauseChanged: StagePause | null;
  /** The connection has become too slow for the picture, or carries one again; see `room.stage.isSoundOnly`. */
  soundOnlyChanged: { soundOnly: boolean };
  localTrackChanged: LocalTrackNotice;
  localLiveStarted: { startedAt: string };
  localLiveEnded: { reason: LocalLiveEndReason; error: LogeError | null };
  /** The highest simulcast layer that is sent, as viewers need it; -1: nobody watches, and nothing is sent. */
  publishingLayers: { source: TrackSource; maxSpatialLayer: number };
  connectionQuality: QualityNotice;
  /** A fan asks for a private session; sent to the creator and to all of the fan's windows. */
  privateRequested: PrivateSession;
  /** The creator has accepted the request; `accessGranted` follows. */
  privateStarted: PrivateSession;
  /** A request was declined, withdrawn or has expired. Nothing was charged. */
  privateClosed: PrivateSession;
  /** A session has ended and is paid; see `endReason`. */
  privateEnded: PrivateSession;
  /** Every second while a session runs. */
  privateRunning: PrivateRunning;
  /** The fan's credit lasts for at most another 30 seconds. */
  privateFundsLow: { session: PrivateSession['id']; remainingMs: number };
  /** `room.privateSession.current` has changed; null: there is none. */
  privateSessionChanged: PrivateSession | null;
  /** Title, text, price, date or listing of the room has changed. */
  roomChanged: RoomInfo;
  roomEnded: RoomInfo;
  /** A failure outside of any call, such as media that the browser cannot play. */
  error: LogeError;
}
