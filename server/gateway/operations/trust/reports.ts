/** Reports: by anybody in a room, by people of the house, and what became of one's own. */
import { z } from 'zod';
import { AppError } from '../../../protocol/errors.ts';
import {
  filedReportList,
  filedReportQuery,
  type RoomReportInput,
  report,
  reportInput,
  reportList,
} from '../../../protocol/trust/reports.ts';
import type { HttpContext } from '../../context.ts';
import { actorOf } from '../money/desk.ts';
import { operation, socketOperation } from '../operation.ts';

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

const EXAMPLE_MESSAGE = 'msg_9aYx3mPq7LdR2vKe5tWz';

export const reportOperations = [
  operation({
    name: 'fileReport',
    http: 'POST /v1/reports',
    by: ['participant', 'person'],
    servesSuspended: true,
    limit: 'report',
    input: reportInput,
    example: {
      room: 'room_4f1kV0hT2cQm8yNw6bXz',
      subject: { kind: 'message', id: EXAMPLE_MESSAGE },
      category: 'harassment',
      note: 'It goes on in every live.',
    },
    answer: report,
    status: 201,
    summary: 'Report a message, a person or a live',
    description:
      'Kept with its evidence: the message with its context, or what is on record of the person. A participant reports in the room of their token. The same report again returns the first one. Moderators of the room see reports of fans’ messages without who made them.',
    errors: ['forbidden', 'reports_limited', 'room_not_found', 'message_not_found'],
    run: async (domains, { by, room, caller: { identity }, address, input: { room: named, ...about } }) => {
      if (by === 'participant' && named !== room) throw new AppError('forbidden', 'This token is for another room.');
      return domains.reports.file(named, identity, about, { mayAct: await mayAct(domains, about, address) });
    },
  }),
  socketOperation({
    socket: 'reports:file',
    from: 'lobby',
    limit: 'report',
    run: async (domains, { room, caller: { identity }, address, input }) =>
      domains.reports.file(room, identity, input, { mayAct: await mayAct(domains, input, address) }),
  }),
  operation({
    name: 'listOwnReports',
    http: 'GET /v1/reports',
    by: ['participant', 'person'],
    servesSuspended: true,
    answer: reportList,
    summary: 'List your reports',
    description: 'The newest hundred.',
    run: ({ reports }, { caller: { identity } }) => reports.listOwn(identity),
  }),
  operation({
    name: 'listReports',
    http: 'GET /v1/desk/reports',
    by: ['server:moderation', 'operator'],
    input: filedReportQuery,
    answer: filedReportList,
    summary: 'List reports with their evidence',
    description:
      'Newest first. For the house: nobody sees reports about themselves. In a house with accounts an API key is shown none by people of the house, about them or their rooms, or by the form. While `hasMore` is true, pass the last `number` as `before`.',
    run: (domains, call) => domains.reports.list(call.caller.identity, { ...call.input, ...scopeOf(call, domains) }),
  }),
  operation({
    name: 'markReportUnfounded',
    http: 'POST /v1/reports/:id/unfounded',
    by: ['server:moderation', 'reviewer', 'operator'],
    answer: z.object({}),
    summary: 'Note that a report was manifestly unfounded',
    description:
      'Its reporter gets a letter. After three within 90 days they may file one report a day, for 30 days. A repeated call changes nothing, and neither does one about a report by the form. Not by a reviewer or operator whom its case concerns, or who reported it.',
    errors: ['report_not_found', 'another_reviewer_needed'],
    run: async (domains, call) => {
      await domains.reports.markUnfounded(call.params.id, { by: actorOf(call), ...scopeOf(call, domains) });
      return {};
    },
  }),
];
