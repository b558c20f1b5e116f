/** A key in files, and programs of node that sign with it, well or badly: for each file that imports it, its own. */
import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { PublicJwk } from '../../src/core/keys.ts';
import { scratch } from './run.ts';

export const folder = scratch();
export const at = (name: string) => join(folder, name);
export const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const jwk = own.publicKey.export({ format: 'jwk' }) as PublicJwk;

/** A program of node that signs in `how` it says, as an array of words. */
export const node = (script: string): string[] => [process.execPath, '-e', script];
export const signs = (key = 'own.pem', encoding = 'ieee-p1363', then = '') =>
  node(
    `const c=require('node:crypto'),f=require('node:fs');const s=c.sign('sha256',f.readFileSync(0),{key:f.readFileSync('${key}'),dsaEncoding:'${encoding}'});${then || 'process.stdout.write(s)'}`,
  );

beforeAll(() => {
  writeFileSync(at('own.pem'), own.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(at('other.pem'), other.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(at('own.pub.pem'), own.publicKey.export({ format: 'pem', type: 'spki' }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
