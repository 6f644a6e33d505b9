/**
 * Runs inside Chromium for the benchmarks of recovery: a creator or a viewer with the SDK, and when each picture and
 * each line of chat was shown.
 */
import { RoomEvent } from '../../../../client-sdk/client/events.ts';
import { Room } from '../../../../client-sdk/client/room.ts';

declare global {
  interface Window {
    recoveryPage: typeof recoveryPage;
  }
}

interface Entrance {
  url: string;
  token: string;
}

/** All times are milliseconds since the epoch. */
export interface PageRecord {
  framesAtMs: number[];
  lostAtMs: number[];
  shown: { text: string; atMs: number }[];
  log: { atMs: number; line: string }[];
  state: string;
}

const LOG_KEPT = 500;
/** What a creator in a small window sends, and what two busy cores can encode and decode beside everything else. */
const CAMERA = { width: 640, height: 360, frameRate: 30 };
let room: Room | undefined;
const record: Omit<PageRecord, 'state'> = { framesAtMs: [], lostAtMs: [], shown: [], log: [] };

function enter({ url }: Entrance): Room {
  const entered = new Room({
    url,
    log: (_level, message, details) => note(`${message} ${JSON.stringify(details ?? {})}`),
  });
  entered.on(RoomEvent.chatMessage, ({ text }) => record.shown.push({ text, atMs: nowMs() }));
  entered.on(RoomEvent.reconnecting, () => record.lostAtMs.push(nowMs()));
  for (const name of ['reconnected', 'trackSubscribed', 'trackUnsubscribed', 'localLiveEnded', 'error'] as const)
    entered.on(name, (payload) => note(`event ${name} ${'code' in payload ? String(payload.code) : ''}`));
  room = entered;
  return entered;
}

async function publish(entrance: Entrance): Promise<void> {
  const entered = enter(entrance);
  await entered.connect(entrance.token);
  await entered.localParticipant.goLive({ camera: CAMERA, microphone: true });
}

async function watch(entrance: Entrance): Promise<void> {
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true, playsInline: true });
  video.style.cssText = 'width: 320px; height: 180px';
  document.body.append(video);
  const entered = enter(entrance);
  entered.stage.attach(video);
  await entered.connect(entrance.token);
  await new Promise<void>((resolve) => {
    const look = (): void => {
      record.framesAtMs.push(nowMs());
      resolve();
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}

/** What happened since the last call. */
function take(): PageRecord {
  const taken = { ...structuredClone(record), state: room?.state ?? 'idle' };
  for (const list of Object.values(record)) list.length = 0;
  return taken;
}

function note(line: string): void {
  record.log.push({ atMs: nowMs(), line });
  if (record.log.length > LOG_KEPT) record.log.shift();
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const recoveryPage = { publish, watch, take };
window.recoveryPage = recoveryPage;
