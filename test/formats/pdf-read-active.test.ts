/** The reader of PDF on files that act by themselves: scripts, actions and programs are refused by name. */
import { describe, expect, it } from 'vitest';
import { contents, onePage, refusal, refused, type Sources, writeCompressed } from './pdf-read-kit.ts';

const active = (part: string) => ({ code: 'pdf_active', part });

describe('what acts by itself', () => {
  const script = '<</S/JavaScript/JS(app.alert)>>';
  it.each<[string, Sources, string]>([
    ['a script when opened', onePage(contents(''), { catalog: `/OpenAction${script}` }), 'OpenAction'],
    ['any action when opened', onePage(contents(''), { catalog: '/OpenAction<</S/URI/URI(http://x)>>' }), 'OpenAction'],
    [
      'a jump with more after it',
      onePage(contents(''), { catalog: '/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/Named/N/Print>>>>' }),
      'OpenAction',
    ],
    ['an action when the document closes', onePage(contents(''), { catalog: '/AA<</WC<</S/URI/URI(x)>>>>' }), 'AA'],
    [
      'an action of a page, in an object of its own',
      { ...onePage(contents(''), { page: '/AA 6 0 R' }), 6: '<</O 7 0 R>>', 7: '<</S/Hide>>' },
      'AA',
    ],
    [
      'scripts by name',
      { ...onePage(contents(''), { catalog: '/Names 6 0 R' }), 6: '<</JavaScript<</Names[(a)7 0 R]>>>>', 7: '<<>>' },
      'JavaScript',
    ],
    [
      'a script of an annotation',
      onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/JavaScript>>>>]' }),
      'JavaScript',
    ],
    [
      'a script under a spelt name',
      onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</#53/Java#53cript>>>>]' }),
      'JavaScript',
    ],
    [
      'a script in a stream',
      {
        ...onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/Rendition/J#53 6 0 R>>>>]' }),
        6: contents('app.alert()'),
      },
      'JS',
    ],
    ['a program', onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/Launch/F(cmd.exe)>>>>]' }), 'Launch'],
    [
      'a form that sends',
      onePage(contents(''), { page: '/Annots[<</Subtype/Widget/A<</S/SubmitForm/F(http://x)>>>>]' }),
      'SubmitForm',
    ],
    [
      'a form that fetches',
      onePage(contents(''), { page: '/Annots[<</Subtype/Widget/A<</S/ImportData>>>>]' }),
      'ImportData',
    ],
    ['media', onePage(contents(''), { page: '/Annots[<</Subtype/RichMedia>>]' }), 'RichMedia'],
    ['XFA', onePage(contents(''), { catalog: '/AcroForm<</Fields[]/XFA(x)>>' }), 'XFA'],
    [
      'a script on the tenth page',
      { ...onePage(), 2: '<</Kids[3 0 R 6 0 R]/Count 2>>', 6: `<</Type/Page/AA<</O${script}>>>>` },
      'AA',
    ],
    [
      'a script among the outlines',
      {
        ...onePage(contents(''), { catalog: '/Outlines 6 0 R' }),
        6: '<</First 7 0 R>>',
        7: `<</Parent 6 0 R/A 8 0 R>>`,
        8: `<</S/GoTo/Next${script}>>`,
      },
      'JS',
    ],
    [
      'a script that the page’s form object has',
      {
        ...onePage(contents(''), { resources: '/XObject<</X 6 0 R>>' }),
        6: ['/Subtype/Form/AA<</X<</S/JavaScript>>>>', ''],
      },
      'AA',
    ],
  ])('%s', (_what, objects, part) => {
    expect(refused(objects)).toEqual(active(part));
    expect(refusal(writeCompressed(objects))).toEqual(active(part));
  });

  it('leaves alone what does not: links, jumps, and scripts that nothing leads to any more', () => {
    expect(
      refused(
        onePage(contents(''), {
          catalog: '/OpenAction<</S/GoTo/D[3 0 R/Fit]>>',
          page: '/AA<</O<</S/GoTo>>>>/Annots[<</Subtype/Link/A<</S/URI/URI(https://x)>>>>]',
        }),
      ),
    ).toBeUndefined();
    expect(refused(onePage(contents(''), { catalog: '/OpenAction[3 0 R/Fit]' }))).toBeUndefined();
    expect(refused({ ...onePage(), 9: script })).toBeUndefined();
  });
});
