import { afterEach, expect, it, vi } from 'vitest';
import { FakeStream, FakeTrack } from '../../../tests/support/races/fake-media.ts';
import { LocalMedia } from './local-media.ts';

afterEach(() => vi.unstubAllGlobals());

/** A camera that is open, and one that another program holds. */
async function open({ canReopen = true } = {}) {
  const opened: FakeTrack[] = [];
  const getUserMedia = async ({ video }: { video: { deviceId?: { exact: string } } }) => {
    const device = video.deviceId?.exact ?? 'first';
    const isHeld = device !== 'first' || (opened.length > 0 && !canReopen);
    if (isHeld) throw new DOMException('held', 'NotReadableError');
    const track = Object.assign(new FakeTrack('video', `track_${opened.length}`), {
      getSettings: () => ({ deviceId: device }),
    });
    opened.push(track);
    return new FakeStream([track]);
  };
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
  vi.stubGlobal('MediaStream', FakeStream);
  const onEnded = vi.fn();
  const media = new LocalMedia(onEnded);
  await media.openDevices({ camera: true, microphone: false });
  return { media, opened, onEnded };
}

it('opens the earlier camera again if another program holds the one to switch to', async () => {
  const { media, opened, onEnded } = await open();
  expect(await media.switchDevice('camera', 'second')).toMatchObject({ code: 'camera_in_use' });
  expect(media.get('camera')?.track).toBe(opened[1]);
  expect(opened.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  expect(onEnded).not.toHaveBeenCalled();
});

it('has no camera if the earlier one cannot be opened again either', async () => {
  const { media, onEnded } = await open({ canReopen: false });
  await expect(media.switchDevice('camera', 'second')).rejects.toMatchObject({ code: 'camera_in_use' });
  expect(onEnded).toHaveBeenCalledExactlyOnceWith('camera');
  expect(media.get('camera')).toBeUndefined();
});

it('opens the next camera muted if the muted one was unplugged, and unmuted if it was closed', async () => {
  const { media, opened } = await open();
  media.setMuted('camera', true);
  opened[0]?.unplug();
  expect(media.isMuted('camera')).toBe(true);
  await media.openDevices({ camera: true, microphone: false });
  expect([media.get('camera')?.muted, opened[1]?.enabled]).toEqual([true, false]);
  media.close('camera');
  await media.openDevices({ camera: true, microphone: false });
  expect([media.get('camera')?.muted, opened[2]?.enabled]).toEqual([false, true]);
});
