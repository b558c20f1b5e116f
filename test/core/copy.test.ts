/** Copies for one purpose (加注): what they may say, that they are bound to their certificate, and that running out harms only them. */

import { describe, expect, it } from 'vitest';
import { dayNumber, dayOf, shanghaiDay } from '../../src/base/day.ts';
import { isRefusal } from '../../src/base/refusal.ts';
import { type Copied, copyFacts, credentialDigest, openCopy, signCopy } from '../../src/core/copy.ts';
import { withDisclosures } from '../../src/core/credential.ts';
import { importPublic } from '../../src/core/keys.ts';
import { signStatement } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import fc from '../fuzz.ts';
import { makeCast, makeCertificate, NOW } from './make.ts';

const DAY = 86_400;
const asked = { purpose: '申请技能提升补贴', expires_on: '2026-12-31' };
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
};

describe('what may be asked', () => {
  it.each([
    [{ ...asked, purpose: '' }, 'purpose_malformed'],
    [{ ...asked, purpose: ' \u3000' }, 'purpose_malformed'],
    [{ ...asked, purpose: '补'.repeat(41) }, 'purpose_malformed'],
    [{ ...asked, purpose: '补贴\n伪造' }, 'purpose_malformed'],
    [{ ...asked, purpose: '补\u202e贴' }, 'purpose_malformed'],
    [{ ...asked, expires_on: '2026-11-22' }, 'expiry_malformed'],
    [{ ...asked, expires_on: '2027-11-25' }, 'expiry_malformed'],
    [{ ...asked, expires_on: '2027-02-30' }, 'expiry_malformed'],
    [{ ...asked, expires_on: '31.12.2026' }, 'expiry_malformed'],
  ])('%j is refused as %s', (wrong, code) => expect(codeOf(() => copyFacts(wrong, NOW))).toBe(code));

  it('takes every day from today to 366 days ahead, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 800 }), (ahead) => {
        const expires_on = dayOf(dayNumber(shanghaiDay(NOW)) + ahead);
        expect(codeOf(() => copyFacts({ ...asked, expires_on }, NOW))).toBe(
          ahead >= 0 && ahead <= 366 ? undefined : 'expiry_malformed',
        );
      }),
    );
  });
});

describe('a stamped copy', async () => {
  const cast = await makeCast();
  const made = await makeCertificate(cast);
  const own: Copied = { number: made.facts.number, jws: made.jws, holder: made.holder };
  const stamp = (change: Partial<Copied> = {}) =>
    signCopy(
      copyFacts(asked, NOW),
      { ...own, ...change },
      { key: cast.issuing.key, kid: cast.issuing.name },
      { iat: NOW, jti: 'c1' },
    );
  /** What is handed on: the public credential and the copy's statement. */
  const handedOn = { ...made.evidence, credential: withDisclosures(made.jws, []), seal: undefined };

  it('is shown with the certificate, which is as valid as without it', async () => {
    const { report } = await verify({ ...made.evidence, copy: await stamp() }, cast.directory, NOW);
    expect(report.verdict).toBe('valid');
    expect(report.copy).toEqual({
      purpose: asked.purpose,
      stamped_on: '2026-11-23',
      expires_on: asked.expires_on,
      expired: false,
    });
  });

  it('runs out at the end of its last day in Shanghai, and says so, while the certificate stays valid', async () => {
    const evidence = { ...made.evidence, copy: await stamp() };
    const end = (dayNumber(asked.expires_on) + 1) * DAY - 8 * 3600;
    for (const [at, expired] of [
      [end - 1, false],
      [end, true],
      [end + 300 * DAY, true],
    ] as const) {
      const { report } = await verify(evidence, cast.directory, at);
      expect([report.verdict, report.copy?.expired]).toEqual(['valid', expired]);
    }
  });

  it('counts for no other certificate, and with no other words', async () => {
    const others = await makeCertificate(cast, { holder: { name: '李四' } });
    const checkOf = async (copy: string) =>
      (await verify({ ...made.evidence, copy }, cast.directory, NOW)).report.checks.find(({ id }) => id === 'document');
    expect(await checkOf(await stamp({ jws: others.jws }))).toMatchObject({ result: 'fail', code: 'copy_differs' });
    expect(await checkOf(await stamp({ holder: others.holder }))).toMatchObject({
      result: 'fail',
      code: 'copy_differs',
    });
    const [head, payload, signature] = (await stamp()).split('.') as [string, string, string];
    const longer = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace('1798732799', '1998732799'),
    ).toString('base64url');
    expect(longer).not.toBe(payload);
    expect(await checkOf(`${head}.${longer}.${signature}`)).toMatchObject({ result: 'fail', code: 'signature_wrong' });
    const stranger = await makeCast();
    const of = { ...own, masked_name: made.facts.row.masked_name };
    await expect(openCopy(await stamp(), of, () => importPublic(stranger.issuing.jwk))).rejects.toMatchObject({
      code: 'signature_wrong',
    });
  });

  it('names the holder itself; without it nothing is left but what the public sees', async () => {
    const whole = await verify({ ...handedOn, copy: await stamp() }, cast.directory, NOW);
    expect(whole.report.certificate?.holder).toMatchObject({ name: '欧阳建国', id_number: '**************002X' });
    const stripped = await verify(handedOn, cast.directory, NOW);
    expect(stripped.report.copy).toBeUndefined();
    expect(stripped.report.certificate?.holder).toEqual({ name: '欧**' });
  });

  it('of before, which names nobody, is read beside the disclosures that came with it', async () => {
    const { purpose } = asked;
    const old = await signStatement(
      'copy+jwt',
      {
        number: own.number,
        credential: credentialDigest(own.jws),
        purpose,
        iat: NOW,
        exp: NOW + DAY,
        jti: 'c0',
      },
      cast.issuing.key,
      cast.issuing.name,
    );
    const { report } = await verify({ ...made.evidence, copy: old }, cast.directory, NOW);
    expect([report.verdict, report.copy?.purpose, report.certificate?.holder.name]).toEqual([
      'valid',
      purpose,
      '欧阳建国',
    ]);
  });
});
