import { charterContract } from '../../../protocol/operations/trust/charter.ts';
import { actorOf } from '../money/desk.ts';
import { implement } from '../operation.ts';
import { parseCharterVersion, parseIdentity } from '../params.ts';

export const charterOperations = implement(charterContract, {
  getCharter: ({ charter: own }, { input, locale }) => own.get(input.lang ?? locale ?? 'en'),
  listCharterVersions: async ({ charter: own }) => ({ versions: await own.list() }),
  getCharterVersion: ({ charter: own }, { params }) => own.getVersion(parseCharterVersion(params.version)),
  acceptCharter: ({ charter: own }, { by, caller: { identity }, input, locale = 'en' }) =>
    own.accept(
      { identity, version: input.version, language: input.language ?? locale },
      { via: by === 'person' ? 'person' : 'participant' },
    ),
  acceptCharterForCreator: async ({ accounts, charter: own }, { key, params, input, locale = 'en' }) => {
    const { identity } = await accounts.getCreator(params.identity);
    const of = { identity, version: input.version, language: input.language ?? locale };
    return own.accept(of, { via: 'server', apiKey: key.apiKey });
  },
  listCharterAcceptances: async ({ charter: own }, { params }) => ({
    acceptances: await own.listAcceptances(parseIdentity(params.identity)),
  }),
  'charter:review': ({ charter: own }, { caller: { identity }, input: { language = 'en' } }) =>
    own.review(identity, language),
  getCharterDraft: async ({ charter: own }) => ({ draft: await own.findDraft() }),
  saveCharterDraft: async ({ charter: own }, call) => ({
    draft: await own.saveDraft(call.input.articles, actorOf(call), call.input.basedOn),
  }),
  deleteCharterDraft: ({ charter: own }, { input }) => own.deleteDraft(input.hash),
  announceCharter: ({ charter: own }, call) => own.announce(call.input, actorOf(call)),
});
