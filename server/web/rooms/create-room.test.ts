/** The form that creates a room. */

import { afterEach, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import { SiteCreateRoom } from './create-room.ts';

class CreateRoom extends SiteCreateRoom {
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  press = () => this.submit();
  override messages = () => super.messages();
}
customElements.define('test-create-room', CreateRoom);

afterEach(() => vi.unstubAllGlobals());

test('the button that is pressed again while the studio opens makes no second room', async () => {
  const createRoom = answerOf('POST /v1/me/rooms', { id: 'room_1' });
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

test('a suspended creator is sent to the reasons and the appeal', async () => {
  const createRoom = answerOf('POST /v1/me/rooms');
  createRoom.mockRejectedValueOnce(new LogeError('account_suspended', 'Refused.'));
  createRoom.mockRejectedValueOnce(new LogeError('rate_limited', 'Refused.'));
  const part = new CreateRoom();
  part.kind = 'free';
  part.form = { ...part.form, roomTitle: 'Vespers' };
  await part.press();
  expect(markupOf(part.messages())).toContain('href="/reports"');
  await part.press();
  expect(markupOf(part.messages())).not.toContain('href="/reports"');
});
