import type { types } from 'mediasoup';

/** What a trace of mediasoup says about a packet. */
export interface TracedPacket {
  type: types.ProducerTraceEventType;
  atMs: number;
  ssrc: number;
  rtpTimestamp: number;
}

/** Each packet costs the node's only thread about 15 µs. Sound is 50 packets a second, up to 400 with short ones. */
const PACKETS_MAX = 500;
const PACKETS_MS = 1_000;

/**
 * Follows packets of a producer, until there are far too many of them: then a hostile publisher sends them. Without a
 * trace the publisher's browser notices a narrow line a little later, and viewers wait a little longer for a key frame.
 */
export function tracePackets(
  producer: types.Producer,
  traced: types.ProducerTraceEventType[],
  handlePacket: (packet: TracedPacket) => void,
): void {
  let sinceMs = 0;
  let count = 0;
  // It fails only if the track ended meanwhile.
  const trace = (wanted: types.ProducerTraceEventType[]) => void producer.enableTraceEvent(wanted).catch(() => {});
  const handleTrace = ({ type, timestamp, info }: types.ProducerTraceEventData): void => {
    if (timestamp - sinceMs > PACKETS_MS) {
      sinceMs = timestamp;
      count = 0;
    }
    count += 1;
    if (count > PACKETS_MAX) {
      producer.off('trace', handleTrace);
      trace([]);
      return;
    }
    // mediasoup gives `info` no type.
    const { rtpPacket }: { rtpPacket?: { ssrc: number; timestamp: number } } = info;
    handlePacket({ type, atMs: timestamp, ssrc: rtpPacket?.ssrc ?? 0, rtpTimestamp: rtpPacket?.timestamp ?? 0 });
  };
  producer.on('trace', handleTrace);
  trace(traced);
}
