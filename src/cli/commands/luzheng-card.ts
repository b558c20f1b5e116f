/**
 * Owns `luzheng keys card`: the key file of a key that lies on a smart card, in an HSM or in any other store whose
 * program signs. It holds the public key and the program with its arguments; the program signs once before it is written.
 * It refuses public keys that are not of P-256 (`public_key`), and a PIN among the arguments (`pin_in_arguments`): it
 * would stand in the file, and in the list of processes for everybody on the machine.
 */
import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type KeyFile, makeCardFile } from '../../../keys/make.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import type { PublicJwk } from '../../core/keys.ts';
import { type Input, readPublic } from '../command.ts';
import { Failure, usage } from '../talk.ts';

const wrongKey = (path: string, zh: string, en: string) => new Failure(2, `${path}：${zh}`, en, 'public_key');

/** A public key of P-256 from PEM or DER (SPKI or a certificate's), or from a JWK. */
async function readCardKey(path: string): Promise<PublicJwk> {
  const bytes = readFileSync(path);
  const text = bytes.toString('latin1');
  if (text.trimStart().startsWith('{')) return (await readPublic(path)).jwk;
  if (text.includes('PRIVATE KEY-----'))
    throw wrongKey(
      path,
      '这是私钥；--public 只要公钥',
      'this is a private key; --public takes the public one, and the private one stays where it is',
    );
  let key: KeyObject;
  try {
    key = createPublicKey(text.includes('-----BEGIN') ? bytes : { key: bytes, format: 'der', type: 'spki' });
  } catch {
    throw wrongKey(
      path,
      '不是公钥：应为 PEM（公钥或证书）、DER 公钥或 JWK',
      '--public takes a public key: PEM (a key or a certificate), a key in DER, or a JWK',
    );
  }
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '其他算法 another algorithm';
  if (kind !== 'prime256v1')
    throw wrongKey(
      path,
      `这把密钥是 ${kind}；本平台只用 P-256（ES256），不支持 SM2、RSA 和其他曲线`,
      `the key is of ${kind}; only P-256 (ES256) signs here, neither SM2 nor RSA nor another curve`,
    );
  const { x, y } = key.export({ format: 'jwk' }) as { x: string; y: string };
  return { kty: 'EC', crv: 'P-256', x, y };
}

/** Options that a PIN or password follows, in the same argument or in the next; and those of well-known programs. */
const PIN = /^--(?:pin|password)(?:=(.*))?$/s;
const SHORT: Readonly<Record<string, RegExp>> = { 'pkcs11-tool': /^-p(.*)$/s, 'yubico-piv-tool': /^-P(.*)$/s };

/** Whether a PIN stands in the arguments themselves; `env:NAME` only says where it is. */
export function holdsPin([program = '', ...words]: readonly string[]): boolean {
  return words.some((word, at) => {
    const option = PIN.exec(word) ?? SHORT[basename(program)]?.exec(word);
    const value = option ? option[1] || words[at + 1] : undefined;
    return /pin-value=|^pass:/.test(word) || (value !== undefined && !/^(?:env:|-)/.test(value));
  });
}

/** Makes the file and says whose key it is. */
export async function makeCard(input: Input, about: Pick<KeyFile, 'name' | 'server'>): Promise<void> {
  const [path, open, program] = [input.path('out'), input.path('public'), input.program];
  if (program.length === 0 || program[0] === '')
    throw usage('请在 -- 之后写签名程序及其参数', 'the program that signs, and its arguments, follow --');
  if (holdsPin(program))
    throw new Failure(
      2,
      'PIN 不能写在参数里：它会留在密钥文件和进程列表中；由程序在终端上询问，或写 env:变量名',
      'a PIN must not stand among the arguments: it would stay in the key file and show in the list of processes. Let the program ask on the terminal, or name a variable: env:NAME',
      'pin_in_arguments',
    );
  const [jwk, ask] = [await readCardKey(open), input.text('ask')];
  const file: KeyFile = {
    ...about,
    public: jwk,
    signer: program,
    ...(input.flag('digest') ? { digest: true } : {}),
    ...(ask === undefined ? {} : { ask }),
  };
  const { kid } = await makeCardFile(path, file, encodeUtf8(`luzheng keys card ${randomUUID()}`));
  input.answer(
    [
      `密钥文件 / key file      ${path}`,
      `指纹 / thumbprint       ${kid}`,
      `公钥 / public key        ${JSON.stringify(jwk)}`,
      `签名程序 / signs with    ${program.join(' ')}（已试签，签名与公钥相符 tried: its signature is by this key）`,
    ],
    { file: path, thumbprint: kid, jwk, signer: program },
  );
}
