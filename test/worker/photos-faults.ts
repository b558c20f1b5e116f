import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { photosOfArchive } from '../../src/core/rows/row-photos.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { sweepPhotos } from '../../src/service/photo-packs.ts';
import type { Caller } from '../../src/service/reach.ts';
import type { Service } from '../../src/service/service.ts';
import { submitBatch, type Upload } from '../../src/service/upload.ts';
import { candidate, db, files, idNumber } from '../kit.ts';
import { Fault, faultyDatabase, type Mode } from './faults.ts';
import { snapshot } from './forge.ts';
import { archive, look, objects, one, packs, province, school } from './photos-kit.ts';

/** The path of photos with one of its writes failing: whole photos or none are left. */
export function faults(): void {
  describe('faults between the writes', () => {
    let person = 500;
    const nowSeconds = () => Math.floor(Date.now() / 1000);
    const serviceWith = (change: Partial<Service>): Service => ({ ...serviceOf(env as Env), ...change });
    const caller = (): Caller => ({
      role: 'organization',
      subject: `org:${school.code}`,
      jkt: school.client.kid,
      key: school.client.jwk,
      token: school.client.token,
    });
    const freshUpload = (): Upload => {
      const n = person++;
      return {
        rows: [{ row: 1, values: candidate(n) }],
        photos: photosOfArchive(archive([`${idNumber(n)}.jpg`, one])),
        digest: `digest ${n}`,
      };
    };
    const sweepLater = () => sweepPhotos(serviceWith({ now: () => nowSeconds() + 3700 }));
    /** Objects and lines of batches that are not stored. */
    async function leftovers(): Promise<string[]> {
      const { results } = await db.prepare('SELECT id FROM batches').all<{ id: string }>();
      const known = new Set(results.map(({ id }) => id));
      return [
        ...(await objects()).filter((key) => key.startsWith('photos/') && !known.has(key.split('/')[1] as string)),
        ...(await packs()).filter(({ batch }) => !known.has(batch)).map(({ batch, pack }) => `${batch} ${pack}`),
      ];
    }
    /** The newest stored batches with photos have them. */
    async function expectWhole(newest: number): Promise<void> {
      const { results } = await db
        .prepare(
          'SELECT p.batch, max(p.position) AS position FROM photos p JOIN batches b ON b.id = p.batch GROUP BY p.batch ORDER BY b.rowid DESC LIMIT ?',
        )
        .bind(newest)
        .all<{ batch: string; position: number }>();
      expect(results.length).toBeGreaterThan(0);
      for (const { batch, position } of results)
        expect([batch, (await look(province.city, batch, position)).status]).toEqual([batch, 200]);
      expect((await packs()).filter(({ state }) => state !== 'kept')).toEqual([]);
    }

    test('the path has the writes that the table covers', async () => {
      const { db: counting, writes } = faultyDatabase(db, -1, 'failed');
      await submitBatch(serviceWith({ db: counting }), caller(), freshUpload(), null);
      expect(writes).toEqual(['INSERT INTO photo_packs', 'batch']);
    });

    const MODES: Mode[] = ['failed', 'persisted', 'killed before writing', 'killed after writing'];
    test.each(MODES.flatMap((mode) => [0, 1].map((at) => ({ mode, at }))))('write $at $mode', async ({ mode, at }) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const stored = await db.prepare('SELECT count(*) AS n FROM batches').first<number>('n');
      await expect(
        submitBatch(serviceWith({ db: faultyDatabase(db, at, mode).db }), caller(), freshUpload(), null),
      ).rejects.toThrow(Fault);
      log.mockRestore();
      // The transaction either was made or was not, whatever its caller was told.
      const made = at === 1 && (mode === 'persisted' || mode === 'killed after writing');
      expect(await db.prepare('SELECT count(*) AS n FROM batches').first<number>('n')).toBe(
        (stored as number) + Number(made),
      );
      // Who lives cleans up at once; who is dead leaves it to the sweep, and that waits.
      if (!mode.startsWith('killed')) expect(await leftovers()).toEqual([]);
      const left = await leftovers();
      expect(await sweepPhotos(serviceWith({}))).toBe(0);
      expect(await leftovers()).toEqual(left);
      await sweepLater();
      expect(await leftovers()).toEqual([]);
      await expectWhole(1);
    });

    test.each(['fails before writing', 'fails after writing'])('R2 %s: nothing is left', async (how) => {
      const failing = {
        put: async (key: string, bytes: never) => {
          if (how === 'fails after writing') await files.put(key, bytes);
          throw new Fault(how);
        },
        delete: (keys: string[]) => files.delete(keys),
      };
      const before = [await snapshot(), await objects()];
      await expect(
        submitBatch(serviceWith({ files: failing as never }), caller(), freshUpload(), null),
      ).rejects.toThrow(Fault);
      expect([await snapshot(), await objects()]).toEqual(before);
    });

    test('R2 dead: the failure is the answer, and the sweep takes the rest, object first', async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const dead = {
        put: async (key: string, bytes: never) => (await files.put(key, bytes), Promise.reject(new Fault('put'))),
        delete: () => Promise.reject(new Error('delete')),
      };
      await expect(submitBatch(serviceWith({ files: dead as never }), caller(), freshUpload(), null)).rejects.toThrow(
        'put',
      );
      expect(log.mock.calls.map(([text]) => JSON.parse(String(text)))).toEqual([
        { event: 'photos_left_to_sweep', batch: expect.stringMatching(/^b[0-9a-f]{24}$/) },
      ]);
      log.mockRestore();
      expect(await leftovers()).toHaveLength(2);
      await expect(sweepPhotos(serviceWith({ files: dead as never }))).rejects.toThrow('delete');
      expect(await leftovers()).toHaveLength(2);
      // Doomed already: nobody waits for an hour.
      expect(await sweepPhotos(serviceWith({}))).toBe(1);
      expect(await leftovers()).toEqual([]);
    });

    test('a batch that comes after the sweep doomed its photos is not stored', async () => {
      const slow = {
        put: async (key: string, bytes: never) => {
          await files.put(key, bytes);
          await sweepLater();
        },
        delete: (keys: string[]) => files.delete(keys),
      };
      const before = [await snapshot(), await objects()];
      await expect(submitBatch(serviceWith({ files: slow as never }), caller(), freshUpload(), null)).rejects.toThrow();
      expect([await snapshot(), await objects()]).toEqual(before);
      // Also when the sweep had only begun.
      const begun = {
        put: async (key: string, bytes: never) => {
          await files.put(key, bytes);
          await sweepPhotos(
            serviceWith({
              now: () => nowSeconds() + 3700,
              files: { delete: () => Promise.reject(new Fault('sweep')) } as never,
            }),
          ).catch(() => undefined);
        },
        delete: (keys: string[]) => files.delete(keys),
      };
      await expect(
        submitBatch(serviceWith({ files: begun as never }), caller(), freshUpload(), null),
      ).rejects.toThrow();
      expect([await snapshot(), await objects()]).toEqual(before);
    });

    test('the sweep leaves stored batches alone', async () => {
      const before = await objects();
      expect(before.length).toBeGreaterThan(3);
      expect(await sweepLater()).toBe(0);
      expect(await objects()).toEqual(before);
      await expectWhole(100);
    });
  });
}
