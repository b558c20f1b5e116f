/**
 * The operators of content streams and what each is given (ISO 32000-1 annex A). Every other operator or number of
 * operands is `pdf_malformed`, although readers pass over them: each does so in its own way, and what one shows another
 * does not.
 */
import { malformed } from './limits.ts';
import { Name, type Value } from './objects.ts';

/** n: number, N: name, s: string, a: array, p: properties (a name or a dictionary), *: any number of anything. */
const OPERANDS = new Map(
  Object.entries({
    q: '',
    Q: '',
    cm: 'nnnnnn',
    w: 'n',
    J: 'n',
    j: 'n',
    M: 'n',
    d: 'an',
    ri: 'N',
    i: 'n',
    gs: 'N',
    m: 'nn',
    l: 'nn',
    c: 'nnnnnn',
    v: 'nnnn',
    y: 'nnnn',
    h: '',
    re: 'nnnn',
    S: '',
    s: '',
    f: '',
    F: '',
    'f*': '',
    B: '',
    'B*': '',
    b: '',
    'b*': '',
    n: '',
    W: '',
    'W*': '',
    g: 'n',
    G: 'n',
    rg: 'nnn',
    RG: 'nnn',
    k: 'nnnn',
    K: 'nnnn',
    cs: 'N',
    CS: 'N',
    sc: '*',
    SC: '*',
    scn: '*',
    SCN: '*',
    sh: 'N',
    Do: 'N',
    BI: '',
    BMC: 'N',
    BDC: 'Np',
    EMC: '',
    MP: 'N',
    DP: 'Np',
    BX: '',
    EX: '',
    d0: 'nn',
    d1: 'nnnnnn',
    BT: '',
    ET: '',
    Tc: 'n',
    Tw: 'n',
    Tz: 'n',
    TL: 'n',
    Ts: 'n',
    Tr: 'n',
    Tf: 'Nn',
    Td: 'nn',
    TD: 'nn',
    Tm: 'nnnnnn',
    'T*': '',
    Tj: 's',
    TJ: 'a',
    "'": 's',
    '"': 'nns',
  }),
);

export const OPERATORS = [...OPERANDS.keys()];

function fits(value: Value | undefined, kind: string | undefined): boolean {
  if (kind === 'n') return typeof value === 'number';
  if (kind === 'N') return value instanceof Name;
  if (kind === 's') return value instanceof Uint8Array;
  return kind === 'a' ? Array.isArray(value) : value instanceof Name || value instanceof Map;
}

export function checkOperands(operator: string, operands: readonly Value[]): void {
  const kinds = OPERANDS.get(operator);
  if (kinds === undefined) throw malformed('its page has an unknown operator');
  if (kinds === '*') return;
  if (operands.length !== kinds.length) throw malformed('an operator has too few or too many operands');
  for (let i = 0; i < kinds.length; i++)
    if (!fits(operands[i], kinds[i])) throw malformed('an operator has a wrong operand');
}
