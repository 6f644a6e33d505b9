/**
 * Runs inside Chromium for the benchmark of networks, in addition to the page of the benchmark of joining: sends media
 * through the line, and notes what a viewer sees and hears. All times are milliseconds since the epoch.
 */
import type { Room } from '../../../../client-sdk/src/room.ts';
import '../join/bench-page.ts';

declare global {
  interface Window {
    networkPage: typeof networkPage;
    /** The port of the line's relay for a media port of the server. */
    relayedPort(serverPort: number): Promise<number>;
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
type Sdk = typeof import('../../../../client-sdk/src/index.ts');

const READ_EVERY_MS = 250;
const SAMPLES_PER_MS = 48;
const relayedPorts = new Map<number, Promise<number>>();
const peers = new Set<RTCPeerConnection>();
let sight: Sight = { frames: [], readings: [] };
let waiting: { room: Room; granted: Promise<number>; firstFrame: ReturnType<BenchPage['firstFrame']> } | undefined;

rewriteCandidates();

/** Replaces the server's candidates by the line's relay; those for TCP are left out. */
function rewriteCandidates(): void {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peers.add(this);
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const lines = await Promise.all((description.sdp ?? '').split('\r\n').map(rewriteLine));
      const sdp = lines.filter((line) => line !== undefined).join('\r\n');
      await super.setRemoteDescription({ type: description.type, sdp });
    }
  };
}

async function rewriteLine(line: string): Promise<string | undefined> {
  if (!line.startsWith('a=candidate:')) return line;
  const fields = line.split(' ');
  if (fields[2]?.toLowerCase() !== 'udp') return undefined;
  const port = Number(fields[5]);
  const relayed = relayedPorts.get(port) ?? window.relayedPort(port);
  relayedPorts.set(port, relayed);
  fields[4] = '127.0.0.1';
  fields[5] = String(await relayed);
  return fields.join(' ');
}

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
  for (const peer of peers) {
    if (peer.connectionState === 'closed') {
      peers.delete(peer);
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

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const networkPage = { watchSight, takeSight, wait, whenShown, stopWaiting, goLive };
window.networkPage = networkPage;
