import { kill } from 'node:process';
import { LocalSfuNode } from '../../../sfu/node.ts';
import { describeSfuNode } from './sfu-suite.ts';

describeSfuNode({
  name: 'a node in this process',
  // A node over its control API is such a node too.
  leavesOut: ['media', 'traffic', 'stage', 'layer messages', 'grants', 'people', 'refusals'],
  async create(options) {
    const node = await LocalSfuNode.create({
      workers: 1,
      listenIp: '127.0.0.1',
      port: 42_000,
      portRequired: false,
      ...options,
    });
    return {
      node,
      killWorkers: () => node.workers.map(({ pid }) => kill(pid, 'SIGKILL')),
      shutDown: () => node.close(),
    };
  },
});
