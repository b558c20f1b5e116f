/**
 * The certificate on paper: facts in, one A4 page with the bundle attached out, as PDF bytes. How it looks is a
 * template's (templates/). Each value is shown whole or rejected, the same input gives the same bytes, and the file's
 * dates are the day of issue. What is the same on all certificates (border, labels, their glyphs, the structure) is
 * made once for each set of fonts and kept with it.
 */
import { templateOf } from '../../../templates/index.ts';
import { concat, encodeUtf8, sha256 } from '../../base/bytes.ts';
import { dayNumber } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { type FontSet, fontFor, requireGlyphs } from '../../formats/font/font.ts';
import { sliceFont } from '../../formats/font/font-slice.ts';
import { type Marks, Page } from '../../formats/pdf/drawing.ts';
import { type FaceFile, packFace } from '../../formats/pdf/embedded-font.ts';
import { marksOf } from '../../formats/pdf/pdf-a.ts';
import type { PdfImage } from '../../formats/pdf/pdf-file.ts';
import { type Frame, frameOf, writePdf } from '../../formats/pdf/pdf-file.ts';
import { qrMatrix } from '../../formats/qr.ts';
import { BUNDLE_MEDIA_TYPE } from '../bundle.ts';
import { parseNumber } from '../number.ts';
import type { DocumentFacts, Kind, PrintableFacts, Template } from './template.ts';

interface Fixed {
  face: FaceFile;
  frame: Frame;
  marks: Marks;
}
const fixedByFont = new WeakMap<FontSet[0], Map<string, Fixed>>();

function fixedPart(template: Template, fonts: FontSet, kind: Kind): Fixed {
  const known = fixedByFont.get(fonts[0]) ?? new Map<string, Fixed>();
  fixedByFont.set(fonts[0], known);
  const key = `${template.version} ${kind.photo} ${kind.copy}`;
  let fixed = known.get(key);
  if (fixed === undefined) {
    const page = new Page(fonts);
    template.fixed(page);
    const characters = page.characters() + template.always;
    requireGlyphs([fonts[0]], characters);
    const face = packFace('F0', fonts[0], sliceFont(fonts[0], codePoints(characters)), 9);
    const structure = template.structure(kind);
    const marks = marksOf(structure);
    fixed = {
      face,
      marks,
      frame: frameOf({ face, forms: page.forms, layer: `q\n${page.encode([face], marks)}\nQ`, structure }),
    };
    known.set(key, fixed);
  }
  return fixed;
}

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) as number);

/** The fonts of the values: what the fixed part's cut lacks, each character from the first font that shows it. */
function cutValues(fonts: FontSet, fixed: FaceFile, characters: string): FaceFile[] {
  const further = codePoints(characters).filter((codePoint) => !fixed.slice.gidByCodePoint.has(codePoint));
  const faces: FaceFile[] = [];
  for (const font of fonts) {
    const own = further.filter((codePoint) => fontFor(fonts, codePoint) === font);
    if (own.length > 0) faces.push(packFace(`F${faces.length + 1}`, font, sliceFont(font, own)));
  }
  return faces;
}

/** A field of a certificate is never empty (`--` stands for no job). */
function requireTexts(facts: PrintableFacts & Pick<DocumentFacts, 'copy'>): void {
  const { organization, occupation, job, name, id_type_name, id_number, copy } = facts;
  const texts = {
    organization: organization.name,
    occupation: occupation.name,
    job,
    name,
    id_type_name,
    id_number,
    ...(copy ? { purpose: copy.purpose } : {}),
  };
  for (const [part, text] of Object.entries(texts)) {
    if (text.trim() === '') throw new Refusal('text_empty', `The ${part} of a certificate is not empty.`, { part });
  }
}

/**
 * Says before issuing whether the values of a row can be printed.
 * @throws Refusal `text_empty`, `text_too_long`, `glyph_missing`
 */
export function checkPrintable(fonts: FontSet, facts: PrintableFacts & Pick<DocumentFacts, 'copy'>): void {
  requireTexts(facts);
  const page = new Page(fonts);
  const { values } = templateOf(facts.template);
  values(
    page,
    {
      ...facts,
      number: '',
      issued_on: '2020-01-01',
      exam_date: '2020-01-01',
      seal_url: '',
      query_url: '',
      trust_root: '',
    },
    undefined,
  );
  requireGlyphs(fonts, page.characters());
}

/**
 * Renders a certificate. The fonts' fixed part is made at its first use; call once at start to warm up.
 * @param parts.photo the photograph, when `facts.photo` says that there is one
 * @throws Refusal `text_empty`, `text_too_long`, `glyph_missing`, `number_malformed`, `day_malformed`, `qr_unusable`,
 * `font_unusable`, `template_unknown`
 */
export async function renderCertificate(
  facts: DocumentFacts,
  parts: { fonts: FontSet; bundle: Uint8Array; photo?: PdfImage | undefined },
): Promise<Uint8Array> {
  const { fonts, bundle, photo } = parts;
  parseNumber(facts.number);
  for (const day of [
    facts.issued_on,
    facts.exam_date,
    ...(facts.copy ? [facts.copy.stamped_on, facts.copy.expires_on] : []),
  ])
    dayNumber(day);
  requireTexts(facts);
  const template = templateOf(facts.template);
  const fixed = fixedPart(template, fonts, { photo: photo !== undefined, copy: facts.copy !== undefined });
  const beneath = new Page(fonts);
  template.beneath(beneath, facts);
  const page = new Page(fonts);
  template.values(page, { ...facts, photo: photo !== undefined }, qrMatrix(facts.seal_url));
  const characters = [...new Set(beneath.characters() + page.characters())].join('');
  requireGlyphs(fonts, characters);
  const faces = cutValues(fonts, fixed.face, characters);
  const all = [fixed.face, ...faces];
  const digest = await sha256(
    concat(encodeUtf8(`${template.version}\n${JSON.stringify(facts)}\n`), bundle, photo?.data ?? new Uint8Array()),
  );
  return writePdf(fixed.frame, {
    faces,
    beneath: beneath.encode(all, fixed.marks),
    layer: page.encode(all, fixed.marks),
    photo: photo && { resource: template.photoResource, image: photo },
    attachment: {
      name: `${facts.number}.bundle.json`,
      mediaType: BUNDLE_MEDIA_TYPE,
      description: 'Signed statements: check them offline with luzheng verify',
      bytes: bundle,
    },
    title: `职业技能等级证书 ${facts.number}`,
    author: facts.organization.name,
    subject: 'Vocational Skill Level Certificate',
    keywords: [
      facts.number,
      facts.organization.code,
      facts.occupation.code,
      `level ${facts.level}`,
      `examined ${facts.exam_date}`,
    ].join(', '),
    day: facts.issued_on,
    accessible: template.accessible === true,
    id: digest.subarray(0, 16),
  });
}
