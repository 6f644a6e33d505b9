import { boolean, doublePrecision, index, integer, jsonb, pgTable, text, time } from '../../../platform/db/tables.ts';
import type { PublicText } from '../../../protocol/trust/committee.ts';
import type { FigureName, VigilanceFigures } from '../../../protocol/trust/figures.ts';
import type { ThresholdInput } from '../../../protocol/trust/thresholds.ts';

/** What members watch. A trigger refuses deletion and all changes but the end, which is written once. */
export const committeeThresholds = pgTable(
  'committee_thresholds',
  {
    id: text('id').primaryKey(),
    title: jsonb('title').$type<PublicText>().notNull(),
    figure: text('figure').$type<FigureName>().notNull(),
    comparison: text('comparison').$type<ThresholdInput['comparison']>().notNull(),
    limit: doublePrecision('limit').notNull(),
    windowDays: integer('window_days').notNull(),
    tellsOperators: boolean('tells_operators').notNull(),
    reason: text('reason').notNull(),
    setBy: text('set_by').notNull(),
    setAt: time('set_at').notNull(),
    endedAt: time('ended_at'),
    endedBy: text('ended_by'),
    endReason: text('end_reason'),
  },
  (table) => [
    index('committee_thresholds_set_by').on(table.setBy),
    index('committee_thresholds_ended_by').on(table.endedBy),
  ],
);

/** What fired. Append-only. */
export const committeeAlarms = pgTable(
  'committee_alarms',
  {
    id: text('id').primaryKey(),
    threshold: text('threshold').notNull(),
    at: time('at').notNull(),
    from: time('from').notNull(),
    value: doublePrecision('value').notNull(),
    /** All figures of that time, as they were counted then. */
    figures: jsonb('figures').$type<VigilanceFigures>().notNull(),
    case: text('case').notNull().unique(),
  },
  (table) => [index('committee_alarms_threshold').on(table.threshold, table.at)],
);
