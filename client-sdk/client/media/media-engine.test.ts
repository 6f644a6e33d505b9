import { expect, test, vi } from 'vitest';
import { MediaEngine } from './media-engine.ts';

const browser = vi.hoisted(() => ({ handlerName: '' }));
vi.mock('./media-device.ts', () => ({ createDevice: async () => browser, createHandlerFactory: () => null }));
const certificate = { getFingerprints: () => [{ algorithm: 'SHA-256', value: 'ab:cd' }] };
vi.stubGlobal('RTCPeerConnection', { generateCertificate: async () => certificate });
vi.stubGlobal('structuredClone', () => certificate);

test.each([
  ['Chrome111', { send: 'server', recv: 'client' }],
  ['Safari12', { send: 'server', recv: 'client' }],
  // Its handler in mediasoup-client is a client always: with two of them, DTLS fails.
  ['Firefox120', { send: 'client', recv: 'client' }],
])('in %s is, in DTLS, %o', async (handlerName, roles) => {
  browser.handlerName = handlerName;
  const engine = new MediaEngine(() => {});
  await engine.load({ iceServers: [] });
  const fingerprints = [{ algorithm: 'sha-256', value: 'AB:CD' }];
  for (const direction of ['send', 'recv'] as const)
    expect(await engine.dtlsParameters(direction)).toEqual({ role: roles[direction], fingerprints });
});
