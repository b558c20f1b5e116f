/**
 * Owns finding the signatures of a file (ISO 32000-1 §12.7.4.5, §12.8) and what they say they cover. It judges none; it
 * says where a value is not what stands in the file between the bytes that it covers (`misplaced`).
 */
import { equalBytes } from '../bytes.ts';
import type { PdfFile } from './file.ts';
import { LIMITS, malformed, tooLarge } from './limits.ts';
import { type Dict, isWhole, type Value } from './objects.ts';
import { fromHex } from './strings.ts';

export interface FoundSignature {
  /** The full name of its field. */
  field?: string;
  /** E.g. `ETSI.CAdES.detached`, `ETSI.RFC3161`. */
  subFilter: string;
  /** Two runs of the file, as start and length: everything but `contents` in its angle brackets. */
  byteRange: [number, number, number, number];
  /** The value does not stand in the gap that it leaves out: the file was written anew after it was signed. */
  misplaced: boolean;
  /** The CMS message, followed by the zeros that keep its place. */
  contents: Uint8Array;
  /** /M as written, e.g. `D:20261123000000+08'00'`. */
  time?: string;
  reason?: string;
  location?: string;
  name?: string;
}

export function findSignatures(file: PdfFile, catalog: Dict): FoundSignature[] {
  const found: FoundSignature[] = [];
  const seen = new Set<Dict>();
  const visit = (value: Value, path: string, inherited: string | undefined, depth: number): void => {
    const field = file.dict(value);
    if (seen.has(field)) throw malformed('its form fields form a loop', 'loop');
    if (depth > LIMITS.nesting) throw tooLarge('nesting');
    seen.add(field);
    const part = file.text(field.get('T')) ?? '';
    if (path.length + part.length >= LIMITS.name) throw tooLarge('name');
    const name = path === '' || part === '' ? path + part : `${path}.${part}`;
    const type = file.name(field.get('FT')) ?? inherited;
    const signature = file.get(field.get('V'));
    if (type === 'Sig' && signature instanceof Map) {
      file.budget.spend('signatures');
      found.push({ ...(name === '' ? {} : { field: name }), ...readSignature(file, signature) });
    }
    for (const kid of file.array(field.get('Kids'))) visit(kid, name, type, depth + 1);
  };
  for (const field of file.array(file.dict(catalog.get('AcroForm')).get('Fields'))) visit(field, '', undefined, 0);
  return found;
}

function readSignature(file: PdfFile, dict: Dict): FoundSignature {
  const { bytes } = file;
  const byteRange = file.numbers(dict.get('ByteRange'), 4) as FoundSignature['byteRange'] | undefined;
  const contents = file.get(dict.get('Contents'));
  if (byteRange === undefined || !byteRange.every(isWhole) || !(contents instanceof Uint8Array))
    throw malformed('a signature has no usable value');
  const [from, to] = [byteRange[0] + byteRange[1], byteRange[2]];
  const gap = from + 2 <= to && to + byteRange[3] <= bytes.length && bytes[from] === 0x3c && bytes[to - 1] === 0x3e;
  if (gap) file.budget.spend('work', to - from);
  const misplaced = !gap || !equalBytes(fromHex(bytes.subarray(from + 1, to - 1)), contents);
  const texts = { time: 'M', reason: 'Reason', location: 'Location', name: 'Name' };
  const said = Object.entries(texts).flatMap(([part, key]) => {
    const text = file.text(dict.get(key));
    return text === undefined ? [] : [[part, text] as const];
  });
  return {
    subFilter: file.name(dict.get('SubFilter')) ?? '',
    byteRange,
    misplaced,
    contents,
    ...Object.fromEntries(said),
  };
}
