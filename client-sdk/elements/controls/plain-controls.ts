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
  /** Gold: what pays or goes live, once a screen. */
  isPrimary?: boolean;
  isDanger?: boolean;
  isSmall?: boolean;
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
    class="button ${isOutlined ? 'outlined' : ''} ${options.isPrimary ? 'primary' : ''} ${options.isDanger ? 'danger' : ''} ${options.isSmall ? 'small' : ''}"
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
    gap: var(--_space-8);
    min-height: var(--_control);
    padding: var(--_space-4) var(--_space-24);
    border: 1px solid transparent;
    border-radius: var(--_radius-small);
    background: var(--_text);
    color: var(--_ground);
    font: var(--_strong-16);
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition: background-color 90ms;
  }

  .button.primary:not(.outlined) {
    background: var(--_primary);
    color: var(--_on-primary);
  }

  .button.outlined {
    border-color: var(--_line-strong);
    background: transparent;
    color: var(--_text);
  }

  .button.danger {
    border-color: var(--_danger);
    background: transparent;
    color: var(--_danger);
  }

  .button.small {
    min-height: max(var(--_control-small), var(--_finger));
    padding: 0 var(--_space-12);
    font: var(--_strong-14);
  }

  .button:hover {
    background: color-mix(in oklab, var(--_text), var(--_ground) 12%);
  }

  .button.primary:not(.outlined):hover {
    background: color-mix(in oklab, var(--_primary), white 12%);
  }

  .button:is(.outlined, .danger):hover {
    background: color-mix(in oklab, currentColor 8%, transparent);
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
    border-radius: var(--_radius-full);
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
    gap: var(--_space-12);
    margin-top: var(--_space-16);
    padding: var(--_space-16);
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

  .callout strong {
    display: block;
  }
`;
