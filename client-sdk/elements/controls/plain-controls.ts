/**
 * Button, callout and spinner of the lobby, which look like Web Awesome's but need only the browser: before access, a
 * library of controls would be a third of what is loaded.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { type BaseIconName, icon } from './icons.ts';

interface ButtonOptions {
  label: string;
  testId: string;
  onClick: () => void;
  icon?: BaseIconName;
  /** Secondary: without a fill. */
  isOutlined?: boolean;
  isBusy?: boolean;
  isDisabled?: boolean;
}

export function button({
  label,
  testId,
  onClick,
  isOutlined,
  isBusy = false,
  ...options
}: ButtonOptions): TemplateResult {
  return html`<button
    type="button"
    class="button ${isOutlined ? 'outlined' : ''}"
    data-testid=${testId}
    aria-busy=${isBusy}
    ?disabled=${options.isDisabled ?? false}
    @click=${() => isBusy || onClick()}
  >
    ${options.icon ? icon(options.icon, 20) : nothing}<span>${label}</span>${isBusy ? spinner() : nothing}
  </button>`;
}

export function spinner(): TemplateResult {
  return html`<span class="spinner" aria-hidden="true"></span>`;
}

/** For an element with the class `callout` and `danger`, `brand` or `neutral`. */
export const plainControlStyles = css`
  .button {
    position: relative;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.75em;
    min-height: 2.75rem;
    padding: 0.4em 0.95em;
    border: 1px solid transparent;
    border-radius: var(--_radius-small);
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-weight: 600;
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition: background-color 90ms;
  }

  .button.outlined {
    border-color: color-mix(in oklab, var(--_accent) 75%, var(--_surface));
    background: transparent;
    color: var(--_accent);
  }

  .button:hover {
    background: color-mix(in oklab, var(--_accent), white 9%);
  }

  .button.outlined:hover {
    background: color-mix(in oklab, var(--_accent) 13%, transparent);
  }

  .button:disabled {
    opacity: 0.5;
    cursor: not-allowed;
  }

  .button[aria-busy='true'] {
    cursor: wait;
  }

  .button[aria-busy='true'] > :not(.spinner) {
    opacity: 0;
  }

  .button .spinner {
    position: absolute;
  }

  .spinner {
    display: inline-block;
    flex: none;
    width: 1em;
    height: 1em;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: spin 1s linear infinite;
  }

  @keyframes spin {
    to {
      rotate: 360deg;
    }
  }

  .callout a {
    color: inherit;
  }

  .callout {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    margin-top: 1.1rem;
    padding: 1rem;
    border: 1px solid color-mix(in oklab, var(--_accent) 50%, var(--_surface));
    border-radius: var(--_radius-small);
    background: color-mix(in oklab, var(--_accent) 13%, transparent);
  }

  .callout.danger {
    border-color: color-mix(in oklab, var(--_live) 70%, var(--_surface));
    background: color-mix(in oklab, var(--_live) 20%, transparent);
  }

  .callout.neutral {
    border-color: var(--_line);
    background: color-mix(in oklab, var(--_text) 7%, transparent);
  }

  .callout .icon {
    flex: none;
  }

  .callout strong {
    display: block;
  }
`;
