/**
 * The script of embedders: `<script src="https://your-loge/embed.js"></script>`. It loads the elements as modules,
 * whose names contain a hash. Elements connect to the origin of the script unless they have a `url` attribute.
 */
import { entryChunks } from 'virtual:entry-chunks';
import { removeLoadFailure, showLoadFailure } from './loading/load-failure.ts';

const NAMES = {
  LogeChat: 'loge-chat',
  LogeLeaderboard: 'loge-leaderboard',
  LogeLobby: 'loge-lobby',
  LogeModeration: 'loge-moderation',
  LogePrivate: 'loge-private',
  LogeRoom: 'loge-room',
  LogeStage: 'loge-stage',
  LogeStudio: 'loge-studio',
  LogeTip: 'loge-tip',
  LogeWallet: 'loge-wallet',
} as const;

/** Space for a room that is on its way, so that the page does not move when it arrives. */
const PLACE = `loge-room:not(:defined) {
  display: block;
  height: var(--loge-height, min(82dvh, 44rem));
  min-height: var(--loge-min-height, 26rem);
  border-radius: var(--loge-frame-radius, 0);
  background: var(--loge-ground, #130d10);
}`;

type Elements = typeof import('./elements.ts');

/** The global `Loge`: each element's class, undefined until it is loaded, and `load()` for all of them. */
type Loge = { readonly [Name in keyof typeof NAMES]?: CustomElementConstructor } & { load(): Promise<void> };

declare global {
  interface Window {
    Loge?: Loge;
  }
}

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const scriptUrl = script?.src || location.href;
const waiting = new MutationObserver(showFailures);
let failures = 0;
let elements: Promise<Elements> | undefined;

if (!window.Loge) start();

function start(): void {
  window.Loge = Object.defineProperties({ load: async () => (await loadElements()).loadAllParts() }, getters());
  const place = new CSSStyleSheet();
  place.replaceSync(PLACE);
  document.adoptedStyleSheets.push(place);
  for (const chunk of entryChunks) {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'modulepreload', crossOrigin: '', href: urlOf(chunk) });
    document.head.append(link);
  }
  void attempt();
}

function getters(): PropertyDescriptorMap {
  const getter = (name: string) => ({ get: () => customElements.get(name), enumerable: true });
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, getter(name)]));
}

/** Chunks lie beside the script. */
function urlOf(chunk: string): string {
  return new URL(chunk, scriptUrl).href;
}

async function attempt(): Promise<void> {
  waiting.disconnect();
  for (const element of undefinedElements()) removeLoadFailure(element);
  try {
    await loadElements();
  } catch (error) {
    failures += 1;
    if (await useNewerScript()) return;
    console.error('Loge: the elements could not be loaded.', error);
    waiting.observe(document, { childList: true, subtree: true });
    showFailures();
  }
}

function loadElements(): Promise<Elements> {
  elements ??= importElements().catch((error) => {
    elements = undefined;
    throw error;
  });
  return elements;
}

async function importElements(): Promise<Elements> {
  const module: Elements = await import(/* @vite-ignore */ urlOf(entryChunks[0] ?? ''));
  module.startElements();
  return module;
}

function showFailures(): void {
  for (const element of undefinedElements()) {
    // An element with its message is left alone: this also runs for each change of the page.
    if (!element.shadowRoot?.firstChild) showLoadFailure(element, { failures, retry: () => void attempt() });
  }
}

function undefinedElements(root: ParentNode = document): Element[] {
  const found = [...root.querySelectorAll(Object.values(NAMES).join())].filter((element) =>
    element.matches(':not(:defined)'),
  );
  const hosts = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
  return [...found, ...hosts.flatMap(undefinedElements)];
}

/**
 * After an upgrade of the server, a browser may have kept the script of the old release, whose chunks are gone. Fetches
 * the script again and runs it if it is another one, once.
 */
async function useNewerScript(): Promise<boolean> {
  if (!script?.src || script.dataset.newer) return false;
  const response = await fetch(script.src, { cache: 'reload' }).catch(() => undefined);
  const text = response?.ok ? await response.text().catch(() => '') : '';
  if (!text || text.includes(entryChunks[0] ?? '')) return false;
  delete window.Loge;
  const newer = document.createElement('script');
  Object.assign(newer, { src: script.src, nonce: script.nonce });
  newer.dataset.newer = 'true';
  document.head.append(newer);
  return true;
}
