/** The figures of vigilance: public reports by quarter, and the dashboard of the committee's members. */

import { statementsQuery, transparencyReport, transparencyReports, vigilance } from '../../trust/figures.ts';
import { recordsQuery } from '../../trust/record.ts';
import { downloadOperation, operation } from '../contract.ts';

export const figureContract = {
  listTransparencyReports: operation({
    by: ['visitor'],
    http: 'GET /v1/transparency/reports',
    answer: transparencyReports,
    summary: 'The quarters of which there is a public report',
    description: 'Newest first, from the quarter of the first report on.',
  }),
  // Before the report itself, whose route has a path that this one matches.
  exportTransparencyReport: downloadOperation({
    by: ['visitor'],
    http: 'GET /v1/transparency/reports/:period.csv',
    format: 'csv',
    summary: 'Export the public report of a quarter as CSV',
    description: 'One line for each number: `figure`, `name`, `value`. An empty value is not published.',
    errors: ['report_not_found'],
  }),
  getTransparencyReport: operation({
    by: ['visitor'],
    http: 'GET /v1/transparency/reports/:period',
    answer: transparencyReport,
    summary: 'The public report of a quarter, such as 2026-Q4',
    description:
      'Reports, decisions, appeals and how long they took (R76). Counts from one to four are not published, nor what would tell them: they are in `others` of their breakdown. A running quarter has totals up to `countedUntil`. As CSV at `/v1/transparency/reports/2026-Q4.csv`.',
    errors: ['report_not_found'],
  }),
  listRecords: downloadOperation({
    by: ['visitor'],
    http: 'GET /v1/transparency/records',
    format: 'jsonl',
    input: recordsQuery,
    example: { after: 99 },
    summary: 'What the house and its committee have published, entry by entry',
    description:
      'One JSON object a line, in the order of the log at `/transparency/log/`, of which this is the convenient view (R78): `seq`, the `hash` of the leaf (RFC 6962, base64), and the fields of the entry; where the words behind the `commitment` are public, `content` and the `salt`, so that `commitment` is the base64 of SHA-256 over the bytes of the salt and the canonical JSON (RFC 8785) of the content.',
  }),
  exportStatements: downloadOperation({
    by: ['operator', 'server:moderation'],
    http: 'GET /v1/desk/statements.jsonl',
    format: 'jsonl',
    input: statementsQuery,
    example: { period: '2026-Q4' },
    summary: 'Export statements of reasons for the EU’s DSA Transparency Database',
    description:
      'One JSON object a line, in the shape of the database’s API (of July 2025), oldest first, without personal data: what reviewers wrote to people is left out (R76d).',
  }),
  getVigilance: operation({
    by: ['member'],
    http: 'GET /v1/committee/vigilance',
    answer: vigilance,
    summary: 'The figures of the house by week, for members of the committee',
    description:
      'The last 26 weeks in the time zone of the house, including the current one, by the same definitions as the public reports (R76), with nothing held back.',
  }),
};
