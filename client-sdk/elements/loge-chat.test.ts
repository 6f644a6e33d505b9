import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChatMessage } from '../../server/protocol/chat/chat.ts';
import { listening } from '../../tests/support/browser/listening-part.ts';
import { Chat } from '../client/chat/chat.ts';
import type { ChatDependencies } from '../client/chat/chat-feed.ts';
import { CHAT } from '../client/limits.ts';
import { ChatAnnouncer } from './chat/list/chat-announcer.ts';
import { LogeChat } from './loge-chat.ts';

beforeEach(() => {
  const createElement = () => ({ setAttribute: () => {} });
  vi.stubGlobal('document', { documentElement: {}, createElement });
  vi.stubGlobal('requestAnimationFrame', () => 0);
});
afterEach(() => vi.unstubAllGlobals());

test('a chat that replaces one that was read back has the newest messages, however many come', () => {
  const request = vi.fn();
  const nothing = () => undefined;
  const dependencies = { connection: { request, requestReliably: request }, emit: nothing, log: nothing };
  const chat = new Chat(dependencies as unknown as ChatDependencies);
  chat.handlePage({ entries: [], lastSeq: 0 });
  chat.setFollowing(false);
  listening(new LogeChat(), { chat });
  const from = { identity: 'lea', name: 'Léa', role: 'fan' as const };
  const message = (seq: number): ChatMessage => ({
    ...{ kind: 'message', id: `msg_${String(seq).padStart(8, '0')}`, seq, from },
    ...{ text: 'hello', sentAt: '2030-01-01T20:00:00.000Z' },
  });
  const count = CHAT.keptWithEarlier + 1;
  chat.handleFrame({ entries: Array.from({ length: count }, (_, index) => message(index + 1)) });
  expect(chat.messages.at(-1)?.seq).toBe(count);
  expect(request).not.toHaveBeenCalled();
});

test('a refunded tip of an erased person is announced without the name in the records', () => {
  const announce = vi.spyOn(ChatAnnouncer.prototype, 'announce').mockReturnValue();
  const from = { identity: 'erased', name: 'Erased', role: 'fan' };
  const messages = [{ kind: 'tip', id: 'tip_1', seq: 1, from, amountMinor: 500 }];
  const { emitter } = listening(new LogeChat(), {
    chat: { showNewest: async () => {}, hands: { count: 0 }, messages },
  });
  emitter.emit('tipRefunded', { id: 'tip_1', seq: 2 });
  expect(announce.mock.lastCall?.[0]()).toContain('Deleted account’s tip');
});
