import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wordsOf } from '../../../../tests/support/browser/element-markup.ts';
import { ChatAnnouncer } from './chat-announcer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function createAnnouncer() {
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const announcer = new ChatAnnouncer(
    host as unknown as ConstructorParameters<typeof ChatAnnouncer>[0],
    (count) => `${count} more`,
  );
  const announced = () => {
    vi.runAllTimers();
    return wordsOf(announcer.region());
  };
  return { announcer, announced };
}

test('a message is read; several at once are counted', () => {
  const { announcer, announced } = createAnnouncer();
  announcer.announce(() => 'Léa: Bonsoir');
  expect(announced()).toBe('Léa: Bonsoir');
  for (const text of ['one', 'two', 'three']) announcer.announce(() => text);
  expect(announced()).toBe('3 more');
});

test('every tip of a creator is read, also of those that come at once, and what else came is counted', () => {
  const { announcer, announced } = createAnnouncer();
  announcer.announce(() => 'Tom: Encore!');
  for (const amount of ['€5.00', '€20.00']) announcer.announce(() => `Léa tipped ${amount}`, { isAddressed: true });
  expect(announced()).toBe('Léa tipped €5.00. Léa tipped €20.00. 1 more');
  for (let tip = 0; tip < 6; tip += 1) announcer.announce(() => `Tip ${tip}`, { isAddressed: true });
  expect(announced()).toBe('Tip 0. Tip 1. Tip 2. Tip 3. 2 more');
});

test('the same tip a second time is a new element, without which a screen reader is silent', () => {
  const { announcer } = createAnnouncer();
  const keys = [1, 2].map(() => {
    announcer.announce(() => 'Léa tipped €5.00', { isAddressed: true });
    vi.runAllTimers();
    return (announcer.region().values[0] as { values: unknown[] }).values[0];
  });
  expect(new Set(keys).size).toBe(2);
});

test('what was removed is no longer announced', () => {
  const { announcer, announced } = createAnnouncer();
  announcer.announce(() => 'Something rude');
  announcer.clear();
  expect(announced()).not.toContain('rude');
});
