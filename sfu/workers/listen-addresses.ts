import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';
import { LISTEN_ADDRESSES_MAX } from '../limits.ts';

export interface ListenAddress {
  ip: string;
  announcedAddress?: string;
}

/**
 * The addresses to bind and to offer. Listening on `0.0.0.0` needs an address to offer to browsers: the announced one,
 * or without one (a laptop) every address of this machine, loopback first, so that a browser on the machine (Firefox
 * sends no media to loopback) and a phone in the same network both reach it.
 */
export function listenAddresses(listenIp: string, announcedAddress?: string): ListenAddress[] {
  if (announcedAddress !== undefined) return [{ ip: listenIp, announcedAddress }];
  if (listenIp !== '0.0.0.0') return [{ ip: listenIp }];
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' && !address.startsWith('169.254.'))
    .sort((a, b) => Number(b.internal) - Number(a.internal))
    .map(({ address }) => ({ ip: address }));
  return found.length === 0 ? [{ ip: '127.0.0.1' }] : found.slice(0, LISTEN_ADDRESSES_MAX);
}

/** One UDP and one TCP socket, on the same port, for each address. */
export function listenInfos(addresses: ListenAddress[], port: number): types.TransportListenInfo[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) => addresses.map((address) => ({ protocol, ...address, port })));
}
