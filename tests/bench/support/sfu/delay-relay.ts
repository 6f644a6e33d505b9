/**
 * A slow link, where the kernel has no netem: passes each packet of either end on to the other a set time after it
 * came. Timers are too coarse for that, so the last stretch is waited for without sleeping.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const { delayMs, a, b } = JSON.parse(process.argv[2] ?? '{}') as { delayMs: number; a: number; b: number };
const AWAKE_MS = 1.5;
const WAITING_MAX = 100_000;
const BUFFER_BYTES = 4 << 20;

interface Waiting {
  dueAt: number;
  packet: Buffer;
  socket: Socket;
  port: number;
}
/** In order of arrival, which is the order in which they are due. */
const waiting: Waiting[] = [];
let scheduled = false;

async function open(ownEnd: number, farEnd: () => { socket: Socket; port: number }): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (packet, { port }) => {
    if (port !== ownEnd || waiting.length >= WAITING_MAX) return;
    waiting.push({ dueAt: performance.now() + delayMs, packet, ...farEnd() });
    schedule();
  });
  return socket;
}

function schedule(): void {
  const [next] = waiting;
  if (scheduled || !next) return;
  scheduled = true;
  const sleepMs = next.dueAt - performance.now() - AWAKE_MS;
  if (sleepMs >= 1) setTimeout(pass, Math.floor(sleepMs));
  else setImmediate(pass);
}

function pass(): void {
  scheduled = false;
  const now = performance.now();
  for (let next = waiting[0]; next && next.dueAt <= now; next = waiting[0]) {
    waiting.shift();
    next.socket.send(next.packet, next.port, '127.0.0.1', () => {});
  }
  schedule();
}

const ends: { a?: Socket; b?: Socket } = {};
const farEnd = (socket: Socket | undefined, port: number) => {
  if (!socket) throw new Error('A packet came before the relay was open.');
  return { socket, port };
};
ends.a = await open(a, () => farEnd(ends.b, b));
ends.b = await open(b, () => farEnd(ends.a, a));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: { a: ends.a.address().port, b: ends.b.address().port } });
