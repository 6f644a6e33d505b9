/**
 * Imports the Web Awesome components that most elements use (others are imported where they are used), and registers
 * their theme, and their icons as inline SVG. By default the icons are fetched, which is slow and which a strict
 * content security policy forbids.
 */
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/spinner/spinner.js';
import '@awesome.me/webawesome/dist/translations/fr.js';
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import { addSharedStyles } from './shared-styles.ts';
import { webAwesomeTheme } from './web-awesome-theme.ts';

addSharedStyles(webAwesomeTheme);

const SVG = 'http://www.w3.org/2000/svg';

/** The icons that the components use, by Web Awesome's names. */
const PATHS: Record<string, string> = {
  xmark: 'M6 6l12 12M18 6 6 18',
  'circle-xmark': 'M12 3.500a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM9 9l6 6M15 9l-6 6',
  'chevron-down': 'm6 9.5 6 6 6-6',
  check: 'm5 12.5 4.5 4.500L19 7.5',
};

// Web Awesome does not fetch sprite sheets; the mutator fills the empty SVG instead.
registerIconLibrary('system', {
  spriteSheet: true,
  resolver: (name) => `#${name}`,
  mutator: (drawing, host) => {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', PATHS[host?.name ?? ''] ?? '');
    for (const [name, value] of Object.entries({
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': '2.2',
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    })) {
      drawing.setAttribute(name, value);
    }
    const shown = drawing.querySelector('path');
    if (shown) shown.replaceWith(path);
    else drawing.append(path);
  },
});
