/** Adds the texts of the members' page. */
import { seat as en } from './english/seat.ts';
import { seatCases as casesEn } from './english/seat-cases.ts';
import { seatOpinions as opinionsEn } from './english/seat-opinions.ts';
import { seat as fr } from './french/seat.ts';
import { seatCases as casesFr } from './french/seat-cases.ts';
import { seatOpinions as opinionsFr } from './french/seat-opinions.ts';
import './opinion-texts.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({
  en: { seat: en, seatCases: casesEn, seatOpinions: opinionsEn },
  fr: { seat: fr, seatCases: casesFr, seatOpinions: opinionsFr },
});
