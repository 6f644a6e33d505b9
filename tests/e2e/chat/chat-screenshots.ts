/**
 * Takes a screenshot of every chat scene, in both languages, on a phone and on a desktop:
 *
 * node tests/e2e/chat/chat-screenshots.ts OUTDIR
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DESKTOP, PHONE, sharedChromium } from '../../support/browser/browser.ts';
import { show } from '../evening.ts';
import { ChatScenes } from './chat-scenes.ts';

const [folder] = process.argv.slice(2);
if (!folder || folder.startsWith('-')) {
  process.stdout.write('Usage: node tests/e2e/chat/chat-screenshots.ts OUTDIR\n');
  process.exit(folder === '--help' ? 0 : 1);
}

await mkdir(folder, { recursive: true });
await using _browser = { [Symbol.asyncDispose]: async () => (await sharedChromium()).close() };
await using chat = await ChatScenes.create();
for await (const scene of chat.scenes()) {
  for (const language of ['en', 'fr'] as const) {
    for (const viewport of [PHONE, DESKTOP]) {
      await show(scene, { language, viewport });
      // On a phone the studio's chat is below the fold.
      await scene.visitor.by('chat-people-open').scrollIntoViewIfNeeded();
      const file = join(folder, `${scene.name}-${viewport.width}-${language}.png`);
      await scene.visitor.page.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
    }
  }
}
