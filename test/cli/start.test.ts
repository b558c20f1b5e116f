/**
 * `npm start` as a process, and the `luzheng` command against it: what a newcomer does in the first ten minutes,
 * what an employer asks of a certificate, and a kill -9 in between.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeyFile } from '../../keys/make.ts';
import { freePort } from '../../src/cli/local.ts';
import type { PublicJwk } from '../../src/core/keys.ts';
import { certify, rootName } from '../../src/core/paper/x509-certificates.ts';
import { unverified } from '../../src/core/statement.ts';
import { readCertificate, readPem, toPem } from '../../src/formats/pades/x509.ts';
import { jpeg, png } from '../formats/fixtures-photo.ts';
import { zip } from '../formats/fixtures-zip.ts';
import { isAlive, type Running, run, scratch, start } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const folder = scratch();
const state = join(folder, 'state');
let port: number;
let origin: string;
let service: Running;
let valid: string;
let holder: { name: string; id_number: string };
let revoked: string;
let root: string;
let bundle: string;

const luzheng = (...args: string[]) => run('luzheng.ts', args);
const verify = async (...args: string[]) => (await luzheng('verify', ...args)).exit;
const launch = () => start('start.ts', ['--port', String(port), '--persist-to', state]);

beforeAll(async () => {
  port = await freePort();
  origin = `http://localhost:${port}`;
  service = launch();
  await service.says(/filled in/);
  const text = service.text();
  valid = /valid +(\S+)/.exec(text)?.[1] as string;
  revoked = /revoked +(\S+)/.exec(text)?.[1] as string;
  root = /root +(\S+)/.exec(text)?.[1] as string;
  const [, name, id_number] = /holder, invented: (.+) (\S+)/.exec(text) as unknown as [string, string, string];
  holder = { name, id_number };
  writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder));
  bundle = join(folder, `${valid}.json`);
}, 60_000);
afterAll(async () => {
  service.child.kill('SIGTERM');
  await service.end;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

test('it shows a certificate to open and one that was revoked; keys are for their owner alone', async () => {
  expect(await (await fetch(`${origin}/v1/certificates/${valid}`)).json()).toMatchObject({ verdict: 'valid' });
  expect(await (await fetch(`${origin}/v1/certificates/${revoked}`)).json()).toMatchObject({ verdict: 'revoked' });
  expect(service.text()).toContain(`${origin}/c/${valid}`);
  expect(root).toBe(readFileSync(join(ROOT, '.dev/root.txt'), 'utf8').trim());
  for (const file of ['.dev/keys/root.json', '.dev/secrets.json'])
    expect(statSync(join(ROOT, file)).mode & 0o777).toBe(0o600);
  expect((await fetch(`${origin}/cdn-cgi/handler/scheduled`)).status).toBe(200);
});

test('a second service refuses the port, and the folder, in words', async () => {
  const [busy, shared] = await Promise.all([
    run('start.ts', ['--port', String(port), '--persist-to', join(folder, 'other')]),
    run('start.ts', ['--port', String(await freePort()), '--persist-to', state]),
  ]);
  expect([busy.exit, busy.err]).toEqual([1, expect.stringContaining(`port ${port} is in use`)]);
  expect([shared.exit, shared.err]).toEqual([1, expect.stringContaining('is in use by process')]);
}, 60_000);

test('the holder downloads PDF and bundle', async () => {
  const { exit } = await luzheng(
    'download',
    valid,
    '--out',
    folder,
    '--holder',
    join(folder, 'holder.json'),
    '--server',
    origin,
  );
  expect(exit).toBe(0);
  expect([existsSync(bundle), existsSync(join(folder, `${valid}.pdf`))]).toEqual([true, true]);
});

test('verify: 0 valid, 1 not valid, 2 cannot tell', async () => {
  const good = JSON.parse(readFileSync(bundle, 'utf8')) as {
    credential: string;
    approval: string;
    seal_url: string;
    inclusion: { index: number };
  };
  const save = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [jws, name, ...rest] = good.credential.split('~') as [string, string, ...string[]];
  const [salt, claim] = JSON.parse(Buffer.from(name, 'base64url').toString()) as [string, string];
  const renamed = Buffer.from(JSON.stringify([salt, claim, '别人'])).toString('base64url');
  const altered = (change: object) => save(`altered-${Math.random()}.json`, JSON.stringify({ ...good, ...change }));
  const server = ['--server', origin];
  const under = ['--root', root];
  const offline = [...under, '--offline'];
  const otherRoot = ['--root', 'A'.repeat(43)];
  const line = save(
    'one.jsonl',
    `${JSON.stringify({ row: 1, number: valid, credential: good.credential, seal_url: good.seal_url })}\n`,
  );
  const trust = save('trust.json', await (await fetch(`${origin}/.well-known/trust.json`)).text());
  const pdf = join(folder, `${valid}.pdf`);
  const bytes = readFileSync(pdf);
  // A byte that shows nothing and breaks nothing: the file still reads, its signature does not hold.
  bytes[bytes.indexOf('luzheng" xmp:CreateDate')] = 'L'.charCodeAt(0);
  const flipped = join(folder, 'flipped.pdf');
  writeFileSync(flipped, bytes);
  const cases: [exit: number, ...args: string[]][] = [
    [0, bundle, ...under, ...server],
    [0, valid, ...server],
    [0, valid.toLowerCase(), ...under, ...server],
    [0, good.seal_url, ...under, ...server],
    [0, `${good.seal_url.replace('http:', 'HTTP:')}&shareTo=weixin`, ...under, ...server],
    [0, `${good.seal_url.split('#')[0]}?from=singlemessage`, ...under, ...server],
    [2, `${good.seal_url.split('#')[0]}#wechat_redirect`, ...under, ...server],
    [1, good.seal_url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)), ...under, ...server],
    [2, 'foo', ...under, ...server],
    [2, valid.slice(0, -1), ...under, ...server],
    [2, `${origin}/c/${valid.slice(0, -1)}`, ...under, ...server],
    [0, `${valid.slice(0, 7)}-${valid.slice(7, 13)} ${valid.slice(13)}\u202c`, ...under, ...server],
    [0, line, ...under, ...server],
    [0, pdf, ...under, ...server],
    [1, revoked, ...under, ...server],
    [1, flipped, ...under, ...server],
    [1, altered({ credential: [jws, renamed, ...rest].join('~') }), ...under, ...server],
    [1, altered({ credential: [jws, renamed, ...rest].join('~') }), ...offline],
    [1, altered({ approval: `${good.approval.slice(0, -6)}AAAAAA` }), ...offline],
    [1, altered({ inclusion: { ...good.inclusion, index: 1 } }), ...offline],
    [1, bundle, ...otherRoot, '--offline'],
    [1, bundle, ...otherRoot, ...server],
    [1, good.seal_url.replace('//localhost', '//elsewhere.example'), ...under, ...server],
    [2, bundle, ...offline],
    [2, pdf, ...offline],
    [2, line, ...offline, '--trust', trust],
    [2, good.seal_url, ...offline, '--trust', trust],
    [2, `${valid.slice(0, -6)}999999`, ...under, ...server],
    [2, valid, ...offline],
    [2, valid, ...under, '--server', `http://localhost:${await freePort()}`],
    [2, bundle, '--root', 'short', ...server],
    [2, '--colour'],
  ];
  const exits: (number | null)[] = [];
  // Two at a time: as many as there are cores.
  for (let i = 0; i < cases.length; i += 2)
    exits.push(...(await Promise.all(cases.slice(i, i + 2).map(([, ...args]) => verify(...args)))));
  expect(cases.map(([, ...args], i) => [exits[i], ...args])).toEqual(cases);
});

test('what is no number is named, and nothing is called false', async () => {
  const short = await luzheng('verify', valid.slice(0, -1), '--root', root, '--server', origin);
  expect([short.exit, short.out]).toEqual([2, '']);
  expect(short.err).toMatch(/位数不对.*this one has 21.*number_malformed/s);
  const level = await luzheng(
    'verify',
    `${valid.slice(0, 15)}9${valid.slice(16)}`,
    '--root',
    root,
    '--server',
    origin,
    '--json',
  );
  expect([level.exit, JSON.parse(level.out)]).toEqual([
    2,
    { error: expect.objectContaining({ code: 'number_malformed', part: 'level' }) },
  ]);
});

test('trust keeps what verify needs without a network, and verify says how old that is', async () => {
  const kept = join(folder, 'kept.json');
  const { exit, out } = await luzheng('trust', '--out', kept, '--server', origin, '--json');
  expect([exit, JSON.parse(out)]).toEqual([0, expect.objectContaining({ file: kept, status_lists: 2 })]);
  const rootFile = join(folder, 'root.txt');
  writeFileSync(rootFile, `${root}\n`);
  const offline = ['--root', rootFile, '--offline', '--trust', kept];
  const { exit: found, out: text } = await luzheng('verify', bundle, ...offline);
  expect(text).toMatch(/截至 20\d\d-\d\d-\d\d \d\d:\d\d（北京时间）未被暂停、撤销或替换/);
  expect(text).toMatch(/offline: trust and status lists were kept on 20\d\d-.* \(UTC\+8, 0 h ago\)/);
  expect(found).toBe(0);
  // The revoked one's public credential lacks approval and order, and is revoked all the same.
  const jws = join(folder, 'revoked.sd-jwt');
  writeFileSync(
    jws,
    await (
      await fetch(`${origin}/v1/certificates/${revoked}`, { headers: { Accept: 'application/vc+sd-jwt' } })
    ).text(),
  );
  const { exit: bad, out: json } = await luzheng('verify', jws, ...offline, '--json');
  expect([bad, JSON.parse(json)]).toEqual([
    1,
    expect.objectContaining({ verdict: 'revoked', kept_at: expect.stringMatching(/Z$/) }),
  ]);
  // The single-file verifier carries the same, from the file or from the service itself.
  const html = join(folder, 'verifier.html');
  for (const source of [kept, `${origin}/.well-known/trust.json`]) {
    const made = await luzheng('verifier', '--root', rootFile, '--trust', source, '--out', html, '--json');
    expect([made.exit, JSON.parse(made.out)]).toEqual([
      0,
      { file: html, bytes: expect.any(Number), roots: [root], kept_at: expect.stringMatching(/Z$/) },
    ]);
    expect(readFileSync(html, 'utf8')).toContain(root);
  }
  // A list that was tampered with counts for nothing.
  const snapshot = JSON.parse(readFileSync(kept, 'utf8')) as { status_lists: string[] };
  writeFileSync(
    kept,
    JSON.stringify({ ...snapshot, status_lists: snapshot.status_lists.map((list) => `${list.slice(0, -6)}AAAAAA`) }),
  );
  expect(await verify(bundle, ...offline)).toBe(2);
}, 60_000);

test('verify says who checked what', async () => {
  const { out } = await luzheng('verify', valid, '--root', root, '--server', origin, '--json');
  const found = JSON.parse(out) as {
    verdict: string;
    exit: number;
    checks: { id: string; result: string; by: string }[];
  };
  expect(found).toMatchObject({ verdict: 'valid', exit: 0 });
  expect(
    Object.fromEntries(found.checks.filter(({ result }) => result === 'pass').map(({ id, by }) => [id, by])),
  ).toEqual({
    number: 'here',
    signature: 'here',
    filing: 'here',
    approval: 'service',
    order: 'service',
    status: 'here',
  });
});

test('verify never sends what only the holder has to show', async () => {
  const sent: string[] = [];
  const proxy = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat((await request.toArray()) as Buffer[]);
      sent.push(`${request.url} ${body.toString()}`);
      const { method = 'GET', headers } = request;
      const answer = await fetch(origin + request.url, {
        method,
        ...(body.length > 0 ? { body, headers: { 'Content-Type': headers['content-type'] as string } } : {}),
      });
      response
        .writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'text/plain' })
        .end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port: at } = proxy.address() as { port: number };
  const { credential } = JSON.parse(readFileSync(bundle, 'utf8')) as { credential: string };
  writeFileSync(join(folder, 'holder.sd-jwt'), credential);
  for (const file of [bundle, join(folder, 'holder.sd-jwt')])
    expect(await verify(file, '--root', root, '--server', `http://127.0.0.1:${at}`)).toBe(0);
  proxy.close();
  expect(sent.length).toBeGreaterThan(5);
  for (const disclosure of credential.split('~').slice(1, -1)) expect(sent.join('\n')).not.toContain(disclosure);
});

test('the command takes an organization of another city from its key to revoked certificates', async () => {
  const dev = (name: string) => join(ROOT, '.dev/keys', `${name}.json`);
  const [centre, client] = [join(folder, 'qingdao.json'), join(folder, 'school.json')];
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
  const csv = join(folder, 'few.csv');
  writeFileSync(
    csv,
    readFileSync(join(ROOT, 'src/cli/samples/candidates.csv'), 'utf8').split('\n').slice(0, 4).join('\n'),
  );
  const { id } = await good('submit', csv, '--key', client);
  expect((await luzheng('issue', id as string, '--key', client)).err).toContain('the province has not approved');
  expect((await luzheng('approve', id as string, '--key', dev('province'), '--server', origin)).err).toContain(
    'filed by a city',
  );
  await good('approve', id as string, '--key', centre);
  await good('approve', id as string, '--key', dev('province'), '--server', origin);
  expect(await good('issue', id as string, '--key', client)).toMatchObject({ state: 'issued', issued: 3 });
  await good('download', id as string, '--key', client, '--out', join(folder, 'got'));
  const lines = readFileSync(join(folder, 'got/certificates.jsonl'), 'utf8').trim().split('\n');
  const { number } = JSON.parse(lines[0] as string) as { number: string };
  expect([lines.length, existsSync(join(folder, 'got/pdf', `${number}.pdf`))]).toEqual([3, true]);
  // What a centre has suspended, the organization does not end.
  await good('status', number, 'suspend', '--reason', 'under_investigation', '--key', centre);
  const ended = await luzheng('status', number, 'revoke', '--reason', 'issued_in_error', '--key', client);
  expect(ended).toMatchObject({ exit: 1, err: expect.stringContaining('rank_too_low') });
  expect(await good('status', number, 'revoke', '--reason', 'issued_in_error', '--key', centre)).toMatchObject({
    state: 'revoked',
  });
  expect(await verify(join(folder, 'got/certificates.jsonl'), '--root', root, '--server', origin)).toBe(1);
});

test("the command brings certificates: the root's, a centre's, an authority's for an issuing key; a centre without one files all the same", async () => {
  const dev = (name: string) => join(ROOT, '.dev/keys', `${name}.json`);
  const [mine, old, ca] = [join(folder, 'mine.json'), join(folder, 'old.json'), join(folder, 'ca.pem')];
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
  const request = join(folder, 'request.pem');
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
  const chain = join(folder, 'chain.pem');
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
  // The demonstration's own PDFs are signed.
  expect(readFileSync(join(folder, `${valid}.pdf`)).toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached');
});
test('photos go with the rows, and a centre looks at them before it signs', async () => {
  const [city, client] = [join(ROOT, '.dev/keys/city-3701.json'), join(ROOT, '.dev/keys/org-S000037000001.json')];
  const server = ['--server', origin];
  const lines = readFileSync(join(ROOT, 'src/cli/samples/candidates.csv'), 'utf8').trim().split('\n');
  const csv = join(folder, 'photographed.csv');
  const three = lines.filter((line) => line.includes('6-31-01-03,电工')).slice(-3);
  writeFileSync(csv, [lines[0], ...three].join('\n'));
  const [first, second] = three.map((line) => /\d{17}[\dX]/.exec(line)?.[0] as string) as [string, string];
  const pictures = join(folder, 'pictures');
  mkdirSync(join(pictures, 'a'), { recursive: true });
  const [mine, theirs] = [jpeg({ text: 'one' }), png()];
  writeFileSync(join(pictures, 'a', `${first}.JPG`), mine);
  writeFileSync(join(pictures, `${second}.png`), theirs);
  writeFileSync(join(pictures, 'notes.txt'), 'not a photo, and not sent');

  const submitted = await luzheng('submit', csv, '--photos', pictures, '--key', client, ...server, '--json');
  expect([submitted.err, submitted.exit, submitted.exit === 0 ? '' : submitted.out]).toEqual(['', 0, '']);
  const { id, photos } = JSON.parse(submitted.out) as { id: string; photos: number };
  expect(photos).toBe(2);

  const saved = join(folder, 'looked-at');
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
  const once = await luzheng('approve', id, '--photos', join(folder, 'unlooked'), '--key', city, ...server);
  expect(once.out).toMatch(/approved[^]*2 张未查看 not looked at[^]*--look --photos/);
  expect(unverified((await approved('--photos', join(folder, 'unlooked-too'))).approval).claims).toMatchObject({
    photos_unseen: 2,
  });
  expect([
    unverified(await approved().then(({ approval }) => approval)).claims,
    unverified((await approved('--photos', saved)).approval).claims,
  ]).toMatchObject([{ photos_unseen: 2 }, { photos_unseen: 0 }]);

  // An archive of one's own, with a photo of nobody: told with its name, and nothing is stored.
  const archive = join(folder, 'photos.zip');
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

test('kill -9 of everything loses nothing: the same numbers, the same data', async () => {
  const server = Number(readFileSync(join(state, 'server.pid'), 'utf8'));
  process.kill(-server, 'SIGKILL');
  process.kill(-(service.child.pid as number), 'SIGKILL');
  await service.end;
  service = launch();
  await service.says(/Ctrl-C/);
  for (const number of [valid, revoked, root]) expect(service.text()).toContain(number);
  expect(await verify(bundle, '--root', root, '--server', origin)).toBe(0);
});

test('kill -9 of the script alone leaves no runtime behind', async () => {
  const server = Number(readFileSync(join(state, 'server.pid'), 'utf8'));
  process.kill(service.child.pid as number, 'SIGKILL');
  await service.end;
  for (let i = 0; i < 100 && isAlive(server); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAlive(server)).toBe(false);
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
});

test('an interrupted seeding is taken up again, with the same certificates', async () => {
  // As if the first start had died after writing to the register and before remembering the numbers.
  const file = join(state, 'luzheng.json');
  const { seeded, ...kept } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(seeded).toMatchObject({ valid, revoked });
  writeFileSync(file, JSON.stringify(kept));
  service = launch();
  await service.says(/filled in/);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ seeded: { valid, revoked, holder } });
  service.child.kill('SIGINT');
  expect((await service.end).exit).toBe(0);
});
