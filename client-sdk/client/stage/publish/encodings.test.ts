import { describe, expect, it } from 'vitest';
import { cameraEncodings, codecOptionsFor, pictureSize, screenEncodings } from './encodings.ts';

function track(kind: string, settings: MediaTrackSettings): MediaStreamTrack {
  return { kind, getSettings: () => settings } as MediaStreamTrack;
}

describe('cameraEncodings', () => {
  it('sends three layers at 720p, smallest first', () => {
    expect(cameraEncodings({ width: 1280, height: 720 })).toEqual([
      { scaleResolutionDownBy: 4, maxBitrate: 100_000 },
      { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
      { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
    ]);
  });

  it.each([
    [{ width: 1920, height: 1080 }, 3],
    [{ width: 720, height: 1280 }, 3],
    [{ width: 640, height: 480 }, 2],
    [{ width: 480, height: 270 }, 2],
    [{ width: 320, height: 180 }, 1],
  ])('sends %o in %i layers', (size, layers) => {
    expect(cameraEncodings(size)).toHaveLength(layers);
  });

  it('stays below half of the SFU limit per publisher', () => {
    for (const size of [
      { width: 1280, height: 720 },
      { width: 1920, height: 1080 },
      { width: 3840, height: 2160 },
    ]) {
      const total = cameraEncodings(size).reduce((sum, { maxBitrate = 0 }) => sum + maxBitrate, 0);
      expect(total).toBeLessThan(4_000_000);
    }
  });

  it('scales the bitrate with the size, down to a floor', () => {
    const top = (width: number, height: number) => cameraEncodings({ width, height }).at(-1)?.maxBitrate ?? 0;
    expect(top(1920, 1080)).toBeGreaterThan(top(1280, 720));
    expect(top(640, 360)).toBeLessThan(top(1280, 720));
    expect(top(16, 16)).toBe(150_000);
  });
});

describe('other encodings', () => {
  it('sends a screen in two layers', () => {
    expect(screenEncodings().map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([2, 1]);
  });

  it('assumes 720p for a track that does not report its size', () => {
    expect(pictureSize(track('video', {}))).toEqual({ width: 1280, height: 720 });
    expect(pictureSize(track('video', { width: 640, height: 480 }))).toEqual({ width: 640, height: 480 });
  });

  it('sends a microphone in mono with error correction, and a screen in stereo', () => {
    expect(codecOptionsFor('microphone', track('audio', { channelCount: 1 }))).toMatchObject({
      opusFec: true,
      opusDtx: false,
      opusStereo: false,
    });
    const { opusMaxAverageBitrate = 0 } = codecOptionsFor('microphone', track('audio', { channelCount: 1 }));
    // 50 packets a second with the headers of IP, UDP and SRTP fit a line of 60 kbit/s.
    expect(opusMaxAverageBitrate + 50 * 8 * 58).toBeLessThan(60_000);
    expect(codecOptionsFor('microphone', track('audio', { channelCount: 2 }))).toMatchObject({ opusStereo: true });
    expect(codecOptionsFor('screenAudio', track('audio', {}))).toMatchObject({ opusStereo: true });
  });
});
