import { prepare } from '../prepare.mjs';
import { note } from '../progress.mjs';

export async function runSetup() {
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  note(`Node: ${nodeBinary}`);
  note(`mediasoup worker: ${env.MEDIASOUP_WORKER_BIN}`);
  note('Everything that `npm start` needs is there.');
  return 0;
}
