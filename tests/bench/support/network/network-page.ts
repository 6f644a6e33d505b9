/**
 * Runs inside Chromium for the benchmark of networks, in addition to the page of the benchmark of joining: notes what a
 * viewer sees and hears. All times are milliseconds since the epoch.
 */
import type { Room } from '../../../../client-sdk/client/room.ts';
import '../join/bench-page.ts';

declare global {
  interface Window {
    networkPage: typeof networkPage;
  }
}

export interface Reading {
  atMs: number;
  bytes: number;
  soundPackets: number;
  /** Time of sound that the browser had to make up. */
  concealedMs: number;
}

export interface Sight {
  frames: { atMs: number; width: number }[];
  readings: Reading[];
}

type Steps = ReturnType<BenchPage['mediaTimes']>;
type BenchPage = typeof window.benchPage;
type Sdk = typeof import('../../../../client-sdk/client/index.ts');

const READ_EVERY_MS = 250;
const SAMPLES_PER_MS = 48;
let sight: Sight = { frames: [], readings: [] };
let waiting: { room: Room; granted: Promise<number>; firstFrame: ReturnType<BenchPage['firstFrame']> } | undefined;

/** From now on notes each frame that the video element presents, and reads the counters of what is received. */
function watchSight(): void {
  setInterval(() => void read(), READ_EVERY_MS);
  let watched: HTMLVideoElement | null = null;
  const follow = (): void => {
    const video = document.querySelector('video');
    if (video === watched) return;
    watched = video;
    const note = (): void => {
      if (video !== watched || !video) return;
      sight.frames.push({ atMs: nowMs(), width: video.videoWidth });
      video.requestVideoFrameCallback(note);
    };
    video?.requestVideoFrameCallback(note);
  };
  follow();
  setInterval(follow, 100);
}

async function read(): Promise<void> {
  const reading: Reading = { atMs: nowMs(), bytes: 0, soundPackets: 0, concealedMs: 0 };
  for (const peer of window.relayedPeers) {
    if (peer.connectionState === 'closed') {
      window.relayedPeers.delete(peer);
      continue;
    }
    for (const receiver of peer.getReceivers()) {
      const report = (await receiver.getStats()) as unknown as Map<string, RTCInboundRtpStreamStats>;
      for (const stat of report.values()) {
        if (stat.type !== 'inbound-rtp') continue;
        reading.bytes += (stat.bytesReceived ?? 0) + (stat.headerBytesReceived ?? 0);
        if (stat.kind !== 'audio') continue;
        reading.soundPackets += stat.packetsReceived ?? 0;
        reading.concealedMs += (stat.concealedSamples ?? 0) / SAMPLES_PER_MS;
      }
    }
  }
  sight.readings.push(reading);
}

/** What was noted since the last call. */
function takeSight(): Sight {
  const taken = sight;
  sight = { frames: [], readings: [] };
  return taken;
}

/** Enters a room without access, or before its live; `whenShown` tells when the first frame was there. */
async function wait(request: { url: string; sdk: string; token: string }): Promise<void> {
  const { Room, RoomEvent } = (await import(/* @vite-ignore */ `${request.sdk}/sdk/loge.js`)) as Sdk;
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, playsInline: true });
  video.style.cssText = 'display: block; width: 320px; height: 180px';
  document.body.append(video);
  const room = new Room({ url: request.url });
  const granted = new Promise<number>((resolve) => room.once(RoomEvent.accessGranted, () => resolve(nowMs())));
  const firstFrame = window.benchPage.firstFrame(video);
  room.stage.attach(video);
  await room.connect(request.token);
  waiting = { room, granted, firstFrame };
}

/** When access was granted and the first frame was there, and the steps between, since `sinceMs` or the grant. */
async function whenShown(sinceMs?: number): Promise<{ grantedAtMs?: number; shownAtMs: number; steps: Steps }> {
  if (!waiting) throw new TypeError('Nobody waits.');
  const first = await waiting.firstFrame;
  const grantedAtMs = await Promise.race([waiting.granted, Promise.resolve(undefined)]);
  const startedAt = (sinceMs ?? grantedAtMs ?? Number.NaN) - performance.timeOrigin;
  return {
    shownAtMs: performance.timeOrigin + first.presentedAt,
    steps: window.benchPage.mediaTimes(startedAt, first),
    ...(grantedAtMs !== undefined && { grantedAtMs }),
  };
}

/** Access is about to be granted. */
function prepareEntry(): void {
  waiting?.room.prepareEntry();
}

async function stopWaiting(): Promise<void> {
  await waiting?.room.disconnect();
  waiting = undefined;
  document.querySelector('video')?.remove();
}

/** When the creator pressed the button, and when the server had the tracks. */
async function goLive(
  camera: Parameters<typeof window.benchPage.goLive>[0],
): Promise<{ clickedAtMs: number; onAirAtMs: number }> {
  const clickedAtMs = nowMs();
  await window.benchPage.goLive(camera);
  return { clickedAtMs, onAirAtMs: nowMs() };
}

function countConnections(): number {
  return [...window.relayedPeers].filter(({ connectionState }) => connectionState === 'connected').length;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const networkPage = { watchSight, takeSight, wait, prepareEntry, whenShown, stopWaiting, goLive, countConnections };
window.networkPage = networkPage;
