/** Draws pictures of shared links outside of the gateway's process. */
import { answerRequests } from '../../../platform/limited-process/answer-requests.ts';
import { drawShareCard } from './share-card.ts';

answerRequests(drawShareCard);
