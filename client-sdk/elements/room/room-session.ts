/**
 * One stay in a room, as an element holds it: makes the SDK's Room from an address and a token, keeps why it failed, and lets go when the
 * element leaves the page. A Room that an embedder hands over is used and never closed here.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LogeError } from '../../src/errors.ts';
import { Room } from '../../src/room.ts';

export type TokenProvider = () => Promise<string>;

export interface SessionSource {
  url: string | undefined;
  token: string | undefined;
  tokenProvider: TokenProvider | undefined;
}

let defaultUrl: string | undefined;

/** The server that the script came from: where `<loge-room>` connects to when it has no `url`. */
export function setDefaultServerUrl(url: string): void {
  defaultUrl = url;
}

export class RoomSession implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #handleRoom: (room: Room | undefined) => void;
  #owned: Room | undefined;
  #stops: Array<() => void> = [];
  #attempt = 0;
  /** Why there is no room, or why it is over; undefined while all is well. */
  failure: LogeError | undefined;
  isConnecting = false;

  constructor(host: ReactiveControllerHost, handleRoom: (room: Room | undefined) => void) {
    this.#host = host;
    this.#handleRoom = handleRoom;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Enters with a token; a stay that was open before is closed. */
  async open(source: SessionSource): Promise<void> {
    this.close();
    const credential = source.tokenProvider ?? source.token;
    if (!credential) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const room = new Room({ url: source.url ?? defaultUrl ?? location.origin });
    this.#owned = room;
    this.isConnecting = true;
    this.failure = undefined;
    this.#follow(room);
    this.#handleRoom(room);
    try {
      await room.connect(credential);
    } catch (error) {
      if (attempt === this.#attempt) this.failure = error instanceof LogeError ? error : new LogeError('internal');
    } finally {
      if (attempt === this.#attempt) this.isConnecting = false;
      this.#host.requestUpdate();
    }
  }

  /** Follows a Room of the embedder's. */
  adopt(room: Room): void {
    if (room === this.#owned) return;
    this.close();
    this.failure = undefined;
    this.#follow(room);
  }

  close(): void {
    this.#attempt += 1;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.isConnecting = false;
    const room = this.#owned;
    this.#owned = undefined;
    if (!room) return;
    room.disconnect();
    this.#handleRoom(undefined);
  }

  #follow(room: Room): void {
    this.#stops = [
      room.on('disconnected', ({ error }) => {
        this.failure = error ?? undefined;
        this.#host.requestUpdate();
      }),
      room.on('connected', () => {
        this.failure = undefined;
        this.#host.requestUpdate();
      }),
    ];
  }
}
