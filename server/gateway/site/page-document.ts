/** The pages as Vite has built them, which say what scripts to load, with head and content put in. */
import { readFile } from 'node:fs/promises';
import type { Language } from '../../../client-sdk/elements/texts/language.ts';
import type { Markup } from '../../platform/html.ts';

const HEAD = '<!--loge:head-->';
const BODY = '<!--loge:body-->';

/** Undefined if the page has not been built. */
export async function fillDocument(
  file: string,
  { language, isTheatre, head, body }: { language: Language; isTheatre: boolean; head: Markup; body: Markup },
): Promise<string | undefined> {
  const built = await readFile(file, 'utf8').catch(() => undefined);
  // The replacements are functions, since `$&` in a title would mean something in a string.
  return built
    ?.replace('<html lang="en">', () => `<html lang="${language}"${isTheatre ? ' class="theatre"' : ''}>`)
    .replace(HEAD, () => head.text)
    .replace(BODY, () => body.text);
}
