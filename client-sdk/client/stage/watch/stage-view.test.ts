import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StageTrack } from '../../events.ts';
import { Stage } from '../stage.ts';
import { StageView } from './stage-view.ts';

type Handlers = { onTrackAdded(track: StageTrack): void };

/** The one that a stage has created. */
let subscriber: { handlers: Handlers; tracks: StageTrack[] };

vi.mock('./subscriber.ts', () => ({
  Subscriber: class {
    readonly handlers: Handlers;
    tracks: StageTrack[] = [];
    constructor({ handlers }: { handlers: Handlers }) {
      this.handlers = handlers;
      subscriber = this;
    }
    stop(): void {}
  },
}));

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
  const said: boolean[] = [];
  const view = new StageView({ log: () => {}, onAudioBlocked: () => said.push(view.isAudioBlocked) });
  const video = new FakeVideo();
  video.refuses = refuses;
  view.attach(video as unknown as HTMLVideoElement);
  view.show([{ readyState: 'live' } as MediaStreamTrack]);
  return { view, video, said };
}

beforeEach(() => vi.stubGlobal('MediaStream', class {}));
afterEach(() => vi.unstubAllGlobals());

it("says that the sound is blocked until the viewer unmutes, also by the player's own button", async () => {
  const { view, video, said } = watch('sound');
  await expect.poll(() => said).toEqual([true]);
  video.muted = false;
  expect(view.isAudioBlocked).toBe(false);
  expect(said).toEqual([true, false]);
  video.muted = true;
  expect(view.isAudioBlocked).toBe(false);
});

it('says that the sound is blocked where playback without sound is refused too', async () => {
  const { view, video, said } = watch('all');
  await expect.poll(() => said).toEqual([true]);
  await expect(view.startAudio()).rejects.toMatchObject({ code: 'playback_failed' });
  expect(view.isAudioBlocked).toBe(true);
  video.refuses = 'nothing';
  await view.startAudio();
  expect([view.isAudioBlocked, video.muted]).toEqual([false, false]);
});

it('says that the sound is blocked while any picture of the stage is', async () => {
  const emit = vi.fn();
  const stage = new Stage({ emit, log: () => {}, adaptiveStream: false, shouldWatch: () => true } as never);
  const [main, corner] = [new FakeVideo(), new FakeVideo()];
  stage.attach(main as never);
  stage.attach(corner as never, { picture: 'camera' });
  const camera = { source: 'camera', track: { readyState: 'live' } } as StageTrack;
  subscriber.tracks = [camera];
  subscriber.handlers.onTrackAdded(camera);
  const said = () => emit.mock.calls.flatMap(([name, { blocked }]) => (name === 'audioBlocked' ? [blocked] : []));
  await expect.poll(said).toEqual([true, true]);
  main.muted = false;
  expect([stage.isAudioBlocked, ...said()]).toEqual([true, true, true, true]);
  corner.muted = false;
  expect([stage.isAudioBlocked, said().at(-1)]).toEqual([false, false]);
  stage.leave();
});
