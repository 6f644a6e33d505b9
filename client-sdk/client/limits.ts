/** The limits of all waits, retries and buffers of the SDK, and what happens past them. */

export const CONNECTION = {
  /** One attempt, from the handshake to `rooms:welcome`. Past it the attempt has failed. */
  welcomeTimeoutMs: 10_000,
  /** `connect()` rejects with the last failure if no attempt has succeeded by then. */
  firstConnectMs: 20_000,
  /**
   * A connection attempt sends its first packet again after a second, and then ever later: an older attempt is replaced
   * when the network is back.
   */
  synRetryMs: 1_000,
  /** Backoff of reconnect attempts; the last step repeats. Each wait is reduced by a random share of up to `jitter`. */
  backoffMs: [50, 150, 400, 1_000, 1_000, 2_000, 2_000, 5_000],
  /** Spreads the reconnects of an audience over time. */
  jitter: 0.5,
  /**
   * Past it the connection ends: `disconnected` with `connection_failed`. The time that a computer is suspended does
   * not count.
   */
  giveUpMs: 30 * 60_000,
  /** Consecutive tokens that the server may refuse as expired before `token_expired` ends the connection. */
  tokenAttempts: 3,
  /**
   * Interval of the server's heartbeat: a lost connection broke at most this long after the last sign of the server.
   */
  heartbeatMs: 10_000,
  /** A request without an answer rejects with `timeout` after this time. */
  requestTimeoutMs: 8_000,
  /** A request that has no answer for so long when a dead line is back is taken for lost. */
  overdueMs: 1_000,
  /** An idempotent request is retried for this long across timeouts and reconnects. */
  reliableMs: 60_000,
} as const;

export const CHAT = {
  /** Entries kept; the oldest are dropped first. */
  keptEntries: 500,
  /**
   * Entries kept while reading back; past it the far end is dropped, and fetched again when the reader comes near it.
   */
  keptWithEarlier: 2_000,
  /** Newest items that are kept separately meanwhile, so that a fetched page can be joined to them. */
  keptTail: 200,
  /**
   * Early entries, and early sampled ranges, buffered while an earlier entry is missing; past it they are dropped and
   * refetched.
   */
  earlyEntries: 500,
  /** Newest removals, which are applied to pages that the server read before them. */
  recentRemovals: 200,
  /** How long an entry may be missing before it is fetched. A frame takes about 50 ms to arrive. */
  gapWaitMs: 150,
  /** Backoff of fetches for a gap; the last step repeats. Each wait is reduced by up to half. */
  gapBackoffMs: [100, 250, 500, 1_000, 2_000],
  /** Pages fetched for one gap; past it the newest page is taken and `chatGap` emitted. */
  gapPages: 4,
  /** Messages that wait to be sent; past it `send()` rejects with `too_many_pending`. */
  pendingMessages: 20,
  /** One's own messages in `outgoing`; past it the oldest that failed, was refused or is held is dropped. */
  outgoingMessages: 60,
  /** Sampling has ended when nothing was left out for this long. */
  sampledQuietMs: 5_000,
  /** Interval of `chatSampled` events. */
  sampledReportMs: 1_000,
} as const;

export const STAGE = {
  /** An RTP sender refuses a change of layers while it encodes a key frame; the change is then retried. */
  layerRetryMs: 50,
  layerRetries: 100,
  /** How long the size of an element must be stable before it is sent. */
  viewportDebounceMs: 150,
  /** How long a transport may be `disconnected` before ICE is restarted; short losses recover by themselves. */
  iceGraceMs: 400,
  /** Wait after an ICE restart before the next one. */
  iceRestartIntervalMs: 3_000,
  /** Consecutive failed ICE restarts that the server knows of; past it a new session is opened. */
  iceRestarts: 4,
  /** How long the socket may take to answer when a dead line is back; past it the socket is replaced. */
  socketProbeMs: 1_500,
  /** Backoff of attempts to open a new media session; the last step repeats. */
  rejoinBackoffMs: [0, 150, 400, 1_000, 2_000, 5_000],
  /** Attempts to restore a live; past it the live ends with `lost`. */
  restoreAttempts: 40,
  /** How long to wait for the first picture of a session before moving to it without one, and the polling interval. */
  moveTimeoutMs: 5_000,
  movePollMs: 30,
  /**
   * How long the old session of a moved publisher keeps sending to its remaining viewers, unless the server ends it.
   */
  retiringMs: 20_000,
  /** Delay before a spare session is opened, the random spread added to it, and the wait after a failure. */
  spareAfterMs: 1_000,
  spareSpreadMs: 3_000,
  spareRetryMs: 30_000,
  /** How often a paused session checks whether its transport is connected again, to ask the server to resume. */
  playRetryMs: 500,
  /** Delay before a removed track is closed: closing costs a negotiation, and the track's replacement goes first. */
  trackCloseDelayMs: 500,
  /** How long the last picture of a lost source stays once another source that was lost with it is back. */
  lastPictureMs: 1_000,
  /** How long a session that was opened ahead of the socket is kept unused; the server ends it then. */
  aheadKeptMs: 10_000,
  /** How long the first `stage:watch` waits for such a session whose answer is still under way. */
  aheadWaitMs: 1_000,
  /** Events buffered for a session whose answer is still being handled. */
  earlyEvents: 100,
  qualityIntervalMs: 2_000,
} as const;
