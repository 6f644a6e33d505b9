import type { types } from 'mediasoup';
import type { PipeAddress } from './pipe-messages.ts';

/** Where this node's pipes to other nodes listen. */
export interface PipeListen {
  ip: string;
  /** The address that other nodes reach, when it is not the bound one. */
  announcedAddress?: string;
  /** UDP ports that a firewall lets through between nodes; absent: any. */
  portRange?: { min: number; max: number };
}

/** Between hosts packets can be read and get lost: SRTP, and retransmission of what is missing. */
export function pipeTransportOptions({ ip, announcedAddress, portRange }: PipeListen): types.PipeTransportOptions {
  return {
    listenInfo: { protocol: 'udp', ip, ...(announcedAddress && { announcedAddress }), ...(portRange && { portRange }) },
    enableSrtp: true,
    enableRtx: true,
  };
}

/** What the far end must know to send here. */
export function addressOf({ tuple, srtpParameters }: types.PipeTransport): PipeAddress {
  return {
    ip: tuple.localAddress,
    port: tuple.localPort,
    srtpParameters: srtpParameters as PipeAddress['srtpParameters'],
  };
}
