/** News of the network and the page, where the browser tells them; nothing outside of one. */

export interface NetworkListeners {
  /** The network is back, or another one: open paths may be dead. */
  onChange(): void;
  /** The page came to the front; timers ran slowly while it was hidden. */
  onVisible?(): void;
  /** The page is being left for good. */
  onGone?(): void;
}

/** Only Chromium on Android tells the type of network; it is how a change from Wi-Fi to mobile is noticed at once. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Returns the function that stops listening. */
export function listenToNetwork({ onChange, onVisible, onGone }: NetworkListeners): () => void {
  if (typeof window !== 'object') return () => {};
  const { connection } = navigator as Navigator & { connection?: NetworkInformation };
  let type = connection?.type;
  const changed = (): void => {
    // The same event tells new estimates of speed, which say nothing about the path.
    if (connection?.type === type) return;
    type = connection?.type;
    onChange();
  };
  const visible = (): void => {
    if (document.visibilityState === 'visible') onVisible?.();
  };
  const hidden = ({ persisted }: PageTransitionEvent): void => {
    // A page that is kept for the way back is not gone.
    if (!persisted) onGone?.();
  };
  window.addEventListener('pagehide', hidden);
  window.addEventListener('online', onChange);
  document.addEventListener('visibilitychange', visible);
  connection?.addEventListener('change', changed);
  return () => {
    window.removeEventListener('pagehide', hidden);
    window.removeEventListener('online', onChange);
    document.removeEventListener('visibilitychange', visible);
    connection?.removeEventListener('change', changed);
  };
}
