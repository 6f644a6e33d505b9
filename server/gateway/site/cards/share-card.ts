/** Draws the preview image of a shared link. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Font } from 'satori';
import satori from 'satori';
import sharp from 'sharp';
import { CARD_SIZE, type ShareCard } from './card-content.ts';

const COLORS = { ground: '#1a0d12', text: '#f6eee6', muted: '#d8cac4', accent: '#e6b566', velvet: '#7a1e38' };
/** Keeps the words readable on any poster. */
const VEIL = 'linear-gradient(180deg, rgba(20,8,12,0.62), rgba(20,8,12,0.74) 45%, rgba(20,8,12,0.9))';
/** The curtain stays lit where no words are. */
const HALF_VEIL = 'linear-gradient(90deg, rgba(20,8,12,0.62), rgba(20,8,12,0.3) 60%, rgba(20,8,12,0))';
const LIGHT = 'radial-gradient(ellipse 62% 86% at 38% 112%, rgba(255,176,112,0.46), transparent 68%)';
const PORTRAIT_PX = 256;
const PADDING = { x: 72, y: 56 };
const JPEG_QUALITY = 82;
const SUBSETS = ['latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese'];
/** The house's own first; what it lacks comes from the others. */
const FONTS = ['newsreader/files/newsreader-latin', ...SUBSETS.map((it) => `noto-serif/files/noto-serif-${it}`)];
interface Box {
  type: 'div';
  key: null;
  props: { style: Record<string, string | number>; children: string | Box[] };
}

const resolve = createRequire(import.meta.url).resolve;
let fonts: Font[] | undefined;

// What is cached here is never asked for again.
sharp.cache(false);

export interface CardToDraw {
  card: ShareCard;
  /** The picture behind the words. */
  poster: Uint8Array | undefined;
  portrait: Uint8Array | undefined;
}

export async function drawShareCard({ card, poster, portrait }: CardToDraw): Promise<Buffer> {
  fonts ??= FONTS.map((path) => ({ name: path, data: readFileSync(resolve(`@fontsource/${path}-500-normal.woff`)) }));
  const ground: Record<string, string> = poster
    ? { backgroundImage: VEIL }
    : { backgroundColor: COLORS.ground, backgroundImage: card.curtain ? `${HALF_VEIL}, ${card.curtain}` : LIGHT };
  // Text becomes paths here, so no font of the machine is needed.
  const svg = Buffer.from(await satori(layout(card, ground), { ...CARD_SIZE, fonts }));
  const base = poster
    ? sharp(poster).resize({ ...CARD_SIZE, fit: 'cover', position: card.isVelvet ? 'top' : 'centre' })
    : sharp(svg);
  if (card.isVelvet) base.grayscale().tint(COLORS.velvet);
  const drawn = base.composite([
    ...(poster ? [{ input: svg }] : []),
    ...(portrait
      ? [{ input: await roundPortrait(portrait), top: PADDING.y, left: CARD_SIZE.width - PADDING.x - PORTRAIT_PX }]
      : []),
  ]);
  return await drawn.jpeg({ quality: JPEG_QUALITY, mozjpeg: true }).toBuffer();
}

async function roundPortrait(portrait: Uint8Array): Promise<Buffer> {
  const half = PORTRAIT_PX / 2;
  const circle = Buffer.from(
    `<svg width="${PORTRAIT_PX}" height="${PORTRAIT_PX}"><circle cx="${half}" cy="${half}" r="${half}"/></svg>`,
  );
  return await sharp(portrait)
    .resize(PORTRAIT_PX, PORTRAIT_PX, { fit: 'cover' })
    .composite([{ input: circle, blend: 'dest-in' }])
    .png()
    .toBuffer();
}

function layout({ title, subtitle, facts }: ShareCard, ground: Record<string, string>): Box {
  return box(
    {
      flexDirection: 'column',
      justifyContent: 'space-between',
      // Padding is outside of width and height.
      width: CARD_SIZE.width - 2 * PADDING.x,
      height: CARD_SIZE.height - 2 * PADDING.y,
      padding: `${PADDING.y}px ${PADDING.x}px`,
      ...ground,
      color: COLORS.text,
      fontFamily: FONTS.join(', '),
    },
    [
      box({ fontSize: 36, color: COLORS.accent }, 'Loge'),
      box({ flexDirection: 'column' }, [
        box({ display: 'block', lineClamp: 3, fontSize: 74, lineHeight: 1.18, wordBreak: 'break-word' }, title),
        box({ display: 'block', lineClamp: 2, marginTop: 20, fontSize: 38, color: COLORS.muted }, subtitle),
      ]),
      box({ fontSize: 40, color: COLORS.accent }, facts.join(' · ')),
    ],
  );
}

function box(style: Box['props']['style'], children: string | Box[]): Box {
  return { type: 'div', key: null, props: { style: { display: 'flex', ...style }, children } };
}
