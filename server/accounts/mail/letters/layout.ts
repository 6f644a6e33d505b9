/**
 * The blocks of a letter, laid out as HTML and as plain text. Mail programs want tables, and styles in each element;
 * the style sheet has the dark colours, and what large text on a small screen needs. It reads well without pictures.
 */
import { html, Markup } from '../../../platform/html.ts';
import type { Language } from '../../../protocol/languages.ts';

type Absent = false | '' | null | undefined;

/** Text, which may have line breaks, a code to type, a link as a button, or facts in lines. */
type Block =
  | string
  | { code: string }
  | { button: string; href: string; isSecondary?: boolean }
  | { facts: [name: string, value: string | Absent][] };

export interface LetterContent {
  /** What kind of letter it is, where the title is a name or an amount. */
  kind?: string;
  title: string;
  /** What follows the title in the subject. */
  details?: (string | Absent)[];
  poster?: { src: string; alt: string } | undefined;
  blocks: (Block | Absent)[];
  /** Why the recipient gets this letter. */
  reason: string;
}

interface Frame {
  language: Language;
  /** The name of the house. */
  house: string;
  colon: string;
  unsubscribe: { label: string; href: string } | undefined;
}

type Letter = Omit<LetterContent, 'blocks'> & Frame & { heading: string; subject: string; blocks: Block[] };

export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

export function layOut(content: LetterContent, frame: Frame): RenderedLetter {
  const { kind, title, details = [] } = content;
  const heading = kind ? `${kind}${frame.colon} ${title}` : title;
  const subject = toOneLine([heading, ...details.filter((detail) => detail)].join(', '));
  const letter = { ...content, ...frame, heading, subject, blocks: content.blocks.flatMap(withoutAbsent) };
  return { subject, text: toText(letter), html: toHtml(letter).text };
}

/** Names and titles of people stand in subjects, where a line break would begin another header. */
function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function withoutAbsent(block: Block | Absent): Block[] {
  if (!block) return [];
  if (typeof block === 'string' || !('facts' in block)) return [block];
  const facts = block.facts.filter(([, value]) => value);
  return facts.length > 0 ? [{ facts }] : [];
}

function toText({ heading, blocks, reason, colon, unsubscribe }: Letter): string {
  const texts = blocks.map((block) => {
    if (typeof block === 'string') return block;
    if ('code' in block) return `    ${block.code}`;
    if ('button' in block) return `${block.button}${colon}\n${block.href}`;
    return block.facts.map(([name, value]) => `${name}${colon} ${value}`).join('\n');
  });
  const foot = unsubscribe ? `${reason}\n${unsubscribe.label}${colon} ${unsubscribe.href}` : reason;
  return `${[heading, ...texts].join('\n\n')}\n\n-- \n${foot}\n`;
}

/** Colours by role: the light one, which stands in each element, and the dark one. */
const ROLES = {
  ground: ['background-color', '#FBF7F1', '#130D10'],
  surface: ['background-color', '#FFFFFF', '#1C1418'],
  ink: ['color', '#1C1418', '#F6EEE6'],
  muted: ['color', '#6B5A60', '#BCABA6'],
  accent: ['color', '#8A5A12', '#E6B566'],
  line: ['border-color', '#8C7A72', '#8A7680'],
} as const;
const DARK = Object.entries(ROLES).map(([role, [what, , dark]]) => `.${role} { ${what}: ${dark} !important; }`);
const SHEET = new Markup(`:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) { ${DARK.join(' ')} }
@media (max-width: 300px) { div.ground td { display: block; width: auto !important; padding: 0 16px 4px !important; } }`);

/** The attributes of an element in these roles. */
function look(roles: (keyof typeof ROLES)[], style: string): Markup {
  const colours = roles.map((role) => `${ROLES[role][0]}: ${ROLES[role][1]};`);
  return html`class="${roles.join(' ')}" style="${[style, ...colours].join(' ')}"`;
}

const TITLES = 'Newsreader, Georgia, serif';
const BODY = 'Figtree, Helvetica, Arial, sans-serif';
const TABLE = new Markup('role="presentation" cellpadding="0" cellspacing="0" border="0"');

const half = (corner: string) =>
  html`<td style="width: 10px; height: 12px; background-color: #E6B566; border-radius: ${corner};"></td>`;
/** The arch of the house's icon with its parted curtain. It needs no picture. */
const MARK = html`<table ${TABLE} style="border: 2px solid #E6B566; border-radius: 999px 999px 0 0; border-collapse: separate; overflow: hidden;">
<tr>${half('0 0 999px 0')}${half('0 0 0 999px')}</tr><tr><td colspan="2" style="height: 8px;"></td></tr></table>`;

function toHtml({ language, house, subject, kind, title, poster, blocks, reason, unsubscribe }: Letter): Markup {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>${SHEET}</style>
</head>
<body ${look(['ground'], 'margin: 0; padding: 0;')}>
<div style="display: none; max-height: 0; overflow: hidden;">${blocks.find((block) => typeof block === 'string')}</div>
<table ${TABLE} width="100%"><tr><td align="center" style="padding: 24px 8px;">
<table ${TABLE} width="560" style="width: 100%; max-width: 560px; table-layout: fixed; overflow-wrap: anywhere; text-align: left;">
<tr><td style="padding: 16px 24px; border-radius: 16px 16px 0 0; background-color: #7A1E38;"><table ${TABLE}><tr><td>${MARK}</td>
<td style="padding: 0 0 0 12px; font: 500 20px/28px ${TITLES}; color: #F6EEE6;">${house}</td></tr></table></td></tr>
${poster && html`<tr><td ${look(['surface'], '')}><img src="${poster.src}" alt="${poster.alt}" width="560" ${look(['muted'], `display: block; width: 100%; height: auto; text-align: center; font: 400 14px/20px ${BODY};`)}></td></tr>\n`}<tr><td ${look(['surface'], 'padding: 32px 24px 16px; border-radius: 0 0 16px 16px;')}>
${kind && html`<p ${look(['accent'], `margin: 0 0 4px; font: 600 14px/20px ${BODY};`)}>${kind}</p>\n`}<h1 ${look(['ink'], `margin: 0 0 24px; font: 500 28px/34px ${TITLES};`)}>${title}</h1>
${blocks.map(blockHtml)}</td></tr>
<tr><td ${look(['muted'], `padding: 16px 24px; font: 400 12px/16px ${BODY};`)}>${reason}${unsubscribe && html`<br><a href="${unsubscribe.href}" ${look(['ink'], '')}>${unsubscribe.label}</a>`}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

const BUTTON = `display: inline-block; padding: 12px 24px; border-radius: 8px; font: 600 16px/24px ${BODY}; text-decoration: none;`;

function blockHtml(block: Block): Markup {
  if (typeof block === 'string')
    return html`<p ${look(['ink'], `margin: 0 0 16px; font: 400 16px/24px ${BODY}; white-space: pre-line;`)}>${block}</p>\n`;
  if ('code' in block)
    return html`<p ${look(['ground', 'ink'], `margin: 0 0 24px; padding: 16px; border-radius: 8px; font: 600 28px/34px ${BODY}; letter-spacing: 4px; text-align: center;`)}>${block.code}</p>\n`;
  if ('button' in block) {
    const { button, href, isSecondary } = block;
    const gold = html`style="${BUTTON} background-color: #E6B566; color: #1E1305;"`;
    const looks = isSecondary ? look(['ink', 'line'], `${BUTTON} border: 1px solid;`) : gold;
    return html`<p style="margin: 0 0 16px;"><a href="${href}" ${looks}>${button}</a></p>\n`;
  }
  const name = look(
    ['muted'],
    `padding: 4px 16px; width: 30%; overflow-wrap: normal; vertical-align: baseline; font: 400 14px/20px ${BODY};`,
  );
  const value = look(['ink'], `padding: 4px 16px 4px 0; vertical-align: baseline; font: 600 16px/24px ${BODY};`);
  const facts = block.facts.map(
    (fact) => html`<tr><td ${name}>${fact[0]}</td><td ${value}>${fact[1] ?? ''}</td></tr>\n`,
  );
  return html`<div ${look(['ground'], 'margin: 0 0 24px; padding: 8px 0; border-radius: 8px;')}><table ${TABLE} width="100%">${facts}</table></div>\n`;
}
