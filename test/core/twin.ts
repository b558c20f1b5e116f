/** The other signature of an ES256 statement: where (r, s) verifies, (r, n − s) does too. */
import { fromBase64url, toBase64url, toHex } from '../../src/base/bytes.ts';

/** Order of P-256's base point. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export function twin(token: string): string {
  const [head, payload, signature] = token.split('.') as [string, string, string];
  const bytes = fromBase64url(signature);
  const other = (N - BigInt(`0x${toHex(bytes.slice(32))}`)).toString(16).padStart(64, '0');
  bytes.set(
    Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(other.slice(2 * i, 2 * i + 2), 16)),
    32,
  );
  return `${head}.${payload}.${toBase64url(bytes)}`;
}
