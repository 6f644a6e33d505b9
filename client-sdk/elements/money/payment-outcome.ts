/** What became of a payment, after the return from its page. */
import type { Room } from '../../client/room.ts';

/** The waits between the questions about a payment that is not decided yet. After the last one nothing waits for it. */
const ASK_AFTER_MS = [0, 3_000, 7_000, 20_000, 30_000];
const OUTCOMES = { paid: 'confirmed', returned: 'returned', expired: 'refused', open: 'late' } as const;

/**
 * Asking also books the payment, without waiting for the provider's webhook. Undefined when the outcome is not wanted
 * any more.
 */
export async function findOutcome(
  { wallet }: Room,
  session: string,
  isWanted: () => boolean,
): Promise<(typeof OUTCOMES)[keyof typeof OUTCOMES] | undefined> {
  let status: keyof typeof OUTCOMES = 'open';
  for (const waitMs of ASK_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    status = await wallet.confirmCheckout(session).catch(() => 'open' as const);
    if (!isWanted()) return undefined;
    if (status !== 'open') break;
  }
  return OUTCOMES[status];
}
