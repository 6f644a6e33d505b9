/**
 * The connection of an element to a room: creates the SDK's Room from URL and token, stores its failure, and
 * disconnects when the element leaves the page. A Room passed in by an embedder is never closed here.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LogeError } from '../../client/errors.ts';
import { Room } from '../../client/room.ts';
import { readClaims } from '../../client/stage/watch/watch-request.ts';

export type TokenProvider = () => Promise<string>;

export interface SessionSource {
  url: string | undefined;
  token: string | undefined;
  tokenProvider: TokenProvider | undefined;
}

/** The server of elements without `url`: the one that this script came from. */
const DEFAULT_URL = new URL(import.meta.url).origin;

/** Set once this browser has entered a room, because its code is then in the cache. */
const WAS_INSIDE = 'loge-was-inside';

function wasInside(): boolean {
  try {
    return localStorage.getItem(WAS_INSIDE) !== null;
  } catch {
    return false;
  }
}

function rememberInside(): void {
  try {
    localStorage.setItem(WAS_INSIDE, '1');
  } catch {
    // The page may not store anything.
  }
}

/** Whether a token alone gives access. Not verified: it decides only what to load early. */
function givesAccess(token: string): boolean {
  const claims = readClaims(token);
  return claims !== null && (claims.entitled || claims.role !== 'fan');
}

/** A provider may be another function at each render, and only the token that it gives says for which room it is. */
function isSameEntry(source: SessionSource, before: SessionSource | undefined): boolean {
  if (!before || source.url !== before.url) return false;
  if (source.tokenProvider || before.tokenProvider) return source.tokenProvider !== undefined;
  // Room, person and rights.
  const entryOf = ({ token = '' }: SessionSource) => JSON.stringify(readClaims(token));
  return entryOf(source) === entryOf(before);
}

export class RoomSession implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #handleRoom: (room: Room | undefined) => void;
  readonly #handleNear: () => void;
  #owned: Room | undefined;
  #source: SessionSource | undefined;
  #subscriptions: Array<() => void> = [];
  #attempt = 0;
  /** Why connecting failed or the connection ended; undefined otherwise. */
  failure: LogeError | undefined;
  isConnecting = false;

  /** `handleNear` is called when access is likely, before the server has answered. */
  constructor(
    host: ReactiveControllerHost,
    { handleRoom, handleNear }: { handleRoom: (room: Room | undefined) => void; handleNear: () => void },
  ) {
    this.#host = host;
    this.#handleRoom = handleRoom;
    this.#handleNear = handleNear;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Opens what a changed source leads to. A token that is only newer is used at the next reconnect. */
  update(source: SessionSource, room: Room | undefined): void {
    const isInUse = room !== undefined && room.state !== 'idle' && room.state !== 'disconnected';
    // A Room of the embedder stays.
    if (isInUse && (room !== this.#owned || isSameEntry(source, this.#source))) this.#source = source;
    else void this.open(source);
  }

  /** Closes the current room and connects to another. */
  async open(source: SessionSource): Promise<void> {
    this.close();
    this.#source = source;
    if (!source.tokenProvider && !source.token) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const room = new Room({ url: source.url ?? DEFAULT_URL, eagerMedia: false });
    this.#owned = room;
    this.isConnecting = true;
    this.failure = undefined;
    this.#observe(room);
    this.#handleRoom(room);
    if (wasInside()) this.#handleNear();
    try {
      const noteToken = (token: string): string => {
        if (attempt === this.#attempt && givesAccess(token)) this.#handleNear();
        return token;
      };
      await room.connect(async () => noteToken((await this.#source?.tokenProvider?.()) ?? this.#source?.token ?? ''));
    } catch (error) {
      const now = this.#source;
      // A token that came meanwhile was not tried yet.
      if (attempt === this.#attempt && now && now.token !== source.token) return await this.open(now);
      if (attempt === this.#attempt) this.failure = error instanceof LogeError ? error : new LogeError('internal');
    } finally {
      if (attempt === this.#attempt) this.isConnecting = false;
      this.#host.requestUpdate();
    }
  }

  /** Uses a Room of the embedder. */
  adopt(room: Room): void {
    if (room === this.#owned) return;
    this.close();
    this.failure = undefined;
    this.#observe(room);
  }

  close(): void {
    this.#attempt += 1;
    for (const stop of this.#subscriptions) stop();
    this.#subscriptions = [];
    this.isConnecting = false;
    const room = this.#owned;
    this.#owned = undefined;
    if (!room) return;
    room.disconnect();
    this.#handleRoom(undefined);
  }

  #observe(room: Room): void {
    this.#subscriptions = [
      room.on('disconnected', ({ error }) => {
        this.failure = error ?? undefined;
        this.#host.requestUpdate();
      }),
      room.on('connected', ({ access }) => {
        this.failure = undefined;
        if (access.state === 'granted') rememberInside();
        this.#host.requestUpdate();
      }),
      room.on('accessGranted', rememberInside),
    ];
  }
}
