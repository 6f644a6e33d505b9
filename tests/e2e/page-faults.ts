/** What is wrong with a page, whatever it is about: accessibility by axe-core's rules, sideways scrolling, texts in the other language. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];

export async function findFaults(page: Page): Promise<string[]> {
  // By the debugger's way in: the policy of the pages forbids any script of ours, as it should.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.flat().join(' ')}) ${failureSummary ?? ''}`),
    );
}

/** Runs in the page: the document, and whatever in it scrolls by itself, must not be wider than what is seen of it. */
export function findSidewaysScrolling(): string[] {
  const found: string[] = [];
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      if (!scrolls && element !== document.scrollingElement) continue;
      if (element.scrollWidth > element.clientWidth + 1)
        found.push(`${element.localName}.${element.className}: ${element.scrollWidth} > ${element.clientWidth}`);
    }
  };
  visit(document);
  return found;
}

/** Runs in the page: every text that is seen or read aloud, without those that hold no word. */
export function findTexts(): string[] {
  const found: string[] = [];
  const add = (text: string | null) => {
    const trimmed = text?.trim() ?? '';
    if (/\p{Letter}{3}/u.test(trimmed)) found.push(trimmed);
  };
  const visit = (root: Document | ShadowRoot | Element): void => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) add(node.textContent);
      if (!(node instanceof Element) || ['style', 'script', 'title'].includes(node.localName)) continue;
      // What was read aloud before stays in the language in which it was said.
      if (!node.checkVisibility({ visibilityProperty: true }) || node.role === 'log') continue;
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) add(node.getAttribute(name));
      if (node.shadowRoot) visit(node.shadowRoot);
      visit(node);
    }
  };
  visit(document.body);
  return found;
}
