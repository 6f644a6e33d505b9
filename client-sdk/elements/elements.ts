/**
 * The elements as one module, which the loader (`embed.ts`) imports: `<loge-room>` with its lobby at once, the other
 * parts when they appear in the page.
 */
import './loge-room.ts';
import { loadAllParts, loadParts } from './loading/parts.ts';
import { setDefaultServerUrl } from './room/room-session.ts';

/** Call once. Elements without `url` connect to `serverUrl`. */
export function startElements(serverUrl: string): void {
  setDefaultServerUrl(serverUrl);
  loadParts(document);
  new MutationObserver(() => loadParts(document)).observe(document, { childList: true, subtree: true });
}

export { loadAllParts };
