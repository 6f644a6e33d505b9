import { nothing } from 'lit';
import { expect, test } from 'vitest';
import type { ChatTip } from '../../../server/protocol/chat/chat.ts';
import { Emitter } from '../../client/emitter.ts';
import type { RoomEventMap } from '../../client/events.ts';
import { TipBanner } from './tip-banner.ts';

const tipOf = (id: ChatTip['id'], identity = 'lea', ageMs = 0): ChatTip => {
  const from = { identity, name: identity, role: 'fan' } as const;
  const sentAt = new Date(Date.now() - ageMs).toISOString();
  return { kind: 'tip', id, seq: 1, from, amountMinor: 500, currency: 'eur', message: null, sentAt };
};

function showBanner(clockOffsetMs = 0) {
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const banner = new TipBanner(host);
  const room = new Emitter<RoomEventMap>(() => undefined);
  banner.listenTo({ on: room.on.bind(room), clockOffsetMs });
  return { banner, room };
}

test('a tip that was paid back is no longer shown, nor is one that waits', () => {
  const { banner, room } = showBanner();
  room.emit('tipReceived', tipOf('tip_00000001'));
  room.emit('tipReceived', tipOf('tip_00000002'));
  room.emit('tipRefunded', { id: 'tip_00000002', seq: 3 });
  expect(banner.render('en')).not.toBe(nothing);
  room.emit('tipRefunded', { id: 'tip_00000001', seq: 4 });
  expect(banner.render('en')).toBe(nothing);
});

test('a tip whose words were removed is no longer shown', () => {
  const { banner, room } = showBanner();
  room.emit('tipReceived', tipOf('tip_00000001'));
  room.emit('tipReceived', tipOf('tip_00000002', 'tom'));
  room.emit('chatMessageRemoved', { id: 'tip_00000001', by: 'mod', reason: null, seq: 3 });
  expect(banner.render('en')).not.toBe(nothing);
  room.emit('chatAuthorRemoved', { identity: 'tom', uptoSeq: 3, by: 'mod', reason: null, seq: 4 });
  expect(banner.render('en')).toBe(nothing);
});

test("the age of a tip is that of the server's clock, whatever the clock of the device says", () => {
  const fast = showBanner(-60_000);
  fast.room.emit('tipReceived', tipOf('tip_00000001', 'lea', 60_000));
  expect(fast.banner.render('en')).not.toBe(nothing);
  fast.banner.hostDisconnected();
  const slow = showBanner(60_000);
  slow.room.emit('tipReceived', tipOf('tip_00000001'));
  expect(slow.banner.render('en')).toBe(nothing);
});
