/**
 * The language of an element: its own `lang`, else the nearest ancestor's (through shadow roots), else the browser's.
 */
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

function findLanguage(element: Element): Language {
  let node: Element | null = element;
  while (node) {
    const own = parseLanguage(node.getAttribute('lang'));
    if (own) return own;
    const root: Node = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return parseLanguage(navigator.language) ?? 'en';
}

export function elementTexts(language: Language): ElementTexts {
  return TEXTS[language];
}

const controllers = new Set<LanguageController>();
let observer: MutationObserver | undefined;

/** Updates the language of all elements after a change of a `lang` attribute. */
export function refreshLanguage(): void {
  for (const controller of controllers) controller.refresh();
}

/** Provides an element's language and texts, and renders it when the language changes. */
export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  language: Language = 'en';

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get texts(): ElementTexts {
    return elementTexts(this.language);
  }

  hostConnected(): void {
    controllers.add(this);
    if (!observer) {
      observer = new MutationObserver(refreshLanguage);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    }
    this.refresh();
  }

  hostDisconnected(): void {
    controllers.delete(this);
  }

  refresh(): void {
    const next = findLanguage(this.#host);
    if (next === this.language) return;
    this.language = next;
    this.#host.requestUpdate();
    // The host may render a new `lang` on library elements that contain other elements of ours.
    void this.#host.updateComplete.then(refreshLanguage);
  }
}
