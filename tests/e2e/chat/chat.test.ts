/** The chat on the pages: two fans and a creator who moderates. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Room } from '../../../client-sdk/client/room.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { CHROMIUM, PHONE, Visitor, type VisitorOptions } from '../../support/browser/browser.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { TestParticipant } from '../../support/people/participant.ts';
import { eventually } from '../../support/run/eventually.ts';
import { findSmallTargets } from '../page-checks.ts';
import { expectInChat, open, say } from '../site.ts';

describe.skipIf(!CHROMIUM)('the chat', { timeout: 120_000 }, () => {
  let loge: TestApp;
  let room: RoomId;
  let creator: Visitor;
  let lea: Visitor;
  let tom: Visitor;

  beforeAll(async () => {
    loge = await startApp();
    ({ id: room } = await loge.server<{ id: RoomId }>('POST', '/v1/rooms', {
      creator: 'camille',
      title: 'An evening of talk',
      access: { kind: 'free' },
    }));
    [creator, lea, tom] = await Promise.all([
      enter('camille', `/studio/${room}`),
      enter('lea', `/rooms/${room}`, { viewport: PHONE, touch: true }),
      enter('tom', `/rooms/${room}`),
    ]);
  }, 120_000);

  afterAll(async () => {
    for (const visitor of [creator, lea, tom]) await visitor?.[Symbol.asyncDispose]();
    await loge?.[Symbol.asyncDispose]();
  });

  async function enter(identity: string, path: string, options: VisitorOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.create(options);
    await open(visitor, loge.url + path, identity);
    await visitor.by('chat-list').waitFor();
    await visitor.by('chat-people-open').waitFor();
    return visitor;
  }

  const rowOf = (visitor: Visitor, text: string) => visitor.by('chat-list').locator('.row', { hasText: text }).last();
  const textsOf = (visitor: Visitor) => visitor.by('chat-list').locator('.row[data-message] .text').allInnerTexts();

  /** Opens the tools of a message by mouse. */
  async function pointAt(visitor: Visitor, text: string): Promise<void> {
    const row = rowOf(visitor, text);
    await row.hover();
    // A second position: hover needs a moving pointer.
    await row.hover({ position: { x: 40, y: 8 } });
    await row.locator('.tools').waitFor();
  }

  test('a reply shows its quote, and a mention notifies its person', async () => {
    await say(lea, 'Which song was that?');
    await expectInChat(tom, 'Which song was that?');
    await pointAt(tom, 'Which song was that?');
    await tom.by('tool-reply').click();
    await tom.by('chat-answered').waitFor();
    await tom.by('chat-input').pressSequentially('An old one, @l');
    await tom.by('chat-mentions').waitFor();
    await tom.by('chat-input').press('Enter');
    expect(await tom.by('chat-input').inputValue()).toMatch(/^An old one, @L\S+ $/);
    await tom.by('chat-input').press('Enter');
    const answer = rowOf(lea, 'An old one');
    await answer.locator('.reply', { hasText: 'Which song was that?' }).waitFor();
    await answer.locator('.entry.to-me').waitFor();
    expect(await rowOf(creator, 'An old one').locator('.to-me').count()).toBe(0);
    expect(await tom.by('chat-answered').count()).toBe(0);
  });

  test('the first tap on a message shows its tools, the next one hides them', async () => {
    await say(tom, 'To be tapped');
    await expectInChat(lea, 'To be tapped');
    const row = rowOf(lea, 'To be tapped');
    await row.locator('.text').tap();
    await row.locator('.tools').waitFor();
    const small = await findSmallTargets(lea.page);
    expect(small.filter((what) => what.startsWith('tool-'))).toEqual([]);
    await row.locator('.text').tap();
    await row.locator('.tools').waitFor({ state: 'detached' });
    await row.locator('.text').tap();
    await lea.by('tool-reply').tap();
    await lea.by('chat-answered').waitFor();
    await lea.page.keyboard.press('Escape');
    await lea.by('chat-answered').waitFor({ state: 'detached' });
  });

  test('a reaction is shown on the other pages, and its panel covers no message and goes with the next press', async () => {
    await lea.by('chat-emoji').click();
    const panel = await lea.by('chat-emoji-panel').boundingBox();
    const list = await lea.by('chat-list').boundingBox();
    expect(list?.height).toBeGreaterThan(100);
    expect((list?.y ?? 0) + (list?.height ?? 0)).toBeLessThanOrEqual((panel?.y ?? 0) + 1);
    await lea.by('react-🔥').click();
    // Over the picture, not over what people write.
    const picture = tom.page.locator('loge-stage').getByTestId('chat-reactions');
    await picture.locator('span', { hasText: '🔥' }).first().waitFor({ state: 'attached' });
    await lea.by('chat-input').click();
    await lea.by('chat-emoji-panel').waitFor({ state: 'detached' });
  });

  test('a raised hand is counted for everyone, and shown with its name to the creator', async () => {
    await lea.by('chat-hand').click();
    await creator.by('chat-hands-open').waitFor();
    // Seen as a badge, and heard.
    expect(await creator.by('chat-hands-open').locator('.count').innerText()).toBe('1');
    const spoken = creator.page.locator('loge-chat').locator('[role="log"]', { hasText: '1 hand up' });
    await spoken.waitFor({ state: 'attached' });
    await creator.by('chat-hands-open').click();
    await creator.by('chat-hands').getByText('Léa').waitFor();
    await creator.page.keyboard.press('Escape');
    await eventually(async () => (await tom.by('hands-count').allInnerTexts()).join() === '1', 'the count of hands');
    await lea.by('chat-hand').click();
    await creator.by('chat-hands-open').waitFor({ state: 'detached' });
  });

  test('a poll is started, voted in once per person, and closed with its results', async () => {
    // What is missing is said at its field.
    await creator.by('tab-poll').click();
    await creator.by('poll-question').locator('input').fill('Encore?');
    await creator.by('poll-answer-0').locator('input').fill('Oui');
    await creator.by('poll-start').click();
    await creator.by('poll-answer-1').getByText('Give the poll a question and at least two answers.').waitFor();
    expect(await creator.by('poll-answer-1').locator('input').getAttribute('aria-invalid')).toBe('true');
    await creator.by('poll-answer-1').locator('input').fill('Bien sûr');
    await creator.by('poll-start').click();
    await creator.by('poll-close').waitFor();
    await creator.by('tab-chat').click();
    for (const fan of [lea, tom]) await fan.by('chat-poll').getByText('Encore?').waitFor();
    await lea.by('poll-option-0').click();
    await tom.by('poll-option-1').click();
    for (const visitor of [lea, tom, creator]) {
      await eventually(
        async () => (await visitor.by('poll-option-0').innerText()).includes('50 %'),
        'both votes are counted',
      );
    }
    expect(await lea.page.locator('button[data-testid^="poll-option"]').count()).toBe(0);
    await creator.by('tab-poll').click();
    await creator.by('poll-close').click();
    await creator.by('tab-chat').click();
    await lea.by('chat-poll').getByText('Poll, closed').waitFor();
    expect(await lea.by('poll-result').innerText()).toBe('A tie: Oui, Bien sûr.');
  });

  test('a time-out shows its reason and a countdown, and lifting it is shown too', async () => {
    await say(tom, 'Something rude');
    await expectInChat(creator, 'Something rude');
    await pointAt(creator, 'Something rude');
    await creator.by('timeout-60').click();
    const told = tom.by('chat-restriction');
    await told.waitFor();
    const first = await told.innerText();
    expect(first).toMatch(/You can’t write for another (1:00|0:5\d)/);
    expect(first).toContain('Reason: Breaks the house rules');
    expect(first).toContain('by the creator');
    expect(await tom.by('chat-input').count()).toBe(0);
    await eventually(async () => (await told.innerText()) !== first, 'it counts down');
    // Nobody else is notified.
    expect(await lea.by('chat-restriction').count()).toBe(0);

    await pointAt(creator, 'Something rude');
    await creator.by('tool-context').click();
    await creator.by('author-record').getByText('timed out').waitFor();
    await creator.by('lift').click();
    await tom.by('chat-input').waitFor();
    await creator.page.keyboard.press('Escape');
    await say(tom, 'I am sorry');
    await expectInChat(lea, 'I am sorry');
  });

  test('the panic button closes the chat for everyone, and undo restores the modes', async () => {
    await creator.by('moderation-open').click();
    await creator.by('tab-modes').click();
    await creator.by('slow-3').click();
    await lea.by('chat-note').getByText('Slow mode').waitFor();
    await creator.page.keyboard.press('Escape');
    await creator.by('panic').click();
    await creator.by('panic-on').waitFor();
    await lea.by('chat-note').getByText('The chat is closed for a moment').waitFor();
    await say(lea, 'Am I heard?');
    await lea.by('chat-problem').waitFor();
    // The text is back in the input.
    expect(await lea.by('chat-input').inputValue()).toBe('Am I heard?');
    await say(creator, 'One moment, please');
    await expectInChat(lea, 'One moment, please');
    await creator.by('panic-undo').click();
    await creator.by('panic').waitFor();
    await lea.by('chat-note').getByText('Slow mode: one message every 3 seconds').waitFor();
    await lea.by('chat-send').click();
    await expectInChat(tom, 'Am I heard?');
    await lea
      .by('chat-note')
      .getByText(/\d s to go/)
      .waitFor();
    await creator.by('moderation-open').click();
    await creator.by('slow-0').click();
    await lea.by('chat-note').waitFor({ state: 'detached' });
    await creator.page.keyboard.press('Escape');
  });

  test('a listed word holds a message, which its author sees and the creator allows', async () => {
    await creator.by('moderation-open').click();
    await creator.by('tab-words').click();
    await creator.by('word-pattern').locator('input').fill('rubbish');
    await creator.by('word-add').click();
    await creator.by('words-save').click();
    await creator.page.getByText('List saved').waitFor();
    await creator.page.keyboard.press('Escape');
    await say(lea, 'What rubb1sh weather');
    await lea.by('outgoing').getByText('Waiting for a moderator').waitFor();
    await creator.by('chat-waiting').waitFor();
    expect(await textsOf(tom)).not.toContain('What rubb1sh weather');
    await creator.by('moderation-open').click();
    await creator.by('queue').getByText('What rubb1sh weather').waitFor();
    await creator.by('queue-allow').click();
    await creator.by('queue-empty').waitFor();
    await lea.by('outgoing').waitFor({ state: 'detached' });
    for (const fan of [lea, tom]) await expectInChat(fan, 'What rubb1sh weather');
    await creator.page.keyboard.press('Escape');
  });

  test('moderators see a reported message with its evidence, but not the reporter', async () => {
    await pointAt(tom, 'What rubb1sh weather');
    await tom.by('tool-report').click();
    await tom.by('report-spam').check();
    await tom.by('report-send').click();
    await tom.page.getByText('Your report is number').first().waitFor();
    await creator.by('moderation-open').click();
    await creator.by('tab-reports').click();
    const reports = creator.by('reports');
    await reports.getByText('What rubb1sh weather').waitFor();
    await reports.getByText('Spam').waitFor();
    expect(await reports.locator('.meta').innerText()).not.toContain('Tom');
    await creator.page.keyboard.press('Escape');
  });

  test('a fan reports the live in two taps, and the creator does not see it', async () => {
    await tom.by('chat-people-open').click();
    await tom.by('report-open').last().click();
    expect(await tom.by('report-live').isChecked()).toBe(true);
    await tom.by('report-fraud').check();
    await tom.by('report-send').click();
    await eventually(async () => (await loge.app.context.reports.listBy('tom')).length === 2, 'both reports are there');
    const [live, message] = await loge.app.context.reports.listBy('tom');
    expect([live, message]).toMatchObject([
      { subject: 'live', category: 'fraud' },
      { subject: 'message', category: 'spam' },
    ]);
    await creator.by('moderation-open').click();
    await creator.by('tab-reports').click();
    await creator.by('reports').getByText('Spam').waitFor();
    expect(await creator.by('reports').getByText('Fraud').count()).toBe(0);
    await creator.page.keyboard.press('Escape');
  });

  test('a room without a chat has its live reported from the stage', async () => {
    const { id } = await loge.server<{ id: string }>('POST', '/v1/rooms', {
      ...{ creator: 'camille', title: 'Without words', access: { kind: 'free' }, chat: { enabled: false } },
    });
    await using ines = await Visitor.create({ viewport: PHONE });
    await open(ines, `${loge.url}/rooms/${id}`, 'ines');
    await ines.by('report-live-open').click();
    expect(await ines.by('report-live').isChecked()).toBe(true);
    await ines.by('report-violence').check();
    await ines.by('report-send').click();
    await ines.page.getByText('Your report is number').first().waitFor();
    expect(await loge.app.context.reports.listBy('ines')).toMatchObject([
      { room: id, subject: 'live', category: 'violence' },
    ]);
    expect(ines.problems).toEqual([]);
  });

  test('removes all messages of an author on every page, including quotes', async () => {
    for (const text of ['Buy gold here', 'Cheap gold', 'Gold gold gold']) {
      await say(tom, text);
      await expectInChat(creator, text);
    }
    await pointAt(creator, 'Cheap gold');
    await creator.by('tool-context').click();
    await creator.by('remove-author').click();
    for (const visitor of [creator, lea, tom]) {
      await eventually(
        async () => !(await visitor.by('chat-list').innerText()).toLowerCase().includes('gold'),
        'the gold is gone',
      );
    }
    await expectInChat(lea, 'What rubb1sh weather');
    await eventually(
      async () => (await creator.by('message-dialog').getAttribute('open')) === null,
      'the dialog closes',
    );
  });

  test('a phone that was offline for seconds shows all missed messages once and in order', async () => {
    const { page, context } = lea;
    const devTools = await context.newCDPSession(page);
    const offline = { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await devTools.send('Network.enable');
    await devTools.send('Network.emulateNetworkConditions', offline);
    const waiting = 'Written in the tunnel';
    const names = await Promise.all(
      ['ana', 'ben', 'eve', 'zoe'].map(async (identity) =>
        TestParticipant.connect(loge.url, { token: await loge.token({ identity, room }) }),
      ),
    );
    const texts: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      for (const [index, person] of names.entries()) {
        const text = `missed ${String(round).padStart(2, '0')} by ${index}`;
        const { message } = await person.request('chat:send', { clientId: `missed-${round}-${index}`, text });
        texts.push(message.text);
      }
    }
    await expectInChat(tom, texts.at(-1) ?? '');
    // The network is really down; a message written meanwhile is shown at once as pending.
    expect((await textsOf(lea)).filter((text) => text.startsWith('missed'))).toEqual([]);
    await say(lea, waiting);
    await lea.by('outgoing').getByText(waiting).waitFor();
    await devTools.send('Network.emulateNetworkConditions', { ...offline, offline: false });
    await expectInChat(tom, waiting);
    await eventually(async () => (await textsOf(lea)).includes(texts.at(-1) ?? ''), 'the last of what was missed');
    const messages = await page
      .locator('loge-room')
      .evaluate((element: HTMLElement & { room?: Room }) => element.room?.chat.messages ?? []);
    const shown = messages.flatMap((item) =>
      item.kind === 'message' && item.text.startsWith('missed') ? item.text : [],
    );
    expect(shown).toEqual(texts);
    expect((await textsOf(tom)).filter((text) => text === waiting)).toHaveLength(1);
    for (const person of names) person[Symbol.dispose]();
  });

  test('every message and its tools can be reached by keyboard', async () => {
    await creator.by('chat-list').focus();
    await creator.page.keyboard.press('ArrowUp');
    const focused = () =>
      creator.page.evaluate(() => {
        let element: Element | null = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return { row: element?.classList.contains('row') ?? false, test: element?.getAttribute('data-testid') ?? '' };
      });
    expect(await focused()).toMatchObject({ row: true });
    await creator.page.keyboard.press('ArrowUp');
    await creator.page.keyboard.press('Enter');
    expect((await focused()).test).toBe('tool-reply');
    await creator.page.keyboard.press('ArrowRight');
    expect((await focused()).test).toBe('tool-remove');
    await creator.page.keyboard.press('Escape');
    expect(await focused()).toMatchObject({ row: true });
    await creator.page.keyboard.press('r');
    expect((await focused()).test).toBe('chat-input');
    await creator.by('chat-answered').waitFor();
    await creator.page.keyboard.press('Escape');
    await creator.by('chat-answered').waitFor({ state: 'detached' });
  });

  test('R62: a fan hides what another writes, for themselves alone, and shows it again', async () => {
    await say(lea, 'Hidden from one page');
    for (const visitor of [creator, tom]) await expectInChat(visitor, 'Hidden from one page');
    await pointAt(tom, 'Hidden from one page');
    await tom.by('tool-mute').click();
    await tom.by('chat-muted').waitFor();
    await eventually(async () => !(await textsOf(tom)).includes('Hidden from one page'), 'it is hidden');
    expect(await textsOf(creator)).toContain('Hidden from one page');
    await tom.by('unmute').click();
    await tom.by('chat-muted').waitFor({ state: 'detached' });
    await tom.page.keyboard.press('Escape');
    await expectInChat(tom, 'Hidden from one page');
  });

  test('R21c: an anonymous tip is somebody’s, and its words are reported from the chat', async () => {
    const [from, sentAt] = [{ identity: 'fan-9', name: 'Zoé', role: 'fan' } as const, new Date().toISOString()];
    const tip = { id: createId('tip'), room, from, amountMinor: 900, currency: 'eur', item: null, sentAt };
    await loge.app.context.chat.appendTips([{ ...tip, message: 'From nobody you know', anonymous: true }]);
    const before = (await loge.app.context.reports.listBy('tom')).length;
    const shown = creator.by('chat-list').locator(`[data-tip="${tip.id}"]`);
    await shown.getByText('Someone').waitFor();
    expect(await shown.innerText()).not.toContain('Zoé');
    await pointAt(creator, 'From nobody you know');
    await creator.by('tool-report').waitFor();
    expect(await creator.by('timeout-600').count()).toBe(0);
    await creator.page.mouse.move(5, 5);
    await pointAt(tom, 'From nobody you know');
    expect(await tom.by('tool-mute').count()).toBe(0);
    await tom.by('tool-report').click();
    await tom.by('report-message').waitFor();
    expect(await tom.by('report-person').count()).toBe(0);
    await tom.by('report-spam').check();
    await tom.by('report-send').click();
    const reported = async () => (await loge.app.context.reports.listBy('tom')).length;
    await eventually(async () => (await reported()) === before + 1, 'the report is there');
  });

  test('the words of a tip are removed on every page, and its amount stays', async () => {
    const [from, sentAt] = [{ identity: 'fan-9', name: 'Zoé', role: 'fan' } as const, new Date().toISOString()];
    const tip = { id: createId('tip'), room, from, amountMinor: 700, currency: 'eur', item: null, sentAt };
    await loge.app.context.chat.appendTips([{ ...tip, message: 'Rude words with money' }]);
    await pointAt(creator, 'Rude words with money');
    expect(await creator.by('tool-context').count()).toBe(0);
    await creator.by('tool-remove').click();
    for (const visitor of [creator, lea, tom]) {
      const shown = visitor.by('chat-list').locator('[data-tip]', { hasText: 'Zoé' });
      await eventually(async () => !(await shown.innerText()).includes('Rude words'), 'the words are gone');
      expect(await shown.innerText()).toContain('7');
    }
  });

  test('no page reported an error', () => {
    const problems = [creator, lea, tom].flatMap((visitor) => visitor.problems);
    // The browser's own messages about the lost network.
    expect(
      problems.filter((problem) => !/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load resource/.test(problem)),
    ).toEqual([]);
  });
});
