/**
 * The Grafana dashboard, written against Grafana's own types. `dashboards/loge.json` is generated from it (node
 * infra/checks/generate.ts); a check compares both with each other, and their metrics with the code.
 */
import { type Dashboard, type Panel, type RowPanel, ThresholdsMode } from '@grafana/schema';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const WIDTH = 24;
const PANEL_HEIGHT = 8;
const STAT_HEIGHT = 4;

interface Query {
  expr: string;
  legend?: string;
}

interface Drawn {
  title: string;
  description: string;
  queries: Query[];
  unit?: string;
  type?: 'timeseries' | 'stat';
  /** Value from which on it is drawn red. */
  alarmAt?: number;
}

interface Section {
  title: string;
  /** Panels in one line. */
  columns: number;
  panels: Drawn[];
}

const sections: Section[] = [
  {
    title: 'Now',
    columns: 6,
    panels: [
      stat('Lives', 'Rooms with media on stage.', 'sum(loge_lives)'),
      stat('People', 'Open sockets over all gateways.', 'sum(loge_sockets)'),
      stat('Watching', 'Media sessions of viewers.', 'sum(loge_media_sessions{direction="watch"})'),
      stat(
        'Media load',
        'How full the SFU nodes are together.',
        'sum(loge_sfu_load_consumers) / sum(loge_sfu_capacity_consumers)',
        {
          unit: 'percentunit',
          alarmAt: 0.75,
        },
      ),
      stat('Facts waiting', 'Committed and not yet told.', 'max(loge_outbox_pending)', { alarmAt: 100 }),
      stat(
        'Books',
        'Differences to the payment provider that nothing explains.',
        'max(loge_reconciliation_items{explained="no"})',
        {
          alarmAt: 1,
        },
      ),
    ],
  },
  {
    title: 'People',
    columns: 3,
    panels: [
      graph('Sockets', 'Open connections by gateway.', [{ expr: 'loge_sockets', legend: '{{instance}}' }]),
      graph('Media sessions', 'Publishers and viewers.', [
        { expr: 'sum by (direction) (loge_media_sessions)', legend: '{{direction}}' },
      ]),
      graph('Refused at the door', 'Handshakes refused a second, by reason.', [
        { expr: 'sum by (code) (rate(loge_connections_refused_total[$__rate_interval]))', legend: '{{code}}' },
      ]),
    ],
  },
  {
    title: 'Requests',
    columns: 3,
    panels: [
      graph('Requests over sockets', 'A second, by outcome.', [
        { expr: 'sum by (outcome) (rate(loge_requests_total[$__rate_interval]))', legend: '{{outcome}}' },
      ]),
      graph(
        'Time to answer, 95th percentile',
        'By request; the goal of a join is 150 ms to the first picture.',
        [
          {
            expr: 'histogram_quantile(0.95, sum by (le, request) (rate(loge_request_seconds_bucket[$__rate_interval])))',
            legend: '{{request}}',
          },
        ],
        's',
      ),
      graph('HTTP', 'Requests a second by class of status.', [
        { expr: 'sum by (status) (rate(loge_http_requests_total[$__rate_interval]))', legend: '{{status}}' },
      ]),
    ],
  },
  {
    title: 'Chat and access',
    columns: 3,
    panels: [
      graph('Chat', 'Entries a second by kind.', [
        { expr: 'sum by (kind) (rate(loge_chat_entries_total[$__rate_interval]))', legend: '{{kind}}' },
      ]),
      graph('Put out of a room', 'A second, by reason.', [
        { expr: 'sum by (reason) (rate(loge_access_revocations_total[$__rate_interval]))', legend: '{{reason}}' },
      ]),
      graph('Between gateways', 'Messages a second that Redis did not take.', [
        { expr: 'rate(loge_bus_messages_lost_total[$__rate_interval])', legend: '{{instance}}' },
      ]),
    ],
  },
  {
    title: 'Money',
    columns: 4,
    panels: [
      graph('Booked', 'Minor units an hour by kind.', [
        { expr: 'sum by (kind) (increase(loge_money_minor_total[1h]))', legend: '{{kind}}' },
      ]),
      graph('Events of the payment provider', 'A second, by outcome.', [
        { expr: 'sum by (outcome) (rate(loge_provider_webhooks_total[$__rate_interval]))', legend: '{{outcome}}' },
      ]),
      graph("Deliveries to embedders' endpoints", 'A second, by outcome.', [
        { expr: 'sum by (outcome) (rate(loge_webhook_deliveries_total[$__rate_interval]))', legend: '{{outcome}}' },
      ]),
      graph('Letters', 'An hour, by outcome.', [
        { expr: 'sum by (outcome) (increase(loge_letters_total[1h]))', legend: '{{outcome}}' },
      ]),
      graph('Outbox', 'Facts committed and not yet told, and those that a listener failed to handle.', [
        { expr: 'loge_outbox_pending', legend: '{{instance}}' },
        { expr: 'loge_outbox_failing', legend: '{{instance}}, failing' },
      ]),
    ],
  },
  {
    title: 'Media',
    columns: 4,
    panels: [
      graph(
        'How full the nodes are',
        'Consumers as a share of what a node carries before quality suffers.',
        [{ expr: 'loge_sfu_load_ratio', legend: '{{region}} {{instance}}' }],
        'percentunit',
      ),
      graph('Sessions and pipes', 'Publishers and viewers, and copies of rooms to other workers and nodes, by node.', [
        { expr: 'loge_sfu_sessions', legend: '{{instance}} sessions' },
        { expr: 'loge_sfu_pipes', legend: '{{instance}} pipes' },
      ]),
      graph(
        'Rooms and tracks',
        'Rooms on nodes (one on several counts several times), and tracks that come in and go out.',
        [
          { expr: 'sum(loge_sfu_rooms)', legend: 'rooms' },
          { expr: 'sum(loge_sfu_producers)', legend: 'tracks in' },
          { expr: 'sum(loge_sfu_consumers)', legend: 'tracks out' },
        ],
      ),
      graph('Workers, and nodes that drain', 'A worker that dies is replaced; the dip is what counts.', [
        { expr: 'sum(loge_sfu_workers)', legend: 'workers' },
        { expr: 'sum(loge_sfu_draining)', legend: 'draining' },
        { expr: 'sum(loge_sfu_control_connections)', legend: 'control connections' },
      ]),
    ],
  },
  {
    title: 'Processes',
    columns: 3,
    panels: [
      graph('CPU', 'Cores that each process uses, without its media workers.', [
        { expr: 'rate(loge_process_cpu_seconds_total[$__rate_interval])', legend: '{{job}} {{instance}}' },
      ]),
      graph(
        'Memory',
        'Resident, by process.',
        [{ expr: 'loge_process_resident_memory_bytes', legend: '{{job}} {{instance}}' }],
        'bytes',
      ),
      graph(
        'Event loop, 99th percentile behind',
        'Over 200 ms, what people do is felt late.',
        [{ expr: 'loge_nodejs_eventloop_lag_p99_seconds', legend: '{{job}} {{instance}}' }],
        's',
      ),
    ],
  },
];

export const dashboard: Dashboard = {
  uid: 'loge',
  title: 'Loge',
  description: 'The house at a glance: people, requests, money, media.',
  tags: ['loge'],
  timezone: 'browser',
  editable: true,
  graphTooltip: 1,
  refresh: '15s',
  schemaVersion: 41,
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      {
        name: 'datasource',
        label: 'Data source',
        type: 'datasource',
        query: 'prometheus',
        current: { selected: true, text: 'Prometheus', value: 'prometheus' },
      },
    ],
  },
  panels: layOut(),
};

function stat(title: string, description: string, expr: string, more: Partial<Drawn> = {}): Drawn {
  return { title, description, queries: [{ expr }], type: 'stat', ...more };
}

function graph(title: string, description: string, queries: Query[], unit?: string): Drawn {
  return { title, description, queries, ...(unit ? { unit } : {}) };
}

function layOut(): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const section of sections) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: section.title,
      collapsed: false,
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
      panels: [],
    });
    y += 1;
    const w = WIDTH / section.columns;
    const h = section.panels.every(({ type }) => type === 'stat') ? STAT_HEIGHT : PANEL_HEIGHT;
    for (const [index, drawn] of section.panels.entries()) {
      const gridPos = { x: (index % section.columns) * w, y: y + Math.floor(index / section.columns) * h, w, h };
      panels.push(toPanel(drawn, panels.length + 1, gridPos));
    }
    y += Math.ceil(section.panels.length / section.columns) * h;
  }
  return panels;
}

function toPanel(drawn: Drawn, id: number, gridPos: NonNullable<Panel['gridPos']>): Panel {
  const { title, description, unit, alarmAt, type = 'timeseries' } = drawn;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource: DATASOURCE,
    targets: drawn.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr,
      ...(legend ? { legendFormat: legend } : {}),
    })),
    fieldConfig: {
      defaults: {
        unit: unit ?? 'short',
        ...(type === 'timeseries' ? { min: 0 } : {}),
        ...(alarmAt === undefined
          ? {}
          : {
              thresholds: {
                mode: ThresholdsMode.Absolute,
                steps: [
                  { color: 'green', value: null },
                  { color: 'red', value: alarmAt },
                ],
              },
            }),
      },
      overrides: [],
    },
    options:
      type === 'stat'
        ? { colorMode: 'value', reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { showLegend: true } },
  };
}
