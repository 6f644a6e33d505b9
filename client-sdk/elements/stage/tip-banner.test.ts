import { nothing } from 'lit';
import { expect, test } from 'vitest';
import type { ChatTip } from '../../../server/protocol/chat/chat.ts';
import { TipBanner } from './tip-banner.ts';

const tipOf = (id: ChatTip['id']): ChatTip => {
  const from = { identity: 'lea', name: 'Léa', role: 'fan' } as const;
  const sentAt = new Date().toISOString();
  return { kind: 'tip', id, seq: 1, from, amountMinor: 500, currency: 'eur', message: null, sentAt };
};

test('a tip that was paid back is no longer shown, nor is one that waits', () => {
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const banner = new TipBanner(host);
  banner.add(tipOf('tip_00000001'));
  banner.add(tipOf('tip_00000002'));
  banner.remove('tip_00000002');
  expect(banner.render('en')).not.toBe(nothing);
  banner.remove('tip_00000001');
  expect(banner.render('en')).toBe(nothing);
});
