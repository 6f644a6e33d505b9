/**
 * Every bound of an SFU node in one place. Past a bound the node answers with `node_full` or `invalid_media_parameters`; it never
 * drops what is already running.
 */

/**
 * Consumers (viewers times tracks) of one worker, which is one core. mediasoup's guide says about 500 for conferences; a stage is
 * one-to-many, and a worker was measured at 4.4 µs a packet, which makes 500 viewers with sound and picture about a third of a core.
 */
export const CONSUMERS_PER_WORKER_MAX = 1_000;

/**
 * How full a worker may be, as a share of its consumers, before a room's further viewers go to other workers. Below it a room stays on one worker,
 * since every further one costs a pipe, which is as dear as a viewer.
 */
export const WORKER_SPREAD_AT = 0.5;

/** Share of a worker's consumers that viewers don't get, so that a full worker can still feed another. */
export const PIPE_RESERVE = 0.05;

/** A viewer counts as this many consumers before the stage has tracks: sound and picture will come. A pipe counts the same. */
export const EXPECTED_TRACKS = 2;

/** A stage holds one track per source, so this is the number of sources. */
export const TRACKS_PER_SESSION_MAX = 4;

/** Tracks that a publisher may be putting on stage at the same moment; more than this is not a browser. */
export const PENDING_TRACKS_MAX = 8;

/** Rooms whose audience is remembered although nobody publishes or watches there yet. */
export const AUDIENCE_ROOMS_MAX = 10_000;

/** How long a session may take to bring up ICE and DTLS. A slow phone over TURN needs some seconds. */
export const CONNECT_WITHIN_MS = 15_000;

/** How long somebody who pays by the second is sent media without a receiver report before their session is paused, and how often that is looked at. */
export const UNANSWERED_MAX_MS = 3_000;
export const RECEIVER_LOOK_MS = 500;
/**
 * How much of the time counts while only sound is sent: browsers report about it every 2.5 to 7.5 s (RFC 3550, section
 * 6.2), about video every second.
 */
export const SOUND_ALONE_SHARE = 1 / 3;
/** Pauses that a person may end in a room, within the window: what a client without a receiver gets for nothing is a twentieth of the time. */
export const PLAYS_PER_WINDOW_MAX = 5;
export const PLAYS_WINDOW_MS = 300_000;
/**
 * Media sessions that a person opens in a room within that window and that begin unpaused; reconnecting on a bad line
 * takes fewer.
 */
export const OPENS_PER_WINDOW_MAX = 10;
/** People who pay by the second whose unanswered time is remembered. */
export const RECEIVER_BUDGETS_MAX = 10_000;

/**
 * How often a change of a budget that other nodes change too is tried again; past that the node counts it for itself.
 */
export const BUDGET_WRITE_ATTEMPTS_MAX = 5;

/** Codecs that a viewer may list; browsers list some forty. */
export const CLIENT_CODECS_MAX = 200;

/** Side of a video element, in device pixels, beyond which a viewport is nonsense. */
export const VIEWPORT_SIDE_MAX = 32_768;

/** What a publisher may send in all layers together, in bits a second. */
export const PUBLISHER_BITRATE_MAX_BPS = 4_000_000;

/**
 * What a new viewer is taken to be able to receive until the first feedback arrives: enough for the middle layer and sound at once,
 * not so much that a slow phone drowns before its first frame.
 */
export const VIEWER_BITRATE_START_BPS = 1_500_000;

/** Silence on ICE after which a transport counts as disconnected. mediasoup's own 30 s would leave a frozen picture too long. */
export const ICE_CONSENT_TIMEOUT_SECONDS = 15;

/**
 * Least time between two key-frame requests for one stream. Chromium ignores a request that comes within 300 ms of the last, and
 * mediasoup would then ask again only after a second; gathering for a little longer than Chromium's pause loses no request.
 */
export const KEY_FRAME_GATHER_MS = 350;

/**
 * The same at the far end of a pipe, where it only keeps a rush from asking for every viewer by itself. It is short because it comes on top: a
 * request that is held back at each hop would be late by all of them.
 */
export const PIPE_KEY_FRAME_GATHER_MS = 50;

/** How long a layer must be unwanted before the publisher is told to stop it; wanting one is told at once. */
export const LAYER_LOWERING_DELAY_MS = 1_500;

export const LEASE_DEFAULT_MS = 30_000;

/** How often leases and grants are looked through, which bounds how late a session that ran out is closed. */
export const SWEEP_INTERVAL_MS = 200;

/** Ports tried for each worker when the port may be chosen freely. */
export const PORT_ATTEMPTS_MAX = 50;

/** Pause between attempts to replace a worker that died, and how long a request waits for the replacement. */
export const WORKER_RESTART_DELAY_MS = 500;
export const WORKER_WAIT_MS = 5_000;

/** How long closing waits for a worker process to leave. */
export const WORKER_EXIT_WAIT_MS = 2_000;

/** Addresses of this machine that are offered when the node listens on all of them. */
export const LISTEN_ADDRESSES_MAX = 4;

/** One message of the control API. A room's worth of tracks for one viewer takes some 10 kB. */
export const CONTROL_FRAME_MAX_BYTES = 4 << 20;
/** Gateways and nodes that may be connected to one node at a time. */
export const CONTROL_CONNECTIONS_MAX = 2_000;
/** Requests of one connection that a node works on at a time; more are refused with `node_full`. */
export const CONTROL_REQUESTS_MAX = 2_000;
/** What may wait to be sent over one connection before it is given up as stuck: bytes, and events that nobody has confirmed. */
export const CONTROL_BUFFER_MAX_BYTES = 32 << 20;
export const CONTROL_UNCONFIRMED_EVENTS_MAX = 50_000;
/** How often either end makes sure of the other, and the silence after which it takes the connection for broken. */
export const CONTROL_HEARTBEAT_MS = 2_000;
export const CONTROL_SILENCE_MAX_MS = 6_000;
/** How long an answer may take. */
export const CONTROL_REQUEST_TIMEOUT_MS = 8_000;
/** How long a request waits for a connection that is being made. */
export const CONTROL_CONNECT_WAIT_MS = 2_000;
export const CONTROL_CONNECT_TIMEOUT_MS = 4_000;
/** Pauses between attempts to connect again. The first are short: they tell a node that is gone from one that cannot be reached. */
export const CONTROL_RETRY_MIN_MS = 5;
export const CONTROL_RETRY_MAX_MS = 2_000;
/** Attempts in a row that nobody listened for, after which the node's process is known to be gone. */
export const CONTROL_REFUSALS_MAX = 2;
/** How long events are gathered before their arrival is confirmed. */
export const CONTROL_CONFIRM_MS = 100;
/** Events of one session that wait for a gateway to look after it. */
export const HELD_EVENTS_PER_SESSION_MAX = 100;

/**
 * How long an earlier source of a room's stage goes on beside the one that takes its place: until every viewer has decoded the new one, and at most,
 * where nothing comes of that one.
 */
export const HANDOVER_MS = 1_500;
export const HANDOVER_MAX_MS = 10_000;
/** How often a node that drains looks for publishers whom nobody watches any more; the second look in a row ends them. */
export const UNWATCHED_LOOK_MS = 500;

/** How long a viewer's join waits for the stage to come from another node before it goes on without. */
export const PULL_WAIT_MS = 3_000;
/** Pauses before a room's stage is asked for again. */
export const PULL_RETRY_MIN_MS = 30;
export const PULL_RETRY_MAX_MS = 2_000;

/** How often a node says that it is there, well within the lease of what it says. */
export const ANNOUNCE_MS = 1_000;
