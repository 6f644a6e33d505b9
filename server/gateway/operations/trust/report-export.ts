/** A public report as CSV: a line for each number. */
import type { TransparencyReport } from '../../../protocol/trust/figures.ts';
import { toCsvLine } from '../csv.ts';
import type { Download } from '../operation.ts';

const COLUMNS = ['figure', 'name', 'value'];

export function exportReport(report: TransparencyReport): Download {
  const lines = [...linesOf('', report)].map((cells) => toCsvLine(cells));
  return { name: `transparency-${report.period}`, chunks: [toCsvLine(COLUMNS), ...lines] };
}

/** `figure` is the path in the JSON; `name` the key of a breakdown. */
function* linesOf(path: string, value: object): Generator<(string | number | null)[]> {
  for (const [key, part] of Object.entries(value)) {
    const figure = path === '' ? key : `${path}.${key}`;
    if (typeof part === 'number' || part === null) yield [figure, '', part];
    else if (typeof part !== 'object') yield [figure, '', String(part)];
    else if ('counts' in part) {
      for (const [name, count] of Object.entries(part.counts as object)) yield [figure, name, count];
      yield [figure, 'others', (part as { others: number }).others];
    } else if (key === 'perLiveHourByCategory' || key === 'byAnswer') {
      for (const [name, rate] of Object.entries(part)) yield [figure, name, rate as number];
    } else yield* linesOf(figure, part);
  }
}
