import type { BusinessRow } from '../creator-papers/creator-businesses.store.ts';
import type { Dac7Seller } from './dac7-message.ts';

/** Undefined: they have not said who they are. */
export function toDac7Seller(row: BusinessRow | undefined): Dac7Seller | undefined {
  if (!row?.kind) return undefined;
  const { kind, legalName, firstName, address, postalCode, city, country, birthDate, registrationNumber } = row;
  const party = {
    country: country ?? '',
    // An address of several lines.
    street: (address ?? '').replaceAll(/\s*\n\s*/g, ', '),
    postalCode: postalCode ?? '',
    city: city ?? '',
    taxNumber: row.tin,
    taxCountry: row.tinCountry ?? country ?? '',
    vatNumber: row.vatNumber,
    account: row.accountIdentifier,
  };
  if (kind === 'company') return { kind, name: legalName, registrationNumber, ...party };
  return { kind, firstName: firstName ?? '', lastName: legalName, birthDate: birthDate ?? '', ...party };
}
