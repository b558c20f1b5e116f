/** Answers that are not the service's own: of a proxy with a limit of its own, a gateway without the service behind it, another server. */

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { explain } from '../../src/cli/talk.ts';
import { Caller } from '../../src/sdk/call.ts';
import { removed, run, scratch } from './run.ts';

let server: Server;
let origin: string;
const HTML = (status: number) =>
  `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr><center>nginx</center></body></html>`;

/** `/502` answers 502 as nginx does, `/502/json` as an API gateway does; a body of more than 1 MB is 413. */
beforeAll(async () => {
  server = createServer((request, response) => {
    let size = 0;
    request.on('data', (part: Uint8Array) => (size += part.byteLength));
    request.on('end', () => {
      const [, path, form] = (request.url ?? '').split('/');
      if (path === 'cut') return void request.socket.destroy();
      if (path === 'half')
        return void response
          .writeHead(200, { 'Content-Type': 'application/json' })
          .write('{"state":', () => request.socket.destroy());
      const status = size > 1_000_000 ? 413 : Number(path) || 404;
      if (path === 'problem')
        response
          .writeHead(503, { 'Content-Type': 'application/problem+json' })
          .end('{"code":"not_configured","status":503,"title":"服务尚未配置完成"}');
      else if (form === 'json')
        response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"message":"Internal","code":7}');
      else response.writeHead(status, { 'Content-Type': 'text/html' }).end(HTML(status));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const told = async (path: string, body?: unknown) => {
  const error: unknown = await (body === undefined
    ? new Caller(origin).get(path)
    : new Caller(origin).post(path, body)
  ).catch((caught: unknown) => caught);
  const { exit, lines, json } = explain(error);
  return { exit, text: lines.join('\n'), code: json.code, status: json.status };
};

test('a proxy that limits the size of requests is named, with its setting and the limit that the service has', async () => {
  const { exit, text, code, status } = await told('/v1/batches', { candidates: 'x'.repeat(1_100_000) });
  expect([exit, code, status]).toEqual([2, 'http_error', 413]);
  for (const words of ['代理', '48 MB', 'client_max_body_size', 'A proxy in front of the service', 'or send less'])
    expect(text).toContain(words);
  expect(text).not.toMatch(/answered 413|<html>/);
});

test.each([
  ['/502', 502, /服务没有答复.*\/.*the service does not answer/s],
  ['/503', 503, /服务没有答复/],
  ['/504', 504, /not in time/],
  ['/502/json', 502, /服务没有答复/],
  ['/524', 524, /服务没有答复/],
  ['/500', 500, /没有按约定答复.*not as the service does/s],
  ['/403', 403, /防火墙.*firewall/s],
  ['/401', 401, /防火墙/],
  ['/404', 404, /请核对服务地址.*check the address/s],
  ['/405/json', 405, /请核对服务地址/],
  ['/429', 429, /过于频繁.*too many requests/s],
  // A portal that wants a log-in answers every address with its page.
  ['/200', 200, /请核对服务地址/],
])('%s: a sentence about what answered, and what to do', async (path, status, words) => {
  const answer = await told(path);
  expect([answer.exit, answer.code, answer.status]).toEqual([2, 'http_error', status]);
  expect(answer.text).toMatch(words);
  expect(answer.text).toContain(String(status));
});

test('a line that is cut says what to do: the same command again, or a look at the limits where much was sent', async () => {
  for (const answer of [await told('/cut', { order: 'x' }), await told('/cut'), await told('/half', { order: 'x' })]) {
    expect([answer.exit, answer.code]).toEqual([2, 'unreachable']);
    expect(answer.text).toMatch(/请再执行同一命令，会接着做 \/ .*Give the same command again; it goes on/);
    expect(answer.text).not.toMatch(/代理|proxy/);
  }
  const upload = await told('/cut', { candidates: 'x'.repeat(1_100_000) });
  expect([upload.exit, upload.text]).toEqual([
    2,
    expect.stringMatching(/代理限制了请求大小.*a proxy in front of the service/),
  ]);
});

test("the service's own refusals stay its own", async () => {
  expect(await told('/problem')).toEqual({
    exit: 1,
    code: 'not_configured',
    status: 503,
    text: '服务尚未配置完成 /  [not_configured]',
  });
});

test('the command says it, for people and for programs, and a certificate is not called false for it', async () => {
  const folder = scratch();
  removed(folder);
  const list = join(folder, 'list.csv');
  writeFileSync(list, `证书编号,姓名\n${'S000037000001263000001,欧阳建国\n'.repeat(3)}`);
  const checked = await run('luzheng.ts', ['check', list, '--server', origin, '--out', join(folder, 'out.csv')]);
  expect([checked.exit, checked.err]).toEqual([2, expect.stringContaining('请核对服务地址')]);
  const verified = await run('luzheng.ts', [
    'verify',
    'S000037000001263000001',
    '--root',
    'A'.repeat(43),
    '--server',
    origin,
    '--json',
  ]);
  expect([verified.exit, JSON.parse(verified.out)]).toEqual([
    2,
    { error: expect.objectContaining({ code: 'http_error', status: 404 }) },
  ]);
});
