/** The dialog about a message, while an act on an earlier one is running. */
import { expect, test } from 'vitest';
import type { ChatMessage } from '../../../server/protocol/chat/chat.ts';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { LogeError } from '../../client/errors.ts';
import type { Room } from '../../client/room.ts';
import '../texts/chat-texts.ts';
import { elementTexts } from '../texts/element-texts.ts';
import { LogeChatModeration } from './chat-moderation.ts';

class TestMessage extends LogeChatModeration {
  readonly toasts: string[] = [];
  override readonly renderRoot = {
    querySelector: () => ({ create: (text: string) => this.toasts.push(text) }),
  } as unknown as ShadowRoot;
}
customElements.define('test-chat-moderation', TestMessage);

function messageOf(identity: string): ChatMessage {
  const from = { identity, name: identity, role: 'fan' } as const;
  return { kind: 'message', id: `msg_${identity}`, seq: 1, from, text: 'hello', sentAt: '2030-01-01T20:00:00.000Z' };
}

/** The dialog about a second message, with the removal of the first one on its way. */
function actAndGoOn() {
  const removed = Promise.withResolvers<void>();
  const moderation = { context: () => new Promise(() => {}), remove: () => removed.promise };
  const dialog = new TestMessage();
  dialog.room = { chat: { moderation }, localParticipant: { role: 'moderator' } } as unknown as Room;
  void dialog.handle(messageOf('lea'), { kind: 'context' });
  const done = pressOf(dialog.render(), 'remove-message')();
  void dialog.handle(messageOf('tom'), { kind: 'context' });
  return { dialog, removed, done };
}

test('the end of an act leaves the dialog about the next message open', async () => {
  const { dialog, removed, done } = actAndGoOn();
  removed.resolve();
  await done;
  expect([dialog.open, dialog.toasts]).toEqual([true, [elementTexts('en').moderation.done.removed]]);
});

test('the failure of an act is not shown in the dialog about the next message', async () => {
  const { dialog, removed, done } = actAndGoOn();
  removed.reject(new LogeError('timeout'));
  await done;
  expect([dialog.problem, dialog.toasts]).toEqual(['', [elementTexts('en').errors.timeout]]);
});
