/** Metadata: strings within Stripe's limits. An empty value removes a key; an empty object removes all keys. */
import type Stripe from 'stripe';
import { invalidParameter } from './errors.ts';

const KEYS_MAX = 50;
const KEY_LENGTH_MAX = 40;
const VALUE_LENGTH_MAX = 500;

export function mergeMetadata(
  existing: Readonly<Stripe.Metadata> | null,
  given: Stripe.MetadataParam | '' | null | undefined,
): Stripe.Metadata {
  if (given === undefined) return { ...existing };
  if (given === '' || given === null) return {};
  const merged: Stripe.Metadata = { ...existing };
  for (const [key, value] of Object.entries(given)) {
    const text = value === null ? '' : String(value);
    if (key.length > KEY_LENGTH_MAX)
      throw refused('metadata', `Metadata keys can have up to ${KEY_LENGTH_MAX} characters`);
    if (text.length > VALUE_LENGTH_MAX) {
      throw refused(`metadata[${key}]`, `Metadata values can have up to ${VALUE_LENGTH_MAX} characters`);
    }
    if (text === '') delete merged[key];
    else merged[key] = text;
  }
  if (Object.keys(merged).length > KEYS_MAX) throw refused('metadata', `You can have up to ${KEYS_MAX} metadata keys`);
  return merged;
}

function refused(param: string, message: string): Error {
  return invalidParameter({ param, message: `${message}.` });
}
