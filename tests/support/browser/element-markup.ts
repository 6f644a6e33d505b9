/** What an element renders, as the server's renderer writes it: without a browser, its styles, and marks of Lit. */
import { render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import type { TemplateResult } from 'lit';

export function markupOf(template: TemplateResult): string {
  return collectResultSync(render(template))
    .replace(/<style>[\s\S]*?<\/style>|<!--[\s\S]*?-->|<\?>/g, '')
    .replace(/\s+/g, ' ');
}

/** The texts of the markup, without its tags. */
export function wordsOf(template: TemplateResult): string {
  return markupOf(template)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The test ids in the markup, in order. */
export function testIdsOf(template: TemplateResult): string[] {
  return [...markupOf(template).matchAll(/data-testid="([^"]*)"/g)].map(([, id]) => id ?? '');
}
