/** A creator's page with everything that one can have: picture, text, lives, club. */
import sharp from 'sharp';
import type { TestApp } from '../support/houses/app.ts';

const ABOUT = 'Piano, late at night.\nRequests are welcome.';
const TITLES = ['Nocturnes, by request', 'The whole album, once'] as const;
const TIER = { name: 'Backstage', priceMinor: 900, interval: 'month', perks: ['Every closed rehearsal'] } as const;
/** Equal in every language. */
export const CREATOR_PAGE_TEXTS = [
  ...ABOUT.split('\n'),
  ABOUT,
  ABOUT.replace('\n', ' '),
  ...TITLES,
  TIER.name,
  ...TIER.perks,
];

export async function createCreatorPage(
  loge: TestApp,
  { id, name, handle }: { id: string; name: string; handle: string },
): Promise<void> {
  const { people, pictures } = loge.app.context;
  await people.seed({ id, name, address: `${handle}@example.org` });
  await people.becomeCreator(id, { name, country: 'FR', isAdult: true, acceptsTerms: true });
  await people.changeProfile(id, { handle });
  await pictures.set({ use: 'portrait', subject: id }, id, await drawPicture());
  await fillCreatorPage(loge, id);
}

export async function fillCreatorPage(loge: TestApp, creator: string): Promise<void> {
  const { people, pictures, rooms } = loge.app.context;
  await people.changeProfile(creator, { about: ABOUT });
  await rooms.clubs.createTier(creator, { ...TIER, perks: [...TIER.perks] });
  const [first, second] = TITLES;
  const access = { kind: 'ticket', priceMinor: 500 } as const;
  const { id } = await rooms.createRoom({ creator, title: first, access, listed: true });
  await pictures.set({ use: 'poster', subject: id }, creator, await drawPicture());
  await rooms.createRoom({ creator, title: second, access: { kind: 'members' }, listed: true });
}

/** Something to look at: a disc of light. */
export function drawPicture(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="1000"><radialGradient id="g"><stop stop-color="#ffd9a0"/><stop offset="1" stop-color="#4a1626"/></radialGradient><rect width="800" height="1000" fill="url(#g)"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
