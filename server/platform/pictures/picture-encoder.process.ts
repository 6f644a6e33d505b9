/** Decodes uploaded pictures outside of the gateway's process. */
import { answerRequests } from '../limited-process/answer-requests.ts';
import { encodePicture, type UploadedPicture } from './picture-encoder.ts';

answerRequests(({ use, upload }: UploadedPicture) => encodePicture(use, upload));
