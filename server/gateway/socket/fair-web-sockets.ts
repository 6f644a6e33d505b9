/** A WebSocket server for Engine.IO that keeps a flooding connection from starving the others. */
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
