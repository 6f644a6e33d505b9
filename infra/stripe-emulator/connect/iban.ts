/** Bank accounts by IBAN: any valid one of a supported country; Stripe's test numbers fail as documented. */
import { createHash } from 'node:crypto';

export interface BankDetails {
  iban: string;
  country: string;
  last4: string;
  routingNumber: string | null;
  fingerprint: string;
}

const LENGTH_MIN = 15;
const LENGTH_MAX = 34;

/** Undefined if the check digits are wrong, such as after a typing error. */
export function readIban(text: string): BankDetails | undefined {
  const iban = text.replace(/\s/g, '').toUpperCase();
  if (iban.length < LENGTH_MIN || iban.length > LENGTH_MAX || !/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return undefined;
  if (remainder(iban.slice(4) + iban.slice(0, 4)) !== 1) return undefined;
  return {
    iban,
    country: iban.slice(0, 2),
    last4: iban.slice(-4),
    routingNumber: null,
    fingerprint: createHash('sha256').update(`loge-stripe-emulator ${iban}`).digest('hex').slice(0, 16),
  };
}

/** ISO 7064: letters count as two digits, the whole modulo 97. */
function remainder(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** The failures of payouts to Stripe's test accounts; every other account is paid. */
const PAYOUT_FAULTS: Readonly<Record<string, string>> = {
  FR3020041010050500013M02609: 'no_account',
  FR8420041010050500013M02607: 'account_closed',
  FR7920041010050500013M02600: 'insufficient_funds',
  FR5720041010050500013M02608: 'debit_not_authorized',
  FR0320041010050500013M02610: 'invalid_currency',
  DE62370400440532013001: 'no_account',
  DE35370400440532013002: 'account_closed',
};

export function payoutFaultOf(iban: string): string | undefined {
  return PAYOUT_FAULTS[iban];
}

export const TEST_IBANS: readonly { iban: string; label: string }[] = [
  { iban: 'FR14 2004 1010 0505 0001 3M02 606', label: '✓ FR14…606' },
  { iban: 'FR30 2004 1010 0505 0001 3M02 609', label: '✗ FR30…609' },
];
