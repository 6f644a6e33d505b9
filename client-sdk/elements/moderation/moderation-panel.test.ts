/** The panels of moderation, when they cannot be read. */
import { expect, test, vi } from 'vitest';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import { listening } from '../../../tests/support/browser/listening-part.ts';
import { LogeError } from '../../client/errors.ts';
import '../texts/chat-texts.ts';
import { elementTexts } from '../texts/element-texts.ts';
import { LogeModerationAudit } from './moderation-audit.ts';
import { LogeModerationQueue } from './moderation-queue.ts';
import { LogeModerationReports } from './moderation-reports.ts';
import { LogeModerationWords } from './moderation-words.ts';

const PANELS = [LogeModerationAudit, LogeModerationQueue, LogeModerationReports, LogeModerationWords];

test.each(PANELS)('%o that could not be read is read when asked, and after a reconnect', async (Panel) => {
  const read = vi.fn(async (): Promise<unknown> => []).mockRejectedValueOnce(new LogeError('timeout'));
  const moderation = { audit: read, queue: read, reports: read, words: async () => ({ words: await read() }) };
  const room = { chat: { moderation }, localParticipant: { role: 'creator' } };
  const { part, emitter } = listening(new (Panel as typeof LogeModerationQueue)(), room);
  const failure = elementTexts('en').errors.timeout;
  await expect.poll(() => wordsOf(part.render())).toContain(failure);
  await pressOf(part.render(), 'moderation-retry')();
  expect(wordsOf(part.render())).not.toContain(failure);
  emitter.emit('reconnected', { downMs: 1_000 });
  expect(read).toHaveBeenCalledTimes(3);
});

test('of two reads at once the newest one counts, whichever is answered last', async () => {
  const answers: ((acts: { id: string }[]) => void)[] = [];
  const audit = () => new Promise((resolve) => answers.push(resolve));
  const room = { chat: { moderation: { audit } }, localParticipant: { role: 'creator' } };
  const { part, emitter } = listening(new LogeModerationAudit(), room);
  emitter.emit('reconnected', { downMs: 1_000 });
  answers[1]?.([{ id: 'newer' }]);
  answers[0]?.([{ id: 'older' }]);
  await expect.poll(() => part.acts).toEqual([{ id: 'newer' }]);
  await Promise.resolve();
  expect(part.acts).toEqual([{ id: 'newer' }]);
});
