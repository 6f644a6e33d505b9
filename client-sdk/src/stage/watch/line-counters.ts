/** What has arrived of one video, and of everything on its line, as the browser's statistics tell it. */
export interface Counters {
  readAtMs: number;
  /** When the last packet arrived, by the clock of the statistics; if the browser lacks that, when they were made. */
  atMs: number;
  /** Time since the last packet. */
  idleMs: number;
  packets: number;
  lost: number;
  bytes: number;
  /** Of the whole transport. */
  allBytes: number;
}

/** Over less time, what arrives cannot be measured. */
const MEASURED_MS = 50;

export async function readCounters(video: Pick<RTCRtpReceiver, 'getStats'>): Promise<Counters> {
  const report = await video.getStats().catch(() => null);
  const counters = { readAtMs: performance.now(), atMs: 0, idleMs: 0, packets: 0, lost: 0, bytes: 0, allBytes: 0 };
  for (const stat of report?.values() ?? []) {
    if (stat.type === 'transport') counters.allBytes += stat.bytesReceived ?? 0;
    if (stat.type !== 'inbound-rtp') continue;
    counters.atMs = stat.lastPacketReceivedTimestamp ?? stat.timestamp;
    counters.idleMs = Math.max(0, stat.timestamp - counters.atMs);
    counters.packets += stat.packetsReceived ?? 0;
    counters.lost += stat.packetsLost ?? 0;
    counters.bytes += (stat.bytesReceived ?? 0) + (stat.headerBytesReceived ?? 0);
  }
  return counters;
}

/** What arrives over the line, in bits per second; undefined if it cannot be measured yet. */
export function arrivingBps(before: Counters, now: Counters): number | undefined {
  // On a narrow line packets are far apart: the video's, which are large, are measured from one to another.
  const [bytes, ms] = [now.bytes - before.bytes, now.atMs - before.atMs];
  if (ms < MEASURED_MS) return undefined;
  const otherBytes = Math.max(0, now.allBytes - before.allBytes - bytes);
  return Math.round((bytes / ms + otherBytes / Math.max(MEASURED_MS, now.readAtMs - before.readAtMs)) * 8_000);
}
