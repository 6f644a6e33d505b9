/** Network and page lifecycle events of the browser; a no-op elsewhere. */

export interface NetworkListeners {
  /** The network is back or has changed: open connections may be dead. */
  onChange(): void;
  /** The page became visible; browsers throttle the timers of hidden pages. */
  onVisible?(): void;
  /** The page is being unloaded. */
  onGone?(): void;
}

/** Only Chromium on Android reports the network type; it shows a change from Wi-Fi to mobile at once. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Returns the function that stops listening. */
export function listenToNetwork({ onChange, onVisible, onGone }: NetworkListeners): () => void {
  if (typeof window !== 'object') return () => {};
  const { connection } = navigator as Navigator & { connection?: NetworkInformation };
  let type = connection?.type;
  const handleChange = (): void => {
    // The event also fires for new bandwidth estimates, which do not affect the path.
    if (connection?.type === type) return;
    type = connection?.type;
    onChange();
  };
  const handleVisibility = (): void => {
    if (document.visibilityState === 'visible') onVisible?.();
  };
  const handlePageHide = ({ persisted }: PageTransitionEvent): void => {
    // A page in the back/forward cache may be restored.
    if (!persisted) onGone?.();
  };
  window.addEventListener('pagehide', handlePageHide);
  window.addEventListener('online', onChange);
  document.addEventListener('visibilitychange', handleVisibility);
  connection?.addEventListener('change', handleChange);
  return () => {
    window.removeEventListener('pagehide', handlePageHide);
    window.removeEventListener('online', onChange);
    document.removeEventListener('visibilitychange', handleVisibility);
    connection?.removeEventListener('change', handleChange);
  };
}
