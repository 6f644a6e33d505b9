/** `@loge/client`: the headless SDK of Loge. This file is its public API. */
export type { Participant, Role } from '../../server/protocol/accounts/accounts.ts';
export type {
  ChatEntry,
  ChatMessage,
  ChatNotice,
  ChatPage,
  ChatPurge,
  ChatRemoval,
  ChatReply,
  ChatTip,
  ChatTipRefund,
  RemovableId,
} from '../../server/protocol/chat/chat.ts';
export type {
  ActKind,
  ChatAct,
  ChatContext,
  ChatRestriction,
  HeldMessage,
  ReportCategory,
  RestrictionScope,
  RoomReport,
  SetModeInput,
  WordList,
  WordRule,
} from '../../server/protocol/chat/chat-moderation.ts';
export type {
  ChatMode,
  ChatPoll,
  ChatState,
  Hand,
  MutedPerson,
  PeopleAnswer,
  Person,
} from '../../server/protocol/chat/chat-room.ts';
export type { ErrorCode } from '../../server/protocol/errors.ts';
export type { MessageId, RoomId, TicketId, TipId } from '../../server/protocol/ids.ts';
export * as LIMITS from '../../server/protocol/limits.ts';
export type { Earnings, Ticket, Tip, Wallet as WalletState } from '../../server/protocol/money/money.ts';
export type {
  PriceParts,
  Quote,
  Receipt,
  Waiver,
  WaiverInput,
  WaiverText,
  WalletHistory,
} from '../../server/protocol/money/pricing.ts';
export type {
  PrivateEndReason,
  PrivateRunning,
  PrivateSession as PrivateSessionInfo,
  PrivateSessionStatus,
} from '../../server/protocol/money/private-sessions.ts';
export type { Leaderboard, TipMenuItem } from '../../server/protocol/money/tipping.ts';
export type {
  Access,
  AccessKind,
  AccessReason,
  AccessRule,
  Block,
  Offer,
  Removal,
  Room as RoomInfo,
} from '../../server/protocol/rooms.ts';
export type { TrackSource, Viewport } from '../../server/protocol/stage.ts';
export type { Acceptance, ArticleChange, CharterReview } from '../../server/protocol/trust/charter.ts';
export type { Report, RoomReportInput } from '../../server/protocol/trust/reports.ts';
export { Chat, type Reaction, type SendOptions } from './chat/chat.ts';
export { ChatModeration, type RestrictRequest } from './chat/chat-moderation.ts';
export type { HeldOutgoing, OutgoingMessage, OutgoingState, SentMessage } from './chat/chat-outbox.ts';
export type { ChatSampling } from './chat/chat-sampling.ts';
export type { ConnectionState, TokenSource } from './connection/connection.ts';
export type { Listener } from './emitter.ts';
export { type ClientErrorCode, LogeError, type LogeErrorCode } from './errors.ts';
export {
  type ChatAuthorRemovalNotice,
  type ChatHeldNotice,
  type ChatItem,
  type ChatRemovalNotice,
  type ChatTipRefundNotice,
  type GoalProgress,
  type LocalLiveEndReason,
  type LocalTrackChange,
  type LocalTrackNotice,
  type Quality,
  type QualityNotice,
  type RaisedHands,
  RoomEvent,
  type RoomEventMap,
  type RoomEventName,
  type StagePause,
  type StageTrack,
} from './events.ts';
export type { Log, LogLevel } from './log.ts';
export { type CaptureChoice, type DeviceList, listDevices } from './media/devices.ts';
export { createLevelMeter, type LevelMeter } from './media/level-meter.ts';
export type { LocalTrack } from './media/local-media.ts';
export { PrivateSession, type PrivateSessionState } from './money/private-session.ts';
export { type BuyTicketOptions, type CardTopUp, type CheckoutLink, type TipRequest, Wallet } from './money/wallet.ts';
export { Room, type RoomOptions } from './room.ts';
export {
  type GoLiveOptions,
  LocalParticipant,
  type ParticipantPermissions,
  type PreviewOptions,
} from './stage/local-participant.ts';
export type { StageStats } from './stage/quality.ts';
export { Stage, type StagePicture } from './stage/stage.ts';
export { Charter } from './trust/charter.ts';
