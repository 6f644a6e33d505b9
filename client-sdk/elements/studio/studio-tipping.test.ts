/** The tip menu in the studio, while it is being saved. */
import type { TemplateResult } from 'lit';
import { expect, test } from 'vitest';
import type { Room } from '../../src/room.ts';
import { LogeStudioTipping } from './studio-tipping.ts';

/** The template and those in it, at any depth. */
function templatesIn(value: unknown): TemplateResult[] {
  if (Array.isArray(value)) return value.flatMap((inner) => templatesIn(inner));
  const { strings, values } = (value ?? {}) as Partial<TemplateResult>;
  return strings && values ? [value as TemplateResult, ...templatesIn(values)] : [];
}

/** The handler of the button with this test id. */
function pressOf(part: LogeStudioTipping, testId: string): () => Promise<void> {
  const button = templatesIn(part.render()).find(({ strings }) => strings.join('').includes(`"${testId}"`));
  const at = button?.strings.findIndex((text) => text.endsWith('@click=')) ?? -1;
  return button?.values[at] as () => Promise<void>;
}

test('what a creator changes in the tip menu while it is being saved stays', async () => {
  const saved = Promise.withResolvers<void>();
  const part = new LogeStudioTipping();
  part.room = {
    ...{ info: { status: 'live', access: { kind: 'free' } }, earnings: { currency: 'eur' }, goal: null, tipMenu: [] },
    setTipMenu: () => saved.promise,
  } as unknown as Room;
  const sent = [{ id: 'item_1', label: 'A song', amount: '5' }];
  const longer = [{ id: 'item_1', label: 'A long song', amount: '5' }];
  part.drafts = sent;
  const pressed = pressOf(part, 'menu-save')();
  part.drafts = longer;
  saved.resolve();
  await pressed;
  expect(part.drafts).toBe(longer);
  await pressOf(part, 'menu-save')();
  expect(part.drafts).toBeUndefined();
});
