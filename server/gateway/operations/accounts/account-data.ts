import { isoIn } from '../../../platform/clock.ts';
import { accountDataContract } from '../../../protocol/operations/accounts/account-data.ts';
import { implement } from '../operation.ts';

export const accountDataOperations = implement(accountDataContract, {
  exportOwnData: async ({ dataExport, people, clock }, { caller: { identity } }) => {
    const { language } = await people.getProfile(identity);
    const at = isoIn(clock);
    return { name: `loge-${at.slice(0, 10)}`, chunks: dataExport.zip(identity, { language, at }) };
  },
  lookAtClosing: ({ closing }, { caller }) => closing.look(caller.identity),
  closeAccount: ({ closing }, { caller: { identity } }) => closing.close(identity, identity),
});
