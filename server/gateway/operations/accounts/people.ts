import type { Profile } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import { peopleContract } from '../../../protocol/operations/accounts/people.ts';
import { type HttpDomains, implement } from '../operation.ts';

const TOPIC = 'lives';

async function profileOf({ people, pictures, rooms, mail }: HttpDomains, identity: string): Promise<Profile> {
  const person = await people.getProfile(identity);
  const [address = ''] = person.addresses;
  const [picture, followers, lives] = await Promise.all([
    pictures.find({ use: 'portrait', subject: identity }),
    person.role === 'creator' ? rooms.followers.count(identity) : null,
    mail.unsubscribing.isSubscribed({ address, topic: TOPIC }),
  ]);
  return { ...person, picture, followers, mail: { lives } };
}

/** Letters go to addresses, so they are what one unsubscribes. */
async function setMail({ mail: { unsubscribing } }: HttpDomains, addresses: string[], wanted: boolean): Promise<void> {
  for (const address of addresses) {
    if (wanted) await unsubscribing.subscribe({ address, topic: TOPIC });
    else await unsubscribing.unsubscribe({ address, topic: TOPIC });
  }
}

export const peopleOperations = implement(peopleContract, {
  getProfile: (domains, { caller }) => profileOf(domains, caller.identity),
  changeProfile: async (domains, { caller: { identity }, input: { mail, ...change } }) => {
    const { addresses } = await domains.people.changeProfile(identity, change);
    if (mail) await setMail(domains, addresses, mail.lives);
    return profileOf(domains, identity);
  },
  setOwnPicture: async ({ pictures }, { caller: { identity }, input }) => ({
    picture: await pictures.set({ use: 'portrait', subject: identity }, identity, input),
  }),
  removeOwnPicture: ({ pictures }, { caller }) => pictures.remove({ use: 'portrait', subject: caller.identity }),
  becomeCreator: async (domains, { caller, input }) => {
    const { people, config, money } = domains;
    if (!config.creatorsWithoutPayouts && !money.creatorAccounts.payableCountries.has(input.country)) {
      throw new AppError('country_not_payable');
    }
    await people.becomeCreator(caller.identity, input);
    return profileOf(domains, caller.identity);
  },
  listOwnSessions: async ({ people }, { caller, session }) => ({
    sessions: await people.sessions.list(caller.identity, session?.id),
  }),
  revokeOwnSession: ({ people }, { caller, params }) => people.sessions.revoke(caller.identity, params.session),
  revokeOwnSessions: ({ people }, { caller }) => people.sessions.revokeAll(caller.identity),
});
