/**
 * Cards of tests: a token of SoftHSM 2 that pkcs11-tool reads, as it reads a real card, where both are installed; and a
 * key of openssl, which takes a passphrase in place of a PIN. The PIN comes from the environment, as keys/README.md says.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasTool, missing } from '../programs.ts';

export interface Card {
  /** Its public key: DER of pkcs11-tool, PEM of openssl. */
  public: string;
  /** Words of `luzheng keys card` after the public key, `--` included. */
  words: string[];
  /** What the program needs to find around it. */
  env: Record<string, string>;
}

const PIN = '654321';
const MODULE = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
].find((path) => existsSync(path));

/** Whether this machine has a card of SoftHSM; what it lacks is named at the end of the run. */
export const hasSoftHsm = (): boolean =>
  hasTool('softhsm2-util', 'pkcs11-tool') && (MODULE !== undefined || missing('libsofthsm2.so', 'softhsm2') === true);

const quiet = (name: string, args: string[], env: Record<string, string> = {}) =>
  execFileSync(name, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'ignore'] });

/** A token with a fresh key, which cannot be taken out of it. `files`: pkcs11-tool reads and writes files. */
export function softHsm(folder: string, files = false): Card {
  mkdirSync(join(folder, 'tokens'), { recursive: true });
  const env = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf'), CARD_PIN: PIN };
  writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`);
  const token = ['--module', MODULE as string, '--token-label', 'luzheng'];
  const open = join(folder, 'card.der');
  quiet('softhsm2-util', ['--init-token', '--free', '--label', 'luzheng', '--pin', PIN, '--so-pin', '12345678'], env);
  quiet(
    'pkcs11-tool',
    [
      ...token,
      '--login',
      '--pin',
      'env:CARD_PIN',
      '--keypairgen',
      '--key-type',
      'EC:prime256v1',
      '--id',
      '01',
      '--label',
      'sign',
    ],
    env,
  );
  quiet('pkcs11-tool', [...token, '--read-object', '--type', 'pubkey', '--id', '01', '--output-file', open], env);
  return {
    public: open,
    env,
    words: [
      '--digest',
      '--',
      'pkcs11-tool',
      ...token,
      '--login',
      '--pin',
      'env:CARD_PIN',
      '--sign',
      '--mechanism',
      'ECDSA',
      '--id',
      '01',
      ...(files ? ['--input-file', '{in}', '--output-file', '{out}'] : []),
    ],
  };
}

/** A key file of openssl under a passphrase. `digest`: openssl is given the digest, in files. */
export function opensslKey(folder: string, digest = false): Card {
  const [key, open] = [join(folder, 'card.key'), join(folder, 'card.pem')];
  const env = { CARD_PIN: PIN };
  quiet(
    'openssl',
    [
      'genpkey',
      '-algorithm',
      'EC',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-aes256',
      '-pass',
      'env:CARD_PIN',
      '-out',
      key,
    ],
    env,
  );
  quiet('openssl', ['pkey', '-in', key, '-passin', 'env:CARD_PIN', '-pubout', '-out', open], env);
  const words = digest
    ? [
        '--digest',
        '--',
        'openssl',
        'pkeyutl',
        '-sign',
        '-inkey',
        key,
        '-passin',
        'env:CARD_PIN',
        '-in',
        '{in}',
        '-out',
        '{out}',
      ]
    : ['--', 'openssl', 'dgst', '-sha256', '-sign', key, '-passin', 'env:CARD_PIN'];
  return { public: open, env, words };
}
