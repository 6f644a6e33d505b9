import { expect, test, vi } from 'vitest';
import { handlerOf } from '../../../tests/support/browser/element-events.ts';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import { tabList } from './tab-list.ts';

const TABS = [
  { id: 'chat', label: 'Chat', waiting: 3 },
  { id: 'poll', label: 'Poll' },
  { id: 'goal', label: 'Goal', waiting: 0 },
] as const;

test.each([
  ['ArrowRight', 'chat', 'poll'],
  ['ArrowRight', 'goal', 'chat'],
  ['ArrowLeft', 'chat', 'goal'],
  ['Tab', 'chat', undefined],
] as const)('%s on %s chooses and focuses %s', (key, chosen, expected) => {
  const choose = vi.fn();
  const querySelector = vi.fn(() => ({ focus() {} }));
  const rendered = tabList({ label: 'Studio', tabs: TABS, chosen, choose });
  handlerOf(rendered, 'role="tablist"', 'keydown')({ key, preventDefault() {}, currentTarget: { querySelector } });
  expect(choose.mock.calls).toEqual(expected ? [[expected]] : []);
  expect(querySelector.mock.calls).toEqual(expected ? [[`#tab-${expected}`]] : []);
});

test('a tab counts what waits in it, and only the chosen one is on the way of the Tab key', () => {
  const markup = markupOf(tabList({ label: 'Studio', tabs: TABS, chosen: 'poll', choose: () => {} }));
  expect(markup).toMatch(
    /tab-chat"[^>]*aria-selected="false"[^>]*tabindex="-1"[^>]*>Chat<span class="count">3<\/span>/,
  );
  expect(markup).toMatch(/tab-poll"[^>]*aria-selected="true"[^>]*tabindex="0"[^>]*>Poll<\/button>/);
  expect(markup).toMatch(/>Goal<\/button>/);
});
