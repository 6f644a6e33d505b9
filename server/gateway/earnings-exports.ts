/** Downloads: every entry of a creator's earnings, streamed page by page, and the figures of a quarter, as JSON or CSV. */
import type { Express, Request, Response } from 'express';
import { AppError } from '../protocol/errors.ts';
import { type Dac7Seller, dac7Query, type EarningsEntry, statementQuery } from '../protocol/payouts.ts';
import { toCsvLine } from './csv.ts';
import type { HttpAuth } from './http-auth.ts';
import type { HttpContext } from './http-context.ts';
import { parseExactly } from './http-input.ts';

const ENTRY_COLUMNS = [
  'at',
  'category',
  'kind',
  'source',
  'room',
  'currency',
  'grossMinor',
  'vatMinor',
  'feesMinor',
  'charityMinor',
  'netMinor',
  'transaction',
] as const satisfies (keyof EarningsEntry)[];
const SELLER_COLUMNS = [
  'creator',
  'name',
  'country',
  'currency',
  'considerationMinor',
  'activities',
  'feesMinor',
  'taxesMinor',
  'charityMinor',
] as const satisfies (keyof Dac7Seller)[];

const exportQuery = statementQuery.partial();

type Format = 'csv' | 'json';

export function mountEarningsExports(app: Express, context: HttpContext, auth: HttpAuth): void {
  const { accounts, money } = context;
  const { statements } = money.settlement;

  const admitServer = async (request: Request, response: Response) => {
    response.set('cache-control', 'no-store');
    await auth.admit({ auth: 'server', scope: 'money', limit: 'server' }, request, response);
  };

  for (const format of ['csv', 'json'] as const) {
    app.get(`/v1/creators/:identity/earnings.${format}`, async (request, response) => {
      await admitServer(request, response);
      const { month } = parseExactly(exportQuery, request.query);
      const { identity } = await accounts.getCreator(String(request.params.identity));
      await sendEntries(response, format, statements.readEntries(identity, month));
    });

    const admitCreator = async (request: Request, response: Response) => {
      response.set('cache-control', 'no-store');
      const caller = await auth.admit({ auth: 'person', limit: 'site' }, request, response);
      if (caller.role !== 'creator') throw new AppError('forbidden', 'Only creators have earnings.');
      return caller.identity;
    };

    app.get(`/site/earnings/export.${format}`, async (request, response) => {
      const creator = await admitCreator(request, response);
      const { month } = parseExactly(exportQuery, request.query);
      await sendEntries(response, format, statements.readEntries(creator, month));
    });

    app.get(`/site/earnings/statements/:month.${format}`, async (request, response) => {
      const creator = await admitCreator(request, response);
      const { month } = parseExactly(statementQuery, { month: request.params.month });
      await sendEntries(response, format, statements.readEntries(creator, month));
    });

    app.get(`/v1/earnings.${format}`, async (request, response) => {
      response.set('cache-control', 'no-store');
      const caller = await auth.admit({ auth: 'participant', limit: 'participant' }, request, response);
      if (caller.role !== 'creator') throw new AppError('forbidden', 'Only creators have earnings.');
      const { month } = parseExactly(exportQuery, request.query);
      await sendEntries(response, format, statements.readEntries(caller.sub, month));
    });
  }

  app.get('/v1/reports/dac7.csv', async (request, response) => {
    await admitServer(request, response);
    const { quarter } = parseExactly(dac7Query, request.query);
    const { sellers } = await statements.dac7(quarter);
    startCsv(response, `dac7-${quarter}`);
    response.write(toCsvLine(SELLER_COLUMNS));
    for (const seller of sellers) response.write(toCsvLine(SELLER_COLUMNS.map((column) => seller[column])));
    response.end();
  });
}

async function sendEntries(response: Response, format: Format, pages: AsyncGenerator<EarningsEntry[]>): Promise<void> {
  if (format === 'csv') {
    startCsv(response, 'earnings');
    response.write(toCsvLine(ENTRY_COLUMNS));
  } else {
    response.type('json').write('{"entries":[');
  }
  let isFirst = true;
  for await (const page of pages) {
    const lines = page.map((entry) => {
      if (format === 'csv') return toCsvLine(ENTRY_COLUMNS.map((column) => entry[column]));
      const line = `${isFirst ? '' : ','}${JSON.stringify(entry)}`;
      isFirst = false;
      return line;
    });
    // The reader is slower than the database: what it has not taken is not piled up here.
    if (!response.write(lines.join(''))) await drained(response);
    if (response.destroyed) return;
  }
  response.end(format === 'json' ? ']}' : undefined);
}

function startCsv(response: Response, name: string): void {
  response.type('text/csv; charset=utf-8; header=present');
  response.set('content-disposition', `attachment; filename="${name}.csv"`);
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.once('drain', go);
    response.once('close', go);
  });
}
