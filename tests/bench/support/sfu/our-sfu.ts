/** Our SFU node as a process of its own, reached over its control API as gateways do; it tells its parent where. */
import { SfuControlServer } from '../../../../sfu/control-server.ts';
import { LocalSfuNode } from '../../../../sfu/node.ts';

const {
  ip = '127.0.0.1',
  pipeIp = ip,
  port = 46_000,
  workers = 1,
  secret = '',
  spreadAt,
  consumersPerWorkerMax = 10_000,
} = JSON.parse(process.argv[2] ?? '{}') as {
  ip?: string;
  /** Where other nodes reach it, when that is another network than the people's. */
  pipeIp?: string;
  port?: number;
  workers?: number;
  secret?: string;
  spreadAt?: number;
  consumersPerWorkerMax?: number;
};
/** Nobody renews the sessions of a benchmark, however long its joins take. */
const LEASE_MS = 600_000;

const node = await LocalSfuNode.create({
  workers,
  listenIp: ip,
  port,
  portRequired: false,
  leaseMs: LEASE_MS,
  consumersPerWorkerMax,
  ...(spreadAt !== undefined && { spreadAt }),
  pipes: { ip: pipeIp, secret },
});
const control = await SfuControlServer.create({
  node,
  host: pipeIp === ip ? ip : '0.0.0.0',
  port: 0,
  secrets: [secret],
});
process.on('message', async ({ id }: { id: number }) => {
  process.send?.({ id, data: { pipes: await node.pipes(), workers: node.workers } });
});
process.on('disconnect', () => process.exit(0));
process.send?.({
  ready: {
    pids: [process.pid, ...node.workers.map(({ pid }) => pid)],
    node: node.id,
    url: `wss://${ip}:${control.port}`,
    upstreamUrl: `wss://${pipeIp}:${control.port}`,
  },
});
