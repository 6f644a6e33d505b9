/** The process of disconnecting and reconnecting fans; driven by the benchmark over IPC. */
import { type DroppingCrowdOptions, runDroppingCrowd } from '../../../support/people/dropping-crowd.ts';

process.on('message', (options: DroppingCrowdOptions) => {
  runDroppingCrowd(options).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
