/**
 * The objects of the file: one tagged A4 page of two layers, cut fonts, a photograph, an attached file, as PDF/A-3.
 * What all files of a template share is written once (`frameOf`) and stands first in every file; `writePdf` adds what
 * is one holder's. Built from pdf-lib's low-level objects: its document API stamps the present time and its font
 * embedding loses glyphs. Dates and identifier are arguments.
 */
import { type PDFContext, PDFHexString, type PDFObject, type PDFRef, PDFString } from 'pdf-lib';
import { toHex } from '../../base/bytes.ts';
import { A4, type Form, MM, num } from './drawing.ts';
import { addFont, type FaceFile } from './embedded-font.ts';
import { type About, addMetadata, addOutputIntent, addStructure, PRODUCER, type Tag } from './pdf-a.ts';
import { contextFrom, deflate, pdfDate, pdfText, type Section, writeFile, writeSection } from './pdf-write.ts';

/** What does not change from one certificate to the next. */
export interface FrameParts {
  face: FaceFile;
  forms: readonly Form[];
  /** The content stream of the fixed layer. */
  layer: string;
  structure: Tag;
}

/** The written frame and the names of its objects. */
export interface Frame {
  section: Section;
  /** The page, whose object is written with the holder's parts. */
  page: PDFRef;
  resource: string;
  font: PDFRef;
  forms: Readonly<Record<string, PDFRef>>;
  layer: PDFRef;
  structure: PDFRef;
  intent: PDFRef;
  /** The first free object number. */
  next: number;
}

export interface PdfParts extends About {
  /** Fonts of the values, besides the frame's. */
  faces: readonly FaceFile[];
  /** The content stream of what lies under the fixed layer; empty for none. */
  beneath: string;
  /** The content stream of the holder's layer. */
  layer: string;
  photo: { resource: string; image: PdfImage } | undefined;
  attachment: { name: string; mediaType: string; description: string; bytes: Uint8Array };
  /** 16 bytes that follow from the content. */
  id: Uint8Array;
}

const stream = (
  context: PDFContext,
  contents: string,
  dict: Record<string, string | number | number[]> = {},
  level: 4 | 9 = 4,
): PDFRef => context.register(context.stream(deflate(contents, level), { ...dict, Filter: 'FlateDecode' }));

/** Writes the unchanging part of all certificates with this look. */
export function frameOf({ face, forms, layer, structure }: FrameParts): Frame {
  const context = contextFrom(1);
  const page = context.nextRef();
  const refs = {
    page,
    resource: face.resource,
    font: addFont(context, face),
    forms: Object.fromEntries(
      forms.map(({ resource, operators, box }) => [
        resource,
        stream(
          context,
          operators,
          { Type: 'XObject', Subtype: 'Form', BBox: box.map((value) => Number(num(value))) },
          9,
        ),
      ]),
    ),
    layer: stream(context, layer, {}, 9),
    structure: addStructure(context, structure, page),
    intent: addOutputIntent(context),
  };
  const section = writeSection(context, 0);
  return { ...refs, section, next: context.largestObjectNumber + 1 };
}

function addAttachment(context: PDFContext, { attachment: file, day }: PdfParts): PDFRef {
  const bytes = context.stream(deflate(file.bytes), {
    Filter: 'FlateDecode',
    Type: 'EmbeddedFile',
    Subtype: file.mediaType,
    Params: { Size: file.bytes.length, CreationDate: pdfDate(day), ModDate: pdfDate(day) },
  });
  return context.register(
    context.obj({
      Type: 'Filespec',
      F: PDFString.of(file.name),
      UF: pdfText(file.name),
      Desc: pdfText(file.description),
      AFRelationship: 'Data',
      EF: { F: context.register(bytes) },
    }),
  );
}

function addInfo(context: PDFContext, { title, author, subject, keywords, day }: About): PDFRef {
  return context.register(
    context.obj({
      Title: pdfText(title),
      Author: pdfText(author),
      Subject: pdfText(subject),
      Keywords: pdfText(keywords),
      Creator: PDFString.of(PRODUCER),
      Producer: PDFString.of(PRODUCER),
      CreationDate: pdfDate(day),
      ModDate: pdfDate(day),
    }),
  );
}

/** Writes a whole file. */
export function writePdf(frame: Frame, parts: PdfParts): Uint8Array {
  const context = contextFrom(frame.next);
  const pages = context.nextRef();
  const fonts: Record<string, PDFRef> = { [frame.resource]: frame.font };
  for (const face of parts.faces) fonts[face.resource] = addFont(context, face);
  const pictures: Record<string, PDFRef> = { ...frame.forms };
  if (parts.photo) pictures[parts.photo.resource] = addImage(context, parts.photo.image);
  context.assign(
    frame.page,
    context.obj({
      Type: 'Page',
      Parent: pages,
      MediaBox: [0, 0, Number(num(A4.width * MM)), Number(num(A4.height * MM))],
      Resources: { Font: fonts, XObject: pictures },
      Contents: [
        ...(parts.beneath === '' ? [] : [stream(context, parts.beneath)]),
        frame.layer,
        stream(context, parts.layer),
      ],
      StructParents: 0,
      Tabs: 'S',
    }),
  );
  context.assign(pages, context.obj({ Type: 'Pages', Kids: [frame.page], Count: 1 }));
  const file = addAttachment(context, parts);
  const root = context.register(
    context.obj({
      Type: 'Catalog',
      Pages: pages,
      Lang: PDFString.of('zh-CN'),
      Metadata: addMetadata(context, parts),
      OutputIntents: [frame.intent],
      MarkInfo: { Marked: true },
      StructTreeRoot: frame.structure,
      ViewerPreferences: { DisplayDocTitle: true },
      Names: { EmbeddedFiles: { Names: [pdfText(parts.attachment.name), file] } },
      AF: [file],
    }),
  );
  const info = addInfo(context, parts);
  const id: PDFObject = PDFHexString.of(toHex(parts.id).toUpperCase());
  const section = writeSection(context, frame.section.bytes.length);
  return writeFile([frame.section, section], context, { Root: root, Info: info, ID: context.obj([id, id]) });
}

// The photograph: JPEG and PNG data are put in as they are, never decoded and never encoded again.

/** The parts of a checked picture that a PDF needs. */
export interface PdfImage {
  kind: 'jpeg' | 'png';
  width: number;
  height: number;
  /** 1 grey, 3 red, green, blue; of a palette picture the colours of the palette. */
  components: 1 | 3;
  /** The whole JPEG file; of a PNG its joined IDAT data (zlib). */
  data: Uint8Array;
  /** Bytes of a PNG's palette, three a colour. */
  palette?: Uint8Array | undefined;
}

function addImage(context: PDFContext, { kind, width, height, components, data, palette }: PdfImage): PDFRef {
  const plain = components === 1 ? 'DeviceGray' : 'DeviceRGB';
  const colours =
    palette === undefined
      ? plain
      : context.obj(['Indexed', 'DeviceRGB', palette.length / 3 - 1, PDFHexString.of(toHex(palette))]);
  const dict = {
    Type: 'XObject',
    Subtype: 'Image',
    Width: width,
    Height: height,
    ColorSpace: colours,
    BitsPerComponent: 8,
  };
  const filter =
    kind === 'jpeg'
      ? { Filter: 'DCTDecode' }
      : // PNG's row filters are PDF's predictors (ISO 32000-1 § 7.4.4.4).
        {
          Filter: 'FlateDecode',
          DecodeParms: {
            Predictor: 15,
            Colors: palette === undefined ? components : 1,
            BitsPerComponent: 8,
            Columns: width,
          },
        };
  return context.register(context.stream(data, { ...dict, ...filter }));
}
