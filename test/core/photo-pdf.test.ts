/** What a PDF gets of an accepted photo: the same pixels in the same colours, as other people's tools see them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { PDFDocument, PDFHexString, PDFName, PDFRawStream } from 'pdf-lib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { checkPhoto, imageOf, type PhotoImage, photoType } from '../../src/core/rows/row-photos.ts';
import { jpeg, pixels, png, SAMPLES } from '../formats/fixtures-photo.ts';
import { findImageMagick, hasTool } from '../programs.ts';

const codeOf = (bytes: Uint8Array): string => {
  const result = checkPhoto(bytes);
  return 'flaw' in result ? result.flaw : 'accepted';
};

/** A PDF whose one page is the image, drawn as imageOf says. */
async function pageWith(image: PhotoImage): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const { width, height, components, data } = image;
  const page = pdf.addPage([width, height]);
  const png =
    image.kind === 'png'
      ? {
          Filter: 'FlateDecode',
          DecodeParms: { Predictor: 15, Colors: components, BitsPerComponent: 8, Columns: width },
        }
      : { Filter: 'DCTDecode' };
  const dict = pdf.context.obj({
    Type: 'XObject',
    Subtype: 'Image',
    Width: width,
    Height: height,
    BitsPerComponent: 8,
    ...png,
  });
  const palette = 'palette' in image ? image.palette : undefined;
  const plain = PDFName.of(components === 3 ? 'DeviceRGB' : 'DeviceGray');
  dict.set(
    PDFName.of('ColorSpace'),
    palette
      ? pdf.context.obj([
          PDFName.of('Indexed'),
          PDFName.of('DeviceRGB'),
          palette.length / 3 - 1,
          PDFHexString.of(Buffer.from(palette).toString('hex')),
        ])
      : plain,
  );
  page.node.setXObject(PDFName.of('I'), pdf.context.register(PDFRawStream.of(dict, data)));
  page.node.set(
    PDFName.of('Contents'),
    pdf.context.register(pdf.context.stream(`${width} 0 0 ${height} 0 0 cm /I Do`)),
  );
  return pdf.save();
}

const cmyk = jpeg({}, SAMPLES.cmyk);

describe('what a PDF gets', () => {
  it('is the JPEG as it is', () => {
    for (const [sample, components] of [
      [SAMPLES.baseline, 3],
      [SAMPLES.progressive, 3],
      [SAMPLES.grey, 1],
    ] as const) {
      const file = jpeg({ width: 300, height: 420 }, sample);
      expect(imageOf(file)).toEqual({ kind: 'jpeg', width: 300, height: 420, components, data: file });
      expect(photoType(file)).toBe('image/jpeg');
    }
  });

  it('is the compressed pixels of the PNG as they are, with its palette', () => {
    for (const [colour, components] of [
      [0, 1],
      [2, 3],
      [3, 1],
    ] as const) {
      const file = png({ colour, cut: 4 });
      const image = imageOf(file);
      expect(image).toMatchObject({ kind: 'png', width: 150, height: 210, components });
      expect(new Uint8Array(inflateSync(image.data))).toEqual(pixels(150, 210, components));
      expect('palette' in image && image.palette).toEqual(colour === 3 ? new Uint8Array(12) : false);
      expect(photoType(file)).toBe('image/png');
    }
  });

  it('is nothing for bytes that are no photo', () => {
    try {
      imageOf(cmyk);
      expect.unreachable();
    } catch (error) {
      expect(isRefusal(error, 'photo_unusable') && error.facts).toEqual({ part: 'photo_colour' });
    }
  });

  const magick = findImageMagick();
  it.skipIf(magick === undefined)(
    'is a picture that another program decodes, and what it draws is accepted',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'luzheng-photo-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const convert = (...args: string[]) => execFileSync(magick as string, args, { cwd: folder, encoding: 'utf8' });
      const files = {
        'a.jpg': jpeg({ width: 150, height: 210 }),
        'b.jpg': jpeg({ width: 150, height: 210 }, SAMPLES.progressive),
        'c.png': png({ colour: 3 }),
        'd.png': png({ cut: 5 }),
      };
      for (const [name, file] of Object.entries(files)) writeFileSync(join(folder, name), file);
      expect(
        convert(...Object.keys(files), '-format', '%m %w %h\n', 'info:')
          .trim()
          .split('\n'),
      ).toEqual(['JPEG 150 210', 'JPEG 150 210', 'PNG 150 210', 'PNG 150 210']);
      const drawn = [
        ['accepted', 'baseline.jpg'],
        ['accepted', '-interlace JPEG progressive.jpg'],
        ['accepted', '-colorspace Gray grey.jpg'],
        ['accepted', '-sampling-factor 1x1 -quality 90 fine.jpg'],
        ['accepted', '-define jpeg:restart-interval=4 restarts.jpg'],
        ['photo_colour', '-colorspace CMYK cmyk.jpg'],
        ['accepted', '-colors 200 png8:palette.png'],
        ['accepted', '-colorspace Gray -define png:color-type=0 grey.png'],
        ['photo_type', '-monochrome bits.png'],
        ['accepted', '-posterize 6 -define png:color-type=2 colour.png'],
        ['photo_type', '-posterize 6 -interlace PNG -define png:color-type=2 interlaced.png'],
        ['photo_transparent', '-posterize 6 -alpha on -define png:color-type=6 alpha.png'],
      ].map(([code, args]) => ({
        code,
        args: (args as string).split(' '),
        name: (args as string).split(/[ :]/).at(-1) as string,
      }));
      convert(
        '-respect-parenthesis',
        '-size',
        '295x413',
        'plasma:#3060a0-#f0e0d0',
        '-depth',
        '8',
        ...drawn.flatMap(({ args }) => [
          '(',
          '+clone',
          ...args.slice(0, -1),
          '-write',
          args.at(-1) as string,
          '+delete',
          ')',
        ]),
        'null:',
      );
      expect(drawn.map(({ name }) => [name, codeOf(new Uint8Array(readFileSync(join(folder, name))))])).toEqual(
        drawn.map(({ name, code }) => [name, code]),
      );
      if (!hasTool('pdfimages')) return;
      // Put into a PDF as they are, they have the same pixels there; programs differ a little in how they decode JPEG.
      const accepted = drawn.filter(({ code }) => code === 'accepted').map(({ name }) => name);
      for (const name of accepted) {
        writeFileSync(
          join(folder, 'page.pdf'),
          await pageWith(imageOf(new Uint8Array(readFileSync(join(folder, name))))),
        );
        execFileSync('pdfimages', ['-png', 'page.pdf', name], { cwd: folder });
      }
      const distances = convert(
        ...accepted.flatMap((name) => [
          '(',
          name,
          `${name}-000.png`,
          '-colorspace',
          'sRGB',
          '-metric',
          'RMSE',
          '-compare',
          '-format',
          '%[distortion]\n',
          '-write',
          'info:',
          '+delete',
          ')',
        ]),
        'xc:white',
        'null:',
      )
        .trim()
        .split('\n')
        .map(Number);
      expect(distances).toHaveLength(accepted.length);
      for (const [i, distance] of distances.entries())
        expect([accepted[i], distance < (accepted[i]?.endsWith('.png') ? 1e-6 : 0.05)]).toEqual([accepted[i], true]);
    },
  );
});
