/**
 * The tokens of the look: the only sizes, colours, radii and spaces that styles may use, which `npm run check` holds
 * (`infra/checks/look.ts`). Embedders set the roles by `--loge-*` custom properties (`../README.md`, "Theme").
 */
import { css } from 'lit';

export const tokens = css`
  :root,
  :host {
    /* Colour by role; the second is for the dark. Which of both is shown follows the colour scheme. */
    --_ground: var(--loge-ground, light-dark(#fbf7f1, #130d10));
    --_surface: var(--loge-surface, light-dark(#ffffff, #1c1418));
    --_raised: var(--loge-raised, light-dark(#ffffff, #271c21));
    --_line: var(--loge-line, light-dark(#e4dad1, #41323a));
    --_line-strong: var(--loge-line-strong, light-dark(#8c7a72, #8a7680));
    --_text: var(--loge-text, light-dark(#1c1418, #f6eee6));
    --_muted: var(--loge-muted, light-dark(#6b5a60, #bcaba6));
    --_accent: var(--loge-accent-text, var(--loge-accent, light-dark(#8a5a12, #e6b566)));
    /* The fill of what pays or goes live, once a screen. */
    --_primary: var(--loge-accent, #e6b566);
    --_on-primary: var(--loge-on-accent, #1e1305);
    --_live: var(--loge-live, light-dark(#b3202e, #c8323c));
    --_on-live: var(--loge-on-live, #ffffff);
    --_danger: var(--loge-danger, light-dark(#b3202e, #ff9a92));
    --_success: var(--loge-success, light-dark(#1f6b45, #86d3a8));
    --_velvet: var(--loge-velvet, #7a1e38);
    --_on-velvet: #f6eee6;
    /* Lends the curtain its hue, which is otherwise the creator's. */
    --_cloth: var(--loge-velvet, transparent);
    /* Names in a chat: one of six for each person. */
    --_tint-1: light-dark(#a3274a, #f2a2b8);
    --_tint-2: light-dark(#9c431c, #f3ab8f);
    --_tint-3: light-dark(#3d6b2e, #abd29c);
    --_tint-4: light-dark(#1a6a62, #84d0c5);
    --_tint-5: light-dark(#1f5f9c, #97c6f1);
    --_tint-6: light-dark(#6a4bb0, #c6b3f4);
    /* What lies over pictures and video, which are dark in both themes. */
    --_stage: #080506;
    --_on-stage: #fff5e9;
    --_scrim: rgb(10 4 7 / 0.76);
    --_scrim-light: rgb(10 4 7 / 0.4);
    --_veil: rgb(255 255 255 / 0.16);
    --_footlight: rgb(255 176 112 / 0.42);
    --_shade: light-dark(rgb(60 30 20 / 0.18), rgb(0 0 0 / 0.5));
    /* What is chosen: this tint, a border of 2 px in the accent, and a tick. */
    --_chosen: color-mix(in oklab, var(--_accent) 12%, transparent);

    --_font: var(--loge-font, Figtree, 'Figtree Fallback', 'Figtree Fallback Roboto', system-ui, sans-serif);
    --_font-display: var(--loge-font-display, Newsreader, 'Newsreader Fallback', 'Newsreader Fallback Times', 'Newsreader Fallback Noto', serif);
    /* Text by size over line height: regular, strong, and titles. There are no others. */
    --_type-12: 400 0.75rem / 1rem var(--_font);
    --_type-14: 400 0.875rem / 1.25rem var(--_font);
    --_type-16: 400 1rem / 1.5rem var(--_font);
    --_type-20: 400 1.25rem / 1.75rem var(--_font);
    --_strong-12: 600 0.75rem / 1rem var(--_font);
    --_strong-14: 600 0.875rem / 1.25rem var(--_font);
    --_strong-16: 600 1rem / 1.5rem var(--_font);
    --_title-20: 500 1.25rem / 1.75rem var(--_font-display);
    --_title-28: 500 1.75rem / 2.125rem var(--_font-display);
    --_title-40: 500 2.5rem / 2.75rem var(--_font-display);
    --_title-page: var(--_title-28);
    --_title-56: 500 3.5rem / 3.625rem var(--_font-display);
    --_code-14: 400 0.875rem / 1.25rem ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace;

    --_space-4: 0.25rem;
    --_space-8: 0.5rem;
    --_space-12: 0.75rem;
    --_space-16: 1rem;
    --_space-24: 1.5rem;
    --_space-32: 2rem;
    --_space-48: 3rem;
    --_space-72: 4.5rem;
    --_card: var(--_space-16);
    --_page: 68.75rem;

    --_radius: var(--loge-radius, 16px);
    --_radius-small: var(--loge-radius-small, 8px);
    --_radius-full: 999px;
    --_control: 3rem;
    --_control-small: 2.25rem;
    /* The least size of what is pressed, on a touch screen. */
    --_finger: 0px;
    --_ring: 0 0 0 2px var(--_ground), 0 0 0 4px var(--_accent);
    --_curve: cubic-bezier(0.2, 0.8, 0.2, 1);
  }

  @media (pointer: coarse) {
    :root,
    :host {
      --_finger: 2.75rem;
    }
  }

  @media (min-width: 720px) {
    :root,
    :host {
      --_card: var(--_space-24);
      --_title-page: var(--_title-40);
    }
  }
`;
