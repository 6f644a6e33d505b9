/** The chat list in a real browser: it has a bounded number of rows, and the reading position never jumps. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM, sharedChromium } from '../../support/browser/browser.ts';
import type {} from '../../support/browser/chat-stage-page.ts';
import { BundledPage } from '../../support/browser/page-bundle.ts';
import { eventually } from '../../support/run/eventually.ts';

const ENTRY = fileURLToPath(new URL('../../support/browser/chat-stage-page.ts', import.meta.url));
/** The list's own row limit. */
const MOST_ROWS = 160;

describe.skipIf(!CHROMIUM)('the list of the chat', { timeout: 60_000 }, () => {
  let bundled: BundledPage;
  let page: Page;

  beforeAll(async () => {
    bundled = await BundledPage.serve(ENTRY);
    page = await (await sharedChromium()).newPage({ viewport: { width: 390, height: 700 } });
  }, 60_000);

  afterAll(async () => {
    await page?.close();
    await bundled?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await page.goto(bundled.url);
    await eventually(async () => (await rows()).length > 0, 'the list is drawn');
  });

  /** Sequence numbers of the messages in the document, in order. */
  const rows = () =>
    page.evaluate(() => window.chatStage?.rows.map(({ dataset }) => Number(dataset.message?.slice(4))) ?? []);
  const kept = () => page.evaluate(() => window.chatStage.chat.messages.map(({ seq }) => seq));
  const last = () => page.evaluate(() => window.chatStage.log.length);
  const say = (count: number) => page.evaluate((many) => window.chatStage.say(many), count);
  const topOf = (seq: number) =>
    page.evaluate((number) => {
      const row = window.chatStage.rows.find(({ dataset }) => Number(dataset.message?.slice(4)) === number);
      return row ? Math.round(row.getBoundingClientRect().top) : null;
    }, seq);
  const frames = (count = 3) =>
    page.evaluate(async (many) => {
      for (let index = 0; index < many; index += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    }, count);
  const scrollUp = async (px: number) => {
    await page.evaluate((by) => window.chatStage.list.scrollBy(0, -by), px);
    await frames();
  };
  /** The message in the middle of the viewport. */
  const inView = () =>
    page.evaluate(() => {
      const { top, height } = window.chatStage.list.getBoundingClientRect();
      const row = window.chatStage.rows.find((one) => one.getBoundingClientRect().bottom > top + height / 2);
      return Number(row?.dataset.message?.slice(4));
    });

  test('keeps a bounded number of rows and follows the end', async () => {
    for (let burst = 0; burst < 30; burst += 1) {
      await say(100);
      await frames(1);
    }
    await eventually(async () => (await rows()).at(-1) === (await last()), 'the end is shown');
    const shown = await rows();
    expect(shown.length).toBeLessThanOrEqual(MOST_ROWS / 2);
    expect(shown).toEqual(Array.from(shown, (_, index) => (shown[0] ?? 0) + index));
    expect(await page.evaluate(() => window.chatStage.list.scrollTop)).toBe(0);
  });

  test('keeps the reading position while messages arrive, counts them, and goes to the end by a button', async () => {
    await scrollUp(600);
    const reading = await inView();
    const before = await topOf(reading);
    for (let burst = 0; burst < 10; burst += 1) {
      await say(20);
      await frames(1);
      expect(await topOf(reading)).toBe(before);
    }
    const pill = page.getByTestId('chat-newest');
    await eventually(async () => (await pill.innerText()).includes('200 new messages'), 'the new ones are counted');
    await pill.click();
    await eventually(async () => (await rows()).at(-1) === (await last()), 'the end is shown');
    await pill.waitFor({ state: 'detached' });
    await say(1);
    await eventually(async () => (await rows()).at(-1) === (await last()), 'it follows again');
  });

  test('goes to the end when a skipped range drops the rows being read', async () => {
    await scrollUp(600);
    await page.evaluate(() => window.chatStage.miss(1_500));
    await say(1);
    await eventually(async () => (await rows()).at(-1) === (await last()), 'the end is shown');
    expect((await kept())[0]).toBe((await last()) - 199);
    expect(await page.evaluate(() => window.chatStage.list.scrollTop)).toBe(0);
    await page.getByTestId('chat-newest').waitFor({ state: 'detached' });
    await say(1);
    await eventually(async () => (await rows()).at(-1) === (await last()), 'it follows again');
  });

  test('shows the tools of a message at the first tap, and hides them at the next', async () => {
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const at = await page.evaluate(() => {
      const { x, y } = window.chatStage.rows.at(-2)?.getBoundingClientRect() ?? { x: 0, y: 0 };
      return { x: x + 30, y: y + 8 };
    });
    const tap = async () => {
      await devTools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
      await devTools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await tap();
    await page.getByTestId('tool-report').waitFor();
    await frames();
    expect(await page.getByTestId('tool-report').count()).toBe(1);
    await tap();
    await page.getByTestId('tool-report').waitFor({ state: 'detached' });
    await devTools.detach();
    await say(1);
    await eventually(async () => (await rows()).at(-1) === (await last()), 'it follows again');
  });

  test('a screen reader says a tip once, with its amount, and finds the amount once in its row', async () => {
    const devTools = await page.context().newCDPSession(page);
    /** What is read of the last element of a role. */
    const textsIn = async (role: string) => {
      const { nodes } = await devTools.send('Accessibility.getFullAXTree');
      const known = new Map(nodes.map((node) => [node.nodeId, node]));
      const textsOf = (id: string): string[] => {
        const node = known.get(id);
        if (node?.role?.value === 'StaticText') return [String(node.name?.value)];
        return (node?.childIds ?? []).flatMap(textsOf);
      };
      return textsOf(nodes.findLast((node) => node.role?.value === role)?.nodeId ?? '').map((text) => text.trim());
    };
    await page.evaluate(() => window.chatStage.tip(500, 'Encore!'));
    const tipped = / tipped €5\.00: Encore!$/;
    await eventually(async () => (await textsIn('log')).some((text) => tipped.test(text)), 'the tip is announced');
    expect(await textsIn('log')).toHaveLength(1);
    const row = await textsIn('listitem');
    expect(row.filter((text) => text.includes('5.00'))).toEqual(['€5.00']);
    expect(row).toContain('Encore!');
  });

  test('keeps the position when earlier history is inserted', async () => {
    for (let fetched = 0; fetched < 2; fetched += 1) {
      const [first = 0] = await kept();
      await eventually(async () => {
        const reading = await inView();
        await scrollUp(420);
        // Between the scroll and the server's answer the same message stays at its position.
        const at = await topOf(reading);
        await frames(4);
        if (at !== null) expect(await topOf(reading)).toBe(at);
        return ((await kept())[0] ?? 0) < first;
      }, 'a page before was fetched');
      expect((await rows()).length).toBeLessThanOrEqual(MOST_ROWS);
    }
  });

  test('reads back to the first message and forward to the end without gaps', async () => {
    const seen = new Set<number>();
    const note = async () => {
      for (const seq of await rows()) seen.add(seq);
    };
    await eventually(async () => {
      await scrollUp(2_000);
      await note();
      return seen.has(1);
    }, 'the first message is shown');
    await say(5);
    await eventually(async () => {
      await scrollUp(-2_000);
      await note();
      return seen.has(await last());
    }, 'the end is shown again');
    const all = [...seen].sort((left, right) => left - right);
    expect(all).toEqual(Array.from({ length: await last() }, (_, index) => index + 1));
    expect((await rows()).length).toBeLessThanOrEqual(MOST_ROWS);
  });
});
