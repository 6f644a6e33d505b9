// Starts the worker that MEDIASOUP_WORKER_BIN names and has it make what Loge needs of it: a router, a WebRTC
// transport (DTLS) and a transport with each SRTP suite. Set-up runs it once for a worker that is new on the machine.
import { createWorker } from 'mediasoup';

const srtpCryptoSuites = ['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'];
const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };

const worker = await createWorker({ logLevel: 'warn' });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
});
await router.createWebRtcTransport({ listenInfos: [listenInfo] });
for (const srtpCryptoSuite of srtpCryptoSuites) {
  await router.createPlainTransport({ listenInfo, enableSrtp: true, srtpCryptoSuite });
}
worker.close();
