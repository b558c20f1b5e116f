/** The receipt of a checked list: what it binds, under whose key, and that every change of a byte shows. */

import { beforeAll, describe, expect, test } from 'vitest';
import { concat, encodeUtf8, sha256Short, toBase64url } from '../../src/base/bytes.ts';
import type { BulkAnswer } from '../../src/core/bulk-list.ts';
import { type Directory, openDirectory } from '../../src/core/directory.ts';
import { type Receipt, receiptLine, splitAnswers, Tally, verifyReceipt } from '../../src/core/receipt.ts';
import { Memo } from '../../src/core/statement.ts';
import { type KeyPair, makeKey, nameService } from '../../src/sdk/sign.ts';
import fc from '../fuzz.ts';
import { NUMBER, refusalOf } from './cast.ts';

const ORIGIN = 'https://lz.example.cn';
const now = () => Math.floor(Date.now() / 1000);
const request = encodeUtf8(`{"number":"${NUMBER}","name":"欧阳建国"}\n{"number":"x"}\n`);
const answers: BulkAnswer[] = [
  { row: 1, number: NUMBER, verdict: 'valid', name: 'match' },
  { row: 2, number: 'x', verdict: 'unreadable', code: 'number_malformed' },
];

let root: KeyPair;
let own: KeyPair;
let services: string[];
let directory: Directory;

async function make(change: Partial<Receipt> = {}, signer = own, kid = `did:web:lz.example.cn#${signer.kid}`) {
  const tally = new Tally();
  const lines = concat(...answers.map((answer) => tally.add(answer)));
  const receipt: Receipt = {
    iss: ORIGIN,
    began: now(),
    iat: now(),
    jti: 'r1',
    request: { sha256: toBase64url(sha256Short(request)), bytes: request.length, rows: 2 },
    ...tally.claims,
    ...change,
  };
  return concat(lines, await receiptLine(receipt, { key: signer.key, kid }));
}
const verdictOf = (file: Uint8Array, asked: Uint8Array | undefined = request, named = services) =>
  refusalOf(() => verifyReceipt(file, asked, named, directory));

beforeAll(async () => {
  [root, own] = await Promise.all([makeKey(), makeKey()]);
  services = [await nameService(root, (await makeKey()).jwk, ORIGIN), await nameService(root, own.jwk, ORIGIN)];
  directory = await openDirectory({ thumbprints: [root.kid], roots: [root.jwk] }, [], new Memo());
});

describe('a receipt', () => {
  test('holds, with and without the request, and says what was answered', async () => {
    const file = await make();
    const receipt = await verifyReceipt(file, request, services, directory);
    expect(receipt).toMatchObject({
      verdicts: { valid: 1, unreadable: 1 },
      names: { match: 1, no_match: 0 },
      request: { rows: 2 },
    });
    expect(receipt.answers).toEqual({
      sha256: toBase64url(sha256Short(splitAnswers(file).lines)),
      bytes: splitAnswers(file).lines.length,
    });
    expect(await verifyReceipt(file, undefined, services, directory)).toEqual(receipt);
    // A last line feed that an editor took away is nobody's answer.
    expect(await verifyReceipt(file.subarray(0, -1), request, services, directory)).toEqual(receipt);
  });

  test('fails with any byte changed', async () => {
    const file = await make();
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 2), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = file.slice();
        changed[at] = (changed[at] as number) ^ by;
        await expect(verifyReceipt(changed, request, services, directory)).rejects.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  test('names what differs', async () => {
    const file = await make();
    const { lines } = splitAnswers(file);
    expect(await verdictOf(file, encodeUtf8('{}'))).toMatchObject({ code: 'receipt_request_differs', part: 'request' });
    expect(await verdictOf(concat(encodeUtf8('{}\n'), file))).toMatchObject({
      code: 'receipt_answers_differ',
      part: 'answers',
    });
    for (const broken of [
      lines,
      encodeUtf8(''),
      encodeUtf8('[]\n'),
      encodeUtf8('null'),
      concat(file, encodeUtf8('\n{}')),
      Uint8Array.of(0xff, 0xfe),
    ])
      expect(await verdictOf(broken)).toMatchObject({ code: 'receipt_missing' });
    expect(await verdictOf(await make({ answers: { sha256: 'A'.repeat(43), bytes: 1 } }))).toMatchObject({
      code: 'receipt_answers_differ',
    });
  });

  test('counts under a key that the root named, while that was in force, and no other', async () => {
    const stranger = await makeKey();
    expect(await verdictOf(await make({}, stranger))).toMatchObject({ code: 'key_unknown' });
    expect(await verdictOf(await make({}, stranger, `did:web:lz.example.cn#${own.kid}`))).toMatchObject({
      code: 'signature_wrong',
    });
    expect(await verdictOf(await make(), request, [])).toMatchObject({ code: 'key_unknown' });
    expect(await verdictOf(await make(), request, [await nameService(stranger, own.jwk, ORIGIN)])).toMatchObject({
      code: 'key_unknown',
    });
    expect(await verdictOf(await make({ iat: now() - 30 * 86_400 }))).toMatchObject({
      code: 'statement_not_yet_valid',
    });
    expect(await verdictOf(await make({ iat: now() + 100 * 365 * 86_400 }))).toMatchObject({
      code: 'statement_expired',
    });
  });
});
