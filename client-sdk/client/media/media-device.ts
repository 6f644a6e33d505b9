/** The SDK's imports from mediasoup-client, in a separate module because it is large and the lobby does not need it. */
import { Device, detectDevice } from 'mediasoup-client';
import { Chrome74 } from 'mediasoup-client/handlers/Chrome74';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import type { HandlerFactory, RtpCapabilities } from 'mediasoup-client/types';
import { LogeError } from '../errors.ts';

type Direction = Parameters<HandlerFactory['getNativeRtpCapabilities']>[0]['direction'];

/** By the routers' capabilities, for all rooms of a page: to load one takes milliseconds. */
const devices = new Map<string, Promise<Device>>();

export function createDevice(
  handlerFactory: HandlerFactory | null,
  routerRtpCapabilities: RtpCapabilities,
): Promise<Device> {
  const router = JSON.stringify(routerRtpCapabilities);
  const device = devices.get(router) ?? load(handlerFactory, routerRtpCapabilities);
  devices.set(router, device);
  device.catch(() => devices.delete(router));
  return device;
}

async function load(handlerFactory: HandlerFactory | null, routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  if (!handlerFactory) throw new LogeError('media_not_supported');
  const device = new Device({ handlerFactory });
  await device.load({ routerRtpCapabilities });
  return device;
}

let found: { handler: HandlerFactory | null } | undefined;

/**
 * mediasoup-client's handler for this browser, null where it has none. Detects the browser's capabilities ahead, once
 * for all rooms of a page: that takes a peer connection and tens of milliseconds, which pass while the socket is still
 * connecting.
 */
export function createHandlerFactory(): HandlerFactory | null {
  found ??= { handler: withCapabilities(browserHandlerFactory()) };
  return found.handler;
}

function withCapabilities(factory: HandlerFactory | null): HandlerFactory | null {
  if (!factory) return null;
  const detect = (direction: Direction): Promise<RtpCapabilities> => factory.getNativeRtpCapabilities({ direction });
  const capabilities = { sendonly: detect('sendonly'), recvonly: detect('recvonly') };
  // Rejections are handled where the result is awaited; this only prevents an unhandled rejection until then.
  for (const pending of Object.values(capabilities)) pending.catch(() => (found = undefined));
  return { ...factory, getNativeRtpCapabilities: ({ direction }) => capabilities[direction] };
}

function browserHandlerFactory(): HandlerFactory | null {
  if (typeof RTCPeerConnection !== 'function') return null;
  switch (detectDevice()) {
    case 'Chrome111':
      return Chrome111.createFactory({});
    case 'Chrome74':
      return Chrome74.createFactory({});
    case 'Firefox120':
      return Firefox120.createFactory({});
    case 'Safari12':
      return Safari12.createFactory({});
    default:
      return null;
  }
}
