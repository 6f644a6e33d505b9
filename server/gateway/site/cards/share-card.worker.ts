/** Draws pictures of shared links one after another, away from the event loop of the gateway. */
import { parentPort } from 'node:worker_threads';
import type { ShareCard } from './card-content.ts';
import { drawShareCard } from './share-card.ts';

parentPort?.on('message', async ({ card, poster }: { card: ShareCard; poster?: Uint8Array }) => {
  try {
    parentPort?.postMessage({ picture: await drawShareCard(card, poster) });
  } catch (error) {
    parentPort?.postMessage({ failure: String(error) });
  }
});
