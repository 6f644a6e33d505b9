/**
 * Takes a screenshot of every scene of `evening.ts`, in both languages, on a phone and on a desktop; with `takings`,
 * of every money page; with `accounts`, of sign-in and account; with `operators`, of an operator at the house's OpenID
 * provider; with `opinions`, of an opinion of the committee; with `stories`, of its alarms, proposals and
 * record; with `narrow-line`, of a viewer whose line carries the sound alone:
 *
 * node tests/e2e/screenshots.ts OUTDIR [takings | accounts | operators | opinions | stories | narrow-line]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DESKTOP, PHONE, sharedChromium } from '../support/browser/browser.ts';
import { Accounts } from './accounts.ts';
import { alarmScenes, proposalScenes, recordScenes } from './committee-stories.ts';
import { Evening, type Scene, show } from './evening.ts';
import { OpinionHouse } from './opinions.ts';
import { Takings } from './takings.ts';

const [folder, what = 'evening'] = process.argv.slice(2);
if (!folder || folder.startsWith('-')) {
  process.stdout.write(
    'Usage: node tests/e2e/screenshots.ts OUTDIR [evening | takings | accounts | operators | opinions | stories | narrow-line]\n',
  );
  process.exit(folder === '--help' ? 0 : 1);
}

/** Also captured in print layout. */
const PAPERS = ['receipt', 'self-bill'];
/** In CSS pixels. */
const A4 = { width: 794, height: 1123 };
await mkdir(folder, { recursive: true });
await using _browser = { [Symbol.asyncDispose]: async () => (await sharedChromium()).close() };
const houses = {
  evening: Evening,
  'narrow-line': Evening,
  takings: Takings,
  accounts: Accounts,
  operators: Accounts,
  opinions: OpinionHouse,
  stories: OpinionHouse,
};
await using house = await houses[what as keyof typeof houses].create();
for await (const scene of scenesOf(house)) {
  const languages = scene.fixedLanguage ? [scene.fixedLanguage] : (['en', 'fr'] as const);
  for (const language of languages) {
    for (const viewport of [PHONE, DESKTOP]) {
      await show(scene, { language, viewport });
      const file = join(folder, `${scene.name}-${viewport.width}-${language}.png`);
      // Money pages are longer than the window and captured whole; a live, or a sheet above a page, fills the window.
      const isWhole =
        !(house instanceof Evening) && (await scene.visitor.page.locator('wa-dialog[open]').count()) === 0;
      await scene.visitor.page.screenshot({ path: file, fullPage: isWhole });
      process.stdout.write(`${file}\n`);
    }
  }
  if (!PAPERS.includes(scene.name)) continue;
  await scene.visitor.page.setViewportSize(A4);
  await scene.visitor.page.emulateMedia({ media: 'print' });
  await scene.visitor.page.screenshot({ path: join(folder, `${scene.name}-print.png`), fullPage: true });
  await scene.visitor.page.emulateMedia({ media: null });
}

function scenesOf(chosen: Evening | Takings | Accounts | OpinionHouse): AsyncGenerator<Scene> {
  if (chosen instanceof Accounts && what === 'operators') return chosen.operatorScenes();
  if (chosen instanceof OpinionHouse && what === 'stories') return storiesOf(chosen);
  return chosen instanceof Evening && what === 'narrow-line' ? chosen.narrowLine() : chosen.scenes();
}

async function* storiesOf(house: OpinionHouse): AsyncGenerator<Scene> {
  yield* alarmScenes(house);
  yield* proposalScenes(house);
  yield* recordScenes(house);
}
