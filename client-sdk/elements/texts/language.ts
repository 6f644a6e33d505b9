/** Which language an element speaks: its own `lang`, else the nearest ancestor's (through shadow roots), else the browser's. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ElementTexts } from './english.ts';
import { english } from './english.ts';
import { french } from './french.ts';

export type Language = 'en' | 'fr';

const TEXTS: Record<Language, ElementTexts> = { en: english, fr: french };

export function parseLanguage(tag: string | null | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  return primary === 'fr' || primary === 'en' ? primary : undefined;
}

function languageAround(element: Element): Language {
  let node: Element | null = element;
  while (node) {
    const own = parseLanguage(node.getAttribute('lang'));
    if (own) return own;
    const root: Node = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return parseLanguage(navigator.language) ?? 'en';
}

const speakers = new Set<LanguageController>();
let observer: MutationObserver | undefined;

/** Tells every element to look again, after a `lang` attribute has changed somewhere above them. */
export function refreshLanguage(): void {
  for (const speaker of speakers) speaker.refresh();
}

/** Keeps an element's language and dictionary, and renders it again when the page's language changes. */
export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  language: Language = 'en';

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get texts(): ElementTexts {
    return TEXTS[this.language];
  }

  hostConnected(): void {
    speakers.add(this);
    if (!observer) {
      observer = new MutationObserver(refreshLanguage);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    }
    this.refresh();
  }

  hostDisconnected(): void {
    speakers.delete(this);
  }

  refresh(): void {
    const next = languageAround(this.#host);
    if (next === this.language) return;
    this.language = next;
    this.#host.requestUpdate();
    // What it renders may give library elements another `lang`, and elements of ours may stand inside those: all look again.
    void this.#host.updateComplete.then(refreshLanguage);
  }
}
