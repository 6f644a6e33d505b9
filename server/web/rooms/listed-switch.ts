/** The switch of a room: found by everybody, or only by those with its link. */
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { live } from 'lit/directives/live.js';
import type { SiteTexts } from '../texts/site-texts.ts';

export const listedSwitchStyles = css`
  .listed {
    display: flex;
    gap: var(--_space-12);
    align-items: flex-start;
    cursor: pointer;
  }

  .listed input {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: var(--_space-4) 0 0;
    accent-color: var(--_accent);
  }

  .listed b {
    display: block;
    font-weight: 600;
  }

  .listed small {
    font: var(--_type-14);
    color: var(--_muted);
  }
`;

export function listedSwitch(options: {
  words: SiteTexts;
  listed: boolean;
  id: string;
  change: (listed: boolean) => void;
}): TemplateResult {
  const { words, listed, id, change } = options;
  return html`<label class="listed">
    <input
      type="checkbox"
      role="switch"
      data-testid=${id}
      .checked=${live(listed)}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />
    <span><b>${words.rooms.listed}</b><small>${words.rooms.listedHint}</small></span>
  </label>`;
}
