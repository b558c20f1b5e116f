/**
 * The certificate's file as an archive keeps it (PDF/A-3) and as a screen reader reads it; the photograph; copies for one
 * purpose; further fonts. What no checker on this machine proves is asserted here rule by rule, by the clauses of
 * ISO 19005-3 that a machine can check.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  type PDFHexString,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  type PDFString,
} from 'pdf-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { checkPrintable, renderCertificate } from '../../src/core/paper/document.ts';
import type { CopyFacts, DocumentFacts } from '../../src/core/paper/template.ts';
import { type Font, fontFor, glyphOf, missingGlyphs, openFont } from '../../src/formats/font/font.ts';
import { signPdf } from '../../src/formats/pades/sign-pdf.ts';
import type { PdfImage } from '../../src/formats/pdf/pdf-file.ts';
import { bundle, composedFont, font, fonts, hasTool, longest, ordinary, readPdf } from './fixtures-pdf.ts';
import { base, makeAuthority, signedBy } from './pades/make.ts';

const copy: CopyFacts = {
  purpose: '申请济南市技能提升补贴（2026年第四季度）',
  stamped_on: '2026-11-24',
  expires_on: '2027-02-24',
};

/** 5 × 7 pixels, red above and blue below, as the rows of a PNG (filter 0). */
const rows = Uint8Array.from(
  Array.from({ length: 7 }, (_, y) => [
    0,
    ...Array.from({ length: 5 }, () => (y < 3 ? [220, 0, 0] : [0, 0, 220])).flat(),
  ]).flat(),
);
const png: PdfImage = {
  kind: 'png',
  width: 5,
  height: 7,
  components: 3,
  data: new Uint8Array((await import('node:zlib')).deflateSync(rows)),
};

const kinds = ['v1', 'v2'].flatMap((template): [string, DocumentFacts, PdfImage | undefined][] => [
  [`ordinary ${template}`, { ...ordinary, template }, undefined],
  [`longest ${template}`, { ...longest, template }, undefined],
  [`with a photograph ${template}`, { ...ordinary, template }, png],
  [`copy ${template}`, { ...ordinary, template, copy }, undefined],
]);
const render = (facts: DocumentFacts, photo?: PdfImage) => renderCertificate(facts, { fonts, bundle, photo });
const name = (text: string) => PDFName.of(text);
const text = (value: unknown): string => (value as PDFString | PDFHexString).decodeText();

const folder = mkdtempSync(join(tmpdir(), 'luzheng-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function file(title: string, bytes: Uint8Array): string {
  const path = join(folder, `${title.replaceAll(' ', '-')}.pdf`);
  writeFileSync(path, bytes);
  return path;
}
const run = (tool: string, ...args: string[]) =>
  execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const FORBIDDEN = [
  'JavaScript',
  'JS',
  'Launch',
  'Encrypt',
  'SMask',
  'CA',
  'ca',
  'BM',
  'OpenAction',
  'AA',
  'URI',
  'Alternates',
  'Interpolate',
  'LZWDecode',
  'TR',
  'XFA',
];

function requireAllowed(document: PDFDocument): void {
  for (const [, object] of document.context.enumerateIndirectObjects()) {
    const dict = object instanceof PDFRawStream ? object.dict : object instanceof PDFDict ? object : undefined;
    for (const key of dict?.keys() ?? []) expect(FORBIDDEN).not.toContain(key.decodeText());
  }
}

describe.each(kinds)('PDF/A-3: the %s certificate', (title, facts, photo) => {
  it('has an XMP packet that claims part 3, level A, and says what the Info dictionary says (6.6)', async () => {
    const { catalog, context } = await PDFDocument.load(await render(facts, photo), { updateMetadata: false });
    const stream = catalog.lookup(name('Metadata')) as PDFRawStream;
    expect(stream.dict.get(name('Filter'))).toBeUndefined();
    const xmp = Buffer.from(stream.getContents()).toString('utf8');
    expect(xmp).toContain('pdfaid:part="3" pdfaid:conformance="A"');
    const info = context.lookup(context.trailerInfo.Info, PDFDict);
    for (const key of ['Title', 'Author', 'Subject', 'Keywords', 'Producer', 'Creator'])
      expect(xmp).toContain(text(info.get(name(key))));
    expect(text(info.get(name('CreationDate')))).toBe("D:20261123000000+08'00'");
    expect(xmp.match(/2026-11-23T00:00:00\+08:00/g)).toHaveLength(2);
  });

  it('names sRGB for its colours (6.2.3) and uses nothing that an archive may not: scripts, encryption, transparency, outside data', async () => {
    const document = await PDFDocument.load(await render(facts, photo), { updateMetadata: false });
    const intent = document.catalog.lookup(name('OutputIntents'), PDFArray).lookup(0, PDFDict);
    expect(intent.get(name('S'))).toBe(name('GTS_PDFA1'));
    const profile = inflateSync((intent.lookup(name('DestOutputProfile')) as PDFRawStream).getContents());
    expect(profile.readUInt32BE(0)).toBe(profile.length);
    expect(profile.toString('latin1', 12, 24)).toBe('mntrRGB XYZ ');
    expect(profile.toString('latin1', 36, 40)).toBe('acsp');
    requireAllowed(document);
  });

  it('marks every drawn thing as part of the structure or as ornament, and every part has its element (6.7)', async () => {
    const { document, layers } = await readPdf(await render(facts, photo));
    const content = layers.join('\n');
    let [depth, spans] = [0, 0];
    const drawn = new Set<number>();
    for (const line of content.split('\n')) {
      const begun = /^\/(\w+) (?:<<\/MCID (\d+)>> BDC|BMC)$/.exec(line);
      if (begun) {
        depth++;
        if (begun[2] === undefined) expect(begun[1]).toBe('Artifact');
        else drawn.add(Number(begun[2]));
      } else if (/^\/Span <<\/ActualText <[0-9a-f]+>>> BDC$/.test(line)) {
        // What a part says is said within the part.
        expect(depth++).toBe(1);
        spans++;
      } else if (/^EMC( EMC)?$/.test(line)) depth -= line.length > 3 ? 2 : 1;
      else if (/\b(Tj|[fSBb]\*?|Do|n) *(Q|ET)?$/.test(line)) expect([1, 1 + spans], line).toContain(depth);
      expect(depth).toBeLessThanOrEqual(1 + spans);
    }
    expect(spans).toBe(facts.template === 'v1' ? 0 : 1);
    expect(depth).toBe(0);
    const { catalog } = document;
    expect(catalog.lookup(name('MarkInfo'), PDFDict).get(name('Marked'))?.toString()).toBe('true');
    const tree = catalog.lookup(name('StructTreeRoot'), PDFDict);
    const parents = tree.lookup(name('ParentTree'), PDFDict).lookup(name('Nums'), PDFArray).lookup(1, PDFArray);
    expect([...drawn].sort((a, b) => a - b)).toEqual([...Array(parents.size()).keys()]);
    for (let mcid = 0; mcid < parents.size(); mcid++) {
      const element = parents.lookup(mcid, PDFDict);
      expect((element.get(name('K')) as PDFNumber).asNumber()).toBe(mcid);
      expect(element.get(name('Pg'))).toBe(document.getPage(0).ref);
      expect(element.get(name('P'))).toBeInstanceOf(PDFRef);
      if (element.get(name('S')) === name('Figure')) expect(text(element.get(name('Alt'))).length).toBeGreaterThan(4);
    }
  });

  it.skipIf(!hasTool('pdfinfo'))('is read in order by a screen reader: label, then value', async () => {
    const path = file(`read-${title}`, await render(facts, photo));
    const read = [...run('pdfinfo', '-struct-text', path).matchAll(/^\s*"(.*)"$/gm)].map(([, one]) =>
      (one as string).replaceAll(' ', ''),
    );
    const values = [facts.name, facts.id_type_name, facts.id_number, facts.occupation.name, facts.job];
    const labels = [
      '姓名Name',
      '证件类型Typeofdocument',
      '证件号码Documentnumber',
      '职业名称Occupation',
      '工种/职业方向Joborspecialty',
    ];
    labels.forEach((label, i) => expect(read[read.indexOf(label) + 1]).toBe((values[i] as string).replaceAll(' ', '')));
    expect(read[0]).toBe('职业技能等级证书');
    expect(read).toContain(facts.number);
    if (facts.copy) expect(read[facts.template === 'v1' ? 2 : 4]).toContain(facts.copy.purpose.replaceAll(' ', ''));
    expect(run('pdfinfo', path)).toMatch(/Tagged:\s+yes[^]*JavaScript:\s+no[^]*Encrypted:\s+no/);
  });

  it.skipIf(!hasTool('qpdf'))('passes qpdf, and is the same file again', async () => {
    const bytes = await render(facts, photo);
    expect(run('qpdf', '--check', file(`check-${title}`, bytes))).toContain('No syntax or stream encoding errors');
    expect(Buffer.from(bytes).equals(Buffer.from(await render(facts, photo)))).toBe(true);
  });
});

describe('PDF/A-3: the signature', () => {
  it('adds a field that shows nothing, can be printed, and does nothing (6.3, 6.4)', async () => {
    const signed = await signPdf(await base(), signedBy(await makeAuthority()));
    const document = await PDFDocument.load(signed, { updateMetadata: false });
    requireAllowed(document);
    const form = document.catalog.lookup(name('AcroForm'), PDFDict);
    expect([form.get(name('NeedAppearances')), form.lookup(name('Fields'), PDFArray).size()]).toEqual([undefined, 1]);
    const widget = form.lookup(name('Fields'), PDFArray).lookup(0, PDFDict);
    expect(document.getPage(0).node.lookup(name('Annots'), PDFArray).lookup(0, PDFDict)).toBe(widget);
    // Print, and none of Invisible, Hidden, NoView, ToggleNoView.
    expect(widget.lookup(name('F'), PDFNumber).asNumber() & 0b1_0010_0111).toBe(0b100);
    expect(widget.get(name('A'))).toBeUndefined();
    // An annotation of no size needs no appearance (6.3.3).
    expect(
      widget
        .lookup(name('Rect'), PDFArray)
        .asArray()
        .map((side) => (side as PDFNumber).asNumber()),
    ).toEqual([0, 0, 0, 0]);
    const intent = document.catalog.lookup(name('OutputIntents'), PDFArray).lookup(0, PDFDict);
    expect(intent.get(name('S'))).toBe(name('GTS_PDFA1'));
    if (hasTool('qpdf'))
      expect(run('qpdf', '--check', file('signed', signed))).toContain('No syntax or stream encoding errors');
  });
});

describe('the photograph', () => {
  it('goes in as it came, and the frame no longer says that there is none', async () => {
    const { document, shown } = await readPdf(await render(ordinary, png));
    const image = document
      .getPage(0)
      .node.Resources()
      ?.lookup(name('XObject'), PDFDict)
      .lookup(name('P0')) as PDFRawStream;
    expect(Buffer.from(image.getContents()).equals(Buffer.from(png.data))).toBe(true);
    expect(shown.map((line) => line.text)).not.toContain('未附照片');
    expect((await readPdf(await render(ordinary))).shown.map((line) => line.text)).toContain('未附照片');
  });

  it.skipIf(!hasTool('pdftoppm'))('fills its frame of 25 × 35 mm, upright', async () => {
    const path = file('photo', await render(ordinary, png));
    run('pdftoppm', '-r', '25.4', '-singlefile', path, path);
    const [, width, , pixels] =
      /^P6\n(\d+) (\d+)\n255\n/.exec(execFileSync('cat', [`${path}.ppm`]).toString('latin1')) ?? [];
    expect(pixels).toBeUndefined();
    const data = execFileSync('cat', [`${path}.ppm`]);
    const start = data.indexOf('255\n') + 4;
    const at = (x: number, y: number) => [
      ...data.subarray(start + 3 * (y * Number(width) + x), start + 3 * (y * Number(width) + x) + 3),
    ];
    for (const x of [158, 169, 180]) {
      expect(at(x, 106)[0]).toBeGreaterThan(200);
      expect(at(x, 136)[2]).toBeGreaterThan(200);
    }
    expect(at(155, 120)).not.toEqual([220, 0, 0]);
  });
});

describe('a copy for one purpose', () => {
  it('says on its face what for, since when and until when', async () => {
    const shown = (await readPdf(await render({ ...ordinary, copy }))).shown.map((line) => line.text).join('');
    for (const part of ['副本', 'COPY', copy.purpose, copy.stamped_on, copy.expires_on]) expect(shown).toContain(part);
  });

  it.each([
    [{ ...copy, purpose: ' ' }, 'text_empty'],
    [{ ...copy, purpose: '补'.repeat(70) }, 'text_too_long'],
    [{ ...copy, purpose: '补贴\u{1f600}' }, 'glyph_missing'],
    [{ ...copy, expires_on: '2027-02-30' }, 'day_malformed'],
  ])('refuses %j', async (bad, code) => {
    await expect(render({ ...ordinary, copy: bad })).rejects.toMatchObject({ name: 'Refusal', code });
  });
});

describe('further fonts', () => {
  /** Has U+A000…U+A004, which the certificate's font lacks. */
  const further = openFont(composedFont(false, 0xa000));

  it('give the characters that the first font lacks, and no other', async () => {
    expect(missingGlyphs(fonts, '王\ua002')).toEqual([0xa002]);
    expect(missingGlyphs([font, further], '王\ua002')).toEqual([]);
    expect(fontFor([font, further], 0x738b)).toBe(font);
    expect(fontFor([font, further], 0xa002)).toBe(further);
    // A font may know a character and have nothing to draw for it.
    const blank: Font = {
      ...font,
      characters: {
        starts: Uint32Array.of(0xa002),
        ends: Uint32Array.of(0xa002),
        glyphs: Uint32Array.of(glyphOf(font, 0x20)),
      },
    };
    expect(missingGlyphs([blank], '\ua002')).toEqual([0xa002]);
    expect(fontFor([blank, further], 0xa002)).toBe(further);
    const facts = { ...ordinary, name: '王\ua002\ua000' };
    expect(() => checkPrintable(fonts, facts)).toThrow(expect.objectContaining({ code: 'glyph_missing' }));
    checkPrintable([font, further], facts);
    const { shown, programs } = await readPdf(await renderCertificate(facts, { fonts: [font, further], bundle }));
    expect(shown.some((line) => line.text === facts.name)).toBe(true);
    expect(Object.keys(programs).sort()).toEqual(['F0', 'F1', 'F2']);
    expect(shown.find((line) => line.text === facts.name)?.glyphs.map((glyph) => glyph.font)).toEqual([
      expect.stringMatching(/F[01]/),
      'F2',
      'F2',
    ]);
  });
});

it('refuses a template that is not here', async () => {
  await expect(render({ ...ordinary, template: 'v0' })).rejects.toMatchObject({ code: 'template_unknown' });
});
