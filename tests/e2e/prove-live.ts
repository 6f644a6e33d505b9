/**
 * Checks a running server from outside, like an embedder and its users: opens a room, goes live without a browser,
 * watches as a fan until a picture is complete, sends a message and receives it, and ends the room. `infra/image/prove`
 * runs it against the image.
 */
import type { ConsumerOptions, TransportOptions } from '../../sfu/contract.ts';
import { RtpPublisher } from '../support/media/rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from '../support/media/rtp-viewer.ts';
import { TestParticipant } from '../support/people/participant.ts';

const LIMIT_MS = 30_000;
const PACKETS_WANTED = 100;
const LOOK_MS = 20;

const { url, key, secret } = readOptions();
setTimeout(() => {
  process.stderr.write(`Timed out after ${LIMIT_MS / 1_000} seconds.\n`);
  process.exit(1);
}, LIMIT_MS).unref();

await call('/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
const { id: room } = await call('/v1/rooms', { creator: 'ada', title: 'A proof', access: { kind: 'free' } });
using creator = await join('ada', 'creator');
using fan = await join('fan', 'fan');

const publisher = new RtpPublisher();
const publishing = await creator.request('stage:publish', { dtlsParameters: publisher.dtlsParameters });
const { videoRtpParameters: rtpParameters } = publisher;
await creator.request('stage:produce', { session: publishing.session, kind: 'video', source: 'camera', rtpParameters });
await publisher.connect(publishing.transport as TransportOptions);

const startedAtMs = performance.now();
const viewer = new RtpViewer({ reports: true, openAll: true });
fan.socket.on('stage:consumersAdded', ({ consumers }) => viewer.addConsumers(consumers as ConsumerOptions[]));
const watching = await fan.request('stage:watch', {
  rtpCapabilities: rtpViewerCapabilities(fan.welcome.inside?.stage.routerRtpCapabilities ?? {}),
  dtlsParameters: viewer.dtlsParameters,
});
await viewer.connect(watching.transport as TransportOptions, watching.consumers as ConsumerOptions[]);
const firstFrameMs = Math.round((await viewer.firstDecodableFrame) - startedAtMs);
while (viewer.packets('video') < PACKETS_WANTED) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
const rejected = viewer.streams.reduce((sum, stream) => sum + stream.rejected, 0);
if (rejected > 0) throw new Error(`${rejected} packets did not authenticate.`);

const heard = creator.next('chat:frame', ({ entries }) =>
  entries.some((entry) => 'text' in entry && entry.text === 'ok'),
);
await fan.request('chat:send', { clientId: crypto.randomUUID(), text: 'ok' });
await heard;

publisher.close();
viewer.close();
await call(`/v1/rooms/${room}/end`);
process.stdout.write(
  `first picture after ${firstFrameMs} ms, ${PACKETS_WANTED} packets of video in ${viewer.profile}, a message heard\n`,
);

function readOptions() {
  const [url] = process.argv.slice(2);
  const { LOGE_API_KEY: key, LOGE_API_SECRET: secret } = process.env;
  if (url && key && secret) return { url, key, secret };
  process.stderr.write('Usage: LOGE_API_KEY=… LOGE_API_SECRET=… node tests/e2e/prove-live.ts http://…\n');
  process.exit(64);
}

async function join(identity: string, role: string): Promise<TestParticipant> {
  const { token } = await call('/v1/tokens', { identity, name: identity, role, room });
  return TestParticipant.connect(url, { token });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
async function call(path: string, body?: unknown): Promise<any> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
