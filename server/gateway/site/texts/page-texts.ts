/** The texts of the pages that the server alone renders. */
import { TextTable } from '../../../../client-sdk/elements/texts/text-table.ts';
import type { Language } from '../../../protocol/languages.ts';
import { charter } from './english/charter.ts';
import { committee } from './english/committee.ts';
import { links } from './english/links.ts';
import { opinions } from './english/opinions.ts';
import { proposals } from './english/proposals.ts';
import { record } from './english/record.ts';
import { reports } from './english/reports.ts';
import { transparency } from './english/transparency.ts';
import { charter as charterFr } from './french/charter.ts';
import { committee as committeeFr } from './french/committee.ts';
import { links as linksFr } from './french/links.ts';
import { opinions as opinionsFr } from './french/opinions.ts';
import { proposals as proposalsFr } from './french/proposals.ts';
import { record as recordFr } from './french/record.ts';
import { reports as reportsFr } from './french/reports.ts';
import { transparency as transparencyFr } from './french/transparency.ts';

const en = { charter, committee, links, opinions, proposals, record, reports, transparency };
const table = new TextTable<typeof en>({
  en,
  fr: {
    ...{ charter: charterFr, committee: committeeFr, links: linksFr, opinions: opinionsFr, reports: reportsFr },
    proposals: proposalsFr,
    record: recordFr,
    transparency: transparencyFr,
  },
});

export function pageTexts(language: Language): typeof en {
  return table.of(language);
}
