import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq } from '../../platform/db/sql.ts';
import type { Topic } from './letters/sending.ts';
import { mailOptOuts } from './mail.schema.ts';

export class OptOutsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(address: string, topic: Topic, at: string): Promise<void> {
    await this.#orm.insert(mailOptOuts).values({ address, topic, at }).onConflictDoNothing();
  }

  async delete(address: string, topic: Topic): Promise<void> {
    await this.#orm.delete(mailOptOuts).where(isOf(address, topic));
  }

  async has(address: string, topic: Topic): Promise<boolean> {
    const rows = await this.#orm.select().from(mailOptOuts).where(isOf(address, topic));
    return rows.length > 0;
  }
}

function isOf(address: string, topic: Topic) {
  return and(eq(mailOptOuts.address, address), eq(mailOptOuts.topic, topic));
}
