import { AppError } from '../../../protocol/errors.ts';
import { pushContract } from '../../../protocol/operations/accounts/push.ts';
import { type HttpDomains, implement } from '../operation.ts';

async function stateOf({ push }: HttpDomains, identity: string, session: string | undefined) {
  return { publicKey: await push.publicKey(), devices: await push.list(identity, session) };
}

export const pushOperations = implement(pushContract, {
  getPush: (domains, { caller, session }) => stateOf(domains, caller.identity, session?.id),
  subscribeToPush: async (domains, { caller, session, input }) => {
    const sessions = await domains.people.sessions.list(caller.identity, session?.id);
    const current = sessions.find(({ isCurrent }) => isCurrent);
    if (!current) throw new AppError('forbidden', 'This browser is not signed in with an account.');
    await domains.push.subscribe({ person: caller.identity, session: current.id, device: current.device }, input);
    return stateOf(domains, caller.identity, session?.id);
  },
  unsubscribeFromPush: async (domains, { caller, session, params: { device } }) => {
    await domains.push.unsubscribe(device, caller.identity);
    return stateOf(domains, caller.identity, session?.id);
  },
});
