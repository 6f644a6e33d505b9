/** Sounds for what a creator must not miss: a tip, a request for a private session, a raised hand. */
import type { Room } from '../../client/room.ts';

export type StudioAlert = 'tip' | 'request' | 'hand';

const STORED_AS = 'loge-studio-silent';
const GAIN = 0.12;
const NOTE_SECONDS = 0.16;
/** Notes in hertz, one after another. */
const NOTES: Record<StudioAlert, readonly number[]> = {
  tip: [880, 1_175],
  request: [659, 523, 659],
  hand: [587],
};

/** Calls `alert` when something happens, and returns what stops it. A hand that goes down is no news. */
export function listenForAlerts(
  room: Pick<Room, 'on' | 'chat'>,
  alert: (kind: StudioAlert) => void,
): Array<() => void> {
  let handCount = room.chat.hands.count;
  return [
    room.on('tipReceived', () => alert('tip')),
    room.on('privateRequested', () => alert('request')),
    room.on('chatHands', ({ count }) => {
      if (count > handCount) alert('hand');
      handCount = count;
    }),
  ];
}

/** The choice on a page that may not store anything. */
let isPageSilent = false;

/** Whether the creator has switched the sounds off in this browser. */
export function areAlertsSilent(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== null;
  } catch {
    return isPageSilent;
  }
}

export function setAlertsSilent(isSilent: boolean): void {
  isPageSilent = isSilent;
  try {
    if (isSilent) localStorage.setItem(STORED_AS, 'yes');
    else localStorage.removeItem(STORED_AS);
  } catch {
    // Kept for this page alone.
  }
}

let context: AudioContext | undefined;
let freeAtSeconds = 0;

/** Plays the alert's notes; alerts that come while one plays are not queued. */
export function playAlert(kind: StudioAlert): void {
  if (areAlertsSilent()) return;
  context ??= new AudioContext();
  // Its time stands still until the first click on the page, and while a phone has suspended it.
  void context.resume().catch(() => undefined);
  if (context.currentTime < freeAtSeconds) return;
  let atSeconds = context.currentTime;
  for (const hertz of NOTES[kind]) {
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(GAIN, atSeconds, 0.01);
    gain.gain.setTargetAtTime(0, atSeconds + NOTE_SECONDS / 2, 0.05);
    const note = new OscillatorNode(context, { frequency: hertz });
    note.connect(gain).connect(context.destination);
    note.start(atSeconds);
    note.stop(atSeconds + NOTE_SECONDS * 2);
    atSeconds += NOTE_SECONDS;
  }
  freeAtSeconds = atSeconds + NOTE_SECONDS;
}
