/** Every wait, retry and store of the SDK has its limit here, with what happens past it. */

export const CONNECTION = {
  /** One attempt: handshake until `rooms:welcome`. Past it the attempt counts as failed. */
  welcomeTimeoutMs: 10_000,
  /** `connect()` rejects with the last failure when no attempt has succeeded by then. */
  firstConnectMs: 20_000,
  /** Waits before attempts after a loss; the last one repeats. Each is spread by `jitter`. */
  backoffMs: [50, 150, 400, 1_000, 1_000, 2_000, 2_000, 5_000],
  /** Share by which a wait is spread, so that an audience does not come back in one instant. */
  jitter: 0.5,
  /** After this the connection is given up: `disconnected` with `connection_failed`. */
  giveUpMs: 30 * 60_000,
  /** A token refused as expired is asked for anew this many times in a row; then it is an error. */
  tokenAttempts: 3,
  /** How often the server says that it is there; a silence that was longer began no later than that. */
  heartbeatMs: 10_000,
  /** A request without an answer rejects with `timeout`. */
  requestTimeoutMs: 8_000,
  /** A mutation that can be repeated safely is repeated for this long across timeouts and reconnects. */
  reliableMs: 60_000,
} as const;

export const CHAT = {
  /** Entries kept; the oldest go first. */
  keptEntries: 500,
  /** Entries kept while somebody reads back; past it the far end is dropped, and fetched again when they come near it. */
  keptWithEarlier: 2_000,
  /** Newest items that are kept apart meanwhile, so that a page of the log can be joined to them. */
  keptTail: 200,
  /** Entries, and ranges that the server left out, held back while one before them is missing; past it they are let go and asked for. */
  heldEntries: 500,
  /** How long an entry may be missing before the log is asked for it. A frame is on its way for about 50 ms. */
  gapWaitMs: 150,
  /** Waits before the log is asked again for what it did not give; the last one repeats. Each is spread by half. */
  gapBackoffMs: [100, 250, 500, 1_000, 2_000],
  /** Pages fetched for one gap; past it the newest page is taken and `chatGap` told. */
  gapPages: 4,
  /** Messages that wait for the connection; past it `send()` rejects with `too_many_pending`. */
  pendingMessages: 20,
  /** Own messages that are not in the log, with those that failed, are held or were refused; past it the oldest of these goes. */
  outgoingMessages: 60,
  /** Sampling is told as over when nothing was left out for so long. */
  sampledQuietMs: 5_000,
  /** How often the figures of sampling are told anew. */
  sampledTellMs: 1_000,
} as const;

export const STAGE = {
  /**
   * A sender that refuses to change its layers, since it is giving a key frame, is set again after this time, so many
   * times.
   */
  layerRetryMs: 50,
  layerRetries: 100,
  /** How long the size of an element must be still before it is told. */
  viewportDebounceMs: 150,
  /** How long a transport may be `disconnected` before ICE is restarted; short glitches mend themselves. */
  iceGraceMs: 400,
  /** Wait after an ICE restart before the next one. */
  iceRestartIntervalMs: 3_000,
  /** ICE restarts in a row without a connection; past it the session is made anew. */
  iceRestarts: 4,
  /** Waits between attempts to make a media session anew; the last one repeats. */
  rejoinBackoffMs: [0, 150, 400, 1_000, 2_000, 5_000],
  /** How long the server waits for a publisher who has lost the connection (R15). Past it a page publishes again only when it is asked to. */
  graceMs: 20_000,
  /** Attempts to take a live up again; past it the live ends with `lost`. */
  republishAttempts: 40,
  /** How long another session may take to show something before it takes over all the same, and how often it is looked at. */
  moveLimitMs: 5_000,
  moveLookMs: 30,
  /** How long a session that was moved goes on sending for those who still watch it, unless the server ends it. */
  partingMs: 20_000,
  /** How long a session is in use before a spare is kept for it, how far an audience is spread over time, and the wait after it could not be had. */
  spareAfterMs: 1_000,
  spareSpreadMs: 3_000,
  spareRetryMs: 30_000,
  /** How often a session that the server has paused is looked at, to ask it to go on once there is a path again. */
  playRetryMs: 500,
  /** How long the end of a track that was taken off waits: it costs a negotiation, which whatever takes its place goes before. */
  trackEndMs: 500,
  /** How long the last picture of one source stays after another source, lost with it, is back. */
  partingPictureMs: 1_000,
  /** Events kept for a session whose answer is being handled. */
  earlyEvents: 100,
  qualityIntervalMs: 2_000,
} as const;
