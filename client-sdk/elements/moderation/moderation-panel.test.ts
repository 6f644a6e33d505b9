/** The panels of moderation, when they cannot be read. */
import { afterEach, expect, test, vi } from 'vitest';
import { pressOf } from '../../../tests/support/browser/element-events.ts';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import { Emitter } from '../../src/emitter.ts';
import { LogeError } from '../../src/errors.ts';
import type { RoomEventMap } from '../../src/events.ts';
import type { Room } from '../../src/room.ts';
import '../texts/chat-texts.ts';
import { elementTexts } from '../texts/language.ts';
import { LogeModerationAudit } from './moderation-audit.ts';
import { LogeModerationQueue } from './moderation-queue.ts';
import { LogeModerationReports } from './moderation-reports.ts';
import { LogeModerationWords } from './moderation-words.ts';

const PANELS = [LogeModerationAudit, LogeModerationQueue, LogeModerationReports, LogeModerationWords];

afterEach(() => vi.restoreAllMocks());

test.each(PANELS)(
  '%o says why it could not be read, and is read again when asked, or after a reconnect',
  async (Panel) => {
    const emitter = new Emitter<RoomEventMap>(() => undefined);
    const read = vi.fn(async (): Promise<unknown> => {
      throw new LogeError('timeout');
    });
    const moderation = {
      ...{ audit: read, queue: read, reports: read },
      words: async () => ({ words: await read() }),
    };
    class TestPanel extends (Panel as typeof LogeModerationQueue) {
      listen = (room: Room) => this.listenTo(room);
    }
    customElements.define(`test-${Panel.name.toLowerCase()}`, TestPanel);
    const panel = new TestPanel();
    panel.room = {
      ...{ on: emitter.on.bind(emitter), chat: { moderation }, localParticipant: { role: 'creator' } },
    } as unknown as Room;
    panel.listen(panel.room);
    const failure = elementTexts('en').errors.timeout;
    await expect.poll(() => wordsOf(panel.render())).toContain(failure);
    read.mockResolvedValue([]);
    await pressOf(panel.render(), 'moderation-retry')();
    expect(wordsOf(panel.render())).not.toContain(failure);
    emitter.emit('reconnected', { downMs: 1_000 });
    expect(read).toHaveBeenCalledTimes(3);
  },
);
