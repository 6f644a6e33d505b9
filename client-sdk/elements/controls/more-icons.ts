/** All icons: those of `icons.ts`, and those that nothing in a lobby shows, which are loaded with what shows them. */

import type { SVGTemplateResult, TemplateResult } from 'lit';
import { svg } from 'lit';
import { type BaseIconName, icon as baseIcon, drawIcon } from './icons.ts';

const SHAPES = {
  ticket: svg`<path d="M3.500 7.500h17v3a1.800 1.800 0 0 0 0 3.500v3h-17v-3a1.800 1.800 0 0 0 0-3.500v-3ZM14 8v1.500m0 2v1.500m0 2v1.500"/>`,
  gift: svg`<rect x="3.5" y="8.5" width="17" height="4" rx="1"/><path d="M5 12.5V20h14v-7.5M12 8.5V20M12 8.5C9 8.5 7.2 7.3 7.2 5.7 7.2 4.5 8.1 3.8 9.2 3.8c1.7 0 2.8 2.2 2.8 4.7Zm0 0c3 0 4.8-1.2 4.8-2.8 0-1.2-.9-1.9-2-1.9-1.7 0-2.8 2.2-2.8 4.7Z"/>`,
  send: svg`<path d="M4 12 20 4.5 14.5 20l-3-6.5L4 12Zm7.5 1.5L20 4.5"/>`,
  more: svg`<circle cx="5.5" cy="12" r="1.2"/><circle cx="12" cy="12" r="1.2"/><circle cx="18.5" cy="12" r="1.2"/>`,
  microphone: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  microphoneOff: svg`<path d="M15 10V6a3 3 0 0 0-6-.2M9 9.500V11a3 3 0 0 0 4.5 2.600M5.5 11.500a6.5 6.5 0 0 0 10.3 5.300M18.5 11.500c0 1-.2 1.9-.6 2.700M12 18v3M4 4l16 16"/>`,
  camera: svg`<rect x="2.5" y="6" width="13" height="12" rx="2.4"/><path d="m15.5 10.8 6-3.300v9l-6-3.3"/>`,
  cameraOff: svg`<path d="M10.5 6h2.600a2.4 2.4 0 0 1 2.4 2.400v2.400l6-3.300v9l-2.5-1.400M15.5 15.600a2.4 2.4 0 0 1-2.4 2.400H4.900a2.4 2.4 0 0 1-2.4-2.400V8.400A2.4 2.4 0 0 1 4.9 6H6M4 4l16 16"/>`,
  screen: svg`<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M8.5 20h7M12 16.500V20M12 13V8m0 0-2.3 2.300M12 8l2.3 2.3"/>`,
  settings: svg`<path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2.2"/><circle cx="9" cy="17" r="2.2"/>`,
  signal: svg`<path d="M5 18.500v-3M10 18.500v-6.500M15 18.500V8M20 18.500V4.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500V12l3 2"/>`,
  check: svg`<path d="m5 12.5 4.5 4.500L19 7.5"/>`,
  chevron: svg`<path d="m6 9.500 6 6 6-6"/>`,
  goal: svg`<circle cx="12" cy="12" r="8.500"/><circle cx="12" cy="12" r="4.200"/><path d="M12 12h.01"/>`,
  down: svg`<path d="M12 5v14m0 0 5.5-5.500M12 19l-5.5-5.5"/>`,
  sound: svg`<path d="M4 9.500v5h3.500L12 18.500v-13L7.5 9.500H4ZM15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>`,
  remove: svg`<path d="M5 7h14M10 7V4.500h4V7m-7.5 0 .8 12.500h9.400L17.5 7M10 11v5m4-5v5"/>`,
  reply: svg`<path d="M9.5 6 4 11.500l5.500 5.500M4.500 11.500H14a6 6 0 0 1 6 6v1"/>`,
  flag: svg`<path d="M5.500 21V4m0 .500c4-2.500 7 2 13 0v9.500c-6 2-9-2.500-13 0"/>`,
  member: svg`<path d="m12 4 2.300 5.100 5.500.600-4.100 3.700 1.200 5.500L12 16.100l-4.900 2.800 1.200-5.500L4.200 9.700l5.500-.600L12 4Z"/>`,
  hide: svg`<path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM4 4l16 16"/>`,
  hand: svg`<path d="M8 12V6.200a1.600 1.600 0 0 1 3.200 0V11m0-.500V4.600a1.600 1.600 0 0 1 3.200 0V11m0-.500V6.200a1.600 1.600 0 0 1 3.200 0V14a7 7 0 0 1-7 7c-2.600 0-4.300-1.300-5.600-3.600L2.900 13.600a1.600 1.600 0 0 1 2.700-1.600L8 14.800"/>`,
  people: svg`<circle cx="9" cy="8.500" r="3.500"/><path d="M2.500 19.500c.4-3.800 3-5.800 6.500-5.800s6.100 2 6.500 5.800M15.500 5.400a3.500 3.500 0 0 1 0 6.200M17.500 14.200c2.300.7 3.700 2.500 4 5.300"/>`,
  shield: svg`<path d="M12 3 4.500 6v5.500c0 4.700 3.200 7.900 7.500 9.500 4.300-1.600 7.500-4.800 7.500-9.500V6L12 3Z"/>`,
  smile: svg`<circle cx="12" cy="12" r="8.500"/><path d="M8.500 14.200c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2M9 9.600v.1M15 9.600v.1"/>`,
  pin: svg`<path d="M9 3.500h6l-.7 6.500 3.200 3.500H6.500L9.700 10 9 3.500ZM12 13.500V21"/>`,
  poll: svg`<path d="M5 20v-7M12 20V4.500M19 20v-10"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  alarm: svg`<path d="M8 2.800h8l5.200 5.200v8L16 21.200H8L2.800 16V8L8 2.800ZM12 7.500v5.500m0 3.200v.1"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1"/>`,
  undo: svg`<path d="M8.500 5 4 9.500 8.500 14M4.500 9.500H14a5.500 5.500 0 0 1 0 11h-4"/>`,
} as const satisfies Record<string, SVGTemplateResult>;

export type IconName = BaseIconName | keyof typeof SHAPES;

export function icon(name: IconName, sizePx?: number): TemplateResult {
  return isMore(name) ? drawIcon(SHAPES[name], sizePx) : baseIcon(name, sizePx);
}

function isMore(name: IconName): name is keyof typeof SHAPES {
  return name in SHAPES;
}
