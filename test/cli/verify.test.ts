/** `luzheng verify`, `trust` and `verifier` as processes against `npm start`: what an employer asks of a certificate. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/cli/local.ts';
import { run, useStart } from './run.ts';

const started = useStart();
const { at } = started;
let origin: string;
let valid: string;
let revoked: string;
let root: string;
let bundle: string;

const luzheng = (...args: string[]) => run('luzheng.ts', args);
const verify = async (...args: string[]) => (await luzheng('verify', ...args)).exit;

beforeAll(async () => {
  ({ origin } = started);
  const { holder, ...shown } = started.shown();
  ({ valid, revoked, root } = shown);
  writeFileSync(at('holder.json'), JSON.stringify(holder));
  await luzheng('download', valid, '--out', at('.'), '--holder', at('holder.json'), '--server', origin);
  bundle = at(`${valid}.json`);
}, 60_000);

test('verify: 0 valid, 1 not valid, 2 cannot tell', async () => {
  const good = JSON.parse(readFileSync(bundle, 'utf8')) as {
    credential: string;
    approval: string;
    seal_url: string;
    inclusion: { index: number };
  };
  const save = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
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
  const pdf = at(`${valid}.pdf`);
  const bytes = readFileSync(pdf);
  // A byte that shows nothing and breaks nothing: the file still reads, its signature does not hold.
  bytes[bytes.indexOf('luzheng" xmp:CreateDate')] = 'L'.charCodeAt(0);
  const flipped = at('flipped.pdf');
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
  const kept = at('kept.json');
  const { exit, out } = await luzheng('trust', '--out', kept, '--server', origin, '--json');
  expect([exit, JSON.parse(out)]).toEqual([0, expect.objectContaining({ file: kept, status_lists: 2 })]);
  const rootFile = at('root.txt');
  writeFileSync(rootFile, `${root}\n`);
  const offline = ['--root', rootFile, '--offline', '--trust', kept];
  const { exit: found, out: text } = await luzheng('verify', bundle, ...offline);
  expect(text).toMatch(/截至 20\d\d-\d\d-\d\d \d\d:\d\d（北京时间）未被暂停、撤销或替换/);
  expect(text).toMatch(/offline: trust and status lists were kept on 20\d\d-.* \(UTC\+8, 0 h ago\)/);
  expect(found).toBe(0);
  // The revoked one's public credential lacks approval and order, and is revoked all the same.
  const jws = at('revoked.sd-jwt');
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
  const html = at('verifier.html');
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
  const { port } = proxy.address() as { port: number };
  const { credential } = JSON.parse(readFileSync(bundle, 'utf8')) as { credential: string };
  writeFileSync(at('holder.sd-jwt'), credential);
  for (const file of [bundle, at('holder.sd-jwt')])
    expect(await verify(file, '--root', root, '--server', `http://127.0.0.1:${port}`)).toBe(0);
  proxy.close();
  expect(sent.length).toBeGreaterThan(5);
  for (const disclosure of credential.split('~').slice(1, -1)) expect(sent.join('\n')).not.toContain(disclosure);
});
