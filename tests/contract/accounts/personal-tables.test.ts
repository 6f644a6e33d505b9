/** Export and erasure of one person must not read whole tables, which everybody else's rows fill. */
import { expect, test } from 'vitest';
import { PERSONAL_TABLES } from '../../../server/personal-tables.ts';
import { statementsOf } from '../../../server/platform/db/person-records.ts';
import { DATABASES } from '../../support/databases/databases.ts';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
/** A scan of an index without a condition reads all of it. */
const readsAll = (node: Plan) =>
  /^(Seq|Tid Range) Scan$/.test(node['Node Type']) ||
  (/Index/.test(node['Node Type']) && /Scan$/.test(node['Node Type']) && node['Index Cond'] === undefined);

test.each(DATABASES)('every statement on a person finds its rows by an index, on $name', async ({ open }) => {
  await using db = await open();
  const scans = await db.bulkTransaction(async (run) => {
    await run('set local enable_seqscan = off', []);
    // A join may not read a whole table in the order of an index, and each row costs much.
    await run('set local enable_mergejoin = off', []);
    await run('set local enable_hashjoin = off', []);
    await run('set local cpu_tuple_cost = 1000', []);
    // As never analysed: of a table that is known to be empty every plan costs the same.
    await run(`update pg_class set relpages = 0, reltuples = -1 where relnamespace = 'public'::regnamespace`, []);
    const found: string[] = [];
    for (const [table, rule] of Object.entries(PERSONAL_TABLES)) {
      for (const [name, statement] of Object.entries(statementsOf(table, rule))) {
        if (!statement) continue;
        const values = ['person_x', ['a'], ['(0,1)']].slice(
          0,
          Math.max(...[...statement.matchAll(/\$(\d)/g)].map(([, n]) => Number(n))),
        );
        const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (format json) ${statement}`, values);
        for (const node of nodesOf((row as NonNullable<typeof row>)['QUERY PLAN'][0].Plan).filter(readsAll))
          found.push(`${table}.${name}: ${node['Node Type']} on ${node['Relation Name'] ?? node['Index Name']}`);
      }
    }
    return found;
  });
  expect(scans).toEqual([]);
});
