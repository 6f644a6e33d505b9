import { expect, test } from 'vitest';
import { pictureOf } from '../../../server/protocol/pictures.ts';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import { type PosterOf, poster } from './poster.ts';

test("without a poster a room shows its creator's portrait over the curtain, and without both its title", () => {
  const room: PosterOf = { id: 'room_1', title: 'A concert', poster: null, creator: { identity: 'camille' } };
  const portrait = pictureOf('portrait', 'face');
  expect(markupOf(poster(room))).toMatch(/radial-gradient.*A concert/s);
  const velvet = markupOf(poster({ ...room, portrait }));
  expect(velvet).toMatch(/poster velvet.*radial-gradient.*face-640\.webp/s);
  expect(velvet).not.toContain('A concert');
  expect(markupOf(poster({ ...room, portrait, poster: pictureOf('poster', 'stage') }))).not.toContain('face');
});
