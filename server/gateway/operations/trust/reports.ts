import { AppError } from '../../../protocol/errors.ts';
import { reportContract } from '../../../protocol/operations/trust/reports.ts';
import type { RoomReportInput } from '../../../protocol/trust/reports.ts';
import type { HttpContext } from '../../context.ts';
import { actorOf } from '../money/desk.ts';
import { implement, withPeople } from '../operation.ts';

/**
 * In a house with accounts, API keys are limited to embedders' reports: none by or about people of the house or their
 * rooms, and none by the form, which may concern them.
 */
function scopeOf({ key }: { key: object | undefined }, { config }: Pick<HttpContext, 'config'>) {
  return { ofEmbedders: key !== undefined && config.hasSite };
}

/** A claim of consent acts by itself within the budget of its sender's address (R72c). */
async function mayAct(
  { claimLimits }: Pick<HttpContext, 'claimLimits'>,
  { category }: RoomReportInput,
  address: string | undefined,
): Promise<boolean> {
  return category === 'consent' && claimLimits.isWithin('consent', address === undefined ? {} : { address });
}

export const reportOperations = implement(reportContract, {
  fileReport: async (domains, { by, room, caller: { identity }, address, input: { room: named, ...about } }) => {
    if (by === 'participant' && named !== room) throw new AppError('forbidden', 'This token is for another room.');
    return domains.reports.file(named, identity, about, { mayAct: await mayAct(domains, about, address) });
  },
  'reports:file': async (domains, { room, caller: { identity }, address, input }) =>
    domains.reports.file(room, identity, input, { mayAct: await mayAct(domains, input, address) }),
  listOwnReports: ({ reports }, { caller: { identity } }) => reports.listOwn(identity),
  listReports: async (domains, call) => {
    const answer = await domains.reports.list(call.caller.identity, { ...call.input, ...scopeOf(call, domains) });
    const named = answer.reports.flatMap(({ accused, reporter }) => [accused, reporter]);
    return withPeople(domains, { ...call, answer, named });
  },
  markReportUnfounded: (domains, call) =>
    domains.reports.markUnfounded(call.params.id, { by: actorOf(call), ...scopeOf(call, domains) }),
});
