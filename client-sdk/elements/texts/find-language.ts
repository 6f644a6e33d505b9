/** Which language an element speaks. Without texts, so that the loader stays small. */

import { LANGUAGE_CODES, type Language } from '../../../server/protocol/languages.ts';

export type { Language };

export function parseLanguage(tag: string | null | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  return LANGUAGE_CODES.find((code) => code === primary);
}

/** The element's own `lang`, else the nearest ancestor's (through shadow roots), else the browser's language. */
export function findLanguage(element: Element): Language {
  let node: Element | null = element;
  while (node) {
    const own = parseLanguage(node.getAttribute('lang'));
    if (own) return own;
    const root: Node = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return parseLanguage(navigator.language) ?? 'en';
}
