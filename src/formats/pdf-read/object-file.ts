/**
 * The objects of one file: each is read when it is first asked for, once, and streams and texts are decoded once. A
 * missing object is null (ISO 32000-1 §7.3.10); one that needs itself to be read is `pdf_malformed`, part `loop`.
 */
import { type Decoded, decode } from './filters.ts';
import { Lexer, readIndirect, toDict } from './lexer.ts';
import { type Budget, LIMITS, malformed, tooLarge } from './limits.ts';
import { type Dict, decodeText, find, isSpace, isWhole, Name, Ref, Stream, type Value, Word } from './objects.ts';
import { type Entry, readHead, type Structure } from './xref.ts';

interface Loaded {
  gen: number;
  value: Value;
}

interface Container {
  bytes: Uint8Array;
  objects: { num: number; at: number }[];
}

export class PdfFile {
  readonly bytes: Uint8Array;
  readonly budget: Budget;
  readonly structure: Structure;
  /** Something was wrong and is taken as it seems to be meant. */
  repaired: boolean;
  readonly #objects = new Map<number, Loaded>();
  readonly #containers = new Map<number, Container>();
  readonly #open = new Set<number>();
  readonly #decoded = new Map<Stream, Decoded>();
  readonly #texts = new Map<Uint8Array, string>();

  constructor(bytes: Uint8Array, budget: Budget, structure: Structure) {
    this.bytes = bytes;
    this.budget = budget;
    this.structure = structure;
    this.repaired = structure.searched;
  }

  /** The value itself, or what the reference leads to. */
  readonly get = (value: Value | undefined): Value => {
    for (let hops = 0; value instanceof Ref; hops++) {
      if (hops > LIMITS.nesting) throw malformed('a reference leads to itself', 'loop');
      value = this.#load(value);
    }
    return value ?? null;
  };

  /** The dictionary, also that of a stream; an empty one where there is none. */
  dict(value: Value | undefined): Dict {
    const found = this.get(value);
    return found instanceof Map ? found : found instanceof Stream ? found.dict : new Map();
  }

  /** Going through an array costs its length each time: many objects may share one. */
  array(value: Value | undefined): Value[] {
    const found = this.get(value);
    if (!Array.isArray(found)) return [];
    this.budget.spend('values', found.length);
    return found;
  }

  name(value: Value | undefined): string | undefined {
    const found = this.get(value);
    return found instanceof Name ? found.text : undefined;
  }

  number(value: Value | undefined): number | undefined {
    const found = this.get(value);
    return typeof found === 'number' ? found : undefined;
  }

  /** All numbers of an array of `count`; undefined where it is anything else. */
  numbers(value: Value | undefined, count: number): number[] | undefined {
    const found = this.array(value).map(this.get);
    return found.length === count && found.every((one) => typeof one === 'number') ? (found as number[]) : undefined;
  }

  /** A text string (§7.9.2.2). */
  text(value: Value | undefined): string | undefined {
    const found = this.get(value);
    if (!(found instanceof Uint8Array)) return undefined;
    let text = this.#texts.get(found);
    if (text === undefined) this.#texts.set(found, (text = decodeText(found)));
    return text;
  }

  decode(stream: Stream): Decoded {
    let found = this.#decoded.get(stream);
    if (found === undefined) this.#decoded.set(stream, (found = decode(stream, this.budget, this.get)));
    return found;
  }

  /** What a stream holds that is no image. */
  data(stream: Stream): Uint8Array {
    const { bytes, image } = this.decode(stream);
    if (image !== undefined) throw malformed('an image stands where something else should');
    return bytes;
  }

  #load({ num, gen }: Ref): Value {
    const entry = this.structure.entries.get(num);
    if (entry === undefined || entry === null) return null;
    let loaded = this.#objects.get(num);
    if (loaded === undefined) this.#objects.set(num, (loaded = this.#read(num, entry)));
    if (loaded.gen !== gen) throw malformed('a reference is to another generation of an object');
    return loaded.value;
  }

  #read(num: number, entry: Entry): Loaded {
    if (this.#open.has(num)) throw malformed('an object needs itself to be read', 'loop');
    if (this.#open.size >= LIMITS.nesting) throw tooLarge('nesting');
    this.#open.add(num);
    const loaded =
      'at' in entry ? this.#readAt(num, entry.at) : { gen: 0, value: this.#readFrom(num, entry.stream, entry.index) };
    this.#open.delete(num);
    return loaded;
  }

  #readAt(num: number, at: number): Loaded {
    const found = readIndirect(this.bytes, at, this.budget, (length) => {
      const value = this.get(length);
      return isWhole(value) ? value : undefined;
    });
    if (found.num !== num) throw malformed('an object is not where it should be', 'structure');
    this.repaired ||= found.repaired;
    return found;
  }

  #readFrom(num: number, container: number, index: number): Value {
    const { bytes, objects } = this.#container(container);
    const found = objects[index];
    if (found?.num !== num) throw malformed('an object is not where it should be', 'structure');
    const value = new Lexer(bytes, this.budget, found.at).next();
    if (value === undefined || value instanceof Word) throw malformed('an object stream has a fault');
    return value;
  }

  #container(num: number): Container {
    const known = this.#containers.get(num);
    if (known !== undefined) return known;
    const entry = this.structure.entries.get(num);
    if (entry !== undefined && entry !== null && !('at' in entry))
      throw malformed('an object stream is inside an object stream', 'loop');
    const stream = this.get(new Ref(num, 0));
    if (!(stream instanceof Stream)) throw malformed('an object stream is missing', 'structure');
    this.budget.spend('object_streams');
    const bytes = this.data(stream);
    const container = { bytes, objects: readHead(stream, bytes, this.budget) };
    this.#containers.set(num, container);
    return container;
  }
}

// An image within a content stream (ISO 32000-1 §8.9.7). Such data says nowhere how long it is. Readers look for `EI`,
// or reckon with the size of the image. Where its end is in doubt the file is refused: one reader would find text
// behind it and another none.

const SHADES = new Map([
  ['G', 1],
  ['DeviceGray', 1],
  ['RGB', 3],
  ['DeviceRGB', 3],
  ['CMYK', 4],
  ['DeviceCMYK', 4],
]);

/** Reads from after `BI` to after `EI`. */
export function skipInlineImage(lexer: Lexer, file: PdfFile): Stream {
  const dict = toDict(lexer.until('ID').items);
  const { bytes } = lexer;
  const start = lexer.pos + 1;
  let at = find(bytes, 'EI', start);
  while (at !== -1 && !(isSpace(bytes[at - 1]) && (at + 2 === bytes.length || isSpace(bytes[at + 2]))))
    at = find(bytes, 'EI', at + 1);
  const length = plainLength(dict, file);
  const end = at === -1 ? bytes.length : at;
  file.budget.spend('work', end - start);
  if (
    at === -1 ||
    (length !== undefined && (at < start + length || at > start + length + 2)) ||
    !bytes.subarray(at + 2, at + 16).every(isText)
  )
    throw malformed('an image in its page has no certain end');
  lexer.pos = at + 2;
  return new Stream(dict, bytes.subarray(start, end));
}

const isText = (byte: number): boolean => (byte >= 32 && byte < 127) || isSpace(byte);

function plainLength(dict: Dict, file: PdfFile): number | undefined {
  const number = (key: string, short: string) => file.number(dict.get(key) ?? dict.get(short));
  const space = dict.get('ColorSpace') ?? dict.get('CS');
  const mask = (dict.get('ImageMask') ?? dict.get('IM')) === true;
  const shades = mask ? 1 : space instanceof Name ? SHADES.get(space.text) : undefined;
  const [width, height, depth] = [
    number('Width', 'W'),
    number('Height', 'H'),
    mask ? 1 : number('BitsPerComponent', 'BPC'),
  ];
  if (
    dict.has('Filter') ||
    dict.has('F') ||
    shades === undefined ||
    width === undefined ||
    height === undefined ||
    depth === undefined
  )
    return undefined;
  return Math.max(0, Math.ceil((width * shades * depth) / 8) * height);
}
