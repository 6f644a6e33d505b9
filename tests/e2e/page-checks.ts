/**
 * Checks of every page: no serious axe-core violation, no horizontal scrolling, everything translated, no console
 * errors.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { DESKTOP, PHONE } from '../support/browser/browser.ts';
import { isLong, SEED } from '../support/run/effort.ts';
import { type PageLanguage, type Scene, type SceneState, show } from './evening.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** As in WCAG 2.5.5. */
const FINGER_PX = 44;
const GRAVE = ['serious', 'critical'];

/** Not of an address. */
const UNSPACED = /(?:^|[\p{Letter})])[?!;:»](?!\/\/)/u;

interface Axe {
  /** Its public list of rules has no impact. */
  _audit: { rules: { id: string; impact: string }[] };
  run(options: RunOptions): Promise<AxeResults>;
}

export interface Findings {
  accessibility: string[];
  sideways: string[];
  /** Texts that are equal in English and French. */
  untranslated: string[];
  /** French texts with a sign that has no space before it, as in English. */
  unspaced: string[];
  problems: string[];
}

export const NOTHING_FOUND: Findings = {
  accessibility: [],
  sideways: [],
  untranslated: [],
  unspaced: [],
  problems: [],
};

/**
 * Shows every scene in both languages at one width, scenes in turn as on a phone and on a desktop, a drawn one of them
 * first; and on a phone in French, whose texts are longer. axe-core checks it on a phone in English or on a desktop in
 * French. With `--long` each is done in every combination. `isSameInBoth` is true for a text that needs no translation.
 */
export async function inspectScenes(
  scenes: Iterable<Scene> | AsyncIterable<Scene>,
  isSameInBoth: (text: string) => boolean,
  inspectMore: (scene: Scene, state: SceneState) => Promise<void> = async () => {},
): Promise<Findings> {
  const found: Findings = { accessibility: [], sideways: [], untranslated: [], unspaced: [], problems: [] };
  let turn = SEED;
  for await (const scene of scenes) {
    turn += 1;
    const { name, visitor, fixedLanguage } = scene;
    const { page } = visitor;
    const texts: Record<PageLanguage, string[]> = { en: [], fr: [] };
    const [first, other] = turn % 2 === 0 ? ([PHONE, DESKTOP] as const) : ([DESKTOP, PHONE] as const);
    const whole = first === PHONE ? 'en' : 'fr';
    for (const language of fixedLanguage ? [fixedLanguage] : (['en', 'fr'] as const)) {
      const isAlsoOther = isLong || fixedLanguage || (language === 'fr' && other === PHONE);
      for (const viewport of isAlsoOther ? [first, other] : [first]) {
        await show(scene, { language, viewport });
        const where = `${name} at ${viewport.width} in ${language}`;
        if (isLong || (viewport === first && language === (fixedLanguage ?? whole)))
          found.accessibility.push(...(await findFaults(page)).map((fault) => `${where}: ${fault}`));
        const wide = await page.evaluate(findSidewaysScrolling);
        found.sideways.push(...wide.map((what) => `${where}: ${what}`));
        texts[language].push(...(await page.evaluate(findTexts)));
        await inspectMore(scene, { language, viewport });
      }
    }
    if (!fixedLanguage) {
      const english = new Set(texts.en);
      const kept = texts.fr.filter((text) => english.has(text) && !isSameInBoth(text));
      found.untranslated.push(...new Set(kept.map((text) => `${name}: ${text}`)));
      const unspaced = texts.fr.filter((text) => UNSPACED.test(text) && !isSameInBoth(text));
      found.unspaced.push(...new Set(unspaced.map((text) => `${name}: ${text}`)));
    }
    found.problems.push(...visitor.problems.splice(0).map((problem) => `${name}: ${problem}`));
  }
  return found;
}

/** Which of these controls cannot be seen and pressed. The list of the chat needs room for a line. */
export async function findUnreachable(
  page: Page,
  testIds: readonly string[],
  { mayScroll }: { mayScroll: boolean },
): Promise<string[]> {
  const found: string[] = [];
  for (const testId of testIds) {
    const state = await page.getByTestId(testId).evaluate((element, scrolls) => {
      if (scrolls) element.scrollIntoView({ block: 'nearest' });
      const { x, y, width, height } = element.getBoundingClientRect();
      // Scrolling ends on whole pixels.
      const isInside = x > -1 && y > -1 && x + width < innerWidth + 1 && y + height < innerHeight + 1;
      let hit = document.elementFromPoint(x + width / 2, y + height / 2);
      while (hit?.shadowRoot) {
        const deeper: Element | null = hit.shadowRoot.elementFromPoint(x + width / 2, y + height / 2);
        if (!deeper || deeper === hit) break;
        hit = deeper;
      }
      // Up again, through the shadow roots of what lies inside the control.
      let at: Node | null = hit;
      while (at && at !== element) at = at.parentNode instanceof ShadowRoot ? at.parentNode.host : at.parentNode;
      if (height < 24 || width < 24) return `is ${Math.round(width)} by ${Math.round(height)}`;
      if (!isInside) return `is outside: ${[x, y, width, height].map(Math.round).join(' ')}`;
      return at === element ? '' : `is covered by ${hit?.localName}.${hit?.className}`;
    }, mayScroll);
    if (state) found.push(`${testId} ${state}`);
  }
  return found;
}

/**
 * Buttons that are smaller than a finger on a touch screen, and links that are lower. A link within a text, and a box
 * that its label ticks, are as large as what surrounds them.
 */
export async function findSmallTargets(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  try {
    return await page.evaluate(async (leastPx) => {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const found: string[] = [];
      const visit = (root: Document | ShadowRoot): void => {
        for (const element of root.querySelectorAll('*')) {
          if (element.shadowRoot) visit(element.shadowRoot);
          const isButton = element.matches('button, select');
          if (!isButton && !element.matches('a[href], summary')) continue;
          // The link to the content is there for the keyboard alone.
          if (element.matches('.skip') || getComputedStyle(element).display === 'inline') continue;
          const { width, height } = element.getBoundingClientRect();
          const isLargeEnough = height >= leastPx && (width >= leastPx || !isButton);
          if (isLargeEnough || !element.checkVisibility({ visibilityProperty: true })) continue;
          const name = element.getAttribute('data-testid') ?? element.ariaLabel ?? element.textContent?.trim();
          found.push(`${name} is ${width} by ${height}`);
        }
      };
      visit(document);
      return found;
    }, FINGER_PX - 0.1);
  } finally {
    await devtools.detach();
  }
}

async function findFaults(page: Page): Promise<string[]> {
  // Over the debugger protocol: the pages' content security policy forbids injected scripts. `page.evaluate` would
  // first parse the source in Node.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Runtime.evaluate', { expression: axeSource });
  await devtools.detach();
  const { violations } = await page.evaluate(async (grave) => {
    const { axe } = window as unknown as { axe: Axe };
    // Rules with less impact take a seventh of the time.
    const minor = axe._audit.rules.filter(({ impact }) => !grave.includes(impact));
    const rules = Object.fromEntries(minor.map(({ id }) => [id, { enabled: false }]));
    return axe.run({ resultTypes: ['violations'], rules });
  }, GRAVE);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.flat().join(' ')}) ${failureSummary ?? ''}`),
  );
}

/** Runs in the page: neither the document, a scroll container nor a button may be wider inside than it is. */
function findSidewaysScrolling(): string[] {
  const found: string[] = [];
  const findSticking = (root: Element | ShadowRoot): Element[] =>
    [...root.querySelectorAll('*')].flatMap((element) => [
      ...(element.getBoundingClientRect().right > innerWidth + 1 ? [element] : []),
      ...(element.shadowRoot ? findSticking(element.shadowRoot) : []),
    ]);
  const visit = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
      if (!scrolls && element.localName !== 'button' && element !== document.scrollingElement) continue;
      // The desk's section row and tables of figures may scroll horizontally; a page may not.
      if (element.matches('nav.sections, div.scroller')) continue;
      if (element.scrollWidth <= element.clientWidth + 1) continue;
      const sticking = findSticking(element.shadowRoot ?? element).map((it) => {
        const { left, right } = it.getBoundingClientRect();
        return `${it.localName}.${it.className} "${it.textContent?.trim()}" (${left} to ${right})`;
      });
      const width = `${element.scrollWidth} > ${element.clientWidth}`;
      found.push(`${element.localName}.${element.className}: ${width}, sticks out: ${sticking.join(' ')}`);
    }
  };
  visit(document);
  return found;
}

/** Runs in the page: every visible or announced text that contains a word, or begins with a sign. */
function findTexts(): string[] {
  const found: string[] = [];
  const add = (text: string | null) => {
    const trimmed = text?.trim() ?? '';
    if (/\p{Letter}{3}|^[?!;:]/u.test(trimmed)) found.push(trimmed);
  };
  const visit = (root: Document | ShadowRoot | Element): void => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) add(node.textContent);
      if (!(node instanceof Element) || ['style', 'script', 'title'].includes(node.localName)) continue;
      // The server's explanations for operators are always English, and marked as such.
      if (node.getAttribute('lang') === 'en') continue;
      // An earlier announcement keeps the language in which it was made.
      const isAnnouncement = node.role === 'log' || node.getAttribute('data-testid') === 'note';
      if (!node.checkVisibility({ visibilityProperty: true }) || isAnnouncement) continue;
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) add(node.getAttribute(name));
      if (node.shadowRoot) visit(node.shadowRoot);
      visit(node);
    }
  };
  visit(document.body);
  return found;
}

/** Runs in the page: what moved since the fonts are here, and from where to where. */
export function findLayoutShifts(): string[] {
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type: 'layout-shift', buffered: true });
  const shifts = observer.takeRecords() as unknown as {
    startTime: number;
    value: number;
    sources: { node: Element | null; previousRect: DOMRect; currentRect: DOMRect }[];
  }[];
  const placeOf = ({ x, y, width, height }: DOMRect) => [x, y, width, height].join(' ');
  const since = shifts.filter(({ startTime }) => startTime > (window.logeFontsAtMs ?? 0));
  return since.map(({ value, sources }) => {
    const moves = sources.map(({ node, previousRect, currentRect }) => {
      const name = `${node?.nodeName} ${node?.textContent?.trim().slice(0, 40)}`;
      return `${name}: ${placeOf(previousRect)} → ${placeOf(currentRect)}`;
    });
    return [value, ...moves].join(', ');
  });
}
