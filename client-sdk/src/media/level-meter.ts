/** How loud a stream is, for a meter beside the microphone. */

export interface LevelMeter {
  /** The level now, 0 (silence) to 1 (full scale), on a decibel scale that falls gently. */
  readonly level: number;
  /** Lets the audio graph go; the stream is left as it is. Idempotent. */
  close(): void;
}

/** What is quieter counts as silence: a quiet room through a usual microphone lies below it (dBFS). */
const FLOOR_DB = -60;
/** How much the shown level may fall from one reading to the next, at 60 readings a second, so that it does not flicker. */
const RELEASE_PER_READING = 0.03;

/** Level of a root mean square amplitude (1 is full scale) on the meter: linear in decibels above the floor. */
export function levelOf(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(rms)) / FLOOR_DB));
}

/**
 * Measures the sound of a stream (Web Audio). Read `level` in an animation frame. The audio context starts with a gesture of the
 * person; before that the level is 0.
 *
 * @example
 * ```ts
 * const meter = createLevelMeter(room.localParticipant.previewStream);
 * const draw = () => { bar.value = meter.level; requestAnimationFrame(draw); };
 * draw();
 * ```
 */
export function createLevelMeter(stream: MediaStream): LevelMeter {
  if (stream.getAudioTracks().length === 0) return { level: 0, close: () => {} };
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1_024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const resume = (): void => void context.resume().catch(() => undefined);
  if (context.state === 'suspended') document.addEventListener('pointerdown', resume, { once: true });
  let shown = 0;
  return {
    get level() {
      if (context.state !== 'running') return 0;
      analyser.getFloatTimeDomainData(samples);
      let squares = 0;
      for (const sample of samples) squares += sample * sample;
      shown = Math.max(levelOf(Math.sqrt(squares / samples.length)), shown - RELEASE_PER_READING);
      return shown;
    },
    close() {
      document.removeEventListener('pointerdown', resume);
      source.disconnect();
      if (context.state !== 'closed') void context.close();
    },
  };
}
