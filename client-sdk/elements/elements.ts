/**
 * The elements as one module, which the loader (`embed.ts`) imports: `<loge-room>` with its lobby at once, the other
 * parts when they appear in the page.
 */
import './loge-room.ts';
import { loadAllParts, loadParts } from './loading/parts.ts';

/** Call once. */
export function startElements(): void {
  loadParts(document);
  new MutationObserver(() => loadParts(document)).observe(document, { childList: true, subtree: true });
}

export { loadAllParts };
