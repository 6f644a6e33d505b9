/** Web push in this browser: whether it is possible, and how it begins and ends. */
import type { PushState } from '../../protocol/accounts/push.ts';
import { call } from '../site/site-call.ts';

/** `install`: an iPhone or iPad, which has it only for a site on its home screen. */
export type PushSupport = 'ready' | 'install' | 'denied' | 'none';

export function pushSupport(): PushSupport {
  const isApple = /iPad|iPhone|iPod/.test(navigator.userAgent) || isTouchMac();
  if (!('serviceWorker' in navigator)) return 'none';
  if (!('PushManager' in window) || !('Notification' in window)) return isApple ? 'install' : 'none';
  return Notification.permission === 'denied' ? 'denied' : 'ready';
}

/** An iPad says that it is a Mac. */
function isTouchMac(): boolean {
  return navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1;
}

/** Asks for the permission, and tells the house. Undefined if the person has refused it. */
export async function subscribeHere(publicKey: string): Promise<PushState | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined;
  await navigator.serviceWorker.register('/service-worker.js');
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const subscription = await pushManager.subscribe(options).catch(async () => {
    // A subscription under an earlier key of the house stands in the way.
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint = '', keys = {} } = subscription.toJSON();
  return call('POST /v1/me/push', { endpoint, keys: { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' } });
}

export async function unsubscribeHere(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration('/');
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}
