/** What the preview image of a shared link says. Apart from the drawing, whose libraries only its thread loads. */

export const CARD_SIZE = { width: 1200, height: 630 } as const;

export interface ShareCard {
  title: string;
  subtitle: string;
  /** Shown in one line at the bottom. */
  facts: readonly string[];
  /** Address of a picture of the house behind the words. */
  poster?: string | undefined;
  /** The poster is a portrait, shown in the tones of velvet. */
  isVelvet?: boolean;
  /** Address of the picture of a person, beside the words. */
  portrait?: string | undefined;
  /** Layers of `background-image` behind the words, where there is no poster. */
  curtain?: string | undefined;
}

/** Scripts and emoji that the font of the pictures lacks. */
const MISSING =
  /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]|\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u200d\ufe0f]/gu;

/** The text without what the font lacks, which would show as empty boxes; empty if no word is left. */
export function drawable(text: string): string {
  const drawn = text.replace(MISSING, '').replace(/\s+/g, ' ').trim();
  return /[\p{L}\p{N}]/u.test(drawn) ? drawn : '';
}
