import { expect, test } from 'vitest';
import type { ChatMessage, ChatTip } from '../../../../server/protocol/chat/chat.ts';
import { bindingOf } from '../../../../tests/support/browser/element-events.ts';
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

test('R63: a member’s message says for how long they have been one, and its mark changes with it', () => {
  const from = { identity: 'lea', name: 'Léa', role: 'fan' } as const;
  const sent = { kind: 'message', id: 'msg_00000001', seq: 1, from, sentAt: '2030-01-01T20:00:00.000Z' } as const;
  const drawn = (member: number | undefined, language: 'en' | 'fr' = 'en') => {
    const message: ChatMessage = { ...sent, text: 'Bravo', ...(member === undefined ? {} : { member }) };
    return chatEntry(message, { texts: elementTexts(language), language, self: '' });
  };
  const labels = ([0, 1, 7] as const).flatMap((member) =>
    (['en', 'fr'] as const).map((language) => bindingOf(drawn(member, language), 'member-mark', 'aria-label=')),
  );
  expect(labels).toEqual([
    ...['New member', 'Nouveau membre'],
    ...['Member for 1 month', 'Membre depuis 1 mois'],
    ...['Member for 7 months', 'Membre depuis 7 mois'],
  ]);
  const steps = [0, 1, 2, 3, 6, 12, 23, 24].map((member) => bindingOf(drawn(member), 'class="member"', 'data-step='));
  expect(steps).toEqual([0, 1, 1, 2, 3, 4, 4, 5]);
  expect(() => bindingOf(drawn(undefined), 'member-mark', 'aria-label=')).toThrow();
});

test('R21c: an anonymous tip is somebody’s, and one’s own says that it is anonymous', () => {
  const tip: ChatTip = {
    ...{ kind: 'tip', id: 'tip_1', seq: 1, from: null, anonymous: true, amountMinor: 500, currency: 'eur' },
    ...{ message: null, sentAt: '2030-01-01T20:00:00.000Z' },
  };
  const words = (from: ChatTip['from']) =>
    wordsOf(chatEntry({ ...tip, from }, { texts: elementTexts('en'), language: 'en', self: 'lea' }));
  expect(words(null)).toMatch(/Someone.*tipped/);
  expect(words(null)).not.toContain('anonymously');
  expect(words({ identity: 'lea', name: 'Léa', role: 'fan' })).toMatch(/Léa.*tipped.*anonymously/);
});
