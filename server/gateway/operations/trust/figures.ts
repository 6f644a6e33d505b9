import { figureContract } from '../../../protocol/operations/trust/figures.ts';
import { implement } from '../operation.ts';
import { exportReport } from './report-export.ts';

export const figureOperations = implement(figureContract, {
  listTransparencyReports: async ({ publicReports }) => ({
    reports: (await publicReports.list()).map(({ period, from, until, isOver }) => ({ period, from, until, isOver })),
  }),
  exportTransparencyReport: async ({ publicReports }, { params }) =>
    exportReport(await publicReports.get(params.period)),
  getTransparencyReport: ({ publicReports }, { params }) => publicReports.get(params.period),
  listRecords: async ({ record }, { input }) => ({
    name: 'records',
    chunks: linesOf([await record.list(input)]),
  }),
  exportStatements: async ({ dsaStatements }, { input: { period } }) => ({
    name: `statements-${period}`,
    chunks: linesOf(dsaStatements.read(period)),
  }),
  getVigilance: ({ figures }) => figures.vigilance(),
});

async function* linesOf(pages: AsyncIterable<object[]> | Iterable<object[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((each) => `${JSON.stringify(each)}\n`).join('');
}
