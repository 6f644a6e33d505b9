/** Adds the texts of the members' page. */
import { seat as en } from './english/seat.ts';
import { seatCases as casesEn } from './english/seat-cases.ts';
import { seatOpinions as opinionsEn } from './english/seat-opinions.ts';
import { seatThresholds as thresholdsEn } from './english/seat-thresholds.ts';
import { seat as fr } from './french/seat.ts';
import { seatCases as casesFr } from './french/seat-cases.ts';
import { seatOpinions as opinionsFr } from './french/seat-opinions.ts';
import { seatThresholds as thresholdsFr } from './french/seat-thresholds.ts';
import './opinion-texts.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({
  en: { seat: en, seatCases: casesEn, seatOpinions: opinionsEn, seatThresholds: thresholdsEn },
  fr: { seat: fr, seatCases: casesFr, seatOpinions: opinionsFr, seatThresholds: thresholdsFr },
});
