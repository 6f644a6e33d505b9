/** Reports, decisions and appeals of some quarters up to a moment, enough of them that their figures are public. */
import type { Database } from '../../../server/platform/db/db.ts';
import { Dice } from '../soak/dice.ts';
import { RandomHistory } from './random-history.ts';

const QUARTER_MS = 91 * 86_400_000;

export async function writeShownHistory(db: Database, { nowMs, quarters }: { nowMs: number; quarters: number }) {
  for (let ago = 0; ago < quarters; ago += 1) {
    const untilMs = nowMs - ago * QUARTER_MS;
    const span = { fromMs: untilMs - QUARTER_MS, untilMs, borders: [] };
    // Fewer in earlier quarters.
    const histories = Math.max(1, Math.ceil((quarters - ago) / 2));
    for (let count = 0; count < histories; count += 1)
      await new RandomHistory(new Dice(ago * 100 + count), span, `shown${ago}_${count}`).write(db);
  }
}
