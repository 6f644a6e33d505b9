import type { types } from 'mediasoup';
import type { PipeAddress } from './pipe-messages.ts';

/** Addresses on which this node's pipes to other nodes listen. */
export interface PipeListen {
  ip: string;
  /** The address under which other nodes reach it, when it is not the bound one. */
  announcedAddress?: string;
  /** UDP ports that a firewall lets through between nodes; absent: any. */
  portRange?: { min: number; max: number };
}

/** Packets between hosts can be read and lost: SRTP, and RTX for retransmission. */
export function pipeTransportOptions({ ip, announcedAddress, portRange }: PipeListen): types.PipeTransportOptions {
  return {
    listenInfo: { protocol: 'udp', ip, ...(announcedAddress && { announcedAddress }), ...(portRange && { portRange }) },
    enableSrtp: true,
    enableRtx: true,
  };
}

/** The address and keys that the far end needs. */
export function addressOf({ tuple, srtpParameters }: types.PipeTransport): PipeAddress {
  return {
    ip: tuple.localAddress,
    port: tuple.localPort,
    srtpParameters: srtpParameters as PipeAddress['srtpParameters'],
  };
}
