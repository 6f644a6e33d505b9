/** Adds the texts of the review of reports, when it is loaded. */
import { addSiteTexts } from '../site/site-language.ts';
import { englishReview } from './english/review.ts';
import { frenchReview } from './french/review.ts';

addSiteTexts({ en: { review: englishReview }, fr: { review: frenchReview } });
