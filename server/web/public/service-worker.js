/** Shows the messages that the house sends to this browser, and opens their page. It caches nothing. */

const asPath = (path) => (typeof path === 'string' && /^\/(?!\/)/.test(path) ? path : '/');

self.addEventListener('push', (event) => {
  const { title = 'Loge', body = '', path, tag } = event.data?.json() ?? {};
  const options = { body, tag, icon: '/app-icon.png', data: { path: asPath(path) } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.path, self.location.origin).href;
  const open = async () => {
    const pages = await self.clients.matchAll({ type: 'window' });
    const there = pages.find((page) => page.url === url);
    return there ? there.focus() : self.clients.openWindow(url);
  };
  event.waitUntil(open());
});

/** The push service has another endpoint for this browser. */
self.addEventListener('pushsubscriptionchange', (event) => {
  const renew = async () => {
    const answer = await fetch('/v1/me/push');
    if (!answer.ok) return;
    const { publicKey } = await answer.json();
    const subscription = await self.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: publicKey,
    });
    await fetch('/v1/me/push', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(subscription.toJSON()),
    });
  };
  event.waitUntil(renew());
});
