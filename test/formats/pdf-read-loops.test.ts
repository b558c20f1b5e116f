/** The reader of PDF on objects that lead back to themselves: refused, or bounded by its limits. */
import { describe, expect, it } from 'vitest';
import {
  contents,
  join,
  onePage,
  refusal,
  refused,
  type Sources,
  startOf,
  text,
  tooLarge,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

const loop = { code: 'pdf_malformed', part: 'loop' };

describe('what leads back to itself', () => {
  const cases: [string, Sources, { code: string }][] = [
    ['a length that is its own stream', onePage(['/Length 4 0 R', 'BT ET']), loop],
    [
      'lengths that are each other’s streams',
      { ...onePage(['/Length 6 0 R', 'BT ET']), 6: ['/Length 4 0 R', 'x'] },
      loop,
    ],
    ['an object that is itself', { ...onePage(), 1: '<</Type/Catalog/Pages 6 0 R>>', 6: '6 0 R' }, loop],
    ['two objects that are one another', { ...onePage(), 4: '6 0 R', 6: '4 0 R' }, loop],
    ['pages that are their own kids', { ...onePage(), 2: '<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1>>' }, loop],
    ['a page twice', { ...onePage(), 2: '<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>' }, loop],
    [
      'a form within itself',
      {
        ...onePage(contents('/X Do'), { resources: '/XObject<</X 6 0 R>>' }),
        6: ['/Subtype/Form/BBox[0 0 9 9]', '/X Do'],
      },
      loop,
    ],
    [
      'two forms within each other',
      {
        ...onePage(contents('/X Do'), { resources: '/XObject<</X 6 0 R/Y 7 0 R>>' }),
        6: ['/Subtype/Form/BBox[0 0 9 9]', '/Y Do'],
        7: ['/Subtype/Form/BBox[0 0 9 9]', '/X Do'],
      },
      loop,
    ],
    [
      'a name tree',
      {
        ...onePage(contents(''), { catalog: '/Names<</EmbeddedFiles 6 0 R>>' }),
        6: '<</Kids[7 0 R]>>',
        7: '<</Kids[6 0 R]>>',
      },
      loop,
    ],
    [
      'form fields',
      { ...onePage(contents(''), { catalog: '/AcroForm<</Fields[6 0 R]>>' }), 6: '<</T(a)/Kids[6 0 R]>>' },
      loop,
    ],
  ];
  it.each(cases)('%s', (_what, objects, wanted) => {
    expect(refused(objects)).toEqual(wanted);
  });

  it('cross-reference sections', () => {
    const first = write(onePage());
    expect(refusal(write(onePage(), `/Root 1 0 R/Prev ${startOf(first)}`))).toEqual(loop);
    const second = update(first, { 4: contents('') });
    expect(refusal(update(second, {}, `/XRefStm ${startOf(second)}`))).toEqual(loop);
  });

  it('object streams that contain themselves or each other', () => {
    // Number 90 is the object stream; the table says that it is inside itself.
    const bytes = text(writeCompressed(onePage()));
    const inside = (rows: number[][]) => {
      const at = bytes.indexOf('91 0 obj');
      return join(
        bytes.slice(0, at),
        `91 0 obj<</Type/XRef/W[1 3 1]/Index[1 2 90 2]/Size 100/Root 1 0 R/Length ${rows.length * 5}>>stream\n`,
        Uint8Array.from(rows.flat()),
        `\nendstream endobj\nstartxref\n${at}\n%%EOF`,
      );
    };
    expect(
      refusal(
        inside([
          [2, 0, 0, 90, 0],
          [2, 0, 0, 90, 1],
          [2, 0, 0, 90, 0],
          [1, 0, 0, 0, 0],
        ]),
      ),
    ).toEqual(loop);
    expect(
      refusal(
        inside([
          [2, 0, 0, 90, 0],
          [2, 0, 0, 90, 1],
          [2, 0, 0, 91, 0],
          [2, 0, 0, 90, 0],
        ]),
      ),
    ).toEqual(loop);
  });

  it('lengths of lengths, deeper than the stack', () => {
    const objects: Sources = onePage(['/Length 10 0 R', '']);
    for (let num = 10; num < 5000; num++) objects[num] = [`/Length ${num + 1} 0 R`, ''];
    expect(refused(objects)).toEqual(tooLarge('nesting'));
  });

  it('bushes of forms: few bytes, many operators', () => {
    const names = [...Array(7).keys()];
    const objects = onePage(contents('/X0 Do'), {
      resources: `/XObject<<${names.map((i) => `/X${i} ${10 + i} 0 R`).join(' ')}>>`,
    });
    for (const i of names) objects[10 + i] = ['/Subtype/Form/BBox[0 0 9 9]', `/X${i + 1} Do `.repeat(20)];
    expect(refused(objects)).toEqual(tooLarge('operators'));
    const chain = [...Array(12).keys()];
    const deep = onePage(contents('/X0 Do'), {
      resources: `/XObject<<${chain.map((i) => `/X${i} ${10 + i} 0 R`).join(' ')}>>`,
    });
    for (const i of chain) deep[10 + i] = ['/Subtype/Form/BBox[0 0 9 9]', `/X${i + 1} Do`];
    expect(refused(deep)).toEqual(tooLarge('forms'));
  });
});
