/**
 * Every limit of an SFU node. Past a limit the node answers `node_full` or `invalid_media_parameters`; it never drops
 * what already runs.
 */

/**
 * Consumers (viewers times tracks) of one worker, which is one core. mediasoup's guide says about 500 for conferences.
 * A stage is one-to-many, and a worker was measured at 4.4 µs a packet: 500 viewers with sound and picture take about a
 * third of a core.
 */
export const CONSUMERS_PER_WORKER_MAX = 1_000;

/**
 * Share of a worker's consumer limit past which a room's further viewers go to other workers. Below it the room stays
 * on one worker, since each further worker needs a pipe, which costs as much as a viewer.
 */
export const WORKER_SPREAD_AT = 0.5;

/** Share of a worker's consumer limit that is reserved for pipes, so that a full worker can still feed another one. */
export const PIPE_RESERVE = 0.05;

/**
 * Consumers that a viewer counts for before the stage has tracks: one for sound, one for video. A pipe counts the same.
 */
export const EXPECTED_TRACKS = 2;

/** Concurrent `produce` requests of one publisher; a browser never needs more. */
export const PENDING_TRACKS_MAX = 8;

/** Rooms whose audience is stored before they have a session. */
export const AUDIENCE_ROOMS_MAX = 10_000;

/**
 * Prepared sessions of a room on one node, of all rooms there, and the longest time for which one may be granted. They
 * hold a transport for somebody who has no access yet, and none of the load that viewers may fill.
 */
export const PREPARED_PER_ROOM_MAX = 50;
export const PREPARED_PER_NODE_MAX = 200;
export const PREPARED_MAX_MS = 30_000;

/** Time for a session to bring up ICE and DTLS. A slow phone over TURN needs some seconds. */
export const CONNECT_WITHIN_MS = 15_000;

/**
 * Time for which a metered viewer is sent media without a receiver report before the session is paused, and how often
 * that is checked.
 */
export const UNANSWERED_MAX_MS = 3_000;
export const RECEIVER_CHECK_MS = 500;
/**
 * Share of the time that counts while only audio is sent: browsers send reports about audio every 2.5 to 7.5 s (RFC
 * 3550, section 6.2), about video every second.
 */
export const SOUND_ALONE_SHARE = 1 / 3;
/**
 * Pauses that a person may end in a room within the window. A client that receives nothing gets a twentieth of the time
 * for free.
 */
export const PLAYS_PER_WINDOW_MAX = 5;
export const PLAYS_WINDOW_MS = 300_000;
/**
 * Sessions that a person may open in a room within that window that start unpaused; reconnecting on a bad network needs
 * fewer.
 */
export const OPENS_PER_WINDOW_MAX = 10;
/** Metered people whose receiver budget is kept in memory. */
export const RECEIVER_BUDGETS_MAX = 10_000;

/** Attempts to write a budget that other nodes change at the same time; past that the node counts for itself. */
export const BUDGET_WRITE_ATTEMPTS_MAX = 5;

/** Codecs that a viewer may list; browsers list about forty. */
export const CLIENT_CODECS_MAX = 200;

/** Longest valid side of a viewport, in device pixels. */
export const VIEWPORT_SIDE_MAX = 32_768;

/**
 * Bit rate of all layers of a publisher together. A browser paces its packets by it, so that a lower limit delays the
 * key frames that new viewers wait for.
 */
export const PUBLISHER_BITRATE_MAX_BPS = 8_000_000;

/**
 * Bit rate assumed for a new viewer until the first feedback arrives: enough for the middle layer and sound, and not so
 * much that a slow phone's link is congested before its first frame.
 */
export const VIEWER_BITRATE_START_BPS = 1_500_000;

/**
 * The bandwidth estimate of a viewer never falls below this, so that the lowest layer of a camera always flows, with
 * all its frames: estimates of slow links are far too low, and a worker uses little more than half of one for some time
 * after many losses. Links that do not carry it lose packets.
 */
export const VIEWER_BITRATE_MIN_BPS = 250_000;

/** Minimum time between two restarts of a viewer's video, which cost the publisher a key frame. */
export const VIDEO_RESTART_SPACING_MS = 900;

/**
 * Silence on ICE after which a transport counts as disconnected. mediasoup's default of 30 s leaves a frozen picture
 * too long.
 */
export const ICE_CONSENT_TIMEOUT_SECONDS = 15;

/**
 * Minimum time between two key frame requests for one stream. Chromium ignores a request within 300 ms of the last one,
 * and mediasoup would repeat it only after a second; gathering for a little longer than 300 ms loses no request.
 */
export const KEY_FRAME_GATHER_MS = 350;

/**
 * The same at the far end of a pipe, where it only merges the requests of concurrent viewers. It is short, since the
 * delays of all hops add up.
 */
export const PIPE_KEY_FRAME_GATHER_MS = 50;

/**
 * Time for which a layer must be unwanted before the publisher is told to stop it. A wanted layer is requested at once.
 */
export const LAYER_LOWERING_DELAY_MS = 1_500;

export const LEASE_DEFAULT_MS = 30_000;

/** Interval between checks of leases and grants: the longest delay after which an expired session is closed. */
export const SWEEP_INTERVAL_MS = 200;

/** Ports tried for each worker when the port may be chosen freely. */
export const PORT_ATTEMPTS_MAX = 50;

/** Delay between attempts to replace a worker that died, and the time that a request waits for the replacement. */
export const WORKER_RESTART_DELAY_MS = 500;
export const WORKER_WAIT_MS = 5_000;

/** Time that closing waits for a worker process to exit. */
export const WORKER_EXIT_WAIT_MS = 2_000;

/** Addresses of this machine that are offered when the node listens on all of them. */
export const LISTEN_ADDRESSES_MAX = 4;

/** Size of one frame of the control API. The tracks of a room for one viewer take about 10 kB. */
export const CONTROL_FRAME_MAX_BYTES = 4 << 20;
/** Gateways and nodes that may be connected to one node at a time. */
export const CONTROL_CONNECTIONS_MAX = 2_000;
/** Concurrent requests of one connection; more are refused with `node_full`. */
export const CONTROL_REQUESTS_MAX = 2_000;
/** Unsent bytes and unconfirmed events of one connection past which it is terminated. */
export const CONTROL_BUFFER_MAX_BYTES = 32 << 20;
export const CONTROL_UNCONFIRMED_EVENTS_MAX = 50_000;
/** Interval between pings, and the silence after which a connection counts as broken. */
export const CONTROL_HEARTBEAT_MS = 2_000;
export const CONTROL_SILENCE_MAX_MS = 6_000;
/** Time to answer a request. */
export const CONTROL_REQUEST_TIMEOUT_MS = 8_000;
/** Time that a request waits for a connection. */
export const CONTROL_CONNECT_WAIT_MS = 2_000;
export const CONTROL_CONNECT_TIMEOUT_MS = 4_000;
/**
 * Delays between connection attempts. The first ones are short, to tell a node that is gone from one that cannot be
 * reached.
 */
export const CONTROL_RETRY_MIN_MS = 5;
export const CONTROL_RETRY_MAX_MS = 2_000;
/** Refused connection attempts in a row after which the node's process counts as gone. */
export const CONTROL_REFUSALS_MAX = 2;
/** Time for which events are gathered before they are confirmed. */
export const CONTROL_CONFIRM_MS = 100;
/** Events of one session held for a gateway that is not connected. */
export const HELD_EVENTS_PER_SESSION_MAX = 100;

/**
 * Time for which the previous source of a room's stage goes on beside its successor: until every viewer has decoded the
 * new one, and the maximum where the new one never starts.
 */
export const HANDOVER_MS = 1_500;
export const HANDOVER_MAX_MS = 10_000;
/** Interval at which a draining node checks for publishers without viewers. Two checks in a row end a publisher. */
export const UNWATCHED_CHECK_MS = 500;

/** Time that a join waits for the stage from another node before it goes on without tracks. */
export const PULL_WAIT_MS = 3_000;
/** Delays before a room's stage is pulled again. */
export const PULL_RETRY_MIN_MS = 30;
export const PULL_RETRY_MAX_MS = 2_000;
/** Nodes between a viewer's node and the publisher's. */
export const UPSTREAM_HOPS_MAX = 8;

/** Interval between announcements, well within their lease. */
export const ANNOUNCE_MS = 1_000;
