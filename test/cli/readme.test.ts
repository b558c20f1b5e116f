/** The programs in Python that README and README.zh print, run as they stand with PyJWT against a service of this machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPyJwt } from '../programs.ts';
import { useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const python = findPyJwt();

describe.skipIf(python === undefined)('PyJWT', () => {
  const service = useStart();
  let number: string;
  let name: string;

  beforeAll(async () => {
    const fetched = async (path: string, init?: RequestInit) => (await fetch(service.origin + path, init)).text();
    const { valid, holder, root } = service.shown();
    [number, name] = [valid, holder.name];
    const credential = await fetched(`/v1/certificates/${number}/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/vc+sd-jwt' },
      body: JSON.stringify(holder),
    });
    writeFileSync(service.at('certificates.jsonl'), `${JSON.stringify({ credential })}\n`);
    for (const file of ['jwks.json', 'trust.json'])
      writeFileSync(service.at(file), await fetched(`/.well-known/${file}`));
    writeFileSync(service.at('root.txt'), `${root}\n`);
    // The development key, as if this were its service.
    const key = JSON.parse(readFileSync(join(ROOT, '.dev/keys/org-S000037000001.json'), 'utf8')) as object;
    writeFileSync(service.at('key.json'), JSON.stringify({ ...key, server: service.origin }), { mode: 0o600 });
  });

  describe.each(['README.md', 'README.zh.md'])('%s', (readme) => {
    const programs = [...readFileSync(join(ROOT, readme), 'utf8').matchAll(/```python\n([^]*?)```/g)].map(
      ([, text]) => text as string,
    );
    const run = (nth: number, ...args: string[]): string => {
      const path = service.at(`${nth}.py`);
      writeFileSync(path, programs[nth] as string);
      return execFileSync(python as string, [path, ...args], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    };

    test('there are three', () => expect(programs).toHaveLength(3));

    test('a credential is checked with jwks.json', () => {
      expect(run(0, service.at('jwks.json'), service.at('certificates.jsonl'))).toMatch(
        new RegExp(`^${number} ${name} \\S+ [1-5]\\n$`),
      );
    });

    test('issuing keys are found under the root', () => {
      expect(run(1, service.at('root.txt'), service.at('trust.json')).trim().split('\n')).toContainEqual(
        expect.stringMatching(/^did:web:localhost.*#S000037000001-1$/),
      );
      writeFileSync(service.at('other.txt'), 'A'.repeat(43));
      expect(run(1, service.at('other.txt'), service.at('trust.json'))).toBe('\n');
    });

    test('a call with a key is answered', () => {
      expect(JSON.parse(run(2, service.at('key.json'), 'GET', '/v1/batches'))).toMatchObject({
        batches: [expect.objectContaining({ state: 'issued' })],
      });
    });
  });
});
