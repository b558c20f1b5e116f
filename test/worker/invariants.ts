/**
 * What must hold of the register at any time when no batch is being issued, checked from the stored rows alone.
 */
import { expect } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { anyone, db } from '../kit.ts';

interface Certificate {
  number: string;
  organization: string;
  year: number;
  level: number;
  serial: number;
  batch: string;
  position: number;
  signed: number;
}

/** Numbers without gap or repeat, each signed exactly once, counters and capacity in step, look-ups valid. */
export async function expectInvariants(): Promise<void> {
  const { results: certificates } = await db
    .prepare(
      'SELECT c.*, k.number IS NOT NULL AS signed FROM certificates c LEFT JOIN credentials k ON k.number = c.number ORDER BY organization, year, level, serial',
    )
    .all<Certificate>();
  const last = new Map<string, number>();
  for (const c of certificates) {
    const series = `${c.organization}|${c.year}|${c.level}`;
    expect(c.serial, `serial of ${c.number}`).toBe((last.get(series) ?? 0) + 1);
    expect(c.number).toBe(
      `${c.organization}${String(c.year % 100).padStart(2, '0')}${c.level}${String(c.serial).padStart(6, '0')}`,
    );
    expect(c.signed, `signature of ${c.number}`).toBe(1);
    last.set(series, c.serial);
  }
  const { results: counters } = await db
    .prepare('SELECT organization, year, level, last FROM serials')
    .all<{ organization: string; year: number; level: number; last: number }>();
  expect(new Map(counters.map((row) => [`${row.organization}|${row.year}|${row.level}`, row.last]))).toEqual(last);
  const { results: used } = await db
    .prepare('SELECT organization, used FROM capacity')
    .all<{ organization: string; used: number }>();
  for (const { organization, used: count } of used)
    expect(count).toBe(certificates.filter((c) => c.organization === organization).length);
  const { results: batches } = await db
    .prepare(
      'SELECT b.id, b.state, b.count, (SELECT count(*) FROM certificates c WHERE c.batch = b.id) AS numbered, (SELECT count(*) FROM orders o WHERE o.batch = b.id) AS ordered FROM batches b',
    )
    .all<{ id: string; state: string; count: number; numbered: number; ordered: number }>();
  for (const { state, count, numbered, ordered } of batches) {
    expect(['submitted', 'city_approved', 'approved', 'returned', 'issued']).toContain(state);
    expect(numbered).toBe(state === 'issued' ? count : 0);
    expect(ordered).toBe(state === 'issued' ? 1 : 0);
  }
  // The whole chain of each 25th, and of the first and last of each batch, from its stored signatures.
  const looked = certificates.filter(
    ({ batch, position }, i) =>
      i % 25 === 0 || position === 0 || position === (batches.find((one) => one.id === batch)?.count ?? 0) - 1,
  );
  for (const { number } of looked)
    expect((await anyone.get<Report>(`/v1/certificates/${number}`)).verdict, number).toMatch(/^(valid|replaced)$/);
}
