/**
 * `luzheng keys`: makes key files, those of cards and HSMs included, and shows what is public about them. A private
 * half is never printed, and a PIN never taken among the arguments, where it would stand in the list of processes.
 */
import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makeCardFile, makeKeyFile, readKeyFile, writeKeyFile } from '../../../keys/make.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import type { PublicJwk } from '../../core/keys.ts';
import { unverified } from '../../core/statement.ts';
import { certifyRoot } from '../../sdk/file-organization.ts';
import type { KeyFile } from '../../sdk/sign.ts';
import { type Command, fromHere, type Input, readPublic, SERVER } from '../command.ts';
import { writeWhole } from '../save-certificates.ts';
import { Failure, usage } from '../talk.ts';

/** A key that has a statement is no root: its certificate comes with its appointment. */
async function certificateOf(input: Input, path: string): Promise<void> {
  const { file, pair } = await readKeyFile(path);
  if (file.certificate === undefined && file.token !== undefined) {
    throw new Failure(
      1,
      `${path} 没有证书：请省级根用 luzheng appoint 重新任命该中心`,
      'the key has no certificate: let the root appoint the centre again',
      'certificate_missing',
    );
  }
  const certificate = file.certificate ?? (await certifyRoot(pair));
  if (certificate !== file.certificate) writeKeyFile(path, { ...file, certificate });
  const out = input.text('out') === undefined ? undefined : input.path('out');
  if (out !== undefined) writeWhole(out, certificate);
  input.answer([out === undefined ? certificate.trimEnd() : `证书 / certificate      ${out}`], {
    thumbprint: pair.kid,
    certificate,
    ...(out === undefined ? {} : { out }),
  });
}

export const keys: Command = {
  takes: 'make|card|show|certificate [FILE]',
  about: '生成或查看密钥文件 / make or show a key file',
  help: `  make --out FILE [--name TEXT] [--server ORIGIN]   生成 P-256 私钥，仅本人可读 / a new private key, readable by you alone
  card --out FILE --public card.pem [--digest] [--ask VARIABLE] [--name TEXT] [--server ORIGIN] -- PROGRAM ARG…
                                                    智能卡或 HSM 上的密钥：由程序签名 / a key on a smart card or in an HSM: a program signs
    --public FILE  公钥：PEM（公钥或证书）、DER 或 JWK / the public key: PEM, also of a certificate, DER or JWK
    --digest       交给程序的是 SHA-256 摘要，而不是原文 / the program takes the SHA-256 of the bytes, not the bytes
    --ask VARIABLE 存放 PIN 的环境变量；未设置时每个命令询问一次 / the variable with the PIN; if unset, asked for once a command
    PROGRAM ARG…   不经 shell 运行；原文从标准输入读，或参数中 {in} 所代表的文件；签名写到标准输出，或 {out}
                   run without a shell; bytes on its standard input or in the file {in}, the signature (64 bytes or DER)
                   on its standard output or in the file {out}. 例 / e.g.: keys/README.md
  show FILE                                         公钥、指纹、授权声明 / public key, thumbprint, statement
  certificate FILE [--out ca.pem]                   取证书；省级根的 CA 证书首次取用时生成并存入密钥文件
                                                    the certificate; a root's CA certificate is made at the first call and kept in its file`,
  options: {
    out: { type: 'string' },
    name: { type: 'string' },
    public: { type: 'string' },
    digest: { type: 'boolean' },
    ask: { type: 'string' },
    ...SERVER,
  },
  program: true,
  async run(input) {
    const name = input.text('name');
    const what = input.word(0);
    const about = {
      ...(name === undefined ? {} : { name }),
      ...(input.text('server') === undefined ? {} : { server: input.origin() }),
    };
    if (what === 'card') return makeCard(input, about);
    if (input.program.length > 0)
      throw usage('只有 keys card 在 -- 之后写程序', 'only keys card takes a program after --');
    if (what === 'make') {
      const path = input.path('out');
      const { kid, jwk } = await makeKeyFile(path, about);
      return input.answer(
        [
          `密钥文件 / key file      ${path}`,
          `指纹 / thumbprint       ${kid}`,
          `公钥 / public key        ${JSON.stringify(jwk)}`,
        ],
        { file: path, thumbprint: kid, jwk },
      );
    }
    if (!['show', 'certificate'].includes(what) || input.word(1) === undefined)
      throw usage(
        '用法：keys make --out FILE、keys card、keys show FILE 或 keys certificate FILE',
        'keys make --out FILE, keys card, keys show FILE, or keys certificate FILE',
      );
    if (what === 'certificate') return certificateOf(input, fromHere(input.word(1)));
    const { file, pair } = await readKeyFile(fromHere(input.word(1)));
    const statement =
      file.token === undefined ? undefined : unverified<{ iss: string; sub: string; exp: number }>(file.token).claims;
    const until = statement && new Date(statement.exp * 1000).toISOString().slice(0, 10);
    input.answer(
      [
        ...(file.name === undefined ? [] : [`名称 / name              ${file.name}`]),
        `指纹 / thumbprint       ${pair.kid}`,
        `公钥 / public key        ${JSON.stringify(pair.jwk)}`,
        statement
          ? `授权 / statement         ${statement.sub}，由 ${statement.iss} 签发，至 ${until} / by ${statement.iss}, until ${until}`
          : '授权 / statement         尚无 / none yet',
        ...(file.server === undefined ? [] : [`服务 / server            ${file.server}`]),
        ...(file.signer === undefined ? [] : [`签名程序 / signs with    ${file.signer.join(' ')}`]),
      ],
      {
        thumbprint: pair.kid,
        jwk: pair.jwk,
        ...(file.name === undefined ? {} : { name: file.name }),
        ...(file.subject === undefined ? {} : { subject: file.subject }),
        ...(file.server === undefined ? {} : { server: file.server }),
        ...(statement ? { expires: statement.exp } : {}),
        ...(file.signer === undefined ? {} : { signer: file.signer }),
      },
    );
  },
};

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
async function makeCard(input: Input, about: Pick<KeyFile, 'name' | 'server'>): Promise<void> {
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
