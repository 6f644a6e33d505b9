/** The form that changes a room, while the room changes elsewhere. */

import { afterEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { RoomView } from '../../protocol/rooms.ts';
import '../texts/rooms-texts.ts';
import type { Form } from '../site/page-part.ts';
import { SiteEditRoom } from './edit-room.ts';

class EditRoom extends SiteEditRoom {
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  override emit = () => true;
  #form: Form | undefined;
  protected override form(form: Form) {
    this.#form = form;
    return super.form(form);
  }
  give(room: RoomView): void {
    this.data = room;
    this.show(room);
  }
  /** What its fields show, as the form of a browser sends it. */
  filled(): Record<string, string> {
    const fields = this.#form?.fields ?? [];
    return Object.fromEntries(
      fields.map(({ name, value }) => [name, typeof value === 'boolean' ? (value ? 'on' : '') : (value ?? '')]),
    );
  }
  press = (values: Record<string, string>) => this.#form?.send((name) => values[name] ?? '', '');
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
  part.give(room);
  part.give(changed);
  await part.press({ ...part.filled(), text: 'A night.' });
  expect(changeRoom.mock.calls).toEqual([[{ id: 'room_1', text: 'A night.' }]]);
  expect(part.data).toMatchObject({ text: 'A night.', listed: false, access: { priceMinor: 700 } });
});
