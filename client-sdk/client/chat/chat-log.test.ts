import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEntry, ChatMessage, ChatNoticeName, ChatPage } from '../../../server/protocol/chat/chat.ts';
import { CHAT } from '../limits.ts';
import { ChatLog } from './chat-log.ts';

const from = { identity: 'fan-1', name: 'Fan', role: 'fan' as const };
const sentAt = '2030-01-01T00:00:00.000Z';

function message(seq: number): ChatEntry {
  return { kind: 'message', id: `msg_${String(seq).padStart(8, '0')}`, seq, from, text: `text ${seq}`, sentAt };
}

function notice(seq: number, name: ChatNoticeName, on: boolean): ChatEntry {
  return { kind: 'notice', seq, notice: name, on, by: 'mod', sentAt };
}

function removal(seq: number, of: number): ChatEntry {
  return {
    kind: 'removal',
    seq,
    messageId: `msg_${String(of).padStart(8, '0')}`,
    by: 'creator-1',
    reason: 'spam',
    sentAt,
  };
}

function range(first: number, last: number): ChatEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
}

function page(entries: ChatEntry[], lastSeq = entries.at(-1)?.seq ?? 0): ChatPage {
  return { entries, lastSeq };
}

const seqs = (entries: readonly { seq: number }[]): number[] => entries.map(({ seq }) => seq);

describe('ChatLog', () => {
  it('releases every entry once and in order, in whatever order they arrive', () => {
    const seed = Date.now();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.nat()),
        (count, duplicates, frameSize, order) => {
          const log = new ChatLog();
          log.reset(page([], 0));
          const entries = range(1, count);
          const arriving = [...entries, ...duplicates.map((index) => entries[index % count] as ChatEntry)]
            .map((entry) => ({ entry, key: order.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ entry }) => entry);
          const released: number[] = [];
          for (let at = 0; at < arriving.length; at += frameSize)
            released.push(...seqs(log.accept(arriving.slice(at, at + frameSize))));
          expect(released).toEqual(seqs(entries));
          expect(seqs(log.items)).toEqual(seqs(entries));
          expect(log.isBehind).toBe(false);
        },
      ),
      { seed, verbose: true },
    );
  });

  it('buffers entries after a gap and reports that it is behind', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 3)));
    expect(log.accept([message(5)])).toEqual([]);
    expect(log.isBehind).toBe(true);
    expect(log.lastSeq).toBe(3);
    expect(seqs(log.accept([message(4)]))).toEqual([4, 5]);
    expect(log.isBehind).toBe(false);
  });

  it('keeps entries that arrive before the first page and releases them after it', () => {
    const log = new ChatLog();
    expect(log.accept([message(4), message(5)])).toEqual([]);
    expect(seqs(log.reset(page(range(2, 4))))).toEqual([5]);
    expect(seqs(log.items)).toEqual([2, 3, 4, 5]);
  });

  it('clears the text of a removed message and keeps its place', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 3)));
    expect(seqs(log.accept([removal(4, 2)]))).toEqual([4]);
    expect(log.items).toHaveLength(3);
    expect(log.items[1]).toMatchObject({ seq: 2, text: '', removed: true });
  });

  it('clears the text of a message whose removal arrives first', () => {
    const log = new ChatLog();
    log.reset(page([], 0));
    log.accept([removal(2, 1)]);
    log.accept([message(1)]);
    expect(log.items).toMatchObject([{ seq: 1, text: '', removed: true }]);
  });

  it('drops the notice of a setting when the setting goes off', () => {
    const log = new ChatLog();
    log.reset(page([notice(1, 'paused', true), message(2)]));
    log.accept([notice(3, 'paused', false)]);
    expect(seqs(log.items)).toEqual([2, 3]);
  });

  it('skips entries that the server no longer has, and returns their range', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 3)));
    log.accept([message(9)]);
    const { entries, skipped } = log.acceptAfter(page([message(7), message(8), message(9)]));
    expect(skipped).toEqual({ fromSeq: 4, toSeq: 6 });
    expect(seqs(entries)).toEqual([7, 8, 9]);
    expect(log.isBehind).toBe(false);
  });

  it('skips to the end when the server has none of the missed entries', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 3)));
    expect(log.acceptAfter(page([], 8)).skipped).toEqual({ fromSeq: 4, toSeq: 8 });
    expect(log.lastSeq).toBe(8);
  });

  it('drops the items before a skipped range, because removals in it would not reach them', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 3)));
    log.acceptAfter(page(range(10, 12)));
    expect(seqs(log.items)).toEqual([10, 11, 12]);
    expect(log.firstSeq).toBe(10);
    // The server has removed message 2 in the skipped range.
    log.prepend(page([message(1), { ...message(2), text: '', removed: true } as ChatMessage, ...range(3, 9)], 12));
    expect(seqs(log.items)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  });

  it('drops the items and the end that it keeps apart before a skipped range while reading back', () => {
    const log = new ChatLog();
    const kept = CHAT.keptWithEarlier;
    log.reset(page([], 0));
    log.setFollowing(false);
    log.accept(range(1, kept + 5));
    expect(log.cutSeq).toBe(kept);
    log.acceptAfter(page(range(kept + 100, kept + 110)));
    expect(log.cutSeq).toBeNull();
    expect(seqs(log.items)).toEqual(seqs(range(kept + 100, kept + 110)));
  });

  it('keeps only the newest entries', () => {
    const log = new ChatLog();
    log.reset(page([], 0));
    log.accept(range(1, CHAT.keptEntries + 20));
    expect(log.items).toHaveLength(CHAT.keptEntries);
    expect(log.firstSeq).toBe(21);
  });

  it('buffers a bounded number of early entries', () => {
    const log = new ChatLog();
    log.reset(page([], 0));
    log.accept(range(2, CHAT.earlyEntries + 100));
    // The missing entry and all buffered ones; the rest was dropped and will be fetched.
    expect(log.accept([message(1)])).toHaveLength(CHAT.earlyEntries + 1);
    expect(log.isBehind).toBe(true);
  });

  it('drops the end while reading back, and loads it again page by page', () => {
    const log = new ChatLog();
    const total = CHAT.keptWithEarlier + 500;
    log.reset(page(range(total - 49, total)));
    log.setFollowing(false);
    while (log.firstSeq > 1) {
      const before = log.firstSeq;
      log.prepend(page(range(Math.max(1, before - 200), before - 1), total));
      expect(log.items.length).toBeLessThanOrEqual(CHAT.keptWithEarlier);
    }
    expect(log.cutSeq).toBe(CHAT.keptWithEarlier);
    // New entries are released, but not kept after the missing range.
    expect(seqs(log.accept([message(total + 1)]))).toEqual([total + 1]);
    for (let cut = log.cutSeq; cut !== null; cut = log.cutSeq) {
      log.append(page(range(cut + 1, Math.min(cut + 200, total + 1)), total + 1));
    }
    expect(seqs(log.items)).toEqual(Array.from({ length: CHAT.keptWithEarlier }, (_, index) => 502 + index));
  });

  it('continues after a sampled range', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 2)));
    expect(seqs(log.accept([message(6)], [{ fromSeq: 3, toSeq: 5 }]))).toEqual([6]);
    expect(log.isBehind).toBe(false);
    // The user's own message is in the range and arrives with the answer to sending it.
    expect(log.insert(message(4) as ChatMessage)).toBe(true);
    expect(log.insert(message(4) as ChatMessage)).toBe(false);
    expect(seqs(log.items)).toEqual([1, 2, 4, 6]);
  });

  it('keeps its limit when an own message is inserted while reading back', () => {
    const log = new ChatLog();
    const kept = CHAT.keptWithEarlier;
    log.reset(page([], 0));
    log.setFollowing(false);
    log.accept([message(1)]);
    log.accept(range(3, kept + 1), [{ fromSeq: 2, toSeq: 2 }]);
    expect(log.items).toHaveLength(kept);
    expect(log.insert(message(2) as ChatMessage)).toBe(true);
    expect(seqs(log.items)).toEqual(seqs(range(1, kept)));
    expect(log.cutSeq).toBe(kept);
  });

  it('is behind while an entry before a sampled range is missing', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 2)));
    expect(log.accept([message(7)], [{ fromSeq: 4, toSeq: 6 }])).toEqual([]);
    expect(log.isBehind).toBe(true);
    expect(seqs(log.accept([message(3)]))).toEqual([3, 7]);
  });

  it('marks a tip that was paid back, also one of a page that was read before', () => {
    const tip = { kind: 'tip' as const, id: 'tip_00000001' as const, from, amountMinor: 500, currency: 'eur' };
    const log = new ChatLog();
    log.reset(page([{ ...tip, seq: 1, message: null, sentAt }]));
    const earlier = page([{ ...tip, seq: 1, message: null, sentAt }], 1);
    log.accept([{ kind: 'tip_refund', seq: 2, tip: tip.id, sentAt }]);
    expect(log.items).toMatchObject([{ id: tip.id, refunded: true }]);
    log.showNewest(earlier);
    expect(log.items).toMatchObject([{ id: tip.id, refunded: true }]);
  });

  it('clears the words of a tip that were removed, alone or with all of its author, and keeps the amount', () => {
    const tip = { kind: 'tip' as const, from, amountMinor: 500, currency: 'eur', message: 'words', sentAt };
    const log = new ChatLog();
    log.reset(page([]));
    log.accept([
      { ...tip, seq: 1, id: 'tip_00000001' },
      { ...tip, seq: 2, id: 'tip_00000002' },
      { kind: 'removal', seq: 3, messageId: 'tip_00000001', by: 'mod', reason: null, sentAt },
      // One's own: the server leaves it out of a purge.
      { ...tip, seq: 4, id: 'tip_00000004', anonymous: true },
    ]);
    expect(log.items).toMatchObject([{ message: null, amountMinor: 500 }, { message: 'words' }, { message: 'words' }]);
    log.accept([{ kind: 'purge', seq: 5, identity: from.identity, uptoSeq: 4, by: 'mod', reason: 'spam', sentAt }]);
    expect(log.items).toMatchObject([{ message: null }, { message: null, amountMinor: 500 }, { message: 'words' }]);
  });

  it('clears all messages of a purged author, also in quotes', () => {
    const log = new ChatLog();
    const [first, second] = range(1, 2) as ChatMessage[];
    const other = { ...from, identity: 'other-1' };
    const reply = {
      ...(second as ChatMessage),
      from: other,
      replyTo: { id: first?.id ?? 'msg_0', from, excerpt: 'text 1' },
    };
    log.reset(page([first as ChatMessage, reply]));
    log.accept([{ kind: 'purge', seq: 3, identity: from.identity, uptoSeq: 2, by: 'mod', reason: 'spam', sentAt }]);
    expect(log.items).toMatchObject([
      { removed: true, text: '' },
      { text: 'text 2', replyTo: { excerpt: '' } },
    ]);
  });

  it('reports that there is nothing before the first page', () => {
    const log = new ChatLog();
    log.reset(page(range(3, 5)));
    expect(log.prepend(page(range(1, 2), 5))).toBe(false);
    expect(seqs(log.items)).toEqual([1, 2, 3, 4, 5]);
  });

  it('returns the same array until something changes', () => {
    const log = new ChatLog();
    log.reset(page(range(1, 2)));
    const before = log.items;
    expect(log.items).toBe(before);
    log.accept([message(2)]);
    expect(log.items).toBe(before);
    log.accept([message(3)]);
    expect(log.items).not.toBe(before);
  });

  describe('a page that the server read before a removal which has arrived since', () => {
    const clean = (log: ChatLog) => log.items.find(({ seq }) => seq === 5);

    it('shows the message as removed when it is put before the items', () => {
      const log = new ChatLog();
      log.reset(page(range(11, 20)));
      log.accept([removal(21, 5)]);
      log.prepend(page(range(1, 10), 20));
      expect(clean(log)).toMatchObject({ removed: true, text: '' });
    });

    it('shows the message as removed when it replaces the items', () => {
      const log = new ChatLog();
      log.reset(page(range(11, 20)));
      log.accept([removal(21, 5)]);
      log.showNewest(page(range(1, 20), 20));
      expect(clean(log)).toMatchObject({ removed: true, text: '' });
    });

    it('shows the message as removed when it is appended', () => {
      const log = new ChatLog();
      const kept = CHAT.keptWithEarlier;
      log.reset(page(range(1, 10)));
      log.setFollowing(false);
      log.accept(range(11, kept + 10));
      expect(log.cutSeq).toBe(kept);
      log.accept([removal(kept + 11, kept + 5)]);
      log.append(page(range(kept + 1, kept + 10), kept + 10));
      expect(log.items.find(({ seq }) => seq === kept + 5)).toMatchObject({ removed: true, text: '' });
    });
  });
});
