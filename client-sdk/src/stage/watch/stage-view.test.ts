import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StageView } from './stage-view.ts';

/** A video element whose playback a policy refuses: with sound, or also without. */
class FakeVideo extends EventTarget {
  refuses: 'sound' | 'all' | 'nothing' = 'sound';
  #muted = false;
  setAttribute(): void {}
  get muted(): boolean {
    return this.#muted;
  }
  set muted(muted: boolean) {
    this.#muted = muted;
    this.dispatchEvent(new Event('volumechange'));
  }
  async play(): Promise<void> {
    if (this.refuses === 'all' || (this.refuses === 'sound' && !this.muted))
      throw Object.assign(new Error(), { name: 'NotAllowedError' });
  }
}

function watch(refuses: FakeVideo['refuses']) {
  const onAudioBlocked = vi.fn();
  const view = new StageView({ log: () => {}, onAudioBlocked });
  const video = new FakeVideo();
  video.refuses = refuses;
  view.attach(video as unknown as HTMLVideoElement);
  view.show([{ readyState: 'live' } as MediaStreamTrack]);
  return { view, video, onAudioBlocked };
}

beforeEach(() => vi.stubGlobal('MediaStream', class {}));
afterEach(() => vi.unstubAllGlobals());

it("says that the sound is blocked until the viewer unmutes, also by the player's own button", async () => {
  const { view, video, onAudioBlocked } = watch('sound');
  await expect.poll(() => onAudioBlocked.mock.calls).toEqual([[true]]);
  video.muted = false;
  expect(view.isAudioBlocked).toBe(false);
  expect(onAudioBlocked.mock.calls).toEqual([[true], [false]]);
  video.muted = true;
  expect(view.isAudioBlocked).toBe(false);
});

it('says that the sound is blocked where playback without sound is refused too', async () => {
  const { view, video, onAudioBlocked } = watch('all');
  await expect.poll(() => onAudioBlocked.mock.calls).toEqual([[true]]);
  await expect(view.startAudio()).rejects.toMatchObject({ code: 'playback_failed' });
  expect(view.isAudioBlocked).toBe(true);
  video.refuses = 'nothing';
  await view.startAudio();
  expect([view.isAudioBlocked, video.muted]).toEqual([false, false]);
});
