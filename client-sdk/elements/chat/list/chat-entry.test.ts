import { expect, test } from 'vitest';
import type { ChatMessage, ChatTip } from '../../../../server/protocol/chat/chat.ts';
import { wordsOf } from '../../../../tests/support/browser/element-markup.ts';
import '../../texts/chat-texts.ts';
import { elementTexts } from '../../texts/element-texts.ts';
import { chatEntry } from './chat-entry.ts';

test('a person who was erased has no name, in either language', () => {
  const from = { identity: 'erased', name: 'Erased', role: 'fan' } as const;
  const sent = { kind: 'message', id: 'msg_00000001', seq: 1, from, sentAt: '2030-01-01T20:00:00.000Z' } as const;
  const message: ChatMessage = { ...sent, text: '', erased: true };
  const words = (['en', 'fr'] as const).map((language) =>
    wordsOf(chatEntry(message, { texts: elementTexts(language), language, self: '' })),
  );
  expect(words).toEqual(['Message deleted', 'Message effacé']);
  const tip: ChatTip = {
    ...sent,
    kind: 'tip',
    id: 'tip_1',
    amountMinor: 500,
    currency: 'eur',
    message: null,
  };
  const french = wordsOf(chatEntry(tip, { texts: elementTexts('fr'), language: 'fr', self: '' }));
  expect(french).toContain('Compte supprimé');
});
