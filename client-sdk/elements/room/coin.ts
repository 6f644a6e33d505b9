/** The coin of a tip: it rises from where it was sent to the stage, and is larger for a larger one. */
import { css } from 'lit';
import { tipTier } from '../money/tip-tier.ts';

const SIZES_PX = [24, 32, 44, 60] as const;

/** Removes itself. `place` is the room. */
export function throwCoin(
  place: Element,
  { from, to, tip }: { from: Element; to: Element; tip: { amountMinor: number; currency: string } },
): void {
  const around = place.getBoundingClientRect();
  const [start, end] = [from, to].map((element) => element.getBoundingClientRect());
  if (!start || !end || end.width === 0) return;
  const coin = document.createElement('i');
  coin.className = 'coin';
  coin.setAttribute('aria-hidden', 'true');
  coin.dataset.testid = 'coin';
  const [x, y] = [start.left + start.width / 2 - around.left, start.top + start.height / 2 - around.top];
  const [toX, toY] = [end.left + end.width / 2 - around.left, end.top + end.height / 2 - around.top];
  coin.style.cssText = `--x: ${x}px; --y: ${y}px; --to-x: ${toX}px; --to-y: ${toY}px; --size: ${SIZES_PX[tipTier(tip)]}px`;
  coin.addEventListener('animationend', () => coin.remove());
  place.append(coin);
}

export const coinStyles = css`
  .coin {
    position: absolute;
    inset: 0 auto auto 0;
    z-index: 2;
    width: var(--size);
    height: var(--size);
    border: 2px solid var(--_on-primary);
    border-radius: var(--_radius-full);
    outline: 2px solid var(--_primary);
    background: radial-gradient(circle at 35% 30%, var(--_on-stage), transparent 55%) var(--_primary);
    box-shadow: 0 0 24px var(--_footlight);
    pointer-events: none;
    animation: rise 450ms var(--_curve) both;
  }

  @keyframes rise {
    from {
      translate: calc(var(--x) - var(--size) / 2) calc(var(--y) - var(--size) / 2);
    }

    80% {
      opacity: 1;
    }

    to {
      translate: calc(var(--to-x) - var(--size) / 2) calc(var(--to-y) - var(--size) / 2);
      rotate: y 540deg;
      opacity: 0;
    }
  }

  /* A fade where it arrives. */
  @media (prefers-reduced-motion: reduce) {
    .coin {
      translate: calc(var(--to-x) - var(--size) / 2) calc(var(--to-y) - var(--size) / 2);
      animation: pale 450ms both !important;
    }
  }

  @keyframes pale {
    from,
    to {
      opacity: 0;
    }
  }
`;
