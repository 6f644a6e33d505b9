/** Reports: by anybody in a room, by people of the house, and what became of one's own. */

import { withPeople } from '../../accounts/profiles.ts';
import {
  filedReportList,
  filedReportQuery,
  report,
  reportInput,
  reportList,
  roomReportInput,
} from '../../trust/reports.ts';
import { operation, socketOperation } from '../contract.ts';

const EXAMPLE_MESSAGE = 'msg_9aYx3mPq7LdR2vKe5tWz';

export const reportContract = {
  fileReport: operation({
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
  }),
  'reports:file': socketOperation({
    from: 'lobby',
    limit: 'report',
    input: roomReportInput,
    answer: report,
    summary: 'Report a message, a person or the live, in the room of the connection',
  }),
  listOwnReports: operation({
    http: 'GET /v1/reports',
    by: ['participant', 'person'],
    servesSuspended: true,
    answer: reportList,
    summary: 'List your reports',
    description: 'The newest hundred.',
  }),
  listReports: operation({
    http: 'GET /v1/desk/reports',
    by: ['server:moderation', 'operator'],
    input: filedReportQuery,
    answer: withPeople(filedReportList),
    summary: 'List reports with their evidence',
    description:
      'Newest first. For the house: nobody sees reports about themselves. In a house with accounts an API key is shown none by people of the house, about them or their rooms, or by the form. While `hasMore` is true, pass the last `number` as `before`.',
  }),
  markReportUnfounded: operation({
    http: 'POST /v1/reports/:id/unfounded',
    by: ['server:moderation', 'reviewer', 'operator'],
    summary: 'Note that a report was manifestly unfounded',
    description:
      'Its reporter gets a letter. After three within 90 days they may file one report a day, for 30 days. A repeated call changes nothing, and neither does one about a report by the form. Not by a reviewer or operator whom its case concerns, or who reported it.',
    errors: ['report_not_found', 'another_reviewer_needed'],
  }),
};
