/** A WebSocket server for Engine.IO that keeps a flooding connection from starving the others, and how one ended. */
import { type ServerOptions, WebSocketServer } from 'ws';

const FAIR = {
  // Handles one frame per connection and event loop turn. Otherwise all frames of one read, possibly several thousand,
  // are handled at once.
  allowSynchronousEvents: false,
  // For the client to confirm a close. Until then its frames are read, and no longer counted as packets.
  closeTimeout: 5_000,
};

export class FairWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, ...FAIR });
  }
}

/** What browsers close the WebSocket of a page with that is left or closed (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;

/**
 * Whether the page behind a transport of Engine.IO was left: its own goodbye may be cut off then. A write that fails
 * after the close frame ends the transport before `ws` emits `close`, so this reads where `ws` keeps the code.
 */
export function isPageLeft(transport: object): boolean {
  const { socket } = transport as { socket?: { _closeCode?: number } };
  return socket?._closeCode === GOING_AWAY;
}
