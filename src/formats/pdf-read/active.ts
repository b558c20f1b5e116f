/**
 * Owns the search for what acts by itself: scripts, programs, forms that send, media. It goes through every object that
 * the document reaches, on whatever way.
 * It refuses any of it (`pdf_active` with `part`): a certificate has none, and what a script may show cannot be verified.
 */
import { Refusal } from '../../base/refusal.ts';
import type { PdfFile } from './object-file.ts';
import { type Dict, Stream, type Value } from './objects.ts';

const ACTIONS = new Set([
  'JavaScript',
  'Launch',
  'SubmitForm',
  'ImportData',
  'RichMediaExecute',
  'Rendition',
  'Movie',
  'Sound',
  'GoTo3DView',
]);
const KEYS = ['JS', 'JavaScript', 'XFA'];
const MEDIA = new Set(['RichMedia', 'Screen', 'Movie', 'Sound', '3D']);

/** @throws Refusal `pdf_active` with `part`: the key or action found */
export function refuseActive(file: PdfFile): void {
  const seen = new Set<Value>();
  const left: Value[] = [file.structure.trailer];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    const found = file.get(value);
    if (found === null || typeof found !== 'object' || seen.has(found)) continue;
    seen.add(found);
    const dict = found instanceof Stream ? found.dict : found;
    if (dict instanceof Map) refuseActiveDict(file, dict);
    if (dict instanceof Map || Array.isArray(dict)) for (const item of dict.values()) left.push(item);
  }
}

function refuseActiveDict(file: PdfFile, dict: Dict): void {
  for (const key of KEYS) if (dict.has(key)) refuse(key);
  const kind = file.name(dict.get('S'));
  if (kind !== undefined && ACTIONS.has(kind)) refuse(kind);
  const subtype = file.name(dict.get('Subtype'));
  if (subtype !== undefined && MEDIA.has(subtype)) refuse(subtype);
  const opening = file.get(dict.get('OpenAction'));
  if (opening instanceof Map && !isGoTo(file, opening)) refuse('OpenAction');
  const additional = file.dict(dict.get('AA'));
  file.budget.spend('values', additional.size);
  for (const value of additional.values()) {
    const action = file.get(value);
    if (action instanceof Map && action.has('S') && !isGoTo(file, action)) refuse('AA');
  }
}

const isGoTo = (file: PdfFile, action: Dict): boolean => file.name(action.get('S')) === 'GoTo' && !action.has('Next');

function refuse(part: string): never {
  throw new Refusal('pdf_active', `The PDF contains something that acts by itself (${part}); certificates do not.`, {
    part,
  });
}
