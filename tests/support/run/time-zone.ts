/**
 * The time zone of the unit tests, drawn for each run: what formats dates for a reader must hold in each. A failed run
 * names how to repeat it.
 */
import type { Reporter, TestModule } from 'vitest/node';
import { SEED } from './effort.ts';

/** On both sides of the date line, with and without summer time, and at half an hour. */
const TIME_ZONES = [
  'UTC',
  'Europe/Paris',
  'America/Los_Angeles',
  'America/St_Johns',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];

export const DRAWN_TIME_ZONE = String(TIME_ZONES[SEED % TIME_ZONES.length]);

export class RepeatHint implements Reporter {
  onTestRunEnd(_modules: readonly TestModule[], _errors: unknown, reason: string): void {
    if (reason !== 'failed') return;
    const at = process.env.LOGE_TEST_AT;
    console.error(
      `The unit tests ran in ${DRAWN_TIME_ZONE}. To repeat: LOGE_SEED=${SEED} npm test -- …${at ? ` --at ${at}` : ''}`,
    );
  }
}
