/**
 * What makes the file fit to be kept (PDF/A-3, ISO 19005-3, level A): the metadata packet, the colour profile, and the
 * structure by which a screen reader reads the page in order. The structure is the template's and the same for all its
 * files, so its objects are written once.
 */
import { type PDFContext, type PDFRef, PDFString } from 'pdf-lib';
import { concat, encodeUtf8 } from '../../base/bytes.ts';
import type { Marks } from './drawing.ts';
import { deflate, pdfText } from './pdf-write.ts';

/** An element of the structure: a part of the page that was drawn within `mark`, or a group of elements. */
export interface Tag {
  /** A standard structure type (ISO 32000-1 § 14.8.4). */
  type: string;
  mark?: string;
  /** A language other than the document's. */
  lang?: string;
  /** Words for what is a picture. */
  alt?: string;
  /** What a marked part says, where its letters alone would be read otherwise (ISO 32000-1 § 14.9.4). */
  actual?: string;
  kids?: readonly Tag[];
}

const flatten = (tag: Tag): Tag[] => [tag, ...(tag.kids ?? []).flatMap(flatten)];

/** Numbers the marked parts in reading order. */
export function marksOf(tag: Tag): Marks {
  const marked = flatten(tag).filter((one): one is Tag & { mark: string } => one.mark !== undefined);
  return new Map(marked.map(({ mark, type, actual }, mcid) => [mark, { type, mcid, actual }]));
}

/** Adds the structure tree of a page; the page names it by /StructParents 0. */
export function addStructure(context: PDFContext, root: Tag, page: PDFRef): PDFRef {
  const marks = marksOf(root);
  const tree = context.nextRef();
  const parents: PDFRef[] = [];
  const add = ({ type, mark, lang, alt, kids }: Tag, parent: PDFRef): PDFRef => {
    const ref = context.nextRef();
    const mcid = mark === undefined ? undefined : marks.get(mark)?.mcid;
    if (mcid !== undefined) parents[mcid] = ref;
    context.assign(
      ref,
      context.obj({
        S: type,
        P: parent,
        ...(mcid === undefined ? {} : { Pg: page, K: mcid }),
        ...(kids === undefined ? {} : { K: kids.map((kid) => add(kid, ref)) }),
        ...(lang === undefined ? {} : { Lang: PDFString.of(lang) }),
        ...(alt === undefined ? {} : { Alt: pdfText(alt) }),
      }),
    );
    return ref;
  };
  const first = add(root, tree);
  context.assign(
    tree,
    context.obj({ Type: 'StructTreeRoot', K: first, ParentTree: { Nums: [0, parents] }, ParentTreeNextKey: 1 }),
  );
  return tree;
}

/** sRGB for every colour of the file. */
export function addOutputIntent(context: PDFContext): PDFRef {
  const profile = context.register(context.stream(deflate(srgbProfile()), { N: 3, Filter: 'FlateDecode' }));
  return context.register(
    context.obj({
      Type: 'OutputIntent',
      S: 'GTS_PDFA1',
      OutputConditionIdentifier: PDFString.of('sRGB IEC61966-2.1'),
      DestOutputProfile: profile,
    }),
  );
}

/** What the file says about itself, in the Info dictionary and in the metadata packet alike. */
export interface About {
  title: string;
  author: string;
  subject: string;
  keywords: string;
  /** `YYYY-MM-DD`, the only date in the file. */
  day: string;
  /** It claims PDF/UA-1 (ISO 14289-1) as well. */
  accessible: boolean;
}

export const PRODUCER = 'luzheng';

const xml = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] as string);

/** Midnight in Shanghai of the issue day, as XMP writes it. */
const xmpDate = (day: string): string => `${day}T00:00:00+08:00`;

/**
 * The claim of PDF/UA-1, and the description of its property, which PDF/A-3 knows nothing of (ISO 19005-3 § 6.6.2.3).
 */
const ACCESSIBLE = [
  '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>',
  '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">',
  '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>',
  '<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>',
  '<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>',
  '<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>',
  '</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>',
];

/** The XMP packet (ISO 16684-1); uncompressed, so that tools that know no PDF find it. */
export function addMetadata(context: PDFContext, { title, author, subject, keywords, day, accessible }: About): PDFRef {
  const alternative = (name: string, text: string) =>
    `<dc:${name}><rdf:Alt><rdf:li xml:lang="x-default">${xml(text)}</rdf:li></rdf:Alt></dc:${name}>`;
  const packet = [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"',
    ` pdfaid:part="3" pdfaid:conformance="A" pdf:Producer="${PRODUCER}" xmp:CreatorTool="${PRODUCER}" xmp:CreateDate="${xmpDate(day)}" xmp:ModifyDate="${xmpDate(day)}">`,
    `${alternative('title', title)}${alternative('description', subject)}<dc:creator><rdf:Seq><rdf:li>${xml(author)}</rdf:li></rdf:Seq></dc:creator><pdf:Keywords>${xml(keywords)}</pdf:Keywords>`,
    `</rdf:Description>${accessible ? `\n${ACCESSIBLE.join('\n')}\n` : ''}</rdf:RDF></x:xmpmeta>`,
    '<?xpacket end="r"?>',
  ];
  return context.register(context.stream(encodeUtf8(packet.join('\n')), { Type: 'Metadata', Subtype: 'XML' }));
}

// The colour profile: sRGB (IEC 61966-2-1) as a small ICC profile, version 2.1, which an archived file must carry so
// that its colours mean the same later (ISO 19005-3 § 6.2.4). Made here because the profiles that packages ship have 3
// KB and more; this one has 600 bytes, 350 compressed.

const words = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
const longs = (...values: number[]): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]),
  );
const s15Fixed16 = (value: number): number => Math.round(value * 65536);
const ascii = encodeUtf8;

/** Colour coordinates relative to the D50 white of the connection space (Bradford-adapted primaries of sRGB). */
const WHITE = [0.9642, 1, 0.82491];
const RED = [0.43607, 0.22249, 0.01392];
const GREEN = [0.38515, 0.71687, 0.09708];
const BLUE = [0.14307, 0.06061, 0.7141];

const xyz = (coordinates: number[]): Uint8Array => concat(ascii('XYZ '), longs(0, ...coordinates.map(s15Fixed16)));

/** IEC 61966-2-1: from the value of a pixel to light, sampled; readers interpolate between the points. */
function curve(points: number): Uint8Array {
  const samples = Array.from({ length: points }, (_, i) => {
    const value = i / (points - 1);
    return Math.round(65535 * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  });
  return concat(ascii('curv'), longs(0, points), words(...samples));
}

/** An ICC textDescriptionType: the text in ASCII, no Unicode and no ScriptCode form. */
const description = (text: string): Uint8Array =>
  concat(ascii('desc'), longs(0, text.length + 1), ascii(`${text}\0`), new Uint8Array(4 + 4 + 2 + 1 + 67));
const plain = (text: string): Uint8Array => concat(ascii('text'), longs(0), ascii(`${text}\0`));

const padded = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array(-bytes.length & 3));

/** The profile's bytes. The three curves are one. */
function srgbProfile(): Uint8Array {
  const trc = padded(curve(65));
  const tags: [string, Uint8Array][] = [
    ['desc', padded(description('sRGB'))],
    ['cprt', padded(plain('No copyright, use freely'))],
    ['wtpt', xyz(WHITE)],
    ['rXYZ', xyz(RED)],
    ['gXYZ', xyz(GREEN)],
    ['bXYZ', xyz(BLUE)],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ];
  const places = new Map<Uint8Array, number>();
  let end = 128 + 4 + 12 * tags.length;
  for (const [, data] of tags) {
    if (places.has(data)) continue;
    places.set(data, end);
    end += data.length;
  }
  const table = concat(
    longs(tags.length),
    ...tags.map(([tag, data]) => concat(ascii(tag), longs(places.get(data) as number, data.length))),
  );
  const header = concat(
    longs(end, 0, 0x02100000),
    ascii('mntrRGB XYZ '),
    words(2026, 1, 1, 0, 0, 0),
    ascii('acsp'),
    longs(0, 0, 0, 0, 0, 0, 0),
    xyz(WHITE).subarray(8),
    new Uint8Array(48),
  );
  return concat(header, table, ...places.keys());
}
