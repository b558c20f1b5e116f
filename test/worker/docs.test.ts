/** /docs cannot go stale: it has every operation of the table, and every command in it is run here. */
import { beforeAll, expect, test } from 'vitest';
import { HOLDER, NUMBER } from '../../src/api/openapi-examples.ts';
import { OPERATIONS } from '../../src/app.ts';
import { allExamples, curlOf, type Example } from '../../src/web/docs/docs-routes.tsx';
import { candidate, certify, fileWith, foundProvince, ORIGIN, workerFetch } from '../kit.ts';

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const plainText = (html: string): string =>
  html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] as string);
let html: string;

beforeAll(async () => {
  const world = await foundProvince();
  const school = await fileWith(world.city, NUMBER.slice(0, 13));
  await certify(world, school, [candidate(1, { name: HOLDER.name, id_number: HOLDER.id_number })]);
  html = await (await workerFetch(`${ORIGIN}/docs`, {})).text();
});

/** A command of the page as a shell would read it: words, quotes, continued lines. */
function words(command: string): string[] {
  const found = command.replace(/\\\n/g, ' ').match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  return found.map((word) => word.replace(/'([^']*)'|\\'/g, (_, quoted?: string) => quoted ?? "'"));
}

/** Reads back the request that a command makes. */
function requestOf(command: string): Example {
  const [curl, ...rest] = words(command);
  expect(curl).toBe('curl');
  const example: Example = { method: 'GET', url: '', headers: {} };
  while (rest.length > 0) {
    const word = rest.shift() as string;
    if (word === '-s') continue;
    if (word === '-H') {
      const [name, value] = (rest.shift() as string).split(/: /) as [string, string];
      example.headers[name] = value;
    } else if (word === '-X') example.method = rest.shift() as string;
    else if (word === '-d') Object.assign(example, { method: 'POST', body: rest.shift() });
    else if (word === '--data-binary')
      Object.assign(example, { method: 'POST', file: (rest.shift() as string).slice(1) });
    else if (word === '-o') example.output = rest.shift() as string;
    else example.url = word;
  }
  return example;
}

test('every operation stands there, and nothing else', () => {
  const shown = [...html.matchAll(/<b>([A-Z]+)<\/b> ([^<]+)<\/code>/g)].map(
    ([, method, path]) => `${method} ${plainText(path as string)}`,
  );
  expect(shown.sort()).toEqual(Object.keys(OPERATIONS).sort());
});

test('every public operation has a command, and no other has one', () => {
  for (const [route, examples] of allExamples(OPERATIONS, ORIGIN)) {
    const { roles, tag } = OPERATIONS[route] as (typeof OPERATIONS)[string];
    expect([route, examples.length > 0]).toEqual([route, !roles && tag !== '网页']);
  }
});

test('the commands on the page, run one after another as they stand, all succeed', async () => {
  const commands = [...html.matchAll(/<code>(curl[^<]*)<\/code>/g)].map(([, command]) => plainText(command as string));
  expect(commands.length).toBeGreaterThan(15);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  // Files that a command takes were saved by others: those first.
  const requests = commands
    .map(requestOf)
    .sort((a, b) => Number(b.output !== undefined) - Number(a.output !== undefined));
  for (const { method, url, headers, body, file, output } of requests) {
    const content = file === undefined ? body : files.get(file);
    expect([url, file, content === undefined && method === 'POST']).toEqual([url, file, false]);
    const answer = await workerFetch(url, { method, headers, ...(content === undefined ? {} : { body: content }) });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    // Draws and notices by their numbers, which this register has none of: the answer says so.
    const absent = /\/v1\/(draws|notices)\/./.test(url);
    if (absent)
      expect([url, (JSON.parse(new TextDecoder().decode(bytes)) as { code: string }).code]).toEqual([
        url,
        expect.stringMatching(/^(draw|notice|objection)_not_found$/),
      ]);
    expect([url, headers, answer.status]).toEqual([url, headers, absent ? 404 : 200]);
    if (output !== undefined) files.set(output, bytes);
    if (url.endsWith('/v1/verify/bulk'))
      expect(JSON.parse(new TextDecoder().decode(bytes).split('\n')[0] as string)).toMatchObject({
        verdict: 'valid',
        name: 'match',
      });
    if (url.endsWith('/v1/verify') && file !== undefined)
      expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ verdict: 'valid' });
  }
});

test('a quote in an example does not end its command', () => {
  const example: Example = { method: 'POST', url: 'https://x/', headers: { A: "it's" }, body: '{"a":"\'$(id)\'"}' };
  expect(requestOf(curlOf(example))).toEqual(example);
});

test('words in both languages, the root to trust, and the whole page below 50 KB as it is sent', async () => {
  for (const text of [
    '此证书有效',
    'This certificate is valid',
    '不依赖本站',
    'Verifying without us',
    'href="/openapi.json"',
    '本平台没有登记此编号',
  ])
    expect(html).toContain(text);
  const gzip = new Response(new Blob([html]).stream().pipeThrough(new CompressionStream('gzip')));
  expect((await gzip.arrayBuffer()).byteLength).toBeLessThan(20_000);
});
