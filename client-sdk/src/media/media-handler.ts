/**
 * mediasoup-client's handler for this browser, with what the browser can do asked ahead: that takes a peer connection and tens of
 * milliseconds, which pass while the socket is still opening. No other file knows the handlers by name.
 */
import { detectDevice } from 'mediasoup-client';
import { Chrome74 } from 'mediasoup-client/handlers/Chrome74';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import type { HandlerFactory, RtpCapabilities } from 'mediasoup-client/types';

type Direction = Parameters<HandlerFactory['getNativeRtpCapabilities']>[0]['direction'];

/** Null where the browser has no handler. */
export function createHandlerFactory(): HandlerFactory | null {
  const factory = factoryOfThisBrowser();
  if (!factory) return null;
  const ask = (direction: Direction): Promise<RtpCapabilities> => factory.getNativeRtpCapabilities({ direction });
  const asked = { sendonly: ask('sendonly'), recvonly: ask('recvonly') };
  // A failure is told to whoever awaits it; nobody may have come to that yet.
  for (const answer of Object.values(asked)) answer.catch(() => undefined);
  return { ...factory, getNativeRtpCapabilities: ({ direction }) => asked[direction] };
}

function factoryOfThisBrowser(): HandlerFactory | null {
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
