/** The program of a training school (test/sdk), as it stands here and with the package that `npm run build:sdk` makes. */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readIdentity } from '../../keys/make.ts';
import { readBatch, sendApproval } from '../../src/sdk/batch.ts';
import { Caller } from '../../src/sdk/call.ts';
import { enrolSchool, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PROGRAM = join(ROOT, 'test/sdk/school-upload.ts');
const service = useStart();

const HEADER =
  'name,id_type,id_number,occupation_code,occupation_name,job_type,level,score_theory,score_practice,exam_date';
const list = (name: string, id: string): string => {
  const path = service.at(`${id}.csv`);
  writeFileSync(path, `${HEADER}\n${name},居民身份证,${id},6-31-01-03,电工,--,五级/初级工,80,85,2026-10-17\n`);
  return path;
};

let school: string;
beforeAll(async () => {
  const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5 as const] }];
  school = await enrolSchool(service, 'S000037000031', scope);
});

async function approve(batch: string): Promise<void> {
  for (const name of ['city-3701', 'province']) {
    const caller = new Caller(service.origin, await readIdentity(join(ROOT, `.dev/keys/${name}.json`)));
    await sendApproval(caller, await readBatch(caller, batch));
  }
}

/** Runs the program; the centres approve as soon as it has submitted. */
async function upload(program: string, listFile: string, folder: string): Promise<{ exit: number; text: string }> {
  const child = spawn(process.execPath, [program, school, listFile, folder], { cwd: ROOT });
  let text = '';
  let approving: Promise<void> | undefined;
  const take = (part: Buffer): void => {
    text += part.toString();
    const batch = /submitted (\S+)/.exec(text)?.[1];
    if (batch !== undefined) approving ??= approve(batch);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exit = await new Promise<number>((resolve) => child.once('close', resolve));
  await approving;
  return { exit, text };
}

const pdfsIn = (folder: string): string[] => readdirSync(folder).filter((name) => /^[YS]\d{21}\.pdf$/.test(name));

test('a list goes from the school’s own program to certificates', async () => {
  const { exit, text } = await upload(PROGRAM, list('李小明', '370102199001011012'), service.at('own'));
  expect([exit, text]).toEqual([0, expect.stringMatching(/^submitted \S+\nissued 1\n$/)]);
  expect(pdfsIn(service.at('own'))).toHaveLength(1);
  const bad = await upload(PROGRAM, list('李小明', '370102199001011019'), service.at('bad'));
  expect([bad.exit, bad.text]).toEqual([1, expect.stringMatching(/^row 2: id_number: /)]);
});

test('the built package runs and has types', async () => {
  execFileSync(process.execPath, [join(ROOT, 'src/cli/build.ts'), 'sdk'], { cwd: ROOT });
  const home = service.at('program');
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  symlinkSync(join(ROOT, '.dev/sdk'), join(home, 'node_modules/luzheng'));
  copyFileSync(PROGRAM, join(home, 'upload.ts'));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  const { exit, text } = await upload(join(home, 'upload.ts'), list('王小红', '370102199001011020'), join(home, 'out'));
  expect([exit, text]).toEqual([0, expect.stringMatching(/issued 1\n$/)]);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const types = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')];
  execFileSync(process.execPath, [tsc, ...types, ...roots, 'upload.ts'], { cwd: home });
});
