/** Adds the texts of the review of reports. */
import { review as en } from './english/review.ts';
import { review as fr } from './french/review.ts';
import { siteTable } from './site-texts.ts';

siteTable.add({ en: { review: en }, fr: { review: fr } });
