/**
 * Plain UDP from one host to the other in the rhythm of the stream: what the link itself takes, for comparison. Either
 * end, as it is told.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const { ip, port } = JSON.parse(process.argv[2] ?? '{}') as { ip: string; port?: number };
const FRAME_MS = 33;
const PACKETS_PER_FRAME = 6;
const PACKET_BYTES = 1_100;

const socket = createSocket('udp4');
const tookMs: number[] = [];
let timer: NodeJS.Timeout | undefined;
socket.on('message', (packet) => tookMs.push(Number(process.hrtime.bigint() - packet.readBigUInt64BE(0)) / 1e6));
if (port === undefined) {
  socket.bind(0, ip);
  await once(socket, 'listening');
} else {
  timer = setInterval(() => {
    for (let sent = 0; sent < PACKETS_PER_FRAME; sent++) {
      const packet = Buffer.alloc(PACKET_BYTES);
      packet.writeBigUInt64BE(process.hrtime.bigint());
      socket.send(packet, port, ip, () => {});
    }
  }, FRAME_MS);
}
process.on('message', ({ id }: { id: number }) => {
  clearInterval(timer);
  process.send?.({ id, data: tookMs });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: { port: port ?? socket.address().port } });
