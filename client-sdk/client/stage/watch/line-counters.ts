/** What has arrived of one video, and of everything on its line, as the browser's statistics tell it. */
export interface Counters {
  readAtMs: number;
  /** When the browser made them, by its own clock. It may answer with those of up to 50 ms before. */
  madeAtMs: number;
  /** When the last packet arrived, by the same clock; if the browser lacks that, when they were made. */
  atMs: number;
  /** Time since the last packet; undefined if the browser lacks that. */
  idleMs: number | undefined;
  packets: number;
  lost: number;
  bytes: number;
  /** Of the whole transport. */
  allBytes: number;
}

/** Over less time, what arrives cannot be measured. */
const MEASURED_MS = 30;

export async function readCounters(video: Pick<RTCRtpReceiver, 'getStats'>): Promise<Counters> {
  const report = await video.getStats().catch(() => null);
  const sums = { packets: 0, lost: 0, bytes: 0, allBytes: 0 };
  const counters: Counters = { readAtMs: performance.now(), madeAtMs: 0, atMs: 0, idleMs: undefined, ...sums };
  for (const stat of report?.values() ?? []) {
    if (stat.type === 'transport') counters.allBytes += stat.bytesReceived ?? 0;
    if (stat.type !== 'inbound-rtp') continue;
    const { timestamp, lastPacketReceivedTimestamp: packetAtMs } = stat;
    counters.madeAtMs = timestamp;
    counters.atMs = packetAtMs ?? timestamp;
    if (packetAtMs !== undefined) counters.idleMs = Math.max(0, timestamp - packetAtMs);
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
  return Math.round((bytes / ms + otherBytes / Math.max(MEASURED_MS, now.madeAtMs - before.madeAtMs)) * 8_000);
}
