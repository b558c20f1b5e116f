/**
 * What all commands of `luzheng` share: their form, reading arguments, whom they call as, and answers for people or,
 * with --json, for programs.
 */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { readIdentity, readKeyFile, writeKeyFile } from '../../keys/make.ts';
import { thumbprint } from '../core/keys.ts';
import type { Me } from '../core/shapes/procedure-shapes.ts';
import { type Answer, asApplicant, Caller } from '../sdk/call.ts';
import type { TrustFile } from '../sdk/file-organization.ts';
import { now, type Speaker } from '../sdk/sign.ts';
import { keyPath } from './dev.ts';
import { out, rootKeyUsed, usage } from './talk.ts';

/** A thumbprint may begin with a hyphen; after an option it is that option's value all the same. */
const joinThumbprints = (argv: readonly string[]): string[] =>
  argv.reduce<string[]>((joined, word) => {
    const before = joined.at(-1);
    if (/^-[A-Za-z0-9_-]{42}$/.test(word) && before?.startsWith('--') && !before.includes('='))
      joined[joined.length - 1] = `${before}=${word}`;
    else joined.push(word);
    return joined;
  }, []);

export interface Command {
  /** Words after the name, e.g. `BATCH`; the same number of arguments is required, optional ones in brackets. */
  takes: string;
  about: string;
  /** Shown under the usage line, one option a line. */
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
  /** What follows `--` is a program and its arguments, and not read here. */
  program?: true;
  /** @returns the exit code, 0 if nothing */
  run(input: Input): Promise<number | void>;
}

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\p{L}\p{N}_./:=@%+-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A command as it can be typed. */
const commandLine = (...words: string[]): string => `npm run -s luzheng -- ${words.map(quoted).join(' ')}`;

/** What stands in the place of another party's key file. */
export const CENTRE_KEY = 'CENTRE.json';

export class Input {
  readonly json: boolean;
  /** What follows `--`, where the command takes a program. */
  readonly program: string[];
  readonly #values: Record<string, unknown>;
  readonly #words: string[];

  constructor(command: Command, argv: string[]) {
    const end = command.program ? argv.indexOf('--') : -1;
    this.program = end < 0 ? [] : argv.slice(end + 1);
    const { values, positionals } = parseArgs({
      args: joinThumbprints(end < 0 ? argv : argv.slice(0, end)),
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    this.#values = values;
    this.#words = positionals;
    this.json = values.json === true;
    const takes = command.takes === '' ? [] : command.takes.split(' ');
    if (this.flag('help')) return;
    if (positionals.length > takes.length)
      throw usage(`多余的参数 ${positionals[takes.length]}`, `unexpected argument ${positionals[takes.length]}`);
    const lacking = takes.slice(positionals.length).find((word) => !word.startsWith('['));
    if (lacking !== undefined) throw usage(`缺少参数 ${lacking}`, `${lacking} is missing`);
  }

  word(at: number): string {
    return this.#words[at] as string;
  }
  flag(name: string): boolean {
    return this.#values[name] === true;
  }
  text(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }
  texts(name: string): string[] {
    return (this.#values[name] as string[] | undefined) ?? [];
  }
  need(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw usage(`缺少 --${name}`, `--${name} is missing`);
    return value;
  }
  whole(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (!/^\d{1,9}$/.test(value)) throw usage(`--${name} 应为整数`, `--${name} takes a whole number`);
    return Number(value);
  }
  /** A path as the person means it: npm runs scripts in the package's folder. */
  path(name: string): string {
    return fromHere(this.need(name));
  }
  /** Whom to call as: the key file of --key (or another option), at --server or where the key file says. */
  async caller(option = 'key'): Promise<{ identity: Speaker; caller: Caller; origin: string }> {
    const { server, ...identity } = await readIdentity(this.path(option));
    const origin = this.origin(server);
    return { identity, caller: new Caller(origin, identity), origin };
  }
  origin(known?: string): string {
    const given =
      this.text('server') ?? known ?? process.env.LUZHENG_SERVER ?? developmentServer() ?? 'http://localhost:8787';
    let url: URL;
    try {
      url = new URL(given);
    } catch {
      throw usage(
        '--server 应为服务地址，如 https://certificates.example.cn',
        '--server is the address of the service, e.g. https://certificates.example.cn',
      );
    }
    return url.origin;
  }
  /**
   * The command to go on with, at the same service. @param key its key file, where it is not the one that was given;
   * null: it takes none
   */
  next(words: readonly string[], key: string | null | undefined = this.text('key')): string {
    const options = { key: key ?? undefined, server: this.text('server') };
    return commandLine(
      ...words,
      ...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    );
  }
  /** The answer: lines for people, one JSON object for programs. */
  answer(lines: readonly string[], json: Record<string, unknown>): void {
    if (this.json) out(JSON.stringify(json));
    else for (const line of lines) out(line);
  }
}

export const fromHere = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

/** Where `npm start` last served, if it ever did. */
function developmentServer(): string | undefined {
  const path = keyPath('province');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { server?: string }).server : undefined;
}

/** A public key: of a key file, or a bare public JWK that someone sent. */
export async function readPublic(path: string): Promise<{
  kid: string;
  jwk: import('../core/keys.ts').PublicJwk;
  own?: Awaited<ReturnType<typeof readKeyFile>>;
}> {
  const json = JSON.parse(readFileSync(path, 'utf8')) as {
    private?: unknown;
    signer?: unknown;
    kty?: string;
    x?: string;
    y?: string;
  };
  if (json.private !== undefined || json.signer !== undefined) {
    const own = await readKeyFile(path);
    return { kid: own.pair.kid, jwk: own.pair.jwk, own };
  }
  const { thumbprint } = await import('../core/keys.ts');
  if (json.kty !== 'EC' || !json.x || !json.y)
    throw usage(`${path} 不是密钥文件，也不是 P-256 公钥 JWK`, `${path} is neither a key file nor a public P-256 JWK`);
  const jwk = { kty: 'EC', crv: 'P-256', x: json.x, y: json.y } as const;
  return { kid: await thumbprint(jwk), jwk };
}

export const SERVER = { server: { type: 'string' } } as const;
export const KEY = { key: { type: 'string' }, ...SERVER } as const;
export const KEY_HELP = `  --key FILE       密钥文件 / the key file that signs and calls
  --server ORIGIN  服务地址，默认见密钥文件 / the service; the key file names it otherwise`;

/**
 * Refuses the province's root as an applicant, before it signs anything: roots that the service names are a hint, and
 * enough for that.
 */
async function refuseRoot(kid: string, origin: string): Promise<void> {
  const { roots } = await new Caller(origin).get<TrustFile>('/.well-known/trust.json');
  for (const root of roots) if ((await thumbprint(root)) === kid) throw rootKeyUsed();
}

/** The identity of --key, at --server or where the key file says. */
export async function speakerOf(input: Input): Promise<{ identity: Speaker; caller: Caller }> {
  const path = input.path('key');
  const { file, pair } = await readKeyFile(path);
  if (file.token !== undefined && file.subject !== undefined) return input.caller();
  const origin = input.origin(file.server);
  await refuseRoot(pair.kid, origin);
  const applicant = await asApplicant(pair, now());
  const { statements } = await new Caller(origin, applicant).get<Answer<typeof Me>>('/v1/me');
  const named = statements
    .filter(({ typ, exp }) => typ === 'client+jwt' && exp > now())
    .sort((a, b) => a.exp - b.exp)
    .at(-1);
  if (!named) return { identity: applicant, caller: new Caller(origin, applicant) };
  writeKeyFile(path, { ...file, server: file.server ?? origin, subject: named.sub, token: named.token });
  const identity = { ...pair, subject: named.sub, token: named.token };
  return { identity, caller: new Caller(origin, identity) };
}
