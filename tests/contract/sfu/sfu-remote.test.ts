import { kill } from 'node:process';
import { RemoteSfuNode } from '../../../sfu/control/remote-node.ts';
import { SfuControlServer } from '../../../sfu/control/server.ts';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { describeSfuNode } from './sfu-suite.ts';

const SECRET = 'a secret of the tests, long enough to be one';

describeSfuNode({
  name: 'a node over its control API',
  leavesOut: ['profiles', 'layers'],
  async create(options) {
    const local = await LocalSfuNode.create({
      workers: 1,
      listenIp: '127.0.0.1',
      port: 42_800,
      portRequired: false,
      ...options,
    });
    const control = await SfuControlServer.create({ node: local, host: '127.0.0.1', port: 0, secrets: [SECRET] });
    const node = await RemoteSfuNode.create({ url: `wss://127.0.0.1:${control.port}`, secret: SECRET });
    const closeConnection = node.close.bind(node);
    const shutDown = async () => {
      await local.close();
      await control.close();
    };
    // The suite closes the node that it gets; here that is the gateway's end.
    node.close = async () => {
      await closeConnection();
      await shutDown();
    };
    return { node, killWorkers: () => local.workers.map(({ pid }) => kill(pid, 'SIGKILL')), shutDown };
  },
});
