/**
 * The command against `npm start` as centres and schools use it: an organization of another city from its key to revoked
 * certificates, certificates of keys, and photos.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readKeyFile } from '../../keys/make.ts';
import type { PublicJwk } from '../../src/core/keys.ts';
import type { Level } from '../../src/core/number.ts';
import { certify, rootName } from '../../src/core/paper/x509-certificates.ts';
import { unverified } from '../../src/core/statement.ts';
import { readCertificate, readPem, toPem } from '../../src/formats/pades/x509.ts';
import { jpeg, png } from '../formats/fixtures-photo.ts';
import { zip } from '../formats/fixtures-zip.ts';
import { enrolSchool, run, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const started = useStart();
const { at } = started;
let origin: string;
let root: string;

const luzheng = (...args: string[]) => run('luzheng.ts', args);
const verify = async (...args: string[]) => (await luzheng('verify', ...args)).exit;

beforeAll(() => {
  ({ origin } = started);
  ({ root } = started.shown());
});

test('the command takes an organization of another city from its key to revoked certificates', async () => {
  const dev = (name: string) => join(ROOT, '.dev/keys', `${name}.json`);
  const [centre, client] = [at('qingdao.json'), at('school.json')];
  const good = async (...args: string[]) => {
    const { exit, out, err } = await luzheng(...args, '--json');
    expect([exit, err.replace(/^.*\d\/\d.*\n/gm, ''), args[0]]).toEqual([0, '', args[0]]);
    return JSON.parse(out) as Record<string, string>;
  };
  await Promise.all([good('keys', 'make', '--out', centre), good('keys', 'make', '--out', client)]);
  await good(
    'appoint',
    '--root',
    dev('root'),
    '--centre',
    '3702',
    '--name',
    '青岛市职业技能鉴定指导中心',
    '--key',
    centre,
    '--by',
    dev('province'),
    '--server',
    origin,
  );
  await good(
    'file',
    '--key',
    centre,
    '--organization',
    'S000037000077',
    '--name',
    '青岛示范培训学校',
    '--uscc',
    '91350100M000100Y43',
    '--scope',
    join(ROOT, 'src/cli/samples/scope.csv'),
  );
  await good('client', '--key', centre, '--organization', 'S000037000077', '--client', client);
  const csv = at('few.csv');
  writeFileSync(
    csv,
    readFileSync(join(ROOT, 'src/cli/samples/candidates.csv'), 'utf8')
      .split('\n')
      .filter((_, i) => i === 0 || (i > 10 && i < 14))
      .join('\n'),
  );
  const { id } = await good('submit', csv, '--key', client);
  expect((await luzheng('issue', id as string, '--key', client)).err).toContain('the province has not approved');
  expect((await luzheng('approve', id as string, '--key', dev('province'), '--server', origin)).err).toContain(
    'filed by a city',
  );
  await good('approve', id as string, '--key', centre);
  await good('approve', id as string, '--key', dev('province'), '--server', origin);
  expect(await good('issue', id as string, '--key', client)).toMatchObject({ state: 'issued', issued: 3 });
  await good('download', id as string, '--key', client, '--out', at('got'));
  const lines = readFileSync(at('got/certificates.jsonl'), 'utf8').trim().split('\n');
  const { number } = JSON.parse(lines[0] as string) as { number: string };
  expect([lines.length, existsSync(at(`got/pdf/${number}.pdf`))]).toEqual([3, true]);
  // What a centre has suspended, the organization does not end.
  await good('status', number, 'suspend', '--reason', 'under_investigation', '--key', centre);
  const ended = await luzheng('status', number, 'revoke', '--reason', 'issued_in_error', '--key', client);
  expect(ended).toMatchObject({ exit: 1, err: expect.stringContaining('rank_too_low') });
  expect(await good('status', number, 'revoke', '--reason', 'issued_in_error', '--key', centre)).toMatchObject({
    state: 'revoked',
  });
  expect(await verify(at('got/certificates.jsonl'), '--root', root, '--server', origin)).toBe(1);
});

test("the command brings certificates: the root's, a centre's, an authority's for an issuing key; a centre without one files all the same", async () => {
  const dev = (name: string) => join(ROOT, '.dev/keys', `${name}.json`);
  const [mine, old, ca] = [at('mine.json'), at('old.json'), at('ca.pem')];
  const good = async (...args: string[]) => {
    const { exit, out, err } = await luzheng(...args, '--json');
    expect([exit, err, args[0]]).toEqual([0, '', args[0]]);
    return JSON.parse(out) as Record<string, string>;
  };
  await good('keys', 'make', '--out', mine);
  const { certificate, thumbprint } = await good('keys', 'certificate', mine, '--out', ca);
  expect([
    readFileSync(ca, 'utf8'),
    (await good('keys', 'certificate', mine)).certificate,
    statSync(mine).mode & 0o777,
  ]).toEqual([certificate, certificate, 0o600]);
  expect(readCertificate(readPem(certificate as string)[0] as Uint8Array<ArrayBuffer>)).toMatchObject({
    name: `luzheng root ${thumbprint}`,
    ca: true,
  });
  expect(readFileSync(join(ROOT, '.dev/ca.pem'), 'utf8')).toBe(
    (await good('keys', 'certificate', dev('root'))).certificate,
  );

  // A centre's key file as earlier versions wrote it.
  const { certificate: _none, ...before } = JSON.parse(readFileSync(dev('city-3701'), 'utf8')) as Record<
    string,
    unknown
  >;
  writeFileSync(old, JSON.stringify(before));
  const filing = [
    '--key',
    old,
    '--organization',
    'S000037000055',
    '--name',
    '济南旧钥培训学校',
    '--uscc',
    '91350100M000100Y43',
    '--scope',
    join(ROOT, 'src/cli/samples/scope.csv'),
    '--server',
    origin,
  ];
  expect((await luzheng('file', ...filing)).out).toContain('PDFs will not be signed');
  expect((await luzheng('keys', 'certificate', old)).err).toContain('let the root appoint the centre again');

  // The authority is the key made above: it answers the service's request.
  const request = at('request.pem');
  const { issuing_key } = await good(
    'certificate',
    'request',
    '--key',
    old,
    '--organization',
    'S000037000055',
    '--out',
    request,
    '--server',
    origin,
  );
  expect([
    issuing_key?.endsWith('#S000037000055-1'),
    readFileSync(request, 'utf8').startsWith('-----BEGIN CERTIFICATE REQUEST-----'),
  ]).toEqual([true, true]);
  const { pair } = await readKeyFile(mine);
  const { keys } = (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as {
    keys: (PublicJwk & { kid: string })[];
  };
  const now = Math.floor(Date.now() / 1000);
  const leaf = await certify(
    { name: '济南旧钥培训学校', jwk: keys.find(({ kid }) => kid === issuing_key) as PublicJwk },
    { ...pair, name: rootName(pair.kid) },
    { role: 'organization', from: now, until: now + 86_400, serial: crypto.getRandomValues(new Uint8Array(16)) },
  );
  const chain = at('chain.pem');
  writeFileSync(chain, toPem('CERTIFICATE', leaf) + certificate);
  const submit = [
    'certificate',
    'submit',
    '--key',
    old,
    '--organization',
    'S000037000055',
    '--chain',
    chain,
    '--server',
    origin,
  ];
  expect(await good(...submit)).toMatchObject({ issuing_key, name: '济南旧钥培训学校' });
  expect((await luzheng(...submit, '--number', '2')).err).toContain('no such issuing key');
  expect((await luzheng('certificate', 'show')).exit).toBe(2);
});

test('photos go with the rows, and a centre looks at them before it signs', async () => {
  const city = join(ROOT, '.dev/keys/city-3701.json');
  const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3, 2, 1] as Level[] }];
  const client = await enrolSchool(started, 'S000037000032', scope);
  const server = ['--server', origin];
  const lines = readFileSync(join(ROOT, 'src/cli/samples/candidates.csv'), 'utf8').trim().split('\n');
  const csv = at('photographed.csv');
  const three = lines.filter((line) => line.includes('6-31-01-03,电工')).slice(-3);
  writeFileSync(csv, [lines[0], ...three].join('\n'));
  const [first, second] = three.map((line) => /\d{17}[\dX]/.exec(line)?.[0] as string) as [string, string];
  const pictures = at('pictures');
  mkdirSync(join(pictures, 'a'), { recursive: true });
  const [mine, theirs] = [jpeg({ text: 'one' }), png()];
  writeFileSync(join(pictures, 'a', `${first}.JPG`), mine);
  writeFileSync(join(pictures, `${second}.png`), theirs);
  writeFileSync(join(pictures, 'notes.txt'), 'not a photo, and not sent');

  const submitted = await luzheng('submit', csv, '--photos', pictures, '--key', client, ...server, '--json');
  expect([submitted.err, submitted.exit, submitted.exit === 0 ? '' : submitted.out]).toEqual(['', 0, '']);
  const { id, photos } = JSON.parse(submitted.out) as { id: string; photos: number };
  expect(photos).toBe(2);

  const saved = at('looked-at');
  const looked = await luzheng('approve', id, '--photos', saved, '--look', '--key', city, ...server);
  expect([looked.exit, looked.out]).toEqual([
    0,
    expect.stringMatching(/not signed[^]*2 行 rows[^]*2 digests compared[^]*luzheng approve \S+ --photos/),
  ]);
  expect(readdirSync(saved).sort()).toEqual(['row-2.jpg', 'row-3.png']);
  expect([readFileSync(join(saved, 'row-2.jpg')), readFileSync(join(saved, 'row-3.png'))]).toEqual([
    Buffer.from(mine),
    Buffer.from(theirs),
  ]);
  expect([statSync(saved).mode & 0o777, statSync(join(saved, 'row-2.jpg')).mode & 0o777]).toEqual([0o700, 0o600]);
  const state = async () =>
    JSON.parse((await luzheng('approve', id, '--look', '--key', city, ...server, '--json')).out) as {
      approval?: string;
      photos: number;
    };
  expect(await state()).toMatchObject({ photos: 2 });
  expect((await luzheng('approve', id, '--key', city, ...server)).out).toMatch(
    /approved[^]*2 行 rows（[^]*2 digests compared[^]*2 张未查看 not looked at[^]*--photos my\/look/,
  );
  // Whether anybody looked stands in the approval for good.
  const approved = async (...more: string[]) =>
    JSON.parse((await luzheng('approve', id, '--key', city, ...server, '--json', ...more)).out) as { approval: string };
  // Saved and signed in one go, nobody has looked.
  const once = await luzheng('approve', id, '--photos', at('unlooked'), '--key', city, ...server);
  expect(once.out).toMatch(/approved[^]*2 张未查看 not looked at[^]*--look --photos/);
  expect(unverified((await approved('--photos', at('unlooked-too'))).approval).claims).toMatchObject({
    photos_unseen: 2,
  });
  expect([
    unverified(await approved().then(({ approval }) => approval)).claims,
    unverified((await approved('--photos', saved)).approval).claims,
  ]).toMatchObject([{ photos_unseen: 2 }, { photos_unseen: 0 }]);

  // An archive of one's own, with a photo of nobody: told with its name, and nothing is stored.
  const archive = at('photos.zip');
  writeFileSync(archive, zip([{ name: '370102198001011018.jpg', bytes: mine }]));
  const refused = await luzheng('submit', csv, '--photos', archive, '--key', client, ...server);
  expect([refused.exit, refused.err]).toEqual([
    1,
    expect.stringMatching(/^row 0: photo: photo_without_row: .* \[370102198001011018\.jpg\]$/m),
  ]);
  writeFileSync(archive, 'no archive');
  expect((await luzheng('submit', csv, '--photos', archive, '--key', client, ...server)).err).toContain(
    '[archive_malformed]',
  );
  expect(
    (await luzheng('submit', csv, '--photos', saved.replace('looked-at', 'nowhere'), '--key', client, ...server)).exit,
  ).toBe(2);
}, 60_000);
