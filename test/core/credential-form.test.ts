/**
 * The forms of the signed payload: each is frozen, byte for byte, and a certificate of each stays valid wherever it is
 * checked. The texts in test/vectors/credentials.json are never changed; a new form adds its own.
 */

import { gzipSync } from 'node:zlib';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { CompactSign } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { Examiner } from '../../src/cli/examine.ts';
import { type Bundle, openBundle, readBundle } from '../../src/core/bundle.ts';
import {
  type CredentialFacts,
  CURRENT_FORM,
  type Form,
  openCredential,
  PURPOSE_OF,
  payloadOf,
  type StatusListName,
} from '../../src/core/credential.ts';
import { importPublic } from '../../src/core/keys.ts';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { openDocument } from '../../src/core/paper/document-check.ts';
import { documentFacts } from '../../src/core/paper/template.ts';
import { unverified } from '../../src/core/statement.ts';
import type { StatusList } from '../../src/core/status-list.ts';
import { verify } from '../../src/core/verify.ts';
import { judge } from '../../src/web/check/judge.ts';
import { fonts } from '../formats/fixtures-pdf.ts';
import vectors from '../vectors/credentials.json' with { type: 'json' };
import { type Cast, type Made, makeCast, makeCertificate, NOW } from './make.ts';

const FORMS: Form[] = [1, 2];
let cast: Cast;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
  cast = await makeCast();
});
afterAll(() => void vi.useRealTimers());

const signPayload = async (payload: string, kid: string) =>
  new CompactSign(encodeUtf8(payload))
    .setProtectedHeader({ alg: 'ES256', typ: 'vc+sd-jwt', kid })
    .sign(cast.issuing.key);
const find = () => importPublic(cast.issuing.jwk);

test('every form has its texts, and new certificates get the last', () => {
  for (const { payloads } of vectors) expect(Object.keys(payloads).map(Number)).toEqual(FORMS);
  expect(CURRENT_FORM).toBe(Math.max(...FORMS));
});

describe.each(FORMS)('form %i', (form) => {
  const key = String(form) as '1' | '2';

  test.each(vectors.map(({ name, facts, payloads }) => [name, facts, payloads[key]] as const))(
    '%s: is written as it was, and read back',
    async (_name, plain, payload) => {
      const facts = { ...plain, form } as CredentialFacts;
      expect(payloadOf(facts)).toBe(payload);
      const opened = await openCredential(await signPayload(payload, facts.kid), find);
      expect(opened).toEqual({ ...facts, row: { ...facts.row, sd: [...facts.row.sd].sort() } });
    },
  );

  test('in another dress is refused: other entries, other order, a field more', async () => {
    const { facts, payloads } = vectors[0] as (typeof vectors)[number];
    const good = JSON.parse(payloads[key]) as Record<string, unknown>;
    const [first, second] = [good.credentialStatus].flat() as Record<string, unknown>[];
    const others =
      form === 1
        ? [[first], [second, first], [first, second, first], first, second]
        : [[first], [first, first], { ...first, statusPurpose: 'suspension' }];
    const wrong = [
      ...others.map((credentialStatus) => ({ ...good, credentialStatus })),
      { ...good, form },
      { ...good, credentialStatus: undefined },
    ];
    for (const payload of wrong) {
      await expect(openCredential(await signPayload(JSON.stringify(payload), facts.kid), find)).rejects.toMatchObject({
        code: 'credential_not_canonical',
      });
    }
  });

  describe('a certificate', () => {
    let made: Made;
    let bundle: Bundle;
    beforeAll(async () => {
      made = await makeCertificate(cast, { facts: { form } });
      const { evidence, seal_url } = made;
      bundle = readBundle({
        version: 1,
        credential: evidence.credential,
        seal_url,
        template: 'v1',
        roots: [cast.root.jwk],
        statements: { centres: cast.centres, filing: evidence.filing, client: evidence.client },
        approval: evidence.approval,
        order: evidence.order,
        inclusion: evidence.inclusion,
      });
    });

    test('is valid by its evidence and by its bundle, in its form', async () => {
      const { report, facts } = await verify(made.evidence, cast.directory, NOW);
      expect([report.verdict, facts?.form]).toEqual(['valid', form]);
      const opened = openBundle(bundle);
      expect((await verify({ ...opened.evidence, status: { events: [] } }, cast.directory, NOW)).report.verdict).toBe(
        'valid',
      );
    });

    test('is the one that its PDF shows', async () => {
      const facts = documentFacts(made.facts, made.holder, {
        template: 'v1',
        seal_url: made.seal_url,
        trust_root: cast.root.kid,
      });
      const file = await renderCertificate(facts, { fonts, bundle: encodeUtf8(JSON.stringify(bundle)) });
      const { evidence } = openDocument(Uint8Array.from(file));
      const { report } = await verify({ ...evidence, status: { events: [] } }, cast.directory, NOW);
      // Right in every field; who signed the file is another question.
      expect(report.checks.find(({ id }) => id === 'document')).toEqual({
        id: 'document',
        result: 'not_checked',
        code: 'document_unsigned',
      });
    });

    test('by lists is valid, suspended, revoked', async () => {
      const bits = (set: boolean) =>
        Uint8Array.from({ length: 16_384 }, (_, at) => (set && at === 77 >> 3 ? 0x80 >> (77 & 7) : 0));
      const lists = (revoked: boolean, suspended: boolean): StatusList[] => [
        { purpose: 'revocation', list: 1, made_at: NOW, bits: bits(revoked) },
        { purpose: 'suspension', list: 1, made_at: NOW, bits: bits(suspended) },
      ];
      const by = async (kept: StatusList[]) =>
        (await verify({ ...made.evidence, status: undefined, lists: kept }, cast.directory, NOW)).report.verdict;
      expect([await by(lists(false, false)), await by(lists(false, true)), await by(lists(true, false))]).toEqual([
        'valid',
        'suspended',
        'revoked',
      ]);
    });

    test('is read by an implementation that is not ours as in force, suspended, revoked', async () => {
      const credential = unverified(made.jws).claims;
      const bits = Buffer.alloc(16_384);
      bits[77 >> 3] = 0x80 >> (77 & 7);
      const statusesWith = async (...set: StatusListName[]) => {
        const documentLoader = async (url: string) => {
          const name = /\/v1\/status\/([a-z]+)-1$/.exec(url)?.[1] as StatusListName;
          const encodedList = `u${gzipSync(set.includes(name) ? bits : Buffer.alloc(16_384)).toString('base64url')}`;
          const credentialSubject = { type: 'BitstringStatusList', statusPurpose: PURPOSE_OF[name], encodedList };
          return {
            document: { id: url, type: ['VerifiableCredential', 'BitstringStatusListCredential'], credentialSubject },
          };
        };
        const { results, error } = await checkStatus({
          credential,
          documentLoader,
          verifyBitstringStatusListCredential: false,
          verifyMatchingIssuers: false,
        });
        expect(error).toBeUndefined();
        return Object.fromEntries(
          (results ?? []).map(({ status, credentialStatus }) => [credentialStatus.statusPurpose, status]),
        );
      };
      const said = [
        await statusesWith(),
        await statusesWith('suspension', 'inactive'),
        await statusesWith('revocation', 'inactive'),
      ];
      expect(said).toEqual(
        form === 1
          ? [
              { revocation: false, suspension: false },
              { revocation: false, suspension: true },
              { revocation: true, suspension: false },
            ]
          : [{ revocation: false }, { revocation: true }, { revocation: true }],
      );
    });

    test('is found right by the single-file verifier and by the command', async () => {
      const trust = {
        origin: 'https://lz.example.cn',
        hosts: ['lz.example.cn'],
        roots: [cast.root.jwk],
        centres: cast.centres,
        services: [],
        filings: [made.evidence.filing as string],
        clients: [],
        withdrawals: [],
      };
      const ground = {
        thumbprints: [cast.root.kid],
        snapshot: { ...trust, kept_at: undefined, status_lists: [] },
        now: NOW,
      };
      const credential = made.evidence.credential;
      for (const judged of [
        { kind: 'credential', credential } as const,
        { kind: 'bundle', opened: openBundle(bundle) } as const,
      ]) {
        const { report } = await judge(judged, ground);
        expect([report.checks.filter(({ result }) => result === 'fail'), report.certificate?.number]).toEqual([
          [],
          made.facts.number,
        ]);
      }
      const found = await new Examiner({ roots: [cast.root.kid], service: undefined, trust }).examine({
        kind: 'credential',
        credential,
      });
      expect([found.checks.filter(({ result }) => result === 'fail'), found.certificate?.number]).toEqual([
        [],
        made.facts.number,
      ]);
    });
  });
});
