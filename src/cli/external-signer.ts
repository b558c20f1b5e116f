/**
 * Signing with a key that lies elsewhere (a smart card, an HSM): a program gets the bytes on its standard input, or in
 * a file where its arguments say {in}; the signature comes on its standard output, or in the file {out}. No shell reads
 * the arguments. A PIN is the program's business; a variable that the key file names is asked for once a command. No
 * signature is used unverified, and after one failure nothing is tried again: a wrong PIN may close the card.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeUtf8, sha256 } from '../base/bytes.ts';
import { isRefusal } from '../base/refusal.ts';
import { importPublic, type PublicJwk, type Signer } from '../core/keys.ts';
import { unverified } from '../core/statement.ts';
import { rawEcdsa } from '../formats/pades/algorithms.ts';

const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'];

/**
 * Asks for a PIN, unseen. @returns what was typed up to the end of the line; undefined without a terminal or a
 * character
 */
function askPin(question: string): Promise<string | undefined> {
  const { stdin } = process;
  if (!stdin.isTTY) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let typed: string[] = [];
    const end = (): void => {
      stdin.off('data', take);
      stdin.setRawMode(false).pause();
      process.stderr.write('\n');
      resolve(typed.length === 0 ? undefined : typed.join(''));
    };
    const take = (text: string): void => {
      for (const key of text) {
        if (key === INTERRUPT) {
          typed = [];
          end();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (key === '\r' || key === '\n' || key === END) return end();
        if (key === BACKSPACE || key === DELETE) typed.pop();
        else typed.push(key);
      }
    };
    // Asked for only when nothing is shown any more: a quick hand is not to be seen either.
    stdin.setEncoding('utf8').setRawMode(true).resume().on('data', take);
    process.stderr.write(question);
  });
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Seconds for one signature, a PIN and a touch included. Well below the age at which a proof of a call is too old. */
const PATIENCE = 120;
/** No signature is longer, in bytes. */
const OUTPUT_LIMIT = 1024;

export interface SignerProgram {
  /** The program and its arguments. */
  command: readonly string[];
  /** Where it runs: relative paths in its arguments begin here. */
  folder: string;
  /** It takes the SHA-256 of the bytes in their place. */
  digest: boolean;
  /** The variable of its environment that holds the PIN. */
  ask?: string | undefined;
}

export type SignerCode =
  | 'signer_pin'
  | 'signer_not_found'
  | 'signer_failed'
  | 'signer_timeout'
  | 'signer_output'
  | 'signer_key_differs';

/** The program did not sign; the message says what to do. */
export class SignerError extends Error {
  override readonly name = 'SignerError';
  readonly code: SignerCode;
  constructor(code: SignerCode, zh: string, en: string) {
    super(`${zh} / ${en}`);
    this.code = code;
  }
}

const noSignature = (what: { zh: string; en: string }) =>
  new SignerError(
    'signer_output',
    `签名程序输出的不是签名（${what.zh}）；应只输出 ES256 签名：r、s 共 64 字节，或 DER`,
    `the program wrote something else than a signature (${what.en}); it is to write one ES256 signature and nothing else: r and s in 64 bytes, or DER`,
  );
const tooMuch = () => noSignature({ zh: `超过 ${OUTPUT_LIMIT} 字节`, en: `more than ${OUTPUT_LIMIT} bytes` });

/** Runs the program once. @returns what it wrote, unverified */
async function execute(
  { command, folder }: SignerProgram,
  input: Bytes,
  env: NodeJS.ProcessEnv,
  seconds: number,
): Promise<Buffer> {
  const [reads, writes] = ['{in}', '{out}'].map((place) => command.some((word) => word.includes(place))) as [
    boolean,
    boolean,
  ];
  // What is signed is no secret, and a crash leaves no more than that behind.
  const place = reads || writes ? mkdtempSync(join(tmpdir(), 'luzheng-sign-')) : undefined;
  const file = (name: string) => join(place ?? '', name);
  try {
    if (reads) writeFileSync(file('in'), input, { mode: 0o600 });
    const [program, ...words] = command.map((word) =>
      word.replaceAll('{in}', file('in')).replaceAll('{out}', file('out')),
    ) as [string, ...string[]];
    const written = await run(program, words, { cwd: folder, env }, reads ? undefined : input, writes, seconds);
    if (!writes) return written;
    const size = statSync(file('out'), { throwIfNoEntry: false })?.size;
    if (size === undefined) throw noSignature({ zh: '没有写出 {out} 文件', en: 'it wrote no file {out}' });
    if (size > OUTPUT_LIMIT) throw tooMuch();
    return readFileSync(file('out'));
  } finally {
    if (place !== undefined) rmSync(place, { recursive: true, force: true });
  }
}

/**
 * @param input on its standard input; undefined leaves it the terminal. @param chats its standard output is for people
 */
function run(
  program: string,
  words: string[],
  place: { cwd: string; env: NodeJS.ProcessEnv },
  input: Bytes | undefined,
  chats: boolean,
  seconds: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Our own standard output is for answers: what the program tells people goes to standard error.
    const child = spawn(program, words, {
      ...place,
      stdio: [input === undefined ? 'inherit' : 'pipe', chats ? 2 : 'pipe', 'inherit'],
    });
    const parts: Buffer[] = [];
    let length = 0;
    const end = (error: SignerError): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      // What the program started may hold the pipe open for ever.
      child.stdout?.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        end(
          new SignerError(
            'signer_timeout',
            `签名程序 ${program} 在 ${seconds} 秒内没有结束，已停止`,
            `the program did not end within ${seconds} seconds and was stopped`,
          ),
        ),
      seconds * 1000,
    );
    child.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      end(
        new SignerError(
          'signer_not_found',
          `找不到或不能运行签名程序 ${program}（${code}）`,
          `the program that signs is not there or cannot be run; it is looked for on PATH, and in ${place.cwd} if it is a relative path`,
        ),
      ),
    );
    child.stdout?.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > OUTPUT_LIMIT) end(tooMuch());
    });
    // A program that ends without reading breaks the pipe; it is judged by how it ends and what it writes.
    child.stdin?.on('error', () => undefined).end(input);
    child.once('close', (exit, signal) => {
      clearTimeout(timer);
      if (exit === 0) resolve(Buffer.concat(parts));
      else
        reject(
          new SignerError(
            'signer_failed',
            `签名程序 ${program} 没有签名（${signal ?? `退出码 ${exit}`}）：它的说明见上。请检查卡、槽位、密钥编号和 PIN；PIN 有误时不要反复尝试，以免锁卡`,
            `the program did not sign (${signal ?? `exit code ${exit}`}): see what it said above. Check card, slot, key id and PIN; do not try a PIN again and again, the card may lock`,
          ),
        );
    });
  });
}

/** A signature by DER or in 64 bytes; a text of 64 bytes that is both is settled by the key. */
function candidates(given: Buffer): Bytes[] {
  const bytes = new Uint8Array(given);
  const found = bytes.length === 64 ? [bytes] : [];
  try {
    const raw = rawEcdsa(bytes, 32);
    return raw ? [...found, raw] : found;
  } catch (error) {
    if (!isRefusal(error, 'der_malformed')) throw error;
    return found;
  }
}

/** The one signature of these bytes by this key. @throws SignerError `signer_output`, `signer_key_differs` */
export async function takeSignature(given: Buffer, bytes: Bytes, jwk: PublicJwk): Promise<Bytes> {
  const found = candidates(given);
  if (found.length === 0)
    throw noSignature(
      given.length === 0
        ? { zh: '没有输出', en: 'nothing' }
        : { zh: `${given.length} 字节`, en: `${given.length} bytes` },
    );
  const key = (await importPublic(jwk)) as CryptoKey;
  for (const signature of found)
    if (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, bytes)) return signature;
  throw new SignerError(
    'signer_key_differs',
    '签名与密钥文件中的公钥不符：卡、槽位或密钥编号有误，或程序没有按 SHA-256 签名（程序要摘要时须 --digest）',
    'the signature is not by the public key of the key file: another card, slot or key id, or not over SHA-256 (a program that takes the digest needs --digest)',
  );
}

/** What is being signed, in a few words, so that people see how often the card is asked, and for what. */
function describe(bytes: Bytes): string {
  if (bytes[0] === 0x30) return 'X.509 证书 certificate';
  const text = decodeUtf8(bytes);
  if (!text.startsWith('eyJ')) return '试签 trial';
  const { header: head, claims } = unverified(text);
  if (head.typ === 'dpop+jwt') return `${String(claims.htm)} ${new URL(String(claims.htu)).pathname}`;
  return [head.typ, claims.step, claims.about ?? claims.batch ?? claims.number ?? claims.sub]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** Our environment, with the PIN if the program takes one from it. @throws SignerError `signer_pin` */
async function environment(ask: string | undefined): Promise<NodeJS.ProcessEnv> {
  if (ask === undefined || process.env[ask] !== undefined) return process.env;
  const pin = await askPin(`PIN（${ask}）：`);
  if (pin === undefined)
    throw new SignerError(
      'signer_pin',
      `没有 PIN：请在终端上运行并输入，或先设置环境变量 ${ask}`,
      `there is no PIN: run the command on a terminal and type it, or set the variable ${ask} before`,
    );
  return { ...process.env, [ask]: pin };
}

/** A signer of the core by a program. One signature at a time, and none after a failure. */
export function programSigner(
  program: SignerProgram,
  jwk: PublicJwk,
  seconds = PATIENCE,
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Signer {
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();
  let env: NodeJS.ProcessEnv | undefined;
  const sign = async (bytes: Bytes): Promise<Bytes> => {
    say(`签名 ${++count} / signature ${count}: ${describe(bytes)}`);
    env ??= await environment(program.ask);
    return takeSignature(
      await execute(program, program.digest ? await sha256(bytes) : bytes, env, seconds),
      bytes,
      jwk,
    );
  };
  return (bytes) => {
    const mine = last.then(() => sign(bytes));
    last = mine;
    return mine;
  };
}
