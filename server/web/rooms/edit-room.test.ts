/** The form that changes a room, while the room changes elsewhere. */

import { afterEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { RoomView } from '../../protocol/rooms.ts';
import '../texts/rooms-texts.ts';
import { SiteEditRoom } from './edit-room.ts';

class EditRoom extends SiteEditRoom {
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  override emit = () => true;
  save = () => this.submit();
  read(room: RoomView): void {
    this.room = room;
    this.willUpdate(new Map([['room', undefined]]));
  }
}
customElements.define('test-edit-room', EditRoom);

afterEach(() => vi.unstubAllGlobals());

const room = {
  ...{ id: 'room_1', title: 'Vespers', text: 'An evening.', listed: true, poster: null, startsAt: null },
  ...{ firstLiveAt: null, access: { kind: 'ticket', priceMinor: 500, currency: 'eur' } },
} as unknown as RoomView;
/** Changed on another page of its creator. */
const changed = { ...room, listed: false, access: { ...room.access, priceMinor: 700 } };

test('a form that was open for long takes back no change of another page', async () => {
  const changeRoom = answerOf('PATCH /v1/rooms/:id', { ...changed, text: 'A night.' });
  const part = new EditRoom();
  part.read(room);
  part.form = { ...part.form, text: 'A night.' };
  part.read(changed);
  await part.save();
  expect(changeRoom.mock.calls).toEqual([[{ id: 'room_1', text: 'A night.' }]]);
  part.read(part.room);
  expect([part.form.text, part.form.price, part.listed]).toEqual(['A night.', '7', false]);
});
