/**
 * The reference for Loge's chat: Socket.IO as in its documentation, with one emit per message to everybody; or, with a
 * tick in milliseconds as second argument, messages batched per tick. No room decisions, no log, no storage.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const tickMs = Number(process.argv[2] ?? 0);
const http = createServer();
const io = new Server(http, { serveClient: false, perMessageDeflate: false });
let seq = 0;
let gathered: unknown[] = [];

io.on('connection', (socket) => {
  socket.on('chat:send', (input: { text: string }, answer: (result: unknown) => void) => {
    seq += 1;
    const { identity } = socket.handshake.auth as { identity: string };
    const from = { identity, name: identity, role: 'fan' };
    const sentAt = new Date().toISOString();
    const message = {
      kind: 'message',
      id: `msg_${String(seq).padStart(22, '0')}`,
      seq,
      from,
      text: input.text,
      sentAt,
    };
    answer({ ok: true, data: { message } });
    if (tickMs === 0) io.emit('chat:frame', { entries: [message] });
    else gathered.push(message);
  });
});
if (tickMs > 0) {
  setInterval(() => {
    if (gathered.length > 0) io.emit('chat:frame', { entries: gathered });
    gathered = [];
  }, tickMs);
}
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
