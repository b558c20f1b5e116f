/**
 * Every way to say no: one vector per code, and a search of the sources that fails on a code which no vector and
 * no test names, and on one that HTTP has no status for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, fromBase64url } from '../../src/base/bytes.ts';
import { dayNumber } from '../../src/base/day.ts';
import { readAddress } from '../../src/core/address.ts';
import { readBundle } from '../../src/core/bundle.ts';
import { CREDENTIAL_TYP, credentialKid, openCredential, splitCredential } from '../../src/core/credential.ts';
import { makeDisclosures, readDisclosures } from '../../src/core/disclose.ts';
import { importPublic } from '../../src/core/keys.ts';
import { buildNumber, parseNumber, parseOrganizationCode } from '../../src/core/number.ts';
import { checkCount, readCandidates, readRows } from '../../src/core/rows/rows.ts';
import { readSeal } from '../../src/core/seal.ts';
import { StatementBody } from '../../src/core/shapes/procedure-shapes.ts';
import { dottedOf, openDer } from '../../src/formats/pades/der.ts';
import { parseJson, readShape } from '../../src/http/body.ts';
import { PROBLEMS } from '../../src/http/problems.ts';
import { makeKey } from '../../src/sdk/sign.ts';
import vectors from '../vectors/refusals.json' with { type: 'json' };
import { encode, refusalOf, signParts } from './cast.ts';

const bytes = (value: string | number[]) => (typeof value === 'string' ? encodeUtf8(value) : Uint8Array.from(value));

/** A credential with this payload, well signed, and opened with the key that it names. */
async function signAndOpenCredential(payload: string) {
  const pair = await makeKey();
  const token = await signParts(
    encode({ alg: 'ES256', typ: CREDENTIAL_TYP, kid: 'did:web:lz.example.cn:orgs:S000037000001#S000037000001-1' }),
    encode(payload),
    pair,
  );
  return openCredential(token, () => importPublic(pair.jwk));
}

const CALLS: Record<string, (...args: never[]) => unknown> = {
  parseNumber,
  parseOrganizationCode,
  buildNumber,
  dayNumber,
  fromBase64url,
  splitCredential,
  credentialKid,
  signAndOpenCredential,
  readBundle,
  readAddress,
  readSeal,
  readCandidates,
  checkCount,
  makeDisclosures,
  readDisclosures,
  decodeUtf8: (value: number[]) => decodeUtf8(bytes(value)),
  parseJson: (text: string) => parseJson(bytes(text)),
  readShape: (value: unknown) => readShape(value, StatementBody),
  readRows: (value: string | number[]) => readRows(bytes(value)),
  openDer: (hex: string) => openDer(Uint8Array.from(Buffer.from(hex, 'hex'))),
  dottedOf: (hex: string) => dottedOf(openDer(Uint8Array.from(Buffer.from(hex, 'hex')))),
};

interface Vector {
  code: string;
  part?: string;
  call: string;
  args: unknown[];
}
test.each(vectors as Vector[])('$code: $call $args', async ({ code, part, call, args }) => {
  const found = await refusalOf(() => (CALLS[call] as (...given: unknown[]) => unknown)(...args));
  expect(found.code).toBe(code);
  if (part !== undefined) expect(found.part).toBe(part);
});

const ROOT = new URL('../..', import.meta.url).pathname;
const filesIn = (folder: string, pattern: RegExp) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => [`${folder}/${name}`, readFileSync(`${ROOT}${folder}/${name}`, 'utf8')] as const);

/** Sources of the Worker: the command and the callers' half have their own errors. */
const sources = filesIn('src', /^(?!cli\/|sdk\/).*\.tsx?$/);

/** How sources name a code: in the refusal itself, or through a helper of their file. */
const FORMS: [file: RegExp, form: RegExp][] = [
  [/./, /new \w*(?:Refusal|Verdict)\(\s*'([a-z0-9_]+)'/g],
  [/approval\.ts$/, /about\([^;]*?,\s*'([a-z0-9_]+)',?\s*\)/g],
  [/status\.ts$/, /refuse\(\s*'\w+',\s*'([a-z0-9_]+)'/g],
  [/numbering\.ts$/, /\/,\s*'([a-z0-9_]+)',\s*['"]/g],
  [/database\.ts$/, /^ {2}([a-z0-9_]+):\s+['"]/gm],
];
const codes = new Map<string, string>();
for (const [name, text] of sources) {
  for (const [file, form] of FORMS) {
    if (file.test(name)) for (const [, code] of text.matchAll(form)) codes.set(code as string, name);
  }
}

test('the search sees every refusal: a new helper for making them must be added to it', () => {
  const helpers = [
    'src/core/approval.ts',
    'src/core/status.ts',
    'src/storage/numbering.ts',
    'src/storage/database.ts',
    'src/core/verify-checks.ts',
  ];
  for (const [name, text] of sources) {
    const hidden = [...text.matchAll(/new \w*(?:Refusal|Verdict)\(\s*(?!')(\w)/g)];
    if (!helpers.includes(name)) expect([name, hidden.length]).toEqual([name, 0]);
  }
  expect(codes.size).toBeGreaterThan(100);
});

test('every code has a vector or a test that names it', () => {
  // The description of the API lists codes without bringing them about.
  // Cases of a test may stand in files beside it, as tables or as tests that it calls.
  const tests = [...filesIn('test', /\.ts$/), ...filesIn('test', /\.json$/)].filter(
    ([name, text]) =>
      (/\.(json|test\.ts)$|-(cases|pairs)\.ts$/.test(name) || /^ +(test|it)(\.each\(.*\))?\('/m.test(text)) &&
      !/core\/refusals\.test\.ts$|openapi(-answers|-batches)?(\.test)?\.ts$/.test(name),
  );
  const named = new Set(
    tests.flatMap(([, text]) => [...text.matchAll(/['":]([a-z0-9_]+)['"\s]/g)].map(([, code]) => code)),
  );
  expect([...codes].filter(([code]) => !named.has(code))).toEqual([]);
});

test('no error is passed over unseen: only refusals and what a library says of an input are answered', async () => {
  // One call each, all of whose errors mean that the input is none: an address, base64, a key, a ciphertext, bytes of UTF-8, the client's own stream; and a stream that is given up.
  const known: Record<string, number> = {
    'src/env.ts': 1,
    'src/http/body.ts': 1,
    'src/core/address.ts': 1,
    'src/base/bytes.ts': 1,
    'src/formats/pades/algorithms.ts': 1,
    'src/formats/pades/x509.ts': 1,
    'src/core/keys.ts': 1,
    'src/storage/vault.ts': 2,
  };
  // Scripts of pages have their own words for what fails in a browser.
  const found = sources
    .filter(([name]) => !/^src\/(web|desk)\//.test(name))
    .map(
      ([name, text]) =>
        [name, [...text.matchAll(/catch\(\(\) => (?:undefined|false|null|\{\})|catch \{/g)].length] as const,
    )
    .filter(([, count]) => count > 0);
  expect(Object.fromEntries(found)).toEqual(known);
  const { unlessRefused, Refusal } = await import('../../src/base/refusal.ts');
  expect(await unlessRefused(Promise.resolve(1))).toBe(1);
  expect(await unlessRefused(Promise.reject(new Refusal('not_found', 'None.')))).toBeUndefined();
  await expect(unlessRefused(Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
});

/** Codes that never leave as a problem: they are what a Report says of a check, a defect of ours, or for the log alone. */
const NO_PROBLEM = {
  report: [
    'copy_differs',
    'document_altered',
    'document_signed_by_another',
    'credential_not_canonical',
    'disclosure_malformed',
    'disclosure_not_signed',
    'disclosure_repeated',
    'filing_differs',
    'host_unknown',
    'number_contradicts',
    'pdf_signature_malformed',
    'pdf_signature_unsupported',
    'replaced',
    'row_not_approved',
    'seal_differs',
    'successor_differs',
  ],
  stream: ['zip_broken', 'zip_too_large'],
  defect: ['font_unusable', 'pdf_unsignable', 'photo_unusable', 'qr_unusable', 'salt_malformed', 'text_empty'],
  /** Of a case read again by whoever does not trust its keeper: the command and the browser. */
  trail: ['step_about_differs'],
  /** What a reviewer's own machine refuses to sign. */
  reviewer: ['draw_malformed', 'rows_differ', 'seed_file_malformed', 'trail_malformed'],
  /** Of receipts, which the service makes and others verify. */
  receipt: ['receipt_answers_differ', 'receipt_missing', 'receipt_request_differs'],
  /** The certificate is given without a timestamp, and the log says why. */
  log: ['der_malformed', 'timestamp_refused', 'timestamp_too_large', 'timestamp_unreachable'],
};

test('every code has a status and a Chinese title, or is known to need none', () => {
  const none: string[] = Object.values(NO_PROBLEM).flat();
  expect([...codes].filter(([code]) => !(code in PROBLEMS) && !none.includes(code))).toEqual([]);
  expect(none.filter((code) => !codes.has(code) || code in PROBLEMS)).toEqual([]);
  // Thrown by a class of its own, with the faults beside it.
  expect(Object.keys(PROBLEMS).filter((code) => !codes.has(code) && code !== 'rows_refused')).toEqual([]);
  for (const [code, [status, title]] of Object.entries(PROBLEMS))
    expect([code, status >= 400 && status <= 500, /\p{Script=Han}/u.test(title)]).toEqual([code, true, true]);
});
