/** Web Awesome's theme, derived from the custom properties of `theme.ts`. */
import { css } from 'lit';

/** Web Awesome's components inherit these properties through the shadow tree, so no page style is needed. */
export const webAwesomeTheme = css`
  :host {
    --wa-color-surface-raised: var(--_raised);
    --wa-color-surface-default: var(--_surface);
    --wa-color-surface-border: var(--_line);
    --wa-color-text-normal: var(--_text);
    --wa-color-text-quiet: var(--_muted);
    --wa-color-overlay-modal: var(--_scrim);
    --wa-color-focus: var(--_accent);
    --wa-color-mix-hover: white 9%;
    --wa-color-mix-active: black 12%;

    --wa-color-brand-fill-quiet: color-mix(in oklab, var(--_accent) 13%, transparent);
    --wa-color-brand-fill-normal: color-mix(in oklab, var(--_accent) 24%, var(--_surface));
    --wa-color-brand-fill-loud: var(--_primary);
    --wa-color-brand-border-quiet: color-mix(in oklab, var(--_accent) 30%, var(--_surface));
    --wa-color-brand-border-normal: color-mix(in oklab, var(--_accent) 50%, var(--_surface));
    --wa-color-brand-border-loud: color-mix(in oklab, var(--_accent) 75%, var(--_surface));
    --wa-color-brand-on-quiet: var(--_accent);
    --wa-color-brand-on-normal: var(--_text);
    --wa-color-brand-on-loud: var(--_on-primary);

    --wa-color-neutral-fill-quiet: color-mix(in oklab, var(--_text) 7%, transparent);
    --wa-color-neutral-fill-normal: color-mix(in oklab, var(--_text) 12%, var(--_surface));
    --wa-color-neutral-fill-loud: var(--_text);
    --wa-color-neutral-border-quiet: var(--_line);
    --wa-color-neutral-border-normal: var(--_line);
    --wa-color-neutral-border-loud: var(--_line-strong);
    --wa-color-neutral-on-quiet: var(--_text);
    --wa-color-neutral-on-normal: var(--_text);
    --wa-color-neutral-on-loud: var(--_ground);

    --wa-color-danger-fill-quiet: color-mix(in oklab, var(--_live) 20%, transparent);
    --wa-color-danger-fill-normal: color-mix(in oklab, var(--_live) 36%, var(--_surface));
    --wa-color-danger-fill-loud: var(--_live);
    --wa-color-danger-border-quiet: color-mix(in oklab, var(--_live) 50%, var(--_surface));
    --wa-color-danger-border-normal: color-mix(in oklab, var(--_live) 70%, var(--_surface));
    --wa-color-danger-border-loud: var(--_danger);
    --wa-color-danger-on-quiet: var(--_danger);
    --wa-color-danger-on-normal: var(--_text);
    --wa-color-danger-on-loud: var(--_on-live);

    --wa-color-success-fill-quiet: color-mix(in oklab, var(--_success) 14%, transparent);
    --wa-color-success-fill-normal: color-mix(in oklab, var(--_success) 26%, var(--_surface));
    --wa-color-success-fill-loud: var(--_success);
    --wa-color-success-border-quiet: color-mix(in oklab, var(--_success) 34%, var(--_surface));
    --wa-color-success-border-normal: color-mix(in oklab, var(--_success) 55%, var(--_surface));
    --wa-color-success-border-loud: var(--_success);
    --wa-color-success-on-quiet: var(--_success);
    --wa-color-success-on-normal: var(--_text);
    --wa-color-success-on-loud: var(--_ground);

    --wa-color-warning-fill-quiet: var(--wa-color-brand-fill-quiet);
    --wa-color-warning-fill-normal: var(--wa-color-brand-fill-normal);
    --wa-color-warning-fill-loud: var(--wa-color-brand-fill-loud);
    --wa-color-warning-border-quiet: var(--wa-color-brand-border-quiet);
    --wa-color-warning-border-normal: var(--wa-color-brand-border-normal);
    --wa-color-warning-border-loud: var(--wa-color-brand-border-loud);
    --wa-color-warning-on-quiet: var(--wa-color-brand-on-quiet);
    --wa-color-warning-on-normal: var(--wa-color-brand-on-normal);
    --wa-color-warning-on-loud: var(--wa-color-brand-on-loud);

    --wa-font-weight-semibold: 600;
    --wa-font-weight-heading: 500;
    --wa-font-weight-action: 600;
    --wa-font-size-xs: 0.75rem;
    --wa-font-size-s: 0.875rem;
    --wa-font-size-m: 1rem;
    --wa-font-size-l: 1.25rem;
    --wa-font-size-xl: 1.75rem;
    --wa-font-size-smaller: 0.875rem;
    --wa-line-height-condensed: 1.25;

    --wa-space-2xs: 0.25rem;
    --wa-space-xs: 0.5rem;
    --wa-spacing-xs: 0.5rem;
    --wa-space-s: 0.75rem;
    --wa-space-m: 1rem;
    --wa-space-l: 1.5rem;
    --wa-space-xl: 2rem;
    --wa-space-2xl: 2.5rem;

    --wa-border-style: solid;
    --wa-border-width-s: 1px;
    --wa-border-radius-s: var(--_radius-small);
    --wa-border-radius-m: var(--_radius-small);
    --wa-border-radius-pill: var(--_radius-full);
    --wa-focus-ring-style: solid;
    --wa-focus-ring-width: 2px;
    --wa-focus-ring: solid 2px var(--_accent);
    --wa-focus-ring-offset: 2px;
    --wa-shadow-m: 0 6px 20px var(--_shade);
    --wa-shadow-l: 0 24px 70px var(--_shade);
    --wa-transition-easing: var(--_curve);
    --wa-transition-slow: 300ms;
    --wa-transition-normal: 160ms;
    --wa-transition-fast: 90ms;

    --wa-form-control-background-color: var(--_ground);
    --wa-form-control-border-color: var(--_line-strong);
    --wa-form-control-border-style: solid;
    --wa-form-control-border-width: 1px;
    --wa-form-control-border-radius: var(--_radius-small);
    --wa-form-control-activated-color: var(--_accent);
    --wa-form-control-label-color: var(--_text);
    --wa-form-control-label-font-weight: 600;
    --wa-form-control-label-line-height: 1.3;
    --wa-form-control-value-color: var(--_text);
    --wa-form-control-value-font-size: 1rem;
    --wa-form-control-value-font-weight: 400;
    --wa-form-control-value-line-height: 1.25;
    --wa-form-control-hint-color: var(--_muted);
    --wa-form-control-hint-font-weight: 400;
    --wa-form-control-hint-line-height: 1.4;
    --wa-form-control-placeholder-color: var(--_muted);
    --wa-form-control-required-content: '';
    --wa-form-control-required-content-color: inherit;
    --wa-form-control-required-content-offset: 0;
    --wa-form-control-padding-block: var(--_space-8);
    --wa-form-control-padding-inline: var(--_space-16);
    --wa-form-control-height: var(--_control);
    --wa-form-control-toggle-size: 1.35em;
    --wa-panel-border-style: solid;
    --wa-panel-border-width: 1px;
    --wa-panel-border-radius: var(--_radius);
  }

  :is(wa-button, wa-input, wa-select)[size='s'] {
    --wa-form-control-height: max(var(--_control-small), var(--_finger));
    --wa-form-control-padding-inline: var(--_space-12);
  }

  /* Below the header of a site and of a room. */
  wa-toast[placement='top-center'] {
    inset-block-start: calc(2 * var(--_control));
    --wa-shadow-l: 0 10px 32px var(--_shade);
  }

  .faulty::part(hint) {
    color: var(--_danger);
  }

  .faulty::part(base) {
    border-color: var(--_danger);
  }

  wa-dialog::part(dialog) {
    border: 1px solid var(--_line);
  }

  wa-dialog::part(title) {
    font: var(--_title-20);
  }

  /* On a phone, a dialog is a sheet at the bottom of the screen. */
  @media (max-width: 640px) {
    wa-dialog {
      --spacing: var(--_space-16);
    }

    wa-dialog::part(dialog) {
      width: 100vw;
      max-width: 100vw;
      max-height: 88dvh;
      margin: auto 0 0;
      border-width: 1px 0 0;
      border-radius: var(--_radius) var(--_radius) 0 0;
      padding-bottom: env(safe-area-inset-bottom);
    }

    /* What scrolls ends at a line, not behind the buttons. */
    wa-dialog::part(footer) {
      padding-top: var(--_space-12);
      border-top: 1px solid var(--_line);
    }
  }
`;
