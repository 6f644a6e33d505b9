import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { elementTexts } from './element-texts.ts';
import { shownName } from './shown-name.ts';

const SHOWN = ['client-sdk/elements', 'server/web', 'server/gateway/site', 'server/notices/push'];
/** The name of somebody who may have been erased. `creatorName: string` and the like name no one. */
const NAMED = /\b(?:from|creator|author)\??\.name\b|\.creatorName\b/;

test('an erased person is called so in the language of the reader', () => {
  const [zoe, erased] = [{ name: 'Zoé' }, { name: 'Erased' }];
  const names = (['en', 'fr'] as const).map((language) => shownName(erased, elementTexts(language)));
  expect(names).toEqual(['Deleted account', 'Compte supprimé']);
  expect(shownName(zoe, elementTexts('fr'))).toBe('Zoé');
});

test('no page, element or message shows the name of another person without it', () => {
  const files = SHOWN.flatMap((folder) => globSync(`${folder}/**/*.ts`)).filter((file) => !file.endsWith('.test.ts'));
  const bare = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => (NAMED.test(line) && !line.includes('shownName(') ? [`${file}: ${line.trim()}`] : [])),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(bare).toEqual([]);
});
