/** A creator's page for those who have only its link: address, picture of a shared link, data for search engines. */
import { curtain } from '../../../../client-sdk/elements/stage/poster.ts';
import type { Language } from '../../../../client-sdk/elements/texts/language.ts';
import { siteTexts } from '../../../web/texts/site-texts.ts';
import '../../../web/texts/profile-texts.ts';
import type { ShownProfile } from '../../../web/profile/profile-content.ts';
import { drawable, type ShareCard } from '../cards/card-content.ts';

const EXCERPT_CHARS = 160;

export function profilePath(handle: string): string {
  return `/c/${handle}`;
}

export function profileCard(
  profile: Pick<ShownProfile, 'identity' | 'name' | 'handle' | 'picture'>,
  language: Language,
): ShareCard {
  const { identity, name, handle, picture } = profile;
  return {
    title: drawable(name) || siteTexts(language).home.title,
    subtitle: `@${handle}`,
    facts: [],
    portrait: picture?.at(-1)?.path,
    curtain: curtain({ id: identity, creator: { identity } }),
  };
}

/** One line for previews. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const chars = [...line];
  return chars.length <= EXCERPT_CHARS ? line : `${chars.slice(0, EXCERPT_CHARS - 1).join('')}…`;
}

/** schema.org's `ProfilePage`. `url` is absolute. */
export function profilePageOf({ name, handle, about, picture }: ShownProfile, url: string): object {
  const image = picture?.at(-1)?.path;
  return {
    '@context': 'https://schema.org',
    '@type': 'ProfilePage',
    url,
    mainEntity: {
      '@type': 'Person',
      name,
      alternateName: `@${handle}`,
      url,
      ...(about ? { description: about } : {}),
      ...(image ? { image: new URL(image, url).href } : {}),
    },
  };
}
