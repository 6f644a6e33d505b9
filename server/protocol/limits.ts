/**
 * Every named limit of the wire, in one place, so that the page that explains them and the code that holds them cannot differ.
 */
export const LIMITS = {
  identityChars: 64,
  nameChars: 64,
  titleChars: 120,
  messageChars: 500,
  tipMessageChars: 200,
  reasonChars: 500,
  idempotencyKeyChars: 64,
  /** Largest Socket.IO packet that a client may send; RTP capabilities of a browser are about 12 KB. */
  socketPacketBytes: 64 * 1024,
  /** Packets of one connection within a second, of Engine.IO and WebSocket pings; past it the connection is closed. */
  socketPacketsPerSecond: 500,
  /** Requests of one HTTP connection that are not answered yet; past it the connection is closed. */
  httpRequestsPipelined: 10,
  /** Largest HTTP body. */
  httpBodyBytes: 64 * 1024,
  /** Entries of the chat log in one answer. */
  chatPageEntries: 200,
  /** Entries of the chat log that a newcomer is given. */
  chatWelcomeEntries: 50,
  /** People that one message can name. */
  chatMentions: 5,
  /** Characters of the answered message that a reply shows. */
  chatExcerptChars: 100,
  slowModeMaxSeconds: 3_600,
  /** Longest time-out, and longest ban with an end. */
  restrictionMaxSeconds: 366 * 86_400,
  /** Messages of one room that may wait for review. */
  chatQueueMessages: 500,
  /** Of one's own messages that wait or were refused, the newest that one is shown on coming in. */
  chatOwnHeld: 20,
  pollQuestionChars: 140,
  pollOptionChars: 60,
  pollOptions: 6,
  pollMinSeconds: 10,
  pollMaxSeconds: 24 * 3600,
  /** Up to so many people in a room, everyone is listed. */
  peopleExact: 200,
  /** People in one answer. */
  peopleShown: 100,
  /** Words and phrases in a creator's list. */
  wordRules: 500,
  wordPatternChars: 60,
  /** Words of one phrase in that list. */
  wordPatternWords: 8,
  /** Entries before and after a message that a moderator, or a report, has with it. */
  chatContextEntries: 10,
  chatExportMessages: 1_000,
  hookTimeoutMinMs: 100,
  hookTimeoutMaxMs: 2_000,
  /** Open sockets at once, over all gateways: of one identity in one room, and in all rooms together. */
  socketsPerIdentity: 8,
  socketsPerIdentityOverall: 64,
  /** Of one room, everybody together. */
  socketsPerRoom: 100_000,
  /** From one address: a company or a mobile operator's customers may share one. Loopback is not counted. */
  socketsPerAddress: 400,
  /** Payment pages of one identity that can be paid on, and payments by card under way. */
  openCheckouts: 20,
  tokenTtlSeconds: 600,
  tokenTtlMaxSeconds: 24 * 3600,
  /** Clock difference tolerated between an embedder's server and this one. */
  tokenClockSkewSeconds: 30,
  tipMinMinor: 100,
  tipMaxMinor: 50_000,
  menuItems: 20,
  menuLabelChars: 60,
  leaderboardEntries: 50,
  topupMinMinor: 500,
  topupMaxMinor: 50_000,
  /** Largest credit that a wallet may hold. */
  walletMaxMinor: 100_000,
  ticketMinMinor: 100,
  ticketMaxMinor: 50_000,
  /** Smallest tip that is paid by card directly, where there are no wallets: below, the provider's fee eats it. */
  directTipMinMinor: 500,
  /** Most promotional credit in one grant. */
  promotionMaxMinor: 50_000,
  /** Most tickets that a room can be limited to. */
  capacityMax: 1_000_000,
  /** A scheduled room that is not live so long after its start counts as never held. */
  notHeldAfterMs: 6 * 3_600_000,
  tracksPerStage: 4,
  listPageItems: 100,
  /** Price of a minute of a private session. */
  privateRateMinMinor: 50,
  privateRateMaxMinor: 10_000,
  /** Requests for a private session that may wait in one room. */
  privateQueueRequests: 10,
  /** Most minutes of a private session that are held ahead. */
  privateHoldMinutesMax: 3,
  /** Most minutes of a private session that a quote is made for. */
  quoteMinutesMax: 600,
  tierMinMinor: 100,
  tierMaxMinor: 100_000,
  tiersPerCreator: 10,
  tierPerks: 12,
  /** Webhook endpoints of one house. */
  webhookEndpoints: 20,
  /** API keys that are neither revoked nor expired. */
  apiKeys: 100,
  /** Web origins of one API key. */
  keyOrigins: 20,
} as const;
