/**
 * The WebSocket server that Engine.IO is given, so that a connection which sends without pause takes no more turns than
 * the others.
 */
import { type ServerOptions, WebSocketServer } from 'ws';

export class FairWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    // One frame of a connection in each turn of the event loop. Otherwise all frames of a read are handled at once,
    // several thousand small ones.
    super({ ...options, allowSynchronousEvents: false });
  }
}
