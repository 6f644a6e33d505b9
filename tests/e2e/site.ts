/** Steps of users on the site: sign in, open a room, go live, pay, chat, tip. */
import type { Room } from '../../client-sdk/client/room.ts';
import type { Access } from '../../server/protocol/rooms.ts';
import type { Visitor } from '../support/browser/browser.ts';
import type { TestApp } from '../support/houses/app.ts';
import { eventually } from '../support/run/eventually.ts';

/** Opens an address of the site, signed in as somebody if one is named. */
export async function open(visitor: Visitor, url: string, identity?: string): Promise<void> {
  const { context, page } = visitor;
  const { origin } = new URL(url);
  if (identity && identity !== visitor.identity) {
    // What is open now would report that its session ends.
    if (page.url() !== 'about:blank') await page.goto(`${origin}/healthz`);
    const data = { identity };
    const answer = await context.request.post(`${origin}/site/demo-sign-in`, { data, headers: { origin } });
    if (!answer.ok()) throw new Error(`${identity} could not sign in: ${answer.status()}`);
    visitor.identity = identity;
  }
  await page.goto(url);
}

/** Fills in the studio's form; resolves with the id of the new room, whose studio is then open. */
export async function createRoom(
  creator: Visitor,
  { title, priceMajor }: { title: string; priceMajor?: string },
): Promise<string> {
  const { page } = creator;
  await creator.by('room-title').fill(title);
  if (priceMajor === undefined) await creator.by('room-kind-free').check({ force: true });
  else await creator.by('room-price').fill(priceMajor);
  await creator.by('create-room').click();
  await page.waitForURL(/\/studio\/room_/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** A new free room, in whose studio its creator goes live; resolves with its id. */
export async function openLive(
  creator: Visitor,
  loge: TestApp,
  { identity, title, url = loge.url }: { identity: string; title: string; url?: string },
): Promise<string> {
  const input = { creator: identity, title, access: { kind: 'free' } };
  const { id } = await loge.server<{ id: string }>('POST', '/v1/rooms', input);
  await open(creator, `${url}/studio/${id}`, identity);
  await goLive(creator);
  return id;
}

/** Waits for the preview, and goes live. */
export async function goLive(creator: Visitor): Promise<void> {
  await eventually(() => isPlaying(creator, 'preview'), 'the preview plays');
  await creator.by('go-live').click();
  await creator.by('end-live').waitFor();
}

/** Whether a video element plays. */
export async function isPlaying(visitor: Visitor, testId: string): Promise<boolean> {
  return visitor
    .by(testId)
    .evaluate((video: HTMLVideoElement) => !video.paused && video.readyState >= 3 && video.videoWidth > 0)
    .catch(() => false);
}

/** Checks that further frames are decoded. */
export async function expectVideo(fan: Visitor): Promise<void> {
  await eventually(() => isPlaying(fan, 'stage-video'), 'the stage plays');
  const before = (await fan.received()).framesDecoded;
  await eventually(async () => (await fan.received()).framesDecoded > before + 2, 'frames go on being decoded');
}

export async function say(visitor: Visitor, text: string): Promise<void> {
  await visitor.by('chat-input').fill(text);
  await visitor.by('chat-send').click();
}

/** On a small screen, the pinned message and the top tippers are behind one strip. */
export async function openStrip(visitor: Visitor): Promise<void> {
  await visitor.by('chat-strip').click();
}

export async function expectInChat(visitor: Visitor, text: string): Promise<void> {
  await visitor.by('chat-list').getByText(text, { exact: true }).waitFor();
}

/** Fills in the payment page with one of Stripe's test cards and submits it. */
export async function payByCard({ page }: Visitor, card: string): Promise<void> {
  await page.locator('#cardNumber').fill(card);
  await page.locator('#cardExpiry').fill('12 / 34');
  await page.locator('#cardCvc').fill('123');
  await page.locator('#billingName').fill('A. Fan');
  const email = page.locator('#email');
  if ((await email.count()) > 0) await email.fill('fan@example.com');
  await page.getByTestId('hosted-payment-submit-button').click();
}

export const CARD_ACCEPTED = '4242 4242 4242 4242';
export const CARD_DECLINED = '4000 0000 0000 0002';

/** Tops the wallet up from the room or its lobby, and returns to the room. */
export async function topUp(fan: Visitor, amountMinor: number): Promise<void> {
  const room = fan.page.url();
  await fan.by('topup-open').click();
  await fan.by(`topup-amount-${amountMinor}`).click();
  await fan.by('topup-pay').click();
  await fan.page.locator('#cardNumber').waitFor();
  await payByCard(fan, CARD_ACCEPTED);
  await fan.page.waitForURL((url) => url.href.startsWith(room.split('?')[0] ?? room));
  await eventually(async () => (await balanceMinor(fan)) >= amountMinor, 'the credit arrives');
}

type RoomElement = HTMLElement & { room?: Room };

export async function balanceMinor({ page }: Visitor): Promise<number> {
  return page.locator('loge-room').evaluate((element: RoomElement) => element.room?.wallet.balanceMinor ?? -1);
}

export async function accessOf({ page }: Visitor): Promise<Access | undefined> {
  return page.locator('loge-room').evaluate((element: RoomElement) => element.room?.access);
}

export async function tip(fan: Visitor, options: { amountMinor: number; message: string }): Promise<void> {
  const { amountMinor, message } = options;
  await fan.by('tip-open').click();
  await fan.by(`tip-amount-${amountMinor}`).click();
  await fan.by('tip-more').click();
  await fan.by('tip-message').fill(message);
  await fan.by('tip-send').click();
}

/** The browser reports the refusal that makes the page ask for a passkey, and nothing else. */
export function forgetRefusal({ problems }: Visitor, path: string): void {
  problems.push(...problems.splice(0).filter((problem) => !problem.includes(path)));
}

/** A fingerprint sensor that everybody passes. */
export async function addAuthenticator({ page }: Visitor): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const device = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const;
  const options = { ...device, isUserVerified: true, automaticPresenceSimulation: true };
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
}
