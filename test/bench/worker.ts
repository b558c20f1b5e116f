/**
 * The Worker under measurement: the real application, and beside it the bare things it is compared with, in the
 * same process with the same database.
 */
import { Hono } from 'hono';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import type { SignBy } from '../../src/formats/pades/sign-pdf.ts';
import worker from '../../src/index.ts';
import { bundleOf, drawFor, renderFor } from '../../src/service/download.ts';
import { lookUp } from '../../src/service/lookup.ts';
import { type Printed, signerFor, signNow } from '../../src/service/print-signature.ts';

const bench = new Hono<{ Bindings: Env }>();

bench.get('/bench/hello', (c) => c.json({ hello: 'world' }));

/** Hono and one D1 primary-key read. */
bench.get('/bench/read/:number', async (c) => {
  const row = await c.env.DB.prepare('SELECT credential FROM credentials WHERE number = ?')
    .bind(c.req.param('number'))
    .first();
  return c.json(row);
});

let pair: Promise<CryptoKeyPair> | undefined;
const keys = () =>
  (pair ??= crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>);
const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' };
const BYTES = new Uint8Array(1500).fill(65);
let signature: Promise<ArrayBuffer> | undefined;

/** Hono, a JSON body and one raw WebCrypto verification; with `?read=`, also one D1 primary-key read. */
bench.post('/bench/verify', async (c) => {
  await c.req.json();
  const { privateKey, publicKey } = await keys();
  signature ??= crypto.subtle.sign(ALGORITHM, privateKey, BYTES);
  const number = c.req.query('read');
  if (number !== undefined)
    await c.env.DB.prepare('SELECT credential FROM credentials WHERE number = ?').bind(number).first();
  return c.json({ valid: await crypto.subtle.verify(ALGORITHM, publicKey, await signature, BYTES) });
});

/** Two raw signatures a certificate and bulk inserts of as many bytes as certificates have. */
bench.post('/bench/issue/:count/:bytes', async (c) => {
  const { privateKey } = await keys();
  const filler = 'x'.repeat(Number(c.req.param('bytes')));
  const count = Number(c.req.param('count'));
  await c.env.DB.prepare(
    'CREATE TABLE IF NOT EXISTS bench (number TEXT PRIMARY KEY, credential TEXT) STRICT, WITHOUT ROWID',
  ).run();
  for (let from = 0; from < count; from += 200) {
    const rows = await Promise.all(
      Array.from({ length: Math.min(200, count - from) }, async (_, i) => {
        await Promise.all([
          crypto.subtle.sign(ALGORITHM, privateKey, BYTES),
          crypto.subtle.sign(ALGORITHM, privateKey, BYTES),
        ]);
        return { number: `${crypto.randomUUID()}-${from + i}`, credential: filler };
      }),
    );
    await c.env.DB.prepare("INSERT INTO bench SELECT value ->> 'number', value ->> 'credential' FROM json_each(?)")
      .bind(JSON.stringify(rows))
      .run();
  }
  return c.json({ count });
});

/**
 * Makes a certificate's PDF a number of times: `plain` draws it, `signed` draws and signs it, `kept` draws it and takes
 * the signature that was kept. The caller's clock measures, a Worker's stands still while it computes.
 */
bench.get('/bench/pdf/:kind/:number/:times', async (c) => {
  const service = serviceOf(c.env);
  const found = await lookUp(service, c.req.param('number'), ['name', 'identifier']);
  if (!found) return c.notFound();
  const by = (await signerFor(service, (await drawFor(service, found)).printed as Printed)) as SignBy;
  const make = {
    plain: async () => (await drawFor(service, found)).base,
    signed: async () => signNow(service, (await drawFor(service, found)).base, by),
    kept: () => renderFor(service, found),
  }[c.req.param('kind')] as () => Promise<Uint8Array>;
  let size = 0;
  for (let i = 0; i < Number(c.req.param('times')); i++) size = (await make()).length;
  return c.json({ size, bundle: JSON.stringify(await bundleOf(service, found)).length });
});

export default {
  fetch(request: Request, env: Env, context: never): Response | Promise<Response> {
    return new URL(request.url).pathname.startsWith('/bench/')
      ? bench.fetch(request, env, context)
      : worker.fetch(request, env, context);
  },
};
