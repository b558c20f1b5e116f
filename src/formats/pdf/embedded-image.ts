/** Owns a photograph as a PDF object: JPEG and PNG data are put in as they are, never decoded and never encoded anew. */
import { type PDFContext, PDFHexString, type PDFRef } from 'pdf-lib';
import { toHex } from '../../base/bytes.ts';

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

export function addImage(context: PDFContext, { kind, width, height, components, data, palette }: PdfImage): PDFRef {
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
