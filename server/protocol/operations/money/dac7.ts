/** Reports to the tax authority about sellers (DAC7), for operators. */

import { withPeople } from '../../accounts/profiles.ts';
import {
  dac7FileQuery,
  dac7Filing,
  dac7FilingInput,
  dac7FilingList,
  dac7FilingQuery,
  dac7Filings,
  dac7RefusalInput,
} from '../../money/dac7.ts';
import { dac7Query, dac7Report } from '../../money/payouts.ts';
import { downloadOperation, operation } from '../contract.ts';

const BY_HOUSE = { by: ['server:money', 'operator'] } as const;
const BY_OPERATOR = { by: ['operator'] } as const;

export const dac7Contract = {
  getDac7Report: operation({
    ...BY_HOUSE,
    http: 'GET /v1/reports/dac7',
    input: dac7Query,
    answer: dac7Report,
    summary: 'Get the DAC7 figures of a quarter',
    description:
      'For each seller: the consideration credited in the quarter, net of what was withheld, the number of sales, and fees and taxes withheld, see Directive (EU) 2021/514, annex V, section III. As CSV at `/v1/reports/dac7.csv`.',
  }),
  exportDac7Report: downloadOperation({
    ...BY_HOUSE,
    http: 'GET /v1/reports/dac7.csv',
    format: 'csv',
    input: dac7Query,
    summary: 'Export the DAC7 figures of a quarter as CSV',
  }),
  listDac7Filings: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/reports/dac7-filings',
    input: dac7FilingQuery,
    answer: withPeople(dac7Filings),
    summary: 'List the DAC7 reports of a year, and what the next would be',
    description:
      'Everybody who has earned something in the year, who of them is reportable, and what the schema in `LOGE_DAC7_XSD` says against a report that is made now.',
  }),
  createDac7Filings: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/reports/dac7-filings',
    limit: 'money',
    stepUp: true,
    input: dac7FilingInput,
    example: { year: 2026 },
    answer: dac7FilingList,
    status: 201,
    summary: 'Make the DAC7 report of a year',
    description:
      'In the OECD’s DPI schema, once the year is over. The first report has everybody who is reportable; a later one has who is new (`DPI401`), and corrections and deletions (`DPI402`), each as a file of its own. Where nobody is reportable, it says so (`DPI403`).',
  }),
  exportDac7Filing: downloadOperation({
    ...BY_OPERATOR,
    http: 'GET /v1/reports/dac7.xml',
    format: 'xml',
    input: dac7FileQuery,
    summary: 'Download a DAC7 report',
    errors: ['report_not_found'],
  }),
  refuseDac7Filing: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/reports/dac7-filings/:filing/refusal',
    limit: 'money',
    input: dac7RefusalInput,
    example: { reason: 'Refused by the portal: wrong SIREN' },
    answer: dac7Filing,
    summary: 'Note that the tax authority has refused a report',
    description: 'The next report is made as if that one had not been. Repeated calls have no further effect.',
    errors: ['report_not_found'],
  }),
};
