/** Adds the texts of the members' page. */
import { seat as en } from './english/seat.ts';
import { seatThresholds as thresholdsEn } from './english/seat-thresholds.ts';
import { seat as fr } from './french/seat.ts';
import { seatThresholds as thresholdsFr } from './french/seat-thresholds.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { seat: en, seatThresholds: thresholdsEn }, fr: { seat: fr, seatThresholds: thresholdsFr } });
