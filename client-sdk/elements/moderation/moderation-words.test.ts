/** The word list, while it is being saved. */
import { expect, test } from 'vitest';
import type { WordRule } from '../../../server/protocol/chat/chat-moderation.ts';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import type { Room } from '../../client/room.ts';
import '../texts/chat-texts.ts';
import { LogeModerationWords } from './moderation-words.ts';

test('a word that is added while the list is being saved stays to be saved', async () => {
  const saved = Promise.withResolvers<{ words: WordRule[] }>();
  const part = new LogeModerationWords();
  part.room = {
    localParticipant: { role: 'creator' },
    chat: { moderation: { setWords: () => saved.promise } },
  } as unknown as Room;
  const words: WordRule[] = [{ pattern: 'one', action: 'hold' }];
  part.words = words;
  part.isChanged = true;
  const pressed = pressOf(part.render(), 'words-save')();
  part.pattern = 'two';
  pressOf(part.render(), 'word-add')({ preventDefault: () => {} });
  saved.resolve({ words });
  await pressed;
  expect([part.words?.map(({ pattern }) => pattern), part.isChanged]).toEqual([['two', 'one'], true]);
});
