/** Workbooks with hostile cells, XML and extras. */
import { describe, expect, test } from 'vitest';
import { FIELDS, readRows } from '../../src/core/rows/rows.ts';
import { code, good, line, partsOf, refused, row, rows, textCell, workbook, zip } from './fixtures-xlsx.ts';

const SHEET = 'xl/worksheets/sheet1.xml';
const parts = partsOf({ sheets: [good] });

describe('cells at the end of the world', () => {
  test.each([
    [
      'the last cell there is',
      '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>',
      'xlsx_too_large',
    ],
    ['the last cell there is, blank', '<row r="1048576"><c r="XFD1048576" s="1"/></row>', 'accepted'],
    ['the last column that may hold something', '<row r="3"><c r="IV3"><v>1</v></c></row>', 'accepted'],
    ['one column further', '<row r="3"><c r="IW3"><v>1</v></c></row>', 'xlsx_too_large'],
    ['a column that does not exist', '<row r="3"><c r="XFE3"/></row>', 'xlsx_malformed'],
    ['a row that does not exist', '<row r="1048577"><c/></row>', 'xlsx_malformed'],
    ['rows backwards', '<row r="9"/><row r="3"/>', 'xlsx_malformed'],
    ['a row twice', '<row r="3"/><row r="3"/>', 'xlsx_malformed'],
    ['a row that is no number', '<row r="x"/>', 'xlsx_malformed'],
    ['half a row', '<row r="3.5"/>', 'xlsx_malformed'],
    ['cells backwards', '<row r="3"><c r="B3"/><c r="A3"/></row>', 'xlsx_malformed'],
    ['a cell twice', '<row r="3"><c r="B3"/><c r="B3"/></row>', 'xlsx_malformed'],
    ['a cell of another row', '<row r="3"><c r="B4"/></row>', 'xlsx_malformed'],
    ['a cell nowhere', '<row r="3"><c r="3B"/></row>', 'xlsx_malformed'],
    ['a shared text that is not there', '<row><c t="s"><v>7</v></c></row>', 'xlsx_malformed'],
    ['a shared text before the first', '<row><c t="s"><v>-1</v></c></row>', 'xlsx_malformed'],
    ['a shared text by a name', '<row><c t="s"><v>length</v></c></row>', 'xlsx_malformed'],
    ['a number that is none', '<row><c><v>NaN</v></c></row>', 'xlsx_malformed'],
    ['a number in hexadecimal', '<row><c><v>0x10</v></c></row>', 'xlsx_malformed'],
    ['two values', '<row><c><v>1</v><v>2</v></c></row>', 'xlsx_malformed'],
    ['a kind of cell that nobody knows', '<row><c t="q"><v>1</v></c></row>', 'xlsx_malformed'],
  ])('%s', (_, xml, expected) => {
    expect(rows(row(line()) + xml).code).toBe(expected);
  });

  test('a refusal names the row', () => {
    expect(rows(`${row(line())}<row r="7"><c t="s"><v>7</v></c></row>`)).toEqual({
      code: 'xlsx_malformed',
      facts: { part: SHEET, row: 7 },
    });
  });
});

describe('XML', () => {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const LOL = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, at) => `<!ENTITY lol${at + 1} "${`&lol${at || ''};`.repeat(10)}">`).join('')}]>`;
  const names = Object.keys(parts);

  test.each(names)('a document type in %s is refused before it is parsed', (name) => {
    const text = new TextDecoder().decode(parts[name]).replace(/^<\?xml[^>]*>\n?/, '');
    for (const doctype of [LOL, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', '<!DOCTYPE x>']) {
      expect(refused(zip({ ...parts, [name]: Buffer.from(doctype + text) })).code).toBe('xlsx_external');
    }
  });

  test.each([
    ['an entity that nobody declared', `<worksheet ${main}>&xxe;</worksheet>`],
    ['elements that do not close', `<worksheet ${main}><sheetData></worksheet>`],
    ['an attribute twice', `<worksheet ${main} a="1" a="2"/>`],
    ['two roots', `<worksheet ${main}/><worksheet ${main}/>`],
    ['text outside', `x<worksheet ${main}/>`],
    ['half a part', `<worksheet ${main}><sheetData>`],
    ['nothing', ''],
    ['a control character', `<worksheet ${main}>\u0001</worksheet>`],
    ['a reference to one', `<worksheet ${main}>&#0;</worksheet>`],
    ['half a surrogate pair', `<worksheet ${main}>&#xD842;</worksheet>`],
    ['a prefix that nobody declared', `<worksheet ${main}><q:row/></worksheet>`],
    ['another encoding', `<?xml version="1.0" encoding="GBK"?><worksheet ${main}/>`],
  ])('%s', (_, xml) => {
    expect(refused(zip({ ...parts, [SHEET]: Buffer.from(xml) }))).toEqual({
      code: 'xlsx_malformed',
      facts: { part: SHEET },
    });
  });

  test('other encodings, whatever they say', () => {
    for (const bytes of [
      Buffer.from('\ufeff<worksheet/>', 'utf16le'),
      Uint8Array.of(0x3c, 0xff, 0x3e),
      Uint8Array.of(0x3c, 0x61, 0x3e, 0xe5, 0xbc),
    ])
      expect(refused(zip({ ...parts, [SHEET]: bytes })).code).toBe('xlsx_malformed');
  });

  test('a part that is missing, or two that name each other', () => {
    for (const name of names.filter((one) => one !== '[Content_Types].xml'))
      expect([
        name,
        refused(zip(Object.fromEntries(Object.entries(parts).filter(([other]) => other !== name)))).code,
      ]).toEqual([name, 'xlsx_malformed']);
    expect(
      code({
        sheets: [good],
        parts: {
          'xl/workbook.xml': `<workbook ${main} xmlns:r="urn:r"><sheets><sheet r:id="none"/></sheets></workbook>`,
        },
      }),
    ).toBe('xlsx_malformed');
    expect(
      code({ sheets: [good], parts: { 'xl/workbook.xml': `<workbook ${main}><sheets><sheet/></sheets></workbook>` } }),
    ).toBe('xlsx_malformed');
  });
});

describe('what a workbook may carry besides', () => {
  test.each([
    ['xlsx_macros', 'xl/vbaProject.bin'],
    ['xlsx_macros', 'xl/macrosheets/sheet1.xml'],
    ['xlsx_external', 'xl/externalLinks/externalLink1.xml'],
    ['xlsx_external', 'xl/connections.xml'],
    ['xlsx_external', 'xl/queryTables/queryTable1.xml'],
    ['accepted', 'xl/comments1.xml'],
    ['accepted', 'xl/media/image1.png'],
  ])('%s: %s', (expected, name) => {
    expect(code({ sheets: [good], parts: { [name]: '<x/>' } })).toBe(expected);
  });

  test('a sheet that lies in another file', () => {
    const relation =
      '<Relationship Id="s0" TargetMode="External" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="http://example.com/sheet.xml"/>';
    expect(
      code({
        sheets: [good],
        parts: {
          'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relation}</Relationships>`,
        },
      }),
    ).toBe('xlsx_external');
  });

  test('a target outside the container is no file of ours', () => {
    const relation =
      '<Relationship Id="s0" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="../../../../etc/passwd"/>';
    expect(
      refused(
        workbook({
          parts: {
            'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relation}</Relationships>`,
          },
        }),
      ),
    ).toEqual({ code: 'xlsx_malformed', facts: { part: 'etc/passwd' } });
  });

  test('names of columns that are not used are not taken from code', () => {
    expect(
      readRows(
        workbook({
          sheets: [
            `<sheetData>${row([...FIELDS, '__proto__', 'constructor'].map(textCell).join(''))}${row(line())}</sheetData>`,
          ],
        }),
      ).ignored,
    ).toEqual(['__proto__', 'constructor']);
  });
});
