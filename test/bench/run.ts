/**
 * `npm run bench`: what issuing, looking up, verifying and printing cost, each against its limit in the same run.
 * `-- --growth N` sets the size of the large register (default 100000; 1000000 takes some minutes and gigabytes).
 * Times are noisy and machines differ: read the ratios. Exits 1 when a figure is missed.
 */
import { parseArgs } from 'node:util';
import type { Issued } from '../../src/sdk/fetch-certificates.ts';
import { grow } from './grow.ts';
import { compare, fastest, type Target } from './load.ts';
import { liveMegabytes } from './memory.ts';
import { certificatesOf, makeStage, prepareBatch } from './stage.ts';

const { values } = parseArgs({
  options: { growth: { type: 'string', default: '100000' }, only: { type: 'string', default: '' } },
});
const wants = (name: string) => values.only === '' || values.only.split(',').includes(name);

interface Line {
  what: string;
  measured: string;
  limit: string;
  met: boolean;
}
const lines: Line[] = [];
const report = (line: Line) => {
  lines.push(line);
  console.log(`${line.met ? 'ok  ' : 'MISS'} ${line.what}: ${line.measured} (limit ${line.limit})`);
};
const rate = (value: number) => `${Math.round(value)}/s`;

const stage = await makeStage();
const get = (name: string, path: () => string): Target => ({
  name,
  next: () => ({ method: 'GET', url: stage.url + path() }),
});
const post = (name: string, path: string, body: () => unknown): Target => ({
  name,
  next: () => ({ method: 'POST', url: stage.url + path, body: JSON.stringify(body()) }),
});

try {
  const { id, issue } = await prepareBatch(stage, 1000);
  await issue();
  const issued = await certificatesOf(stage, id);
  const any = () => issued[Math.floor(Math.random() * issued.length)] as Issued;

  if (wants('lookup')) {
    const { baseline, subject, ratio } = await compare(
      get('read', () => `/bench/read/${any().number}`),
      get('look-up', () => `/v1/certificates/${any().number}`),
    );
    report({
      what: 'look-up by number, verified, against Hono + one D1 primary-key read',
      measured: `${rate(subject)} of ${rate(baseline)} = ${(ratio * 100).toFixed(0)} %`,
      limit: '≥ 80 %',
      met: ratio >= 0.8,
    });
    // Round and round through more certificates than an isolate remembers: each is read whole.
    const many = await prepareBatch(stage, 3000);
    await many.issue();
    const others = await certificatesOf(stage, many.id);
    let next = 0;
    const cold = await compare(
      get('read', () => `/bench/read/${any().number}`),
      get('look-up', () => `/v1/certificates/${(others[next++ % others.length] as Issued).number}`),
      3,
    );
    console.log(`     of certificates that were not looked up lately: ${(cold.ratio * 100).toFixed(0)} %`);
  }
  if (wants('verify')) {
    for (const [what, body] of [
      ['credential', () => ({ credential: any().credential })],
      ['seal', () => ({ seal: any().seal_url })],
    ] as const) {
      const subject = post(what, '/v1/verify', body);
      const withRead = await compare(
        {
          ...post('raw', '', () => body()),
          next: () => ({
            method: 'POST',
            url: `${stage.url}/bench/verify?read=${any().number}`,
            body: JSON.stringify(body()),
          }),
        },
        subject,
      );
      report({
        what: `verify a ${what} against Hono + one raw WebCrypto verification + one D1 read`,
        measured: `${rate(withRead.subject)} of ${rate(withRead.baseline)} = ${(withRead.ratio * 100).toFixed(0)} %`,
        limit: '≥ 60 %',
        met: withRead.ratio >= 0.6,
      });
      const raw = await compare(post('raw', '/bench/verify', body), subject, 3);
      console.log(`     the same without the D1 read in the baseline: ${(raw.ratio * 100).toFixed(0)} %`);
    }
  }
  if (wants('issue')) {
    const count = 2000;
    const bytes = 3000;
    const ratios: number[] = [];
    for (let i = 0; i < 3; i++) {
      const base = await fastest(
        1,
        async () => void (await fetch(`${stage.url}/bench/issue/${count}/${bytes}`, { method: 'POST' })),
      );
      const { issue: next } = await prepareBatch(stage, count);
      const own = await fastest(1, next);
      ratios.push(own / base);
      console.log(
        `     issue ${count}: ${own.toFixed(0)} ms, ${((own / count) * 1000).toFixed(0)} µs each; baseline ${base.toFixed(0)} ms`,
      );
    }
    const ratio = ratios.sort((a, b) => a - b)[1] as number;
    report({
      what: 'issue, per certificate, against two raw ES256 signatures + its share of a bulk insert',
      measured: `${ratio.toFixed(2)} ×`,
      limit: '≤ 4 ×',
      met: ratio <= 4,
    });
  }
  if (wants('pdf')) {
    const number = any().number;
    const times = 200;
    const ask = async (kind: string, n: number) =>
      (await (await fetch(`${stage.url}/bench/pdf/${kind}/${number}/${n}`)).json()) as { size: number; bundle: number };
    const cost = async (kind: string) => {
      const call = (n: number) => async () => void (await ask(kind, n));
      await call(50)();
      return ((await fastest(5, call(times))) - (await fastest(5, call(0)))) / times;
    };
    const [plain, signed, kept] = [await cost('plain'), await cost('signed'), await cost('kept')];
    const { size, bundle } = await ask('plain', 1);
    report({ what: 'PDF, warm in workerd', measured: `${plain.toFixed(2)} ms`, limit: '≤ 2 ms', met: plain <= 2 });
    report({
      what: 'PDF with its signature',
      measured: `${signed.toFixed(2)} ms, ${((await ask('signed', 1)).size / 1024).toFixed(1)} KB`,
      limit: '≤ 5 ms',
      met: signed <= 5,
    });
    console.log(`     with a signature that was kept: ${kept.toFixed(2)} ms`);
    report({
      what: 'PDF without photo',
      measured: `${(size / 1024).toFixed(1)} KB (with a bundle of ${(bundle / 1024).toFixed(1)} KB)`,
      limit: '≤ 40 KB',
      met: size <= 40 * 1024,
    });
  }
  if (wants('memory')) {
    const sizes = await liveMegabytes(10_000);
    // The least of each half: what is freed a moment later would count otherwise.
    const factor = Math.min(...sizes.slice(5)) / Math.min(...sizes.slice(0, 5));
    console.log(`     MB in use after each 1,000 documents: ${sizes.map((size) => size.toFixed(1)).join(' ')}`);
    report({
      what: 'memory in use after 10,000 documents against after 5,000',
      measured: `${factor.toFixed(2)} ×`,
      limit: '≤ 1.1 ×',
      met: factor <= 1.1,
    });
  }
  if (wants('growth')) {
    const target = get('look-up', () => `/v1/certificates/${any().number}`);
    const small = await compare(
      get('hello', () => '/bench/hello'),
      target,
      3,
    );
    const size = await grow(stage, Number(values.growth));
    const large = await compare(
      get('hello', () => '/bench/hello'),
      target,
      3,
    );
    // Both against the same empty answer, so that a machine that slowed down meanwhile does not count.
    const factor = small.ratio / large.ratio;
    report({
      what: `look-up among ${size} certificates against among ${issued.length}`,
      measured: `${factor.toFixed(2)} ×`,
      limit: '≤ 1.3 ×',
      met: factor <= 1.3,
    });
  }
} finally {
  await stage.mf.dispose();
}

console.log(`\n${lines.filter((line) => line.met).length} of ${lines.length} figures met`);
process.exit(lines.every((line) => line.met) ? 0 : 1);
