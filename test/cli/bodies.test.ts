/** Bodies that break the rules of HTTP itself, written to the socket byte by byte: the client's fault, and said so. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type LocalService, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor } from '../../src/cli/worker-bundle.ts';
import { makeKey } from '../../src/sdk/sign.ts';

const folder = mkdtempSync(join(tmpdir(), 'luzheng-bodies-'));
const log = join(folder, 'log');
let port: number;
let service: LocalService;

beforeAll(async () => {
  port = await freePort();
  service = await startLocal({
    ...settingsFor(`http://localhost:${port}`, await makeKey(), newSecret()),
    port,
    persist: folder,
    log,
  });
}, 60_000);
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the service answers before it ends the connection. */
const answerTo = (path: string, framing: string, body: string, type = 'application/json'): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, 'localhost', () =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nConnection: close\r\n${framing}\r\n\r\n${body}`,
      ),
    );
    socket.on('data', (part: Buffer) => (text += part.toString()));
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });

test('malformed chunks are answered with 400, on every kind of route', async () => {
  const routes: [string, string?][] = [
    ['/v1/verify'],
    ['/v1/verify', 'application/pdf'],
    ['/v1/certificates/search'],
    ['/v1/verify/bulk', 'application/x-ndjson'],
    ['/search', 'application/x-www-form-urlencoded'],
  ];
  for (const [path, type] of routes) {
    for (const chunks of ['zz\r\n{}\r\n0\r\n\r\n', '2\r\n{}X\r\n0\r\n\r\n', '-1\r\n{}\r\n']) {
      expect([
        path,
        type,
        chunks,
        (await answerTo(path, 'Transfer-Encoding: chunked', chunks, type)).split('\r\n', 1)[0],
      ]).toEqual([path, type, chunks, 'HTTP/1.1 400 Bad Request']);
    }
  }
  expect(readFileSync(log, 'utf8')).not.toContain('unexpected_error');
});
