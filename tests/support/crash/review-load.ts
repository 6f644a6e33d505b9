/**
 * Decides a case with every measure, appeals and grants the appeal, in a child process that kills itself with SIGKILL
 * after the given number of steps. Prints what the case is about first, then `decided` and `granted`.
 *
 * node review-load.ts <Postgres URL or PGlite folder> <number of the round> <steps>
 */
import { writeSync } from 'node:fs';
import { Database } from '../../../server/platform/db/db.ts';
import { ReviewHouse } from '../houses/review-house.ts';
import { createReviewScene, decideScene, grantScene } from './review-scene.ts';

const [target = '', round = '', steps = '0'] = process.argv.slice(2);
const db = await Database.create(target.startsWith('postgres:') ? { url: target } : { dataDir: target });
const house = await ReviewHouse.create(db, { kill: () => process.kill(process.pid, 'SIGKILL') });
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

const scene = await createReviewScene(house, Number(round));
say(scene);
house.killer.killAfter(Number(steps));
await decideScene(house, scene);
await house.dispatch();
say({ at: 'decided' });
await grantScene(house, scene);
await house.dispatch();
say({ at: 'granted' });
house.killer.spare();
await house.close();
await db.close();
// A process that was not killed must end, although some of its timers and connections are still open.
process.exit();
