/** The audio level of a stream, for a meter next to the microphone. */

export interface LevelMeter {
  /** The current level, 0 (silence) to 1 (full scale), on a decibel scale with a slow release. */
  readonly level: number;
  /** Releases the audio graph, but not the stream. Idempotent. */
  close(): void;
}

/** Lower levels count as silence, such as a quiet room (dBFS). */
const FLOOR_DB = -60;
/** Maximum fall of the level, so that it does not flicker. */
const RELEASE_PER_SECOND = 1.8;

/** Converts an RMS amplitude (1 is full scale) to a level that is linear in decibels above the floor. */
export function levelOf(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(rms)) / FLOOR_DB));
}

/**
 * Measures the audio of a stream (Web Audio). Read `level` some twenty times a second. The audio context starts with a
 * user gesture; before that the level is 0.
 *
 * @example
 * ```ts
 * const meter = createLevelMeter(room.localParticipant.previewStream);
 * setInterval(() => { bar.value = meter.level; }, 50);
 * ```
 */
export function createLevelMeter(stream: MediaStream | null): LevelMeter {
  if (!stream?.getAudioTracks().length) return { level: 0, close: () => {} };
  // Larger steps than for sound that is heard.
  const context = new AudioContext({ latencyHint: 'playback' });
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  // Of the last 43 ms at 48 kHz.
  analyser.fftSize = 2_048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const resume = (): void => void context.resume().catch(() => undefined);
  if (context.state === 'suspended') document.addEventListener('pointerdown', resume, { once: true });
  let shown = 0;
  let readAtMs = performance.now();
  return {
    get level() {
      if (context.state !== 'running') return 0;
      analyser.getFloatTimeDomainData(samples);
      let squares = 0;
      for (const sample of samples) squares += sample * sample;
      const nowMs = performance.now();
      const released = shown - (RELEASE_PER_SECOND * (nowMs - readAtMs)) / 1_000;
      readAtMs = nowMs;
      shown = Math.max(levelOf(Math.sqrt(squares / samples.length)), released);
      return shown;
    },
    close() {
      document.removeEventListener('pointerdown', resume);
      source.disconnect();
      if (context.state !== 'closed') void context.close();
    },
  };
}
