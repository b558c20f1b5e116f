/**
 * Owns the certificate on paper: facts in, one A4 page with the bundle attached out, as PDF bytes.
 * How it looks is the template's (templates/v1); what is true of every template stands here: each value is either
 * shown whole or refused, the same input gives the same bytes, and the file's dates are the day of issue.
 * What does not change from one certificate to the next (border, labels, their glyphs) is drawn, cut and compressed
 * once for each font and kept with it.
 * It refuses characters the font cannot show (`glyph_missing`), values too long for their place (`text_too_long`),
 * empty values, malformed numbers and days; it never draws a box, drops a character or writes over an edge.
 */
import { BUNDLE_MEDIA_TYPE } from './bundle.ts';
import { template } from '../../templates/v1/template.ts';
import { concat, encodeUtf8, sha256 } from './bytes.ts';
import { dayNumber } from './calendar.ts';
import { requireGlyphs, sliceFont, type Font } from './font.ts';
import type { Level } from './level.ts';
import { parseNumber } from './number.ts';
import { deflate, packFace, packForm, writePdf, type FaceFile, type FormFile } from './pdf-file.ts';
import { Page } from './pdf-page.ts';
import { qrMatrix } from './qr.ts';
import { Refusal } from './refusal.ts';

export interface DocumentFacts {
  /** 22 characters. */
  number: string;
  organization: { code: string; name: string };
  occupation: { code: string; name: string };
  /** `--` when there is none. */
  job: string;
  level: Level;
  /** `YYYY-MM-DD`. */
  issued_on: string;
  exam_date: string;
  /** The holder's. */
  name: string;
  /** In Chinese, e.g. 居民身份证. */
  id_type_name: string;
  id_number: string;
  /** The text of the QR code: `https://host/c/<number>#<digits>`. */
  seal_url: string;
  /** This service's own query address, e.g. `https://host`. */
  query_url: string;
  /** RFC 7638 thumbprint of the province's root, for whoever checks offline. */
  trust_root: string;
}

/** The values that are known before a certificate has a number. */
export type PrintableFacts = Pick<DocumentFacts, 'organization' | 'occupation' | 'job' | 'level' | 'name' | 'id_type_name' | 'id_number'>;

interface Fixed {
  face: FaceFile;
  forms: FormFile[];
  layer: Uint8Array;
}
const fixedByFont = new WeakMap<Font, Fixed>();

function fixedPart(font: Font): Fixed {
  const known = fixedByFont.get(font);
  if (known !== undefined) return known;
  const page = new Page(font);
  template.fixed(page);
  const characters = page.characters() + template.always;
  requireGlyphs(font, characters);
  const face = packFace('F0', font, sliceFont(font, codePoints(characters)));
  const fixed = { face, forms: page.forms.map(packForm), layer: deflate(`q\n${page.encode([face])}\nQ`) };
  fixedByFont.set(font, fixed);
  return fixed;
}

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) as number);

/** A field of a certificate is never empty (`--` stands for no job). */
function requireTexts(facts: PrintableFacts): void {
  const { organization, occupation, job, name, id_type_name, id_number } = facts;
  const texts = { organization: organization.name, occupation: occupation.name, job, name, id_type_name, id_number };
  for (const [part, text] of Object.entries(texts)) {
    if (text.trim() === '') throw new Refusal('text_empty', `The ${part} of a certificate is not empty.`, { part });
  }
}

/**
 * Says before issuing whether the values of a row can be printed.
 * @throws Refusal `text_empty`, `text_too_long`, `glyph_missing`
 */
export function checkPrintable(font: Font, facts: PrintableFacts): void {
  requireTexts(facts);
  const page = new Page(font);
  template.values(page, { ...facts, number: '', issued_on: '2020-01-01', exam_date: '2020-01-01', seal_url: '', query_url: '', trust_root: '' });
  requireGlyphs(font, page.characters());
}

/**
 * Renders a certificate. The font's fixed part is made at its first use; call once at start to warm up.
 * @throws Refusal `text_empty`, `text_too_long`, `glyph_missing`, `number_malformed`, `day_malformed`, `qr_unusable`, `font_unusable`
 */
export async function renderCertificate(facts: DocumentFacts, parts: { font: Font; bundle: Uint8Array }): Promise<Uint8Array> {
  const { font, bundle } = parts;
  parseNumber(facts.number);
  dayNumber(facts.issued_on);
  dayNumber(facts.exam_date);
  requireTexts(facts);
  const fixed = fixedPart(font);
  const page = new Page(font);
  template.values(page, facts);
  template.seal(page, qrMatrix(facts.seal_url));
  const characters = page.characters();
  requireGlyphs(font, characters);
  const faces = [fixed.face];
  const further = codePoints(characters).filter((codePoint) => !fixed.face.slice.gidByCodePoint.has(codePoint));
  if (further.length > 0) faces.push(packFace('F1', font, sliceFont(font, further)));
  const digest = await sha256(concat(encodeUtf8(`${template.version}\n${JSON.stringify(facts)}\n`), bundle));
  return writePdf({
    faces,
    forms: fixed.forms,
    layers: [fixed.layer, deflate(page.encode(faces))],
    attachment: {
      name: `${facts.number}.bundle.json`,
      mediaType: BUNDLE_MEDIA_TYPE,
      description: 'Signed statements: check them offline with luzheng verify',
      bytes: bundle,
    },
    title: `职业技能等级证书 ${facts.number}`,
    author: facts.organization.name,
    subject: 'Vocational Skill Level Certificate',
    keywords: [facts.number, facts.organization.code, facts.occupation.code, `level ${facts.level}`, `examined ${facts.exam_date}`].join(', '),
    day: facts.issued_on,
    id: digest.subarray(0, 16),
  });
}
