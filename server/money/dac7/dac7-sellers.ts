import type { CreatorBusiness } from '../../protocol/money/creator-business.ts';
import type { Dac7Seller } from './dac7-message.ts';

/** Of details that are complete. */
export function toDac7Seller(business: CreatorBusiness): Dac7Seller {
  const { kind, firstName, legalName, address, postalCode, city, country, birthDate, registrationNumber } = business;
  const party = {
    ...{ country, postalCode, city, vatNumber: business.vatNumber, account: business.accountIdentifier },
    street: address
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .join(', '),
    taxNumber: business.tin,
    taxCountry: business.tinCountry ?? country,
  };
  if (kind === 'company') return { kind, name: legalName, registrationNumber, ...party };
  return { kind, firstName: firstName ?? '', lastName: legalName, birthDate: birthDate ?? '', ...party };
}
