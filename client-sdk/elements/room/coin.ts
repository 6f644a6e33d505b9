/** The coin of a tip: it rises from where it was sent to the stage, and is larger for a larger one. */
import { tipTier } from '../money/tip-tier.ts';

const SIZES_PX = [24, 32, 44, 60] as const;
const RISE_MS = 450;

const LOOK = `position: absolute; inset: 0 auto auto 0; z-index: 2; pointer-events: none; opacity: 0;
  border: 2px solid var(--_on-primary); border-radius: 50%; outline: 2px solid var(--_primary);
  background: radial-gradient(circle at 35% 30%, var(--_on-stage), transparent 55%) var(--_primary);
  box-shadow: 0 0 24px var(--_footlight);`;

/** `place` is the room, in which the coin is drawn until it has arrived. Where less motion is asked for, it pales there. */
export function throwCoin(
  place: Element,
  { from, to, tip }: { from: Element; to: Element; tip: { amountMinor: number; currency: string } },
): void {
  const size = SIZES_PX[tipTier(tip)] ?? SIZES_PX[0];
  const around = place.getBoundingClientRect();
  const at = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return `${left + (width - size) / 2 - around.left}px ${top + (height - size) / 2 - around.top}px`;
  };
  const coin = document.createElement('i');
  coin.setAttribute('aria-hidden', 'true');
  coin.dataset.testid = 'coin';
  coin.style.cssText = `${LOOK} width: ${size}px; height: ${size}px`;
  place.append(coin);
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const [start, end] = [at(isCalm ? to : from), at(to)];
  const easing = 'cubic-bezier(0.2, 0.8, 0.2, 1)';
  const frames = [
    { translate: start, opacity: isCalm ? 0 : 1 },
    { translate: end, opacity: 1, offset: 0.8 },
    { translate: end, opacity: 0 },
  ];
  coin.animate(frames, { duration: RISE_MS, easing }).finished.finally(() => coin.remove());
}
