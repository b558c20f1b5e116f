/** Genuine documents that were worked on after signing: what was added, covered or cut off is found. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument, rgb, StandardFonts } from 'pdf-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { signPdf } from '../../src/formats/pades/sign-pdf.ts';
import { makeKey } from '../../src/sdk/sign.ts';
import { hasTool } from '../formats/fixtures-pdf.ts';
import { chainFor, document, draw, NAME, signed } from './document-check-kit.ts';
import { NOW } from './make.ts';

describe('a genuine file that was worked on', () => {
  /** From the top left corner, in points. */
  const edit = async (
    file: Uint8Array,
    work: (page: ReturnType<PDFDocument['getPage']>, text: (words: string, x: number, y: number) => void) => void,
  ) => {
    const opened = await PDFDocument.load(file, { updateMetadata: false });
    const page = opened.getPage(0);
    const font = await opened.embedFont(StandardFonts.Helvetica);
    work(page, (words, x, y) => page.drawText(words, { x, y: page.getHeight() - y, size: 12, font }));
    return opened.save();
  };
  const [x, y] = [199, 311];

  it('by covering the name and writing another over it', async () => {
    const file = await edit(await signed(), (page, text) => {
      page.drawRectangle({ x: x - 2, y: page.getHeight() - y - 6, width: 120, height: 22, color: rgb(1, 1, 1) });
      text('LI SI', x, y);
    });
    expect(await document(file)).toMatchObject({ result: 'fail', code: 'document_altered', part: 'name' });
  });

  it('by covering the name alone, or by adding to it', async () => {
    const bare = await edit(await signed(), (page) =>
      page.drawRectangle({ x: x - 2, y: page.getHeight() - y - 6, width: 120, height: 22, color: rgb(1, 1, 1) }),
    );
    expect(await document(bare)).toMatchObject({ code: 'document_altered', part: 'name' });
    expect(await document(await edit(await signed(), (_page, text) => text('X', x + 60, y)))).toMatchObject({
      code: 'document_altered',
      part: 'name',
    });
  });

  it('by writing it again without any visible change', async () => {
    expect(await document(await edit(await signed(), () => undefined))).toMatchObject({
      result: 'fail',
      code: 'document_altered',
      parts: ['file'],
    });
  });

  it('by adding a page, or bytes after the signature', async () => {
    const opened = await PDFDocument.load(await signed(), { updateMetadata: false });
    opened.addPage();
    expect(await document(await opened.save())).toMatchObject({ code: 'document_altered', part: 'page' });
    expect(await document(Buffer.concat([await signed(), Buffer.from('%%EOF\n')]))).toMatchObject({
      code: 'document_altered',
      parts: ['file'],
    });
  });

  it('by changing a byte that shows nothing', async () => {
    const file = await signed();
    const at = Buffer.from(file).indexOf('luzheng" xmp:CreateDate');
    file[at] = 'L'.charCodeAt(0);
    expect(await document(file)).toMatchObject({ code: 'document_altered', parts: ['file'] });
  });

  it('by putting another’s signature on it', async () => {
    const stranger = await makeKey();
    const alone = await signPdf(await draw(), {
      key: stranger.key,
      chain: await chainFor(stranger.jwk, NAME, '91110000600037341L'),
      at: NOW,
      name: '某某公司',
      reason: '颁发',
    });
    expect(await document(alone)).toMatchObject({ result: 'fail', code: 'document_signed_by_another' });
  });

  it('not by a later key of the same credit code, under whatever name it goes then', async () => {
    const later = await makeKey();
    const renamed = await signPdf(await draw(), {
      key: later.key,
      chain: await chainFor(later.jwk, '新名职业培训学校'),
      at: NOW,
      name: NAME,
      reason: '颁发',
    });
    expect(await document(renamed)).toMatchObject({ result: 'pass' });
  });

  it.skipIf(!hasTool('qpdf'))('by taking it apart with qpdf and exchanging glyphs of the name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'luzheng-check-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const [given, plain, fixed] = ['given', 'plain', 'fixed'].map((name) => join(folder, `${name}.pdf`)) as [
      string,
      string,
      string,
    ];
    writeFileSync(given, await signed());
    execFileSync('qpdf', ['--qdf', '--object-streams=disable', given, plain]);
    const text = readFileSync(plain, 'latin1');
    // The name's glyphs, turned round: 国建阳欧 instead of 欧阳建国.
    const mark = /(\/LBody <<\/MCID \d+>> BDC\nBT [^\n]*Tm \/F1 12 Tf <)([0-9a-f]{16})(> Tj ET)/.exec(
      text,
    ) as RegExpExecArray;
    const turned = (mark[2] as string).match(/.{4}/g)?.reverse().join('') as string;
    writeFileSync(fixed, text.replace(mark[0], `${mark[1]}${turned}${mark[3]}`), 'latin1');
    expect(await document(new Uint8Array(readFileSync(fixed)))).toMatchObject({
      code: 'document_altered',
      part: 'name',
    });
  });
});
