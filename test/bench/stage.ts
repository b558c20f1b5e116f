/**
 * Sets the stage for measuring: the bench Worker in workerd (Miniflare, without the development proxy), a filed
 * organization and issued certificates, all through the HTTP API.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Miniflare, Response as MiniflareResponse } from 'miniflare';
import { ASSETS } from '../../src/cli/build.ts';
import { ELECTRICIAN, sampleRow } from '../../src/cli/sample-forms.ts';
import { bundleWorker, scriptOf } from '../../src/cli/worker-bundle.ts';
import { enrolOrganization, makeCentre } from '../../src/cli/world.ts';
import { unverified } from '../../src/core/statement.ts';
import { Caller } from '../../src/sdk/call.ts';
import { type Issued, certificatesOf as readCertificates } from '../../src/sdk/fetch-certificates.ts';
import { approveBatch, type Identity, type KeyPair, makeKey, orderBatch } from '../../src/sdk/sign.ts';

export interface Stage {
  mf: Miniflare;
  /** Address of the Worker itself. */
  url: string;
  origin: string;
  db: Awaited<ReturnType<Miniflare['getD1Database']>>;
  province: Identity;
  client: Identity;
  code: string;
  caller: Caller;
}

const ORIGIN = 'https://lz.example.cn';

export async function makeStage(): Promise<Stage> {
  const [{ migrations }, script] = [await bundleWorker(), await scriptOf('test/bench/worker.ts')];
  const root = await makeKey();
  const text = (value: string) => ({ type: 'text' as const, value });
  const assets = async (request: { url: string }) =>
    new MiniflareResponse(await readFile(join(ASSETS, new URL(request.url).pathname)));
  const mf = new Miniflare({
    workers: [
      {
        config: {
          name: 'bench',
          compatibilityDate: '2026-10-01',
          manifest: { mainModule: 'index.mjs', modules: { 'index.mjs': { type: 'esm', contents: script } } },
          env: {
            DB: { type: 'd1', id: 'bench' },
            FILES: { type: 'r2', name: 'bench' },
            ASSETS: { type: 'fetcher', handler: assets },
            PUBLIC_ORIGIN: text(ORIGIN),
            TRUST_ROOT: text(root.kid),
            TRUST_ROOT_JWKS: text(JSON.stringify([root.jwk])),
            MASTER_SECRET: text(Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')),
          },
        },
        dev: { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] },
      },
    ],
  });
  const db = await mf.getD1Database('DB');
  const statements = (JSON.parse(migrations) as { statements: string[] }[]).flatMap((one) => one.statements);
  await db.batch(statements.map((statement) => db.prepare(statement)));
  const url = (await mf.unsafeGetDirectURL()).origin;
  // The public origin is what DPoP proofs name; the requests go to the socket.
  const fetcher = (address: string, init: RequestInit) => fetch(address.replace(ORIGIN, url), init);
  return { mf, url, origin: ORIGIN, db, ...(await enrol(root, fetcher)) };
}

async function enrol(root: KeyPair, fetcher: (url: string, init: RequestInit) => Promise<Response>) {
  const code = 'S000037000002';
  const province = await makeCentre(root, '3700', '山东省职业技能鉴定指导中心');
  const centre = new Caller(ORIGIN, province, { fetch: fetcher });
  await centre.post('/v1/centres', { statement: province.token });
  const { client } = await enrolOrganization(centre, {
    code,
    name: '山东鲁能技师学院',
    uscc: '91350100M000100Y43',
    scope: [ELECTRICIAN],
    annual_capacity: 900_000,
  });
  return { province, client, code, caller: new Caller(ORIGIN, client, { fetch: fetcher }), centre };
}

let person = 0;

/** Uploads and approves a batch; `issue` then takes only the call that is measured. */
export async function prepareBatch(stage: Stage, count: number): Promise<{ id: string; issue: () => Promise<void> }> {
  const candidates = Array.from({ length: count }, () => sampleRow(person++));
  const { id, root } = await stage.caller.post<{ id: string; root: string }>('/v1/batches', { candidates });
  const ref = { organization: stage.code, aud: stage.origin, batch: id, root, count };
  const approval = await approveBatch(stage.province, ref);
  const { jti } = unverified<{ jti: string }>(approval).claims;
  const order = await orderBatch(stage.client, ref, jti);
  return {
    id,
    issue: async () => {
      for (let state = ''; state !== 'issued'; )
        ({ state } = await stage.caller.post<{ state: string }>(`/v1/batches/${id}/issue`, { approval, order }));
    },
  };
}

/** All certificates of a batch. */
export async function certificatesOf(stage: Stage, batch: string): Promise<Issued[]> {
  const all: Issued[] = [];
  for await (const one of readCertificates(stage.caller, batch)) all.push(one);
  return all;
}
