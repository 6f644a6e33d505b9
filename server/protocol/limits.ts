/** All named limits of the wire. */
export const LIMITS = {
  /** How long a live waits for its publisher to open another media session (R15). */
  reconnectGraceMs: 20_000,
  /**
   * How long a media session waits for a participant whose connection is lost (R14). Its media comes back with the
   * first ICE check over a line that is back, which a new session would delay until the socket is back.
   */
  sessionGraceMs: 60_000,
  /** How long a media session that was opened over HTTP waits for the participant's socket (R14c). */
  watchAheadMs: 10_000,
  /** How long a prepared session waits for access (R12c). */
  preparedMs: 15_000,
  identityChars: 64,
  nameChars: 64,
  titleChars: 120,
  /** What a creator writes about a room. */
  roomTextChars: 1_000,
  messageChars: 500,
  tipMessageChars: 200,
  reasonChars: 500,
  idempotencyKeyChars: 64,
  /** Largest Socket.IO packet that a client may send; RTP capabilities of a browser are about 12 KB. */
  socketPacketBytes: 64 * 1024,
  /** Packets of one connection per second, Engine.IO and WebSocket pings included; past it the connection is closed. */
  socketPacketsPerSecond: 500,
  /** Unanswered requests of one HTTP connection; past it the connection is closed. */
  httpRequestsPipelined: 10,
  /** Largest HTTP body. */
  httpBodyBytes: 64 * 1024,
  /** Largest body of a request to watch ahead of the socket: it fits into the first flight of a TCP connection. */
  watchBodyBytes: 10 * 1024,
  /** Entries of the chat log in one answer. */
  chatPageEntries: 200,
  /** Entries of the chat log that a newcomer gets. */
  chatWelcomeEntries: 50,
  /** People that one message can name. */
  chatMentions: 5,
  /** Characters of the answered message that a reply shows. */
  chatExcerptChars: 100,
  slowModeMaxSeconds: 3_600,
  /** Longest time-out, and longest ban with an end. */
  restrictionMaxSeconds: 366 * 86_400,
  /** Messages per room that are held for review. */
  chatQueueMessages: 500,
  /** One's own held or refused messages that the welcome contains, newest first. */
  chatOwnHeld: 20,
  pollQuestionChars: 140,
  pollOptionChars: 60,
  pollOptions: 6,
  pollMinSeconds: 10,
  pollMaxSeconds: 24 * 3600,
  /** In rooms up to this size everyone is listed. */
  peopleExact: 200,
  /** People per answer. */
  peopleShown: 100,
  /** Words and phrases in a creator's list. */
  wordRules: 500,
  wordPatternChars: 60,
  /** Words of one phrase in that list. */
  wordPatternWords: 8,
  /** Entries before and after a message in its context. */
  chatContextEntries: 10,
  chatExportMessages: 1_000,
  hookTimeoutMinMs: 100,
  hookTimeoutMaxMs: 2_000,
  /** Open sockets over all gateways: of one identity in one room, and in all rooms. */
  socketsPerIdentity: 8,
  socketsPerIdentityOverall: 64,
  /** Of one room. */
  socketsPerRoom: 100_000,
  /** Of one address, which a company or a mobile operator's customers may share. Loopback is not limited. */
  socketsPerAddress: 400,
  /** Open payment pages and card payments per identity. */
  openCheckouts: 20,
  /** How long a mail's sign-in link and code are valid. */
  signInMinutes: 10,
  /** Wrong codes of one sign-in request. */
  signInTries: 5,
  handleMinChars: 3,
  handleMaxChars: 30,
  /** Uploaded picture: bytes, and pixels once decoded. */
  pictureBytes: 12 * 1024 * 1024,
  picturePixels: 50_000_000,
  /** Pictures of one person: their portrait, and posters of their rooms. */
  picturesPerOwner: 500,
  aboutChars: 600,
  /** Creators in a list of those whom a person follows. */
  followsListed: 500,
  /** Handles that one person keeps from others: the current one, and those that rest. */
  handlesKept: 5,
  /** Browsers of one person that get messages. */
  pushDevices: 10,
  /** How long an invitation to moderate is valid, and how many a creator makes in 24 hours. */
  moderatorInvitationDays: 7,
  moderatorInvitationsPerDay: 20,
  tokenTtlSeconds: 600,
  tokenTtlMaxSeconds: 24 * 3600,
  /** Tolerated clock difference between an embedder's server and this one. */
  tokenClockSkewSeconds: 30,
  tipMinMinor: 100,
  tipMaxMinor: 50_000,
  menuItems: 20,
  menuLabelChars: 60,
  /** Open requests of tips that are listed. */
  tipRequests: 200,
  leaderboardEntries: 50,
  topupMinMinor: 500,
  topupMaxMinor: 50_000,
  /** Largest credit that a wallet may hold. */
  walletMaxMinor: 100_000,
  ticketMinMinor: 100,
  ticketMaxMinor: 50_000,
  /** Smallest tip that is paid by card in a house without wallets; the provider's fee would consume a smaller one. */
  directTipMinMinor: 500,
  /** Maximum promotional credit per grant. */
  promotionMaxMinor: 50_000,
  /** Maximum ticket limit of a room. */
  capacityMax: 1_000_000,
  /**
   * After a first date was given to a room without one, its tickets can be returned for at least this long, whatever
   * the date is.
   */
  firstDateReturnMs: 24 * 3_600_000,
  /** A scheduled room that was not live this long after its start counts as not held. */
  notHeldAfterMs: 6 * 3_600_000,
  /** A room with tickets whose live ended without a word of its creator ends by itself this long after. */
  pauseDefaultMs: 6 * 3_600_000,
  /** After the live ended, however often the creator asks for more. */
  pauseMaxMinutes: 24 * 60,
  tracksPerStage: 4,
  listPageItems: 100,
  /** Price of a minute of a private session. */
  privateRateMinMinor: 50,
  privateRateMaxMinor: 10_000,
  /** Open requests for a private session per room. */
  privateQueueRequests: 10,
  /** Maximum minutes of a private session that are held in advance. */
  privateHoldMinutesMax: 3,
  /** Maximum minutes of a quote for a private session. */
  quoteMinutesMax: 600,
  tierMinMinor: 100,
  tierMaxMinor: 100_000,
  tiersPerCreator: 10,
  tierPerks: 12,
  /** Webhook endpoints per house. */
  webhookEndpoints: 20,
  /** Live API keys per house. */
  apiKeys: 100,
  /** Web origins per API key. */
  keyOrigins: 20,
  /** Of a report. */
  reportNoteChars: 4_000,
  /**
   * Reports of one person that were found to be made in bad faith, within so many days, after which that person may
   * file `limitedReportsPerDay` for `limitedReportDays` (R71g).
   */
  unfoundedReports: 3,
  unfoundedReportDays: 90,
  limitedReportDays: 30,
  limitedReportsPerDay: 1,
  charterArticles: 40,
  /** Characters of an article in one language. */
  charterTextChars: 8_000,
  /** How long a live that was on when a version of the charter came into force may go on without acceptance (R70d). */
  charterGraceMs: 24 * 3_600_000,
} as const;
