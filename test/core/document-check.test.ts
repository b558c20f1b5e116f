/**
 * A PDF under examination: the genuine file passes, and every way of changing what it shows is found and named, while the
 * bundle in it stays genuine all the time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFArray, PDFDict, PDFDocument, PDFName } from 'pdf-lib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { BUNDLE_MEDIA_TYPE } from '../../src/core/bundle.ts';
import { copyFacts } from '../../src/core/copy.ts';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { openDocument } from '../../src/core/paper/document-check.ts';
import { type DocumentFacts, documentFacts, SIGNATURE_FIELD } from '../../src/core/paper/template.ts';
import { signStatement } from '../../src/core/statement.ts';
import { signPdf } from '../../src/formats/pades/sign-pdf.ts';
import { fonts, hasTool } from '../formats/fixtures-pdf.ts';
import {
  bundleOf,
  cast,
  chain,
  check,
  decodeStatement,
  document,
  draw,
  jpeg,
  made,
  NAME,
  photo,
  sign,
  signed,
  stamp,
  withPhoto,
} from './document-check-kit.ts';
import { CODE, makeCertificate, NOW } from './make.ts';

describe('the genuine file', () => {
  it('is valid: the fields, the signature, and everything that the bundle proves', async () => {
    const report = await check(await signed());
    expect(report.checks.filter(({ result }) => result !== 'pass').map(({ id }) => id)).toEqual(['log']);
    expect([report.verdict, report.certificate?.holder.name]).toEqual(['valid', '欧阳建国']);
  });

  it('is valid with its photograph, and as a copy that says what it is for', async () => {
    expect(await document(await signed({ of: withPhoto, picture: photo }))).toEqual({ id: 'document', result: 'pass' });
    const copy = copyFacts({ purpose: '申请技能提升补贴', expires_on: '2026-12-31' }, NOW);
    for (const [of, picture] of [
      [made, undefined],
      [withPhoto, photo],
    ] as const) {
      const token = await stamp(copy, of);
      const report = await check(await signed({ of, picture, copy, token, bare: true }));
      expect(report.checks.find(({ id }) => id === 'document')).toEqual({ id: 'document', result: 'pass' });
      expect([report.verdict, report.copy?.purpose, report.certificate?.holder.name]).toEqual([
        'valid',
        copy.purpose,
        '欧阳建国',
      ]);
      // The stamp taken off the face, or put on without its claim.
      expect(await document(await signed({ of, picture, token, bare: true }))).toMatchObject({
        code: 'document_altered',
        part: 'purpose',
      });
      const longer = { ...copy, expires_on: '2027-12-31' };
      expect((await document(await signed({ of, picture, token, bare: true, copy: longer })))?.parts).toEqual([
        'expires_on',
      ]);
    }
  });

  it('names what a copy shows otherwise than its own statement says', async () => {
    const copy = copyFacts({ purpose: '申请技能提升补贴', expires_on: '2026-12-31' }, NOW);
    const token = await stamp(copy, made);
    const wrong = { name: '欧阳建', id_number: '110105194912310038' };
    expect((await document(await signed({ copy, token, bare: true, change: wrong })))?.parts).toEqual([
      'name',
      'id_number',
    ]);
    expect((await document(await signed({ copy, token, bare: true, picture: photo })))?.parts).toEqual(['photo']);
  });

  it('is a copy without purpose to nobody: with its statement taken out, the page proves nothing', async () => {
    const copy = copyFacts({ purpose: '申请技能提升补贴', expires_on: '2026-12-31' }, NOW);
    const unsigned = await check(await draw({ bare: true }));
    expect([unsigned.verdict, unsigned.certificate?.holder]).toEqual(['incomplete', { name: '欧**' }]);
    // The signed file of a copy, worked on so that the attachment has lost its statement.
    const file = await signed({ copy, token: await stamp(copy, made), bare: true });
    const opened = await PDFDocument.load(file, { updateMetadata: false });
    const names = opened.catalog.lookup(PDFName.of('Names'), PDFDict).lookup(PDFName.of('EmbeddedFiles'), PDFDict);
    const spec = names.lookup(PDFName.of('Names'), PDFArray).lookup(1, PDFDict);
    const bare = encodeUtf8(JSON.stringify(bundleOf(made, undefined, true)));
    spec.lookup(PDFName.of('EF'), PDFDict).set(PDFName.of('F'), opened.context.register(opened.context.stream(bare)));
    expect(await document(await opened.save())).toMatchObject({
      result: 'fail',
      code: 'document_altered',
      parts: ['file'],
    });
  });

  it('reads copies of before, with disclosures in the bundle and nobody named in the statement', async () => {
    const copy = copyFacts({ purpose: '申请技能提升补贴', expires_on: '2026-12-31' }, NOW);
    const { payload } = decodeStatement(await stamp(copy, made));
    const { name, document: named, photo: picture, ...old } = payload;
    expect([name, named, picture]).toEqual(['欧阳建国', { type: 'resident_id', number: '11010519491231002X' }, null]);
    const token = await signStatement('copy+jwt', old, cast.issuing.key, cast.issuing.name);
    const report = await check(await signed({ copy, token }));
    expect([report.verdict, report.copy?.purpose]).toEqual(['valid', copy.purpose]);
  });

  it('without a signature is never more than incomplete', async () => {
    const report = await check(await draw());
    expect(report.verdict).toBe('incomplete');
    expect(report.checks.find(({ id }) => id === 'document')).toMatchObject({
      result: 'not_checked',
      code: 'document_unsigned',
    });
  });
});

describe('a file that shows something else than its bundle says', () => {
  const changes: [string, Partial<DocumentFacts>][] = [
    ['name', { name: '李四' }],
    ['id_type', { id_type_name: '护照' }],
    ['id_number', { id_number: '110105194912310038' }],
    ['occupation', { occupation: { code: '6-31-01-03', name: '焊工' } }],
    ['job', { job: '电焊工' }],
    ['level', { level: 1 }],
    ['number', { number: `${CODE}263000002` }],
    ['organization', { organization: { code: CODE, name: '济南泉城职业培训学院' } }],
    ['issued_on', { issued_on: '2025-11-23' }],
    ['query_url', { query_url: 'https://lz.example.com' }],
    ['trust_root', { trust_root: 'A'.repeat(43) }],
  ];
  it.each(changes)('names the %s, signed or not', async (part, change) => {
    for (const file of [await draw({ change }), await signed({ change })]) {
      expect(await document(file)).toEqual({
        id: 'document',
        result: 'fail',
        code: 'document_altered',
        part,
        parts: [part],
      });
      expect((await check(file)).verdict).toBe('invalid');
    }
  });

  it('names a photograph that was put in, taken out or exchanged', async () => {
    const other = Uint8Array.from(jpeg);
    other[other.length - 10] = (other[other.length - 10] as number) ^ 1;
    for (const wanted of [
      { picture: photo },
      { of: withPhoto },
      { of: withPhoto, picture: { ...photo, data: other } },
    ]) {
      expect(await document(await signed(wanted))).toMatchObject({ code: 'document_altered', part: 'photo' });
    }
  });

  it('names every field when the bundle is another certificate’s', async () => {
    const other = await makeCertificate(cast, {
      holder: { name: '李四', id_number: '440524188001010014' },
      facts: { number: `${CODE}263000009` },
    });
    const facts = documentFacts(made.facts, made.holder, {
      template: 'v1',
      seal_url: made.seal_url,
      trust_root: cast.root.kid,
    });
    const file = await sign(
      (await renderCertificate(facts, {
        fonts,
        bundle: encodeUtf8(JSON.stringify(bundleOf(other))),
      })) as Uint8Array<ArrayBuffer>,
    );
    expect((await document(file))?.parts).toEqual(['name', 'id_number', 'number']);
  });
});

describe('a file of template 2', () => {
  const facts = documentFacts(made.facts, made.holder, {
    template: 'v2',
    seal_url: made.seal_url,
    trust_root: cast.root.kid,
  });
  const drawn = async (change: Partial<DocumentFacts>, token?: string) => {
    const bundle = encodeUtf8(JSON.stringify({ ...bundleOf(made, token, token !== undefined), template: 'v2' }));
    const base = (await renderCertificate({ ...facts, ...change }, { fonts, bundle })) as Uint8Array<ArrayBuffer>;
    return signPdf(base, {
      key: cast.issuing.key,
      chain,
      at: NOW,
      name: NAME,
      reason: '颁发',
      fieldName: SIGNATURE_FIELD,
    });
  };

  it('is valid as it is, and as a copy', async () => {
    expect((await check(await drawn({}))).verdict).toBe('valid');
    const copy = copyFacts({ purpose: '申请技能提升补贴', expires_on: '2026-12-31' }, NOW);
    expect((await check(await drawn({ copy }, await stamp(copy, made)))).verdict).toBe('valid');
  });

  it.skipIf(!hasTool('qpdf')).each([
    ['as it is', []],
    ['linearized', ['--linearize']],
    ['with object streams', ['--object-streams=generate']],
    ['without them', ['--object-streams=disable']],
    ['as text', ['--qdf']],
    ['compressed again', ['--recompress-flate', '--compression-level=9']],
    ['decoded', ['--stream-data=uncompress']],
  ])('is altered when qpdf saved it again: %s', async (_what, options: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'luzheng-saved-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [given, saved] = ['given', 'saved'].map((name) => join(folder, `${name}.pdf`)) as [string, string];
    // Of template 2 a signature has an appearance, which is empty.
    for (const file of [await signed(), await signed({ of: withPhoto, picture: photo }), await drawn({})]) {
      writeFileSync(given, file);
      execFileSync('qpdf', [...options, given, saved]);
      expect(await document(new Uint8Array(readFileSync(saved)))).toMatchObject({
        result: 'fail',
        code: 'document_altered',
        parts: ['file'],
      });
    }
  });

  it.each<[string, Partial<DocumentFacts>]>([
    ['name', { name: '李四' }],
    ['id_number', { id_number: '110105194912310038' }],
    ['occupation', { occupation: { code: '6-31-01-03', name: '焊工' } }],
    ['level', { level: 1 }],
    ['organization', { organization: { code: CODE, name: '济南泉城职业培训学院' } }],
    ['issued_on', { issued_on: '2025-11-23' }],
    ['query_url', { query_url: 'https://lz.example.com' }],
    ['trust_root', { trust_root: 'A'.repeat(43) }],
  ])('names another %s', async (part, change) => {
    expect((await document(await drawn(change)))?.parts).toEqual([part]);
  });
});

describe('what is no certificate', () => {
  const refusal = (file: Uint8Array) => {
    try {
      openDocument(Uint8Array.from(file));
    } catch (error) {
      return (error as { code: string }).code;
    }
    return undefined;
  };

  it('is refused by what it is', async () => {
    const empty = await PDFDocument.create();
    empty.addPage();
    expect(refusal(await empty.save())).toBe('document_without_bundle');
    const two = await PDFDocument.load(await draw(), { updateMetadata: false });
    await two.attach(encodeUtf8('{}'), 'x.bundle.json', { mimeType: BUNDLE_MEDIA_TYPE });
    expect(refusal(await two.save())).toBe('document_without_bundle');
    const broken = await PDFDocument.create();
    broken.addPage();
    await broken.attach(encodeUtf8('{"version":1'), 'x.bundle.json', { mimeType: BUNDLE_MEDIA_TYPE });
    expect(refusal(await broken.save())).toBe('bundle_malformed');
    expect(refusal(encodeUtf8('no PDF at all'))).toBe('pdf_malformed');
    expect(refusal((await signed()).subarray(0, 20_000))).toMatch(/^(pdf_malformed|document_without_bundle)$/);
  });
});
