/** A further device's way by the command, against `npm start`: asked for, endorsed, granted or refused, and withdrawn. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeKeyFile } from '../../keys/make.ts';
import type { KeyFile } from '../../src/sdk/sign.ts';
import { enrolSchool, run, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const CODE = 'S000037000033';
const started = useStart();
const { at } = started;

const luzheng = (...args: string[]) => run('luzheng.ts', args);
/** What a command answers, as JSON; it must have gone well. */
async function answer<T>(...args: string[]): Promise<T> {
  const done = await luzheng(...args, '--json');
  expect([done.exit, done.err]).toEqual([0, '']);
  return JSON.parse(done.out) as T;
}
const key = (name: string) => ['--key', at(`${name}.json`)];
const [SCHOOL, CITY] = [key('school'), key('city')];

beforeAll(async () => {
  await enrolSchool(started, CODE, [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5] }]);
  const city = JSON.parse(readFileSync(join(ROOT, '.dev/keys/city-3701.json'), 'utf8')) as KeyFile;
  writeKeyFile(at('city.json'), { ...city, server: started.origin });
});

test('a second device is endorsed and granted, one that lost all others is granted by the centre, and one is refused', async () => {
  const ask = async (name: string, why: string) => {
    const { jwk } = await answer<{ jwk: unknown }>(
      'keys',
      'make',
      '--out',
      at(`${name}.json`),
      '--server',
      started.origin,
    );
    writeFileSync(at(`${name}.jwk`), JSON.stringify(jwk));
    writeFileSync(
      at('request.json'),
      JSON.stringify({ organization: CODE, key: jwk, label: '考务办公室电脑', holder: '吴联系', why }),
    );
    return (
      await answer<{ about: string }>(
        'step',
        'new:device',
        'device.request',
        ...key(name),
        '--body',
        at('request.json'),
      )
    ).about;
  };
  const grant = async (name: string, about: string) => {
    const { jti } = await answer<{ jti: string }>(
      'client',
      ...CITY,
      '--organization',
      CODE,
      '--client',
      at(`${name}.jwk`),
    );
    writeFileSync(at('grant.json'), JSON.stringify({ client: jti }));
    return luzheng('step', about, 'device.grant', ...CITY, '--body', at('grant.json'));
  };
  writeFileSync(at('note.json'), '{}');
  const second = await ask('second', 'second');
  expect(await grant('second', second)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[endorsement_missing]'),
  });
  expect(await luzheng('step', second, 'device.endorse', ...SCHOOL, '--body', at('note.json'))).toMatchObject({
    exit: 0,
  });
  expect(await grant('second', second)).toMatchObject({ exit: 0, out: expect.stringContaining('granted') });
  expect(await luzheng('case', second, ...key('second'))).toMatchObject({
    exit: 0,
    out: expect.stringContaining('3 步 steps'),
  });

  const lost = await ask('lost', 'loss');
  expect(await grant('lost', lost)).toMatchObject({ exit: 0, out: expect.stringContaining('granted') });
  const { statements } = await answer<{ statements: { typ: string; kid: string }[] }>(
    'withdraw',
    '--server',
    started.origin,
    '--organization',
    CODE,
  );
  const old = (await answer<{ thumbprint: string }>('keys', 'show', at('second.json'))).thumbprint;
  expect(statements.some(({ typ, kid }) => typ === 'client' && kid === old)).toBe(true);
  expect(await luzheng('withdraw', ...CITY, '--kid', old)).toMatchObject({ exit: 0 });
  expect(await luzheng('case', '--kind', 'plan', ...key('second'))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('client_withdrawn'),
  });
  expect(await luzheng('case', '--kind', 'plan', ...key('lost'))).toMatchObject({ exit: 0 });

  const refused = await ask('third', 'replacement');
  expect(await luzheng('step', refused, 'device.refuse', ...SCHOOL, '--reason', '不是本单位设备')).toMatchObject({
    exit: 0,
    out: expect.stringContaining('refused'),
  });
});
