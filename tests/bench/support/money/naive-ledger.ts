/**
 * The reference: a textbook ledger. Every balance is a row; a tip locks the rows of fan, creator and platform in a
 * transaction with four statements. It stores the same records of a tip, in tables with the same keys and indexes,
 * without the checks and notifications that ours includes.
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

const SCHEMA = `
  create table naive_accounts (id text primary key, balance bigint not null check (balance >= 0));
  create table naive_transactions (
    id text primary key, kind text not null, source_type text not null, source_id text not null, currency text not null,
    created_at timestamptz not null
  );
  create unique index naive_transactions_source on naive_transactions (kind, source_type, source_id);
  create table naive_entries (
    seq bigserial not null, transaction text not null, account text not null, amount bigint not null,
    primary key (transaction, account)
  );
  create index naive_entries_account on naive_entries (account, seq);
  create table naive_tips (
    id text primary key, room text not null, fan text not null, name text not null, amount bigint not null, message text,
    idempotency_key text not null, sent_at timestamptz not null
  );
  create unique index naive_tips_key on naive_tips (room, fan, idempotency_key);
  insert into naive_accounts values ('platform', 0), ('vat', 0), ('creator', 0);`;

const VAT_BPS = 2_000;
const COMMISSION_BPS = 2_000;
const BPS = 10_000;

export interface NaiveTip {
  room: string;
  fan: string;
  name: string;
  amountMinor: number;
  message: string;
  idempotencyKey: string;
}

export class NaiveLedger {
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  static async create(pool: pg.Pool, fans: { identity: string; creditMinor: number }[]): Promise<NaiveLedger> {
    await pool.query(SCHEMA);
    await pool.query('insert into naive_accounts select * from unnest($1::text[], $2::bigint[])', [
      fans.map((fan) => fan.identity),
      fans.map((fan) => fan.creditMinor),
    ]);
    return new NaiveLedger(pool);
  }

  async tip({ room, fan, name, amountMinor, message, idempotencyKey }: NaiveTip): Promise<string> {
    const id = randomUUID();
    const transaction = randomUUID();
    const at = new Date();
    const vatMinor = Math.round((amountMinor * VAT_BPS) / (BPS + VAT_BPS));
    const commissionMinor = Math.floor(((amountMinor - vatMinor) * COMMISSION_BPS) / BPS);
    const creatorMinor = amountMinor - vatMinor - commissionMinor;
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query(
        `select id, balance from naive_accounts where id in ($1, 'creator', 'platform', 'vat') order by id for update`,
        [fan],
      );
      const balance = Number(rows.find((row) => row.id === fan)?.balance ?? 0);
      if (balance < amountMinor) throw new Error('There is not enough credit.');
      await client.query(
        `update naive_accounts set balance = balance
            + case id when $1 then -$2::bigint when 'creator' then $3 when 'platform' then $4 else $5 end
          where id in ($1, 'creator', 'platform', 'vat')`,
        [fan, amountMinor, creatorMinor, commissionMinor, vatMinor],
      );
      await client.query(
        `with booked as (
            insert into naive_transactions (id, kind, source_type, source_id, currency, created_at)
            values ($1, 'tip', 'tip', $2, 'eur', $3)
          )
          insert into naive_entries (transaction, account, amount)
          values ($1, $4, -$5::bigint), ($1, 'creator', $6), ($1, 'platform', $7), ($1, 'vat', $8)`,
        [transaction, id, at, fan, amountMinor, creatorMinor, commissionMinor, vatMinor],
      );
      await client.query(
        `insert into naive_tips (id, room, fan, name, amount, message, idempotency_key, sent_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, room, fan, name, amountMinor, message, idempotencyKey, at],
      );
      await client.query('commit');
      return id;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  /** The sum of all entries and the number of tips, to detect losses. */
  async check(): Promise<{ sumMinor: number; tips: number }> {
    const { rows } = await this.#pool.query(
      'select (select coalesce(sum(amount), 0) from naive_entries) as sum, (select count(*) from naive_tips) as tips',
    );
    return { sumMinor: Number(rows[0].sum), tips: Number(rows[0].tips) };
  }
}
