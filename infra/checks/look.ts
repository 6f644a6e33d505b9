/**
 * The part of `npm run check` for the look: prints each declaration that has a size, colour, radius or space of its own
 * instead of a token of `client-sdk/elements/theme/tokens.ts`.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const STYLES = ['client-sdk/elements/**/*.ts', 'server/web/**/*.ts', 'server/gateway/**/*.{ts,css}'];
/** The tokens themselves, and the theme that hands them to the library of controls in its own names. */
const TOKENS = /theme\/(tokens|web-awesome-theme)\.ts$|\.test\.ts$/;

const SPACE = /^(padding|margin|(row-|column-)?gap)(-[a-z-]+)?$/;
/** A border's width may stand in a space that makes up for it. */
const OWN_LENGTH = /(?<![\w.-])(?!0(?![\d.])|[12]px)\d*\.?\d+(px|r?em)\b/;
const OWN_COLOR = /#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|oklab|lab|lch)\((?!var\()[\d.]/i;

/** What is wrong with one declaration, if anything is. */
export function faultOfDeclaration(property: string, value: string): string | undefined {
  if (property.startsWith('--media-') || property.startsWith('--wa-')) return undefined;
  if (['font-size', 'line-height', 'font-family'].includes(property)) return 'write `font: var(--_type-…)`';
  if (property === 'font' && !/^(inherit|var\(--_(type|strong|title|code)-[a-z\d]+\))$/.test(value))
    return 'write `font: var(--_type-…)`';
  if (property === 'font-weight' && !/^(400|500|600)$/.test(value)) return 'weights are 400, 500 and 600';
  if (property.endsWith('radius') && !/^(0|inherit|var\(--_radius[a-z-]*\)|var\(--loge-[\w-]+, 0\)|\s)+$/.test(value))
    return 'write `var(--_radius…)`';
  if (SPACE.test(property) && OWN_LENGTH.test(value.replaceAll(/var\(--[\w-]+, 0px\)/g, '')))
    return 'write `var(--_space-…)`';
  if (OWN_COLOR.test(value)) return 'write a colour by its role, `var(--_…)`';
  return undefined;
}

/** Faults of the `css` templates and of the `style` attributes in a source. */
export function faultsOfStyles(source: string): string[] {
  const templates = [...source.matchAll(/css`([\s\S]*?)`/g)].map(([, css = '']) => css);
  const attributes = [...source.matchAll(/ style="([^"]*)"/g)].map(([, css = '']) => `{${css};}`);
  return [...templates, ...attributes].flatMap((css) =>
    [...css.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/(?<=[{;]\s*)([\w-]+)\s*:\s*([^;{}]+);/g)].flatMap(
      ([, property = '', value = '']) => {
        const fault = faultOfDeclaration(property, value.trim());
        return fault ? [`${property}: ${value.trim()}: ${fault}`] : [];
      },
    ),
  );
}

function stylesOf(file: string): string {
  const source = readFileSync(`${PROJECT}/${file}`, 'utf8');
  return file.endsWith('.css') ? `css\`${source}\`` : source;
}

if (import.meta.main) {
  const files = STYLES.flatMap((pattern) => globSync(pattern, { cwd: PROJECT })).filter((file) => !TOKENS.test(file));
  const faults = files.flatMap((file) => faultsOfStyles(stylesOf(file)).map((fault) => `${file}: ${fault}`));
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
