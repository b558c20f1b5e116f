/**
 * The test deployment's settings. Its root key is made again for each run and handed to the tests as a binding, so
 * that no private key lies in the repository.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

let made: Promise<Record<string, string>> | undefined;

/** Made once per test run: a fresh root and a fresh master secret. */
export function testBindings(): Promise<Record<string, string>> {
  made ??= (async () => {
    const root: JWK = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
    const { kty, crv, x, y } = root;
    return {
      PUBLIC_ORIGIN: 'https://lz.example.cn',
      TRUST_ROOT: await calculateJwkThumbprint({ kty, crv, x, y } as JWK),
      TRUST_ROOT_JWKS: JSON.stringify([{ kty, crv, x, y }]),
      MASTER_SECRET: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
      TEST_ROOT_PRIVATE: JSON.stringify(root),
    };
  })();
  return made;
}
