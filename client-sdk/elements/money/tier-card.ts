/** A tier of a club: on the creator's page, in the lobby of a members' room, and in the wallet. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Tier } from '../../../server/protocol/money/memberships.ts';

export const tierCardStyles = css`
  .tiers {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
    gap: var(--_space-16);
    list-style: none;
  }

  .tier {
    display: flex;
    flex-direction: column;
    gap: var(--_space-8);
    padding: var(--_card);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .tier .name {
    font: var(--_strong-16);
  }

  .tier .price {
    font: var(--_title-28);
  }

  .tier ul {
    display: grid;
    gap: var(--_space-4);
    color: var(--_muted);
    font: var(--_type-14);
    list-style: none;
  }

  .tier .act {
    margin-top: auto;
    padding-top: var(--_space-8);
  }

  .tier .act .button {
    width: 100%;
  }
`;

/** `price`: with its interval, in words. `act`: what can be done with the tier, such as to join. */
export function tierCard(
  { name, perks }: Pick<Tier, 'name' | 'perks'>,
  { price, about, act }: { price: string; about?: unknown; act?: unknown },
): TemplateResult {
  return html`<li class="tier" data-testid="tier">
    <p class="name">${name}</p>
    <p class="price">${price}</p>
    ${perks.length > 0 ? html`<ul>${perks.map((perk) => html`<li>${perk}</li>`)}</ul>` : nothing} ${about ?? nothing}
    ${act ? html`<div class="act">${act}</div>` : nothing}
  </li>`;
}
