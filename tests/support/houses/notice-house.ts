/** Notices about rooms, with mail that is kept, on a database of a test. Each is one process; more can be opened. */

import { Notices, type NoticesOptions } from '../../../server/notices/notices.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { type Fact, Outbox } from '../../../server/platform/outbox/outbox.ts';
import { returnLinks } from '../../../server/platform/sealed-links.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';

export const RETURN_LINKS = returnLinks({
  box: new SecretBox(['a secret for tests']),
  publicUrl: 'https://loge.example',
});

const NOBODY = async () => ({ people: [], after: undefined });

type Parts = Pick<NoticesOptions, 'rooms' | 'mail'> & Partial<NoticesOptions>;

export function openNotices(db: Database, parts: Parts) {
  const log = createLog({ level: 'silent', pretty: false });
  const outbox = new Outbox({ db, bus: new MemoryBus(() => {}), log, metrics: createMetrics() });
  const notices = new Notices({
    db,
    log,
    outbox,
    clock: { now: () => Date.now() },
    push: { enqueue: async () => {}, wake: () => {} },
    publicUrl: 'https://loge.example',
    // People of embedders have no prefix, and no address here.
    contactsOf: async (identities) =>
      new Map(
        identities
          .filter((it) => it.startsWith('person_'))
          .map((it) => [it, { address: `${it}@example.com`, language: 'en' as const }]),
      ),
    ticketHolders: NOBODY,
    followers: NOBODY,
    returnLinkOf: (ticket) => RETURN_LINKS.linkOf(ticket),
    ...parts,
  });
  return {
    notices,
    /** Hands out the facts of a room, as often as it is called, and tells everybody. */
    async handleFacts(room: string): Promise<void> {
      const { rows } = (await db.orm.execute(
        sql`select id, topic, room, identity, data from outbox
          where topic in ('room.changed', 'live.started') and room = ${room} order by seq`,
      )) as unknown as { rows: Fact[] };
      await notices.handleFacts(rows);
      while (await notices.sendBatch());
    },
    /** Identities that an embedder was asked to remind. */
    async embedded(room: string): Promise<string[]> {
      const { rows } = (await db.orm.execute(
        sql`select identity from outbox where topic = 'reminder.due' and room = ${room} order by identity`,
      )) as unknown as { rows: { identity: string }[] };
      return rows.map(({ identity }) => identity);
    },
  };
}
