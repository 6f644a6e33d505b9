/** A WebSocket server for Engine.IO that keeps a flooding connection from starving the others. */
import { type ServerOptions, WebSocketServer } from 'ws';

export class FairWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    // Handles one frame per connection and event loop turn. Otherwise all frames of one read, possibly several
    // thousand, are handled at once.
    super({ ...options, allowSynchronousEvents: false });
  }
}
