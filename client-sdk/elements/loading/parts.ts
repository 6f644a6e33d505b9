/**
 * Loads the elements that a room needs only at times, when they appear in a page or in another element. Until then they
 * are undefined elements, which get their properties and children like defined ones.
 */
import type { Room } from '../../client/room.ts';
import { removeLoadFailure, showLoadFailure } from './load-failure.ts';

/** Imports the module that defines an element. */
export type PartImport = () => Promise<unknown>;

const parts = new Map<string, PartImport>();
interface Loading {
  /** The undefined elements of this name. */
  elements: Set<Element>;
  isRunning: boolean;
  /** In a row. */
  failures: number;
}

const loadings = new Map<string, Loading>();

export function registerParts(imports: Readonly<Record<string, PartImport>>): void {
  for (const [name, load] of Object.entries(imports)) parts.set(name, load);
}

/** Loads the parts in `root` that are not defined yet. Call it after rendering; a failure shows in the element. */
export function loadParts(root: ParentNode): void {
  for (const element of missingIn(root)) {
    if (!isShown(element)) continue;
    const name = element.localName;
    const loading = loadings.get(name) ?? { elements: new Set(), isRunning: false, failures: 0 };
    if (loading.elements.has(element)) continue;
    loadings.set(name, loading);
    loading.elements.add(element);
    // Until the element is defined; a page may hide what follows it, so that nothing that is seen moves.
    element.toggleAttribute('awaited', true);
    if (!loading.isRunning) void load(name, loading);
  }
}

function missingIn(root: ParentNode): Iterable<Element> {
  const selector = [...parts.keys()].map((name) => `${name}:not(:defined)`).join();
  return selector ? root.querySelectorAll(selector) : [];
}

/** The lobby does not show the children of a `<loge-room>`. */
function isShown(element: Element): boolean {
  const place = element.parentElement?.closest<Element & { room?: Room }>('loge-room');
  return !place || place.room?.access?.state === 'granted';
}

/** Loads parts by name, or those in an element, ahead of their use, which reports a failure. */
export function preloadParts(wanted: readonly string[] | ParentNode): void {
  const names = 'querySelectorAll' in wanted ? [...missingIn(wanted)].map(({ localName }) => localName) : wanted;
  for (const name of names)
    parts
      .get(name)?.()
      .catch(() => undefined);
}

export async function loadAllParts(): Promise<void> {
  await Promise.all([...parts.values()].map((load) => load()));
}

async function load(name: string, loading: Loading): Promise<void> {
  loading.isRunning = true;
  for (const element of loading.elements) removeLoadFailure(element);
  try {
    await parts.get(name)?.();
    loadings.delete(name);
  } catch {
    loading.isRunning = false;
    loading.failures += 1;
    for (const element of loading.elements) {
      element.toggleAttribute('awaited', false);
      showLoadFailure(element, { failures: loading.failures, retry: () => void load(name, loading) });
    }
  }
}
