/** The tip menu in the studio, while it is being saved. */
import { expect, test } from 'vitest';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import type { Room } from '../../client/room.ts';
import { LogeStudioTipping } from './studio-tipping.ts';

test('what a creator changes in the tip menu while it is being saved stays', async () => {
  const saved = Promise.withResolvers<void>();
  const part = new LogeStudioTipping();
  part.room = {
    ...{ info: { status: 'live' }, currency: 'eur', goal: null, tipMenu: [] },
    setTipMenu: () => saved.promise,
  } as unknown as Room;
  const sent = [{ id: 'item_1', label: 'A song', amount: '5' }];
  const longer = [{ id: 'item_1', label: 'A long song', amount: '5' }];
  part.drafts = sent;
  const pressed = pressOf(part.render(), 'menu-save')();
  part.drafts = longer;
  saved.resolve();
  await pressed;
  expect(part.drafts).toBe(longer);
  await pressOf(part.render(), 'menu-save')();
  expect(part.drafts).toBeUndefined();
});
