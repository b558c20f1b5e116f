/**
 * Fills the register with copies of real rows under other numbers, so that tables and indexes have the size of
 * years of use. The copies do not verify; only the originals are looked up.
 */
import type { Stage } from './stage.ts';

const CHUNK = 5_000;

/** Grows the register to about `size` certificates. @returns the real number */
export async function grow(stage: Stage, size: number): Promise<number> {
  const { db } = stage;
  const count = async () => (await db.prepare('SELECT count(*) AS n FROM certificates').first<number>('n')) ?? 0;
  const batch = await db.prepare('SELECT id FROM batches LIMIT 1').first<string>('id');
  let have = await count();
  for (let series = 0; have < size; series++) {
    const number = `'S0000370' || printf('%05d', ${100 + series}) || '263' || printf('%06d', x.i)`;
    const numbers = `WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x WHERE i < ${CHUNK})`;
    const copied = `grown-${series}`;
    await db.batch([
      db
        .prepare(
          `INSERT INTO batches (id, organization, filing, count, root, state, created_at, body_digest) SELECT '${copied}', organization, filing, ${CHUNK}, root, 'issued', created_at, '' FROM batches WHERE id = ?`,
        )
        .bind(batch),
      db
        .prepare(
          `${numbers} INSERT INTO rows SELECT '${copied}', x.i, x.i, r.level, r.occupation_code, r.job, NULL, 'p${series}-' || x.i, r.facts, r.sealed
         FROM x JOIN rows r ON r.batch = ?1 AND r.position = x.i % 1000`,
        )
        .bind(batch),
      db.prepare(
        `${numbers} INSERT INTO certificates SELECT ${number}, 'S0000370' || printf('%05d', ${100 + series}), 2026, 3, x.i, '${copied}', x.i, 'p${series}-' || x.i, '6-31-01-03', '--', ${100 + series}, x.i, 'valid', 1, NULL FROM x`,
      ),
      db
        .prepare(
          `${numbers} INSERT INTO credentials SELECT ${number}, k.credential, k.seal, k.path FROM x
         JOIN certificates c ON c.batch = ?1 AND c.position = x.i % 1000 JOIN credentials k ON k.number = c.number`,
        )
        .bind(batch),
    ]);
    have += CHUNK;
    if (series % 20 === 19) console.log(`     ${have} certificates …`);
  }
  return count();
}
