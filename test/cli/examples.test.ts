/**
 * The examples that README.md and /docs print, run as they stand by a shell against `npm start`; README.zh.md prints the same
 * ones. An example that is neither run here nor known to be run elsewhere fails.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { run, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const service = useStart();

/** The commands of a file's shell blocks: continued lines joined, comments left out. */
function commandsOf(file: string): string[] {
  const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(
    ([, text]) => text as string,
  );
  const lines = blocks.flatMap((block) => block.replace(/\\\n/g, '').replace(/\|\n/g, '| ').split('\n'));
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/(^|\s+)#\s.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');
}

const CHINESE: [string, string][] = [
  ['根密钥指纹', 'THUMBPRINT'],
  ['指纹', 'THUMBPRINT'],
  ['文件.pdf', 'FILE.pdf'],
  ['批次号', 'BATCH'],
  ['证书编号', 'NUMBER'],
  ['密钥编号', 'ID'],
  ['--title 名称', '--title T'],
  ['名单.csv', 'LIST.csv'],
  ['编号', 'ID'],
];
/** Words that a command takes as they are in both languages. */
const inEnglish = (command: string): string => CHINESE.reduce((text, [zh, en]) => text.replaceAll(zh, en), command);

/** Commands that start things of their own, or need what is not here; what stands behind them is tried elsewhere. */
const ELSEWHERE: RegExp[] = [
  /^npm (start|test)\b/,
  /^npm run (bench|demo)\b/,
  /^npm exec -- node test\/bench\//, // the tests themselves, test/cli/start and demo
  /npx wrangler/,
  /server https:\/\/…$|--by province\.json$/, // a deployment: test/cli/centre.test.ts appoints the same way
  /^(openssl x509|mkdir -p my\/nss|certutil|pdfsig)/, // test/life/pades with the programs, where they are installed
  /^python call\.py/, // test/cli/readme.test.ts
  /verify out\/(pdf|bundle)\//, // test/cli/demo.test.ts
];
/** Commands about cases that have to be there first: test/cli/procedure and draw run them; here their options are looked up. */
const OPTIONS = /luzheng -- (case|apply|plan|results|draw|step) /;

const commands = commandsOf('README.md');
const left = new Set(commands.filter((command) => !ELSEWHERE.some((pattern) => pattern.test(command))));

const places = new Map<string, string>();
/** Fills in what a reader fills in: what stands in capitals, the shown certificate, the address. */
function fill(command: string): string {
  let text = command.replaceAll('http://localhost:8787', service.origin);
  for (const [name, value] of places)
    text = text.replaceAll(new RegExp(`(?<![A-Za-z_./-])${name}(?![A-Za-z])`, 'g'), value);
  return text;
}

const PRELUDE = `set -euo pipefail
curl() { command curl --fail-with-body "$@"; }
npm() {
  shift
  if [ "$1" = -s ]; then shift; fi
  case "$1" in
    luzheng) shift 2; LUZHENG_SERVER=${'"$ORIGIN"'} "$NODE" "$ROOT/src/cli/luzheng.ts" "$@" $EXTRA ;;
    build:verifier) shift 2; "$NODE" "$ROOT/src/cli/luzheng.ts" verifier "$@" ;;
    *) echo "npm $*" >&2; return 1 ;;
  esac
}
`;

/** Runs text in the folder, as a reader's shell would. */
function shell(text: string): Promise<{ exit: number; out: string; err: string }> {
  const own = /--(offline|server)\b|verify-receipt|keys make|build:verifier/.test(text)
    ? ''
    : `--server ${service.origin}`;
  const env = {
    ...process.env,
    NODE: process.execPath,
    ROOT,
    ORIGIN: service.origin,
    EXTRA: own,
    INIT_CWD: service.at(''),
  };
  return new Promise((done) =>
    execFile('bash', ['-c', PRELUDE + text], { cwd: service.at(''), env, maxBuffer: 50_000_000 }, (error, out, err) =>
      done({ exit: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    ),
  );
}

/** Runs the one command of README that a pattern tells, as printed. @returns what it says */
async function readme(
  pattern: RegExp,
  more: (command: string) => string = (command) => command,
  wanted = 0,
): Promise<string> {
  const found = [...left].filter((command) => pattern.test(command));
  expect([pattern, found]).toEqual([pattern, [expect.any(String)]]);
  left.delete(found[0] as string);
  const command = more(fill(found[0] as string));
  const { exit, out, err } = await shell(command);
  expect([command, exit, exit === wanted ? '' : out.slice(-400) + err]).toEqual([command, wanted, '']);
  return out;
}

beforeAll(() => {
  mkdirSync(service.at('src/cli/samples'), { recursive: true });
  // The first of the sample's candidates: their number is not what is tried.
  const sample = readFileSync(join(ROOT, 'src/cli/samples/candidates.csv'), 'utf8').split('\n');
  writeFileSync(service.at('src/cli/samples/candidates.csv'), `${sample.slice(0, 5).join('\n')}\n`);
  cpSync(join(ROOT, 'src/cli/samples/scope.csv'), service.at('src/cli/samples/scope.csv'));
  symlinkSync(join(ROOT, '.dev'), service.at('.dev'));
  const { valid, revoked, holder, root } = service.shown();
  places
    .set('THUMBPRINT', root)
    .set('S000037000001263000001', valid)
    .set('S000037000001265000002', revoked)
    .set('欧阳建国', holder.name)
    .set('370102198504123118', holder.id_number);
}, 60_000);

test('README.zh.md prints the same commands', () => {
  expect(commandsOf('README.zh.md').map(inEnglish)).toEqual(commands);
  expect(commands.length).toBeGreaterThan(60);
});

test('README: whoever checks a certificate, a file, a list', { timeout: 240_000 }, async () => {
  await readme(/^printf '\{"name".*> holder\.json$/);
  expect(await readme(/-- download S\d+ --holder/)).toContain('own');
  places.set('FILE.pdf', `own/${readdirSync(service.at('own')).find((name) => name.endsWith('.pdf'))}`);
  expect(JSON.parse(await readme(/^curl -s http:\/\/localhost:8787\/v1\/certificates\/S\d+$/))).toMatchObject({
    verdict: 'valid',
  });
  expect(JSON.parse(await readme(/v1\/certificates\/search .*"number"/))).toMatchObject({
    results: [{ verdict: 'valid' }],
  });
  // The text of a code is the reader's to copy, here out of the bundle that was fetched.
  const bundle = JSON.parse(
    readFileSync(service.at(`own/${readdirSync(service.at('own')).find((name) => name.endsWith('.json'))}`), 'utf8'),
  ) as { seal_url: string };
  places.set('9290…', bundle.seal_url.split('#')[1] as string);
  expect(JSON.parse(await readme(/"seal": /))).toMatchObject({ verdict: 'incomplete' });
  expect(JSON.parse(await readme(/@FILE\.pdf$/))).toMatchObject({ verdict: 'valid' });
  await readme(/-- verify S\d+ --root THUMBPRINT$/);
  await readme(/-- verify FILE\.pdf --root THUMBPRINT$/);
  await readme(/> staff\.csv$/);
  // One of the two is revoked, and the command says so by its exit.
  expect(await readme(/-- check staff\.csv/, undefined, 1)).toContain('valid 1, revoked 1');
  await readme(/-- verify-receipt /);
  await readme(/-- trust --out trust\.json$/);
  await readme(/--offline --trust trust\.json/);
  expect(await readme(/build:verifier/)).toContain('luzheng-verifier.html');
});

test('README: calls by curl', { timeout: 120_000 }, async () => {
  const calls = [...left].filter((command) => /^(O=|N=|HOLDER=)|\$O\//.test(command));
  expect(calls.length).toBeGreaterThan(12);
  for (const command of calls) left.delete(command);
  const { exit, out, err } = await shell(
    calls
      .map(fill)
      .map((command) => (/^\w+=/.test(command) ? command : `echo "== ok"; ${command}; echo`))
      .join('\n'),
  );
  expect([exit, exit === 0 ? '' : out.slice(-400) + err]).toEqual([0, '']);
  expect(out.split('== ok').length - 1).toBe(calls.length - 3);
});

test('README: a city, a school, and a batch through its life', { timeout: 300_000 }, async () => {
  await readme(/keys make --out my\/city/);
  await readme(/-- appoint .*3709/);
  await readme(/keys make --out my\/school/);
  await readme(/-- file .*--capacity 5000/);
  await readme(/-- client /);
  const first = await shell('npm run -s luzheng -- submit src/cli/samples/candidates.csv --key my/school.json --json');
  places.set('BATCH', (JSON.parse(first.out) as { id: string }).id);
  await readme(/-- return BATCH/);
  places.set('BATCH', (JSON.parse(await readme(/-- submit /, (command) => `${command} --json`)) as { id: string }).id);
  await readme(/--photos my\/look --look$/);
  await readme(/-- approve BATCH --key my\/city-3709\.json$/);
  await readme(/-- approve BATCH --key \.dev\/keys\/province\.json$/);
  await readme(/-- issue BATCH/);
  await readme(/-- download BATCH .*--out my\/certificates$/);
  await readme(/-- download --batch BATCH --zip/);
  const numbers = readFileSync(service.at('my/certificates/certificates.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: string }).number);
  places.set('NUMBER', numbers[0] as string);
  await readme(/status NUMBER suspend/);
  await readme(/status NUMBER reinstate/);
  await readme(/status NUMBER revoke --reason result_annulled/);
  places.set('NUMBER', numbers[1] as string);
  await readme(/status NUMBER revoke --reason issued_in_error/);
  const { id } = JSON.parse(await readme(/bulk-key create/, (command) => `${command} --json`)) as { id: string };
  places.set('ID', id);
  await readme(/bulk-key list/);
  await readme(/bulk-key revoke ID/);
  const list = await readme(/withdraw --organization S000037000003$/);
  expect(list).toContain('jti');
  const { statements } = JSON.parse(
    (await shell('npm run -s luzheng -- withdraw --organization S000037000003 --json')).out,
  ) as { statements: { typ: string; jti?: string; kid?: string }[] };
  places.set('KID', statements.find(({ typ }) => typ.startsWith('client'))?.kid as string);
  places.set('JTI', statements.find(({ typ }) => typ.startsWith('filing'))?.jti as string);
  await readme(/--compromised-since/, (command) =>
    command.replace(/2026-11-20T08:00/, new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16)),
  );
  await readme(/--jti JTI$/);
});

test('README: commands about cases have the options that they print', { timeout: 120_000 }, async () => {
  const shapes = [...left].filter((command) => OPTIONS.test(command));
  expect(shapes.length).toBeGreaterThan(7);
  for (const command of shapes) {
    left.delete(command);
    const [, name = ''] = /luzheng -- (\w+(?: (?:commit|reveal|verify)\b)?)/.exec(command) ?? [];
    const { out, exit } = await run('luzheng.ts', [...name.split(' '), '--help']);
    expect([name, exit]).toEqual([name, 0]);
    for (const [option] of command.matchAll(/--[a-z][a-z-]+/g))
      expect([command, option, out.includes(option)]).toEqual([command, option, true]);
  }
});

test('README: nothing else is printed', () => expect([...left]).toEqual([]));

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

test('/docs: every command runs as it stands', { timeout: 180_000 }, async () => {
  const html = await (await fetch(`${service.origin}/docs`)).text();
  const printed = [...html.matchAll(/<code>(curl[^<]*)<\/code>/g)].map(([, text]) =>
    (text as string).replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] as string),
  );
  expect(printed.length).toBeGreaterThan(15);
  // Files that a command takes were saved by others: those first.
  for (const command of printed.toSorted((a, b) => Number(b.includes(' -o ')) - Number(a.includes(' -o ')))) {
    const { exit, out, err } = await shell(fill(command));
    // Draws and notices by their numbers: those of the examples are nobody's.
    if (/\/v1\/(draws|notices)\/./.test(command))
      expect([command, exit, (JSON.parse(out) as { code: string }).code]).toEqual([
        command,
        22,
        expect.stringMatching(/^(draw|notice|objection)_not_found$/),
      ]);
    else expect([command, exit, exit === 0 ? '' : out.slice(-300) + err]).toEqual([command, 0, '']);
  }
});
