/** Which top-up somebody left the wallet page to pay for: the page waits for that one when they come back. */

const STORED_AS = 'loge-awaited-topup';

/** For this tab, and for another one in which a bank's app may come back. */
export function storeAwaitedTopup(id: string): void {
  try {
    for (const storage of [sessionStorage, localStorage]) storage.setItem(STORED_AS, id);
  } catch {
    // The page may not store anything; then it shows the credit without a word when it is there.
  }
}

export function readAwaitedTopup(): string | null {
  try {
    return sessionStorage.getItem(STORED_AS) ?? localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}
