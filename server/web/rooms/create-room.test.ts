/** The form that creates a room. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Room } from '../../protocol/rooms.ts';
import { siteApi } from '../api/site-api.ts';
import { SiteCreateRoom } from './create-room.ts';

class CreateRoom extends SiteCreateRoom {
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  press = () => this.submit();
}
customElements.define('test-create-room', CreateRoom);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the button that is pressed again while the studio opens makes no second room', async () => {
  const createRoom = vi.spyOn(siteApi, 'createRoom').mockResolvedValue({ id: 'room_1' } as unknown as Room);
  const assign = vi.fn();
  vi.stubGlobal('location', { assign });
  vi.stubGlobal('addEventListener', () => {});
  const part = new CreateRoom();
  part.kind = 'free';
  part.form = { ...part.form, roomTitle: 'Vespers' };
  void part.press();
  await expect.poll(() => assign.mock.calls).toEqual([['/studio/room_1']]);
  await part.press();
  expect(createRoom).toHaveBeenCalledOnce();
});
