import type { MeasureKind } from '../../protocol/trust/decisions.ts';

const HEAVIEST_FIRST: readonly MeasureKind[] = [
  'suspend_account',
  'stop_live',
  'refund_room',
  'freeze_earnings',
  'remove_from_room',
  'remove_message',
  'mute',
];

/** The measure by which a decision with several is counted. */
export function heaviestOf(kinds: readonly MeasureKind[]): MeasureKind | 'none' {
  return HEAVIEST_FIRST.find((kind) => kinds.includes(kind)) ?? 'none';
}
