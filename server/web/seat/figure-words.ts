/** The figures that a threshold can watch: their groups, names and units, and what is typed as a limit. */
import { currencySymbol, formatMoney, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import { LANGUAGES, type Language } from '../../protocol/languages.ts';
import { categoryFigure, FIGURE_NAMES, type FigureName, type FigureUnit } from '../../protocol/trust/figures.ts';
import { reportCategory } from '../../protocol/trust/reports.ts';
import type { Field } from '../site/page-part.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

type Texts = SiteTexts['seatThresholds'];
type NamedFigure = keyof Texts['figures'];

/** By name, so that a figure without a group is a type error. */
const GROUP_OF: Record<NamedFigure, keyof Texts['groups']> = {
  reports: 'reports',
  reports_per_live_hour: 'reports',
  orders: 'reports',
  decisions: 'decisions',
  decisions_provisional: 'decisions',
  decisions_automated: 'decisions',
  decisions_without_measure: 'decisions',
  decisions_late: 'decisions',
  decision_hours_median: 'decisions',
  decision_hours_p90: 'decisions',
  lives_stopped: 'decisions',
  strikes: 'decisions',
  appeals: 'appeals',
  appeals_answered: 'appeals',
  appeals_granted: 'appeals',
  appeals_granted_share: 'appeals',
  appeals_late: 'appeals',
  disputes: 'money',
  dispute_rate: 'money',
  payouts_held: 'money',
  creators_frozen: 'money',
  earnings_frozen: 'money',
  live_hours: 'lives',
};

export function figureText(name: FigureName, texts: Texts): string {
  if (name in texts.figures) return texts.figures[name as NamedFigure];
  for (const category of reportCategory.options) {
    if (name === categoryFigure(category)) return texts.ofCategory(texts.categories[category]);
    if (name === `${categoryFigure(category)}_per_live_hour`) return texts.rateOfCategory(texts.categories[category]);
  }
  return name;
}

/** For a `select`, in groups. */
export function figureOptions(texts: Texts): NonNullable<Field['options']> {
  const named = (Object.keys(GROUP_OF) as NamedFigure[]).map((value) => ({
    ...{ value, label: texts.figures[value], group: texts.groups[GROUP_OF[value]] },
  }));
  const categories = reportCategory.options.map((category) => ({
    ...{ value: categoryFigure(category), label: figureText(categoryFigure(category), texts) },
    group: texts.groups.categories,
  }));
  const rates = reportCategory.options.map((category) => {
    const value = `${categoryFigure(category)}_per_live_hour` as const;
    return { value, label: figureText(value, texts), group: texts.groups.rates };
  });
  return [...named, ...categories, ...rates];
}

export interface FigureLocale {
  texts: Texts;
  language: Language;
  currency: string;
}

/** A value with its unit, where the figure's name does not say it. */
export function formatFigure(name: FigureName, value: number, { texts, language, currency }: FigureLocale): string {
  const format = (options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(LANGUAGES[language].locale, options).format(value);
  switch (FIGURE_NAMES[name]) {
    case 'minor':
      return formatMoney(value, currency, language);
    case 'share':
      return format({ style: 'percent', maximumFractionDigits: 1 });
    case 'hours':
      return texts.hours(format({ maximumFractionDigits: 1 }));
    case 'per_live_hour':
      return format({ maximumSignificantDigits: 3 });
    case 'count':
    case 'per_ten_thousand':
      return format({ maximumFractionDigits: 2 });
  }
}

export function limitLabel(unit: FigureUnit, { texts, language, currency }: FigureLocale): string {
  return unit === 'minor' ? texts.limits.minor(currencySymbol(currency, language)) : texts.limits[unit];
}

/**
 * What was typed, in the unit of the figure; a share is typed in percent. Undefined: no number. `1,000` is none, since
 * one language reads a thousand and the other one.
 */
export function parseLimit(unit: FigureUnit, given: string, currency: string): number | undefined {
  if (unit === 'minor') return parseMoney(given, currency);
  const text = given.replace(/\s/g, '');
  if (!/^\d{1,9}(?:\.\d{1,4}|,\d{1,2})?$/.test(text)) return undefined;
  const value = Number(text.replace(',', '.'));
  return unit === 'share' ? value / 100 : value;
}
