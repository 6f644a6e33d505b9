/** The form that creates a room. */

import { afterEach, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { Form } from '../site/page-part.ts';
import { SiteCreateRoom } from './create-room.ts';
import '../texts/rooms-texts.ts';

class CreateRoom extends SiteCreateRoom {
  override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  #form: Form | undefined;
  protected override form(form: Form) {
    this.#form = form;
    return super.form(form);
  }
  press = (values: Record<string, string>) => {
    this.show([]);
    return this.act('create-room', () => this.#form?.send((name) => values[name] ?? '', ''));
  };
  override messages = () => super.messages();
}
customElements.define('test-create-room', CreateRoom);

afterEach(() => vi.unstubAllGlobals());

const FREE = { title: 'Vespers', kind: 'free' };

test('the button that is pressed again while the studio opens makes no second room', async () => {
  const createRoom = answerOf('POST /v1/me/rooms', { id: 'room_1' });
  const assign = vi.fn();
  vi.stubGlobal('location', { assign });
  vi.stubGlobal('addEventListener', () => {});
  const part = new CreateRoom();
  void part.press(FREE);
  await expect.poll(() => assign.mock.calls).toEqual([['/studio/room_1']]);
  await part.press(FREE);
  expect(createRoom).toHaveBeenCalledOnce();
});

test('a suspended creator is sent to the reasons and the appeal', async () => {
  const createRoom = answerOf('POST /v1/me/rooms');
  createRoom.mockRejectedValueOnce(new LogeError('account_suspended', 'Refused.'));
  createRoom.mockRejectedValueOnce(new LogeError('rate_limited', 'Refused.'));
  const part = new CreateRoom();
  await part.press(FREE);
  expect(markupOf(part.messages())).toContain('href="/reports"');
  await part.press(FREE);
  expect(markupOf(part.messages())).not.toContain('href="/reports"');
});
