/** The buttons behind links of letters, over a slow line: a double click, and a reload after the answer got lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { startHttp, type TestHttp } from '../support/houses/http.ts';
import { createSitePerson } from '../support/people/site-person.ts';
import { SlowLine } from '../support/programs/slow-line.ts';
import { eventually } from '../support/run/eventually.ts';

const ONE_WAY_MS = 40;
const BETWEEN_CLICKS_MS = 50;
const PRICE = 600;
const DAY_MS = 24 * 3_600_000;

const WAYS = ['pressed twice', 'reloaded after a lost answer'] as const;

describe.skipIf(!CHROMIUM)('the button of a letter', { timeout: 60_000 }, () => {
  let line: SlowLine;
  let http: TestHttp;

  beforeAll(async () => {
    line = await SlowLine.create(ONE_WAY_MS);
    http = await startHttp({ env: { LOGE_PUBLIC_URL: line.url } });
    line.target = Number(new URL(http.url).port);
  }, 60_000);
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]();
    await http?.[Symbol.asyncDispose]();
  });

  async function linkTo(address: string, pattern: RegExp): Promise<string> {
    const { mail } = http.context;
    const find = async () => (await mail.listKept(address)).flatMap(({ text }) => pattern.exec(text)?.[0] ?? [])[0];
    await eventually(async () => (await find()) !== undefined, 'the letter is sent');
    return (await find()) ?? '';
  }

  /** Opens the link and uses its button; the page that stays open. */
  async function use({ page }: Visitor, link: string, way: (typeof WAYS)[number]): Promise<void> {
    await page.goto(link);
    const button = page.locator('form button');
    if (way === 'pressed twice') {
      // The second click comes while the answer to the first is under way.
      await button.dblclick({ delay: BETWEEN_CLICKS_MS, noWaitAfter: true });
      return;
    }
    line.losesAnswers = true;
    await button.click({ noWaitAfter: true });
    await eventually(() => page.url().startsWith('chrome-error:'), 'the browser says that the line broke');
    line.losesAnswers = false;
    // The page of the error has to stand before it can be reloaded.
    await page.waitForLoadState();
    await page.reload();
  }

  async function personWithSession(name: string) {
    const id = `person_${name}`;
    return { id, address: `${id}@example.org`, call: await createSitePerson(http, id) };
  }

  test.each(WAYS)('to sign in, %s, signs in once', async (way) => {
    await using visitor = await Visitor.create();
    const { id, address } = await personWithSession(way === 'pressed twice' ? 'double' : 'lost');
    const { people } = http.context;
    await people.sessions.revokeAll(id);
    await people.signIn.request({ address, language: 'en', returnPath: '/healthz' });
    await use(visitor, await linkTo(address, /http\S+\/sign-in\/link\/\S+/), way);
    // The second press aborts the navigation of the first, at which `waitForURL` would give up.
    await eventually(() => visitor.page.url().endsWith('/healthz'), 'the link leads to its page');
    const session = await (await visitor.page.request.get(`${line.url}/site/session`)).json();
    expect(session.person).toMatchObject({ identity: id });
    await eventually(async () => (await people.sessions.list(id, undefined)).length === 1, 'one session is left');
  });

  test.each(WAYS)('to stop a change of address, %s, says that it is stopped', async (way) => {
    await using visitor = await Visitor.create();
    const { id, address } = await personWithSession(way === 'pressed twice' ? 'doubtful' : 'unsure');
    await http.context.people.addresses.request(id, `${id}@example.net`);
    await use(visitor, await linkTo(address, /http\S+\/account\/address\/object\/\S+/), way);
    await visitor.page.getByText('The change is stopped.').waitFor();
  });

  test.each(WAYS)('to give a ticket back, %s, says where the money is', async (way) => {
    await using visitor = await Visitor.create();
    const { money, rooms } = http.context;
    const { id: room } = await http.createRoom({ kind: 'ticket', priceMinor: PRICE });
    const startsIn = (days: number) => ({ startsAt: new Date(Date.now() + days * DAY_MS).toISOString() });
    await http.server('PATCH', `/v1/rooms/${room}`, startsIn(1));
    const identity = `fan of ${room}`.replaceAll(' ', '-');
    await money.promotions.grant({ identity, amountMinor: PRICE, reason: 'Welcome' }, 'operator');
    const token = http.token({ room, identity });
    const { json: quote } = await http.participant(token, 'GET', `/v1/rooms/${room}/quote?kind=ticket`);
    const waiver = { accepted: true, textVersion: quote.waiver.textVersion, language: 'en' };
    const { json: ticket } = await http.participant(token, 'POST', `/v1/rooms/${room}/tickets`, {
      from: 'wallet',
      waiver,
    });
    await http.server('PATCH', `/v1/rooms/${room}`, startsIn(2));
    expect((await rooms.getRoom(room)).movedAt).not.toBeNull();
    await use(visitor, http.context.returnLinks.linkOf(ticket.id), way);
    await visitor.page.getByText('€6.00 is in your wallet.').waitFor();
  });
});
