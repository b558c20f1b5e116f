/**
 * The templates: each draws what it drew, byte for byte, with and without a signature's room; and what version 2 says to
 * programs that read a page: in which order, in which words, and as what it claims to be.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFRawStream } from 'pdf-lib';
import { afterAll, describe, expect, it, test } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { type DocumentFacts, SIGNATURE_FIELD } from '../../src/core/paper/template.ts';
import { certify, rootName } from '../../src/core/paper/x509-certificates.ts';
import { prepare, signPdf } from '../../src/formats/pades/sign-pdf.ts';
import { MM } from '../../src/formats/pdf/drawing.ts';
import type { PdfImage } from '../../src/formats/pdf/pdf-file.ts';
import { makeKey } from '../../src/sdk/sign.ts';
import { CURRENT, templateOf } from '../../templates/index.ts';
import { bundle, fonts, hasTool, longest, ordinary, readPdf } from '../formats/fixtures-pdf.ts';
import { NOW } from './make.ts';

const data = new Uint8Array(readFileSync(new URL('../vectors/gradient.jpg', import.meta.url)));
const photo: PdfImage = { kind: 'jpeg', width: 25, height: 35, components: 3, data };
const copy = { purpose: '申请技能提升补贴', stamped_on: '2026-11-24', expires_on: '2026-12-31' };
const SHEETS: Record<string, [DocumentFacts, PdfImage?]> = {
  ordinary: [ordinary],
  longest: [longest],
  'copy with photo': [{ ...ordinary, photo: true, copy }, photo],
};
const render = async (template: string, sheet: string): Promise<Uint8Array<ArrayBuffer>> => {
  const [facts, picture] = SHEETS[sheet] as [DocumentFacts, PdfImage?];
  return (await renderCertificate(
    { ...facts, template },
    { fonts, bundle, photo: picture },
  )) as Uint8Array<ArrayBuffer>;
};
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

/** A change of one of these is a change of certificates that were issued: it belongs into another template. */
const FROZEN: Record<string, Record<string, [file: string, signable: string]>> = {
  v1: {
    ordinary: ['vbvVQlfMTtLl5FaJN0-zEsa4CIXlmXAvFxutRZ_Utwg', '6qTXmsgLkigJJGM9pnJfPi0qn0GN9w8dS1EZWgPJOs8'],
    longest: ['GzqbbFRce30O0L_oX7U5jKx2IriqcRLJVsKHc-5HJGM', 'VPpBHI2e_ErCJInsHxHg5WHGnZAzOLCv-yuqcAxh8bo'],
    'copy with photo': ['oMfgauNSJkNkbphFBgOF4v-RQ2VrvocWqZBA-CD1wSQ', 'IVnygloh9WS5zhFxGB1F3dxPsxmBuCXYa61gt3bKOh4'],
  },
  v2: {
    ordinary: ['mMNISQ-0h4bVTVeCXgl10mYB4VDaAkvgCxKri1XOO98', '66KfG5u8bmSrH8ITvpGInQgao_Z3bS8VnkHA6arOTPU'],
    longest: ['1KJImGNaoS94HgFhOIwEoi50vjClIPXiZsgjwITzDyo', 'e47pH2wQ0-BBJd3zxSn49-V1tQ6IdCdnCk4j8yExOm4'],
    'copy with photo': ['29zl32rsKD53axxBZSP5Mr0czqAkwGBZBx3u_r4IAMo', 'mxjVK92N2pWxMyf3dnJxYQ-DspF0oSc9X_WpYOZsMp4'],
  },
};

describe.each(Object.keys(FROZEN))('template %s is frozen', (template) => {
  test.each(Object.keys(SHEETS))('%s', async (sheet) => {
    const file = await render(template, sheet);
    const labels = {
      name: '济南市鲁匠职业培训学校',
      reason: '颁发',
      at: 1_795_399_200,
      fieldName: templateOf(template).accessible && SIGNATURE_FIELD,
    };
    expect([digest(file), digest((await prepare(file, labels, 1000)).file)]).toEqual(FROZEN[template]?.[sheet]);
  });
});

test('every template is frozen here, and new certificates get the last', () => {
  expect(CURRENT).toBe(Object.keys(FROZEN).at(-1));
});

const own = await makeKey();
const root = await makeKey();
async function signed(sheet: string): Promise<Uint8Array<ArrayBuffer>> {
  const terms = {
    role: 'organization',
    from: NOW - 86_400,
    until: NOW + 86_400 * 365,
    serial: new Uint8Array(16).fill(7),
  } as const;
  const certificate = await certify(
    { name: '济南泉城职业培训学校', uscc: '91350100M000100Y43', jwk: own.jwk },
    { key: root.key, jwk: root.jwk, name: rootName(root.kid) },
    terms,
  );
  return signPdf(await render('v2', sheet), {
    key: own.key,
    chain: [certificate],
    at: NOW,
    name: '济南泉城职业培训学校',
    reason: '颁发',
    fieldName: SIGNATURE_FIELD,
  });
}

describe('version 2', () => {
  it('draws every part in the order in which it is read', async () => {
    for (const sheet of Object.keys(SHEETS)) {
      const { layers } = await readPdf(await render('v2', sheet));
      const order = [...layers.join('\n').matchAll(/\/(\w+) <<\/MCID (\d+)>> BDC/g)].map(([, , mcid]) => Number(mcid));
      expect(order.length).toBeGreaterThan(20);
      expect(order).toEqual([...order.keys()]);
    }
  });

  it('gives the heading as one word', async () => {
    const { layers } = await readPdf(await render('v2', 'ordinary'));
    const span = /\/H1 <<\/MCID 0>> BDC\n\/Span <<\/ActualText <feff([0-9a-f]+)>>> BDC\n/.exec(layers.join('\n'));
    expect(
      String.fromCharCode(...(String(span?.[1]).match(/.{4}/g) as string[]).map((unit) => Number.parseInt(unit, 16))),
    ).toBe('职业技能等级证书');
  });

  it('claims PDF/UA-1, and describes the property by which it does, which PDF/A-3 does not know', async () => {
    const text = Buffer.from(await render('v2', 'ordinary')).toString('latin1');
    const packet = text.slice(text.indexOf('<?xpacket begin'), text.indexOf('<?xpacket end'));
    for (const claim of [
      'pdfaid:part="3" pdfaid:conformance="A"',
      'pdfuaid:part="1"',
      '<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>',
      '<pdfaProperty:name>part</pdfaProperty:name>',
    ]) {
      expect(packet.split(claim)).toHaveLength(2);
    }
    expect(Buffer.from(await render('v1', 'ordinary')).toString('latin1')).not.toContain('pdfuaid');
  });

  it('has a signature field with an appearance, a name for the reader, and no place on the page', async () => {
    const { catalog } = await PDFDocument.load(await signed('ordinary'), { updateMetadata: false });
    const field = catalog
      .lookup(PDFName.of('AcroForm'), PDFDict)
      .lookup(PDFName.of('Fields'), PDFArray)
      .lookup(0, PDFDict);
    const appearance = field.lookup(PDFName.of('AP'), PDFDict).lookup(PDFName.of('N'));
    expect(appearance).toBeInstanceOf(PDFRawStream);
    expect((appearance as PDFRawStream).getContentsString()).toBe('');
    expect(field.lookup(PDFName.of('TU'), PDFHexString).decodeText()).toContain('数字签名');
    expect(field.lookup(PDFName.of('Rect'), PDFArray).toString()).toBe('[ -1 -1 -1 -1 ]');
  });

  it('prints modules of 0.76 mm at the longest seal, larger ones at shorter', async () => {
    const moduleOf = async (sheet: string) =>
      Number(/q 0 0 0 rg ([\d.]+) 0 0 -/.exec((await readPdf(await render('v2', sheet))).layers.join('\n'))?.[1]) / MM;
    expect(await moduleOf('longest')).toBeGreaterThanOrEqual(0.76);
    expect(await moduleOf('ordinary')).toBeGreaterThan(0.85);
  });
});

describe('version 2, to other people’s tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-templates-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const put = async (sheet: string): Promise<string> => {
    const path = join(folder, `${sheet}.pdf`);
    writeFileSync(path, await signed(sheet));
    return path;
  };

  it.skipIf(!hasTool('pdftotext'))(
    'pdftotext reads labels with their values, and no words run together or fall apart',
    async () => {
      const lines = run('pdftotext', '-raw', await put('copy with photo'), '-').split('\n');
      const from = lines.indexOf('职业技能等级证书');
      expect(lines.slice(from).filter((line) => line !== '')).toEqual([
        '职业技能等级证书',
        'Vocational Skill Level Certificate',
        '本证书由经人力资源社会保障部门备案的评价机构颁发，表明持证人通过本机',
        '构组织的职业技能等级认定，具备该职业（工种）相应技能等级水平。',
        'This certificate is issued by an assessment organization filed with the human resources and social',
        'security authorities. It attests that the holder has passed the vocational skill assessment held by the',
        'organization and has the level of skill stated below in this occupation.',
        '副本 仅用于 For 申请技能提升补贴',
        '加注日期 Stamped 2026-11-24 有效期至 Valid until 2026-12-31',
        '姓名',
        'Name',
        '欧阳海燕',
        '证件类型',
        'Type of document',
        '居民身份证',
        '证件号码',
        'Document number',
        '11010519491231002X',
        '职业名称',
        'Occupation',
        '电工',
        '工种/职业方向',
        'Job or specialty',
        '--',
        '职业技能等级',
        'Skill level',
        '三级/高级工 Level 3 / Advanced',
        '证书编号',
        'Certificate number',
        'S000037000001263000001',
        '评价机构名称 Assessment organization',
        '济南市鲁匠职业培训学校',
        '发证日期 Date of issue',
        '2026年11月23日 23 November 2026',
        '扫码验证 Scan to verify',
        '证书查询 Certificates http://jndj.osta.org.cn 机构查询 Organizations http://pjjg.osta.org.cn',
        '本证书查询 This certificate https://luzheng.cn',
        `信任根 Trust root ${ordinary.trust_root}`,
        '\f',
      ]);
    },
  );

  it.skipIf(!hasTool('pdfinfo'))('the structure says the same words', async () => {
    const text = run('pdfinfo', '-struct-text', await put('copy with photo'));
    for (const words of [
      '"职业技能等级证书"',
      '"副本 仅用于 For 申请技能提升补贴 加注日期 Stamped 2026-11-24',
      '"三级/高级工 Level 3 / Advanced"',
    ])
      expect(text).toContain(words);
  });

  it.skipIf(!hasTool('qpdf'))('qpdf finds no fault in the signed file', async () => {
    for (const sheet of Object.keys(SHEETS))
      expect(run('qpdf', '--check', await put(sheet))).toContain('No syntax or stream encoding errors');
  });

  it.skipIf(!hasTool('gs'))('Ghostscript has nothing to say', async () => {
    for (const sheet of Object.keys(SHEETS))
      expect(run('gs', '-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=nullpage', await put(sheet))).toBe('');
  });

  it.skipIf(!hasTool('pdfsig'))('pdfsig finds the signature valid, over the whole file', async () => {
    const said = run('pdfsig', '-nocert', await put('longest'));
    expect(said).toContain('Total document signed');
    expect(said).toContain('Signature is Valid');
  });

  it.skipIf(!hasTool('pdftoppm') || !hasTool('zbarimg'))('zbarimg reads the QR code at 150 dpi', async () => {
    for (const sheet of Object.keys(SHEETS)) {
      run('pdftoppm', '-r', '150', '-png', '-singlefile', await put(sheet), join(folder, 'page'));
      expect(run('zbarimg', '--raw', '-q', join(folder, 'page.png')).trim()).toBe(
        (SHEETS[sheet] as [DocumentFacts])[0].seal_url,
      );
    }
  });
});
