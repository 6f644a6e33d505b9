import { addressContract } from '../../../protocol/operations/accounts/addresses.ts';
import { implement, withPeople } from '../operation.ts';

export const addressOperations = implement(addressContract, {
  getAddressChange: async ({ people }, { caller }) => ({ change: await people.addresses.find(caller.identity) }),
  changeAddress: ({ people }, { caller, input }) => people.addresses.request(caller.identity, input.address),
  withdrawAddressChange: ({ people }, { caller }) => people.addresses.withdraw(caller.identity),
  listRecoveries: async (domains, { key }) => {
    const recoveries = await domains.people.addresses.listRecoveries();
    const named = recoveries.flatMap(({ person, by }) => [person, by]);
    return withPeople(domains, { key, answer: { recoveries }, named });
  },
  beginRecovery: async ({ people: { addresses }, money }, { caller: { identity: by }, input }) => {
    const person = await addresses.findPerson(input.account);
    const act = { act: 'recovery', subject: person, by, reason: input.reason } as const;
    return money.desk.record(act, () => addresses.beginRecovery(person, input, by));
  },
  withdrawRecovery: async ({ people, money }, { caller: { identity: by }, params: { person } }) => {
    const act = { act: 'recovery_withdrawn', subject: person, by, reason: null } as const;
    await money.desk.record(act, () => people.addresses.withdraw(person));
  },
});
