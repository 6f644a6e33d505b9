/**
 * A letter as written by its template, and its two forms: plain text and HTML. The HTML sets no background and no text
 * colour, so that it is readable in dark mode; styles are inline, as mail programs drop style sheets.
 */
import { withFrenchSpaces } from '../../../client-sdk/elements/texts/french-spaces.ts';
import { html, type Markup } from '../../platform/html.ts';
import type { Language } from '../../protocol/accounts/people.ts';

/** Text, which may have line breaks, a code to type, a link as a button, or facts in lines. */
export type Block =
  | string
  | { code: string }
  | { button: string; href: string; isSecondary?: boolean }
  | { facts: readonly (readonly [name: string, value: string])[] };

export interface LetterContent {
  subject: string;
  blocks: Block[];
  /** Why the recipient gets this letter. */
  reason: string;
}

interface Unsubscribe {
  label: string;
  href: string;
}

export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

export function renderLetter(written: LetterContent, language: Language, unsubscribe?: Unsubscribe): RenderedLetter {
  const content = language === 'fr' ? withFrenchSpaces(written) : written;
  const subject = toOneLine(content.subject);
  return {
    subject,
    text: toText(content, language, unsubscribe),
    html: toHtml(content, { subject, language, unsubscribe }),
  };
}

const COLON: Record<Language, string> = { en: ':', fr: '\u00a0:' };

/** Names and titles of people stand in subjects, where a line break would begin another header. */
function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function toText({ blocks, reason }: LetterContent, language: Language, unsubscribe: Unsubscribe | undefined): string {
  const foot = unsubscribe ? `${reason}\n${unsubscribe.label}${COLON[language]} ${unsubscribe.href}` : reason;
  return `${blocks.map((block) => blockText(block, language)).join('\n\n')}\n\n-- \n${foot}\n`;
}

function blockText(block: Block, language: Language): string {
  if (typeof block === 'string') return block;
  if ('code' in block) return `    ${block.code}`;
  if ('button' in block) return `${block.button}${COLON[language]}\n${block.href}`;
  return block.facts.map(([name, value]) => `${name}${COLON[language]} ${value}`).join('\n');
}

interface Page {
  subject: string;
  language: Language;
  unsubscribe: Unsubscribe | undefined;
}

function toHtml({ blocks, reason }: LetterContent, { subject, language, unsubscribe }: Page): string {
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${subject}</title></head>
<body style="margin: 0; padding: 24px 16px; font: 16px/1.5 -apple-system, 'Segoe UI', Roboto, Arial, sans-serif;">
<div style="max-width: 560px; margin: 0 auto; overflow-wrap: anywhere;">
${blocks.map((block) => blockHtml(block, language))}
<p style="margin: 32px 0 0; padding: 16px 0 0; border-top: 1px solid #808080; font-size: 13px;">${reason}${
    unsubscribe && html`<br><a href="${unsubscribe.href}">${unsubscribe.label}</a>`
  }</p>
</div>
</body>
</html>
`.text;
}

const BUTTON =
  'display: inline-block; padding: 12px 24px; border-radius: 8px; font-weight: bold; text-decoration: none;';
const PRIMARY = 'border: 1px solid #7a1f36; background: #7a1f36; color: #ffffff;';
const SECONDARY = 'border: 1px solid #808080; color: inherit;';
const CODE = 'margin: 0 0 16px; font: bold 30px/1.2 Menlo, Consolas, monospace; letter-spacing: 4px;';

function blockHtml(block: Block, language: Language): Markup {
  if (typeof block === 'string') return html`<p style="margin: 0 0 16px; white-space: pre-line;">${block}</p>\n`;
  if ('code' in block) return html`<p style="${CODE}">${block.code}</p>\n`;
  if ('button' in block) {
    const style = `${BUTTON} ${block.isSecondary ? SECONDARY : PRIMARY}`;
    return html`<p style="margin: 24px 0;"><a href="${block.href}" style="${style}">${block.button}</a></p>\n`;
  }
  return html`<p style="margin: 0 0 16px;">${block.facts.map(([name, value], index) => html`${index > 0 && html`<br>`}${name}${COLON[language]} <strong>${value}</strong>`)}</p>\n`;
}
