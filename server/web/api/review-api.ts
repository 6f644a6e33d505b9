/** The calls of reviewers to the server; some measures want a passkey. */

import type { CharterVersion, PublishedVersion } from '../../protocol/trust/charter.ts';
import type {
  CaseList,
  CaseView,
  Decision,
  DecisionInput,
  Figures,
  OrderInput,
  ReviewCase,
  SecondDecisionInput,
} from '../../protocol/trust/decisions.ts';
import { confirmedCall as call } from './confirmed-call.ts';
import { withQuery } from './site-call.ts';

const caseAt = (id: string) => `/v1/review/cases/${encodeURIComponent(id)}`;

export const reviewApi = {
  cases: (query: { state?: string; category?: string; late?: string; after?: string }) =>
    call<CaseList>('GET', withQuery('/v1/review/cases', query)),
  case: (id: string) => call<CaseView>('GET', caseAt(id)),
  charterVersion: (version: number) => call<CharterVersion>('GET', `/v1/charter/versions/${version}`),
  versions: async () => (await call<{ versions: PublishedVersion[] }>('GET', '/v1/charter/versions')).versions,
  fileOrder: (order: OrderInput) => call<ReviewCase>('POST', '/v1/review/orders', order),
  figures: (query: { from?: string; until?: string }) => call<Figures>('GET', withQuery('/v1/review/figures', query)),
  stop: (id: string) => call<Decision>('POST', `${caseAt(id)}/stop`, {}),
  decide: (id: string, input: DecisionInput) => call<Decision>('POST', `${caseAt(id)}/decisions`, input),
  decideAppeal: (id: string, input: SecondDecisionInput) =>
    call<Decision>('POST', `/v1/review/appeals/${encodeURIComponent(id)}/decision`, input),
  markUnfounded: (report: string) => call<object>('POST', `/v1/reports/${encodeURIComponent(report)}/unfounded`, {}),
};
