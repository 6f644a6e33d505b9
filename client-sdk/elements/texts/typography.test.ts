/** What no text may contain, in the tables of elements, pages, the server's own pages and letters. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDERS = [
  'client-sdk/elements/texts',
  'server/web/texts',
  'server/gateway/site/texts',
  'server/accounts/mail/letters',
];
const EVERYWHERE = /[a-zà-ÿ]'[a-zà-ÿ]|\.\.\.['`]|\u00a0|\\u00a0/i;
const FAULTS = {
  english: [EVERYWHERE, /[\d}] %|\bmails?\b|\bMy [a-z]/],
  french: [EVERYWHERE, /(?<![eE]-)\bmails?\b|courriel|['`](Mes|Mon|Ma) [a-zé]/],
};

test.each(Object.entries(FAULTS))('%s texts have their typography and the words of the house', (language, faults) => {
  const files = FOLDERS.flatMap((folder) => globSync(`${folder}/${language}{/*,}.ts`));
  expect(files.length).toBeGreaterThan(15);
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => !/^(\/\*\*| \*|import )/.test(line) && faults.some((fault) => fault.test(line))),
  );
  expect(found).toEqual([]);
});
