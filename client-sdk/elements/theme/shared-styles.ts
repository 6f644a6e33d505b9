/**
 * Styles that every element gets once something needs them: the lobby has no control of Web Awesome, and does without
 * its theme.
 */
import type { CSSResult } from 'lit';

const waiting = new Set<ShadowRoot>();
let sheets: CSSStyleSheet[] = [];

/** Gives the root the shared styles, now or when they are there. They stand before the element's own. */
export function shareStyles(root: ShadowRoot): void {
  root.adoptedStyleSheets = [...sheets, ...root.adoptedStyleSheets];
  if (sheets.length === 0) waiting.add(root);
}

export function addSharedStyles({ styleSheet }: CSSResult): void {
  if (!styleSheet || sheets.includes(styleSheet)) return;
  sheets = [styleSheet];
  for (const root of waiting) shareStyles(root);
  waiting.clear();
}
