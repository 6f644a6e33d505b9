/** Countries to choose from in forms. */

/** ISO 3166-1 alpha-2, where creators are most likely to live; the server knows where it can pay. */
const COUNTRIES = [
  ...['AT', 'AU', 'BE', 'BG', 'BR', 'CA', 'CH', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GB', 'GI', 'GR', 'HK'],
  ...['HR', 'HU', 'IE', 'IT', 'JP', 'LI', 'LT', 'LU', 'LV', 'MT', 'MX', 'NL', 'NO', 'NZ', 'PL', 'PT', 'RO', 'SE', 'SG'],
  ...['SI', 'SK', 'TH', 'US'],
];

/** By name in this language; `chosen` is one of them wherever it is. */
export function countryOptions(language: string, chosen?: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'region' });
  return [...new Set([...COUNTRIES, ...(chosen ? [chosen] : [])])]
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((one, other) => one.label.localeCompare(other.label, language));
}
