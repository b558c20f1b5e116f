/**
 * A D1 database that fails on purpose: at its n-th write it fails before writing, fails after writing, or the
 * whole process is taken to be dead from then on. Reads pass until then. And one in which two acts meet.
 */
import { issueBatch, type Progress } from '../../src/service/issue.ts';
import type { Tokens } from '../../src/service/issue-gate.ts';
import { openBatch } from '../../src/service/open-batch.ts';
import type { Service } from '../../src/service/service.ts';
import type { D1Database } from '../../src/storage/database.ts';

export type Mode = 'failed' | 'persisted' | 'killed after writing' | 'killed before writing';

export class Fault extends Error {}

/** A D1 database in which another act comes to its end just before the first transaction is written. */
export function interposed(real: D1Database, act: () => Promise<unknown>): D1Database {
  let done = false;
  const batch: D1Database['batch'] = async (statements) => {
    if (!done) {
      done = true;
      await act();
    }
    return real.batch(statements);
  };
  return { prepare: (sql: string) => real.prepare(sql), batch } as D1Database;
}

export interface FaultyDatabase {
  db: D1Database;
  /** Writes seen so far, by their first words. */
  writes: string[];
}

interface Statement {
  bind(...values: unknown[]): Statement;
  run(): Promise<unknown>;
  first(column?: string): Promise<unknown>;
  all(): Promise<unknown>;
}

export function faultyDatabase(real: D1Database, at: number, mode: Mode): FaultyDatabase {
  const writes: string[] = [];
  let dead = false;
  const raws = new WeakMap<object, unknown>();

  async function write<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (dead) throw new Fault('dead');
    writes.push(name);
    if (writes.length - 1 !== at) return work();
    if (mode === 'persisted' || mode === 'killed after writing') await work();
    if (mode.startsWith('killed')) dead = true;
    throw new Fault(`${mode} at write ${at}: ${name}`);
  }

  function wrap(raw: Statement, sql: string): Statement {
    const read = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Fault('dead')) : work());
    const statement: Statement = {
      bind: (...values) => wrap(raw.bind(...values), sql),
      run: () => write(sql, () => raw.run()),
      first: (column) => read(() => (column === undefined ? raw.first() : raw.first(column))),
      all: () => read(() => raw.all()),
    };
    raws.set(statement, raw);
    return statement;
  }

  const db = {
    prepare: (sql: string) =>
      wrap(real.prepare(sql) as unknown as Statement, sql.trim().split(/\s+/).slice(0, 3).join(' ')),
    batch: (statements: object[]) => write('batch', () => real.batch(statements.map((one) => raws.get(one)) as never)),
  };
  return { db: db as unknown as D1Database, writes };
}

/** A D1 database that notes each statement it is given, those of a transaction one by one. */
export function countingDatabase(real: D1Database): { db: D1Database; statements: string[] } {
  const statements: string[] = [];
  const raws = new WeakMap<object, { raw: unknown; sql: string }>();
  const note = (sql: string) => void statements.push(sql.trim().replace(/\s+/g, ' ').slice(0, 120));
  function wrap(raw: Statement, sql: string): Statement {
    const asked = <T>(work: () => Promise<T>): Promise<T> => (note(sql), work());
    const statement: Statement = {
      bind: (...values) => wrap(raw.bind(...values), sql),
      run: () => asked(() => raw.run()),
      first: (column) => asked(() => (column === undefined ? raw.first() : raw.first(column))),
      all: () => asked(() => raw.all()),
    };
    raws.set(statement, { raw, sql });
    return statement;
  }
  const db = {
    prepare: (sql: string) => wrap(real.prepare(sql) as unknown as Statement, sql),
    batch: (all: object[]) => {
      const known = all.map((one) => raws.get(one) as { raw: unknown; sql: string });
      for (const { sql } of known) note(sql);
      return real.batch(known.map(({ raw }) => raw) as never);
    },
  };
  return { db: db as unknown as D1Database, statements };
}

/** Issues a stored batch, as the route does it. */
export const issueStored = async (service: Service, id: string, tokens: Tokens, until: number): Promise<Progress> =>
  issueBatch(service, await openBatch(service, id), tokens, until);
