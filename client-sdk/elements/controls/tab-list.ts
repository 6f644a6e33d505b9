/** A row of tabs, each with a count of what waits in it. Arrow keys choose the next; the panels are `panel-ID`. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { countStyles } from './count-styles.ts';

interface Tab<Id extends string> {
  id: Id;
  label: string;
  waiting?: number | undefined;
}

interface TabList<Id extends string> {
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  choose(id: Id): void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

export function tabList<Id extends string>({ label, tabs, chosen, choose }: TabList<Id>): TemplateResult {
  const handleKey = (event: KeyboardEvent): void => {
    const index = tabs.findIndex(({ id }) => id === chosen) + (STEPS[event.key] ?? 0);
    const next = tabs.at(index % tabs.length)?.id;
    if (!STEPS[event.key] || !next) return;
    event.preventDefault();
    choose(next);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${handleKey}>
    ${tabs.map(
      ({ id, label, waiting = 0 }) => html`<button
        type="button"
        role="tab"
        id="tab-${id}"
        data-testid="tab-${id}"
        aria-selected=${id === chosen}
        aria-controls="panel-${id}"
        tabindex=${id === chosen ? 0 : -1}
        @click=${() => choose(id)}
      >${label}${waiting > 0 ? html`<span class="count">${waiting}</span>` : nothing}</button>`,
    )}
  </div>`;
}

export const tabListStyles = [
  countStyles,
  css`
  .tabs {
    display: flex;
    flex-wrap: wrap;
    border-bottom: 1px solid var(--_line);
  }

  .tabs button {
    display: inline-flex;
    flex: 1 1 auto;
    align-items: center;
    justify-content: center;
    gap: var(--_space-4);
    min-width: 2.75rem;
    min-height: 2.75rem;
    padding: 0 var(--_space-4);
    border: 0;
    border-bottom: 2px solid transparent;
    background: none;
    color: var(--_muted);
    font: var(--_strong-14);
    cursor: pointer;
  }

  .tabs button:focus-visible {
    box-shadow: inset 0 0 0 2px var(--_accent);
  }

  .tabs [aria-selected='true'] {
    border-color: var(--_accent);
    color: var(--_text);
  }
`,
];
