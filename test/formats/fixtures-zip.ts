/** Archives for tests in which any field can lie. */
import { deflateSync } from 'fflate';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { crc32 } from '../../src/formats/inflate.ts';

/** Fields of a record: offset, bytes, value. */
type Fields = Record<string, number>;

interface Lie {
  local?: Fields;
  central?: Fields;
  /** Local header with another name. */
  localName?: string;
  /** Where the directory says that the file begins. */
  at?: number;
  /** In place of the compressed data. */
  data?: Uint8Array;
  /** Sizes behind the file, as streaming writers do. */
  behind?: boolean;
}

export interface Zipped {
  name: string | Uint8Array;
  bytes: Uint8Array;
  store?: boolean;
  lie?: Lie;
}

const FIELDS: Record<string, [local: number, central: number, bytes: 2 | 4]> = {
  signature: [0, 0, 4],
  flags: [6, 8, 2],
  method: [8, 10, 2],
  crc: [14, 16, 4],
  deflated: [18, 20, 4],
  size: [22, 24, 4],
  nameLength: [26, 28, 2],
  extraLength: [28, 30, 2],
  commentLength: [-1, 32, 2],
  disk: [-1, 34, 2],
  offset: [-1, 42, 4],
};

function record(length: number, which: 0 | 1, fields: Fields): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length));
  for (const [name, value] of Object.entries(fields)) {
    const [local, central, bytes] = FIELDS[name] as [number, number, 2 | 4];
    const at = which === 0 ? local : central;
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

export interface End {
  disk?: number;
  here?: number;
  total?: number;
  length?: number;
  start?: number;
  comment?: Uint8Array;
  /** Bytes before the first record, and between directory and end. */
  before?: Uint8Array;
  between?: Uint8Array;
}

export function zip(files: readonly Zipped[], end: End = {}): Uint8Array<ArrayBuffer> {
  const { before = new Uint8Array(), between = new Uint8Array(), comment = new Uint8Array() } = end;
  const parts: Uint8Array[] = [before];
  const directory: Uint8Array[] = [];
  let offset = before.length;
  for (const { name, bytes, store = false, lie = {} } of files) {
    const named = typeof name === 'string' ? encodeUtf8(name) : name;
    const data = lie.data ?? (store ? bytes : deflateSync(bytes, { level: 1 }));
    const truth = {
      flags: lie.behind ? 8 : 0,
      method: store ? 0 : 8,
      crc: crc32(bytes),
      deflated: data.length,
      size: bytes.length,
      nameLength: named.length,
    };
    const localNamed = lie.localName === undefined ? named : encodeUtf8(lie.localName);
    const hidden = lie.behind ? { crc: 0, deflated: 0, size: 0 } : {};
    const local = concat(
      record(30, 0, { signature: 0x04034b50, ...truth, ...hidden, nameLength: localNamed.length, ...lie.local }),
      localNamed,
      data,
      ...(lie.behind ? [new Uint8Array(16)] : []),
    );
    directory.push(
      concat(record(46, 1, { signature: 0x02014b50, ...truth, offset: lie.at ?? offset, ...lie.central }), named),
    );
    parts.push(local);
    offset += local.length;
  }
  const entries = concat(...directory);
  const last = new DataView(new ArrayBuffer(22));
  last.setUint32(0, 0x06054b50, true);
  last.setUint16(4, end.disk ?? 0, true);
  last.setUint16(8, end.here ?? end.total ?? files.length, true);
  last.setUint16(10, end.total ?? files.length, true);
  last.setUint32(12, end.length ?? entries.length, true);
  last.setUint32(16, end.start ?? offset, true);
  last.setUint16(20, comment.length, true);
  return concat(...parts, entries, between, new Uint8Array(last.buffer), comment);
}
