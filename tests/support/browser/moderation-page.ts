/** Runs inside Chromium: forms of the moderation on a room whose requests fail until the test lets them pass. */
import '../../../client-sdk/elements/texts/chat-texts.ts';
import '../../../client-sdk/elements/moderation/moderation-modes.ts';
import '../../../client-sdk/elements/moderation/moderation-words.ts';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { Room } from '../../../client-sdk/client/room.ts';

declare global {
  interface Window {
    isReachable: boolean;
  }
}

async function answer<T>(value: T): Promise<T> {
  if (!window.isReachable) throw new LogeError('connection_failed');
  return value;
}

const words = [{ pattern: 'spam', action: 'hold' }];
const room = {
  on: () => () => {},
  localParticipant: { role: 'creator' },
  chat: {
    state: {
      mode: { slowModeSeconds: 0, membersOnly: false, emojiOnly: false, paused: false },
      poll: null,
      linksAllowed: false,
    },
    moderation: { setMode: () => answer({}), words: () => answer({ words }), setWords: () => answer({ words }) },
  },
};
for (const name of ['loge-moderation-modes', 'loge-moderation-words']) {
  const element = document.createElement(name) as HTMLElement & { room: Room };
  element.room = room as unknown as Room;
  document.body.append(element);
}
