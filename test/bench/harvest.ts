/**
 * What harvesting sequential numbers gets, by `npm exec -- node test/bench/harvest.ts` (`--count N`, default 10,000): a stranger
 * at one address asks the served Worker, with the brakes of wrangler.toml, for one number after the other, as fast as it answers.
 * Prints what came back; exits 1 when a name or a document number stood in the open.
 */
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { startServer } from '../browser/server.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' } } });
const count = Number(values.count);

const server = await startServer();
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const get = (path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    request(server.origin + path, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });

try {
  const people = Array.from({ length: 100 }, (_, n) =>
    server.person(`司马${'甲乙丙丁戊己庚辛壬癸'[n % 10]}${'东南西北'[n % 4]}`, 200 + n),
  );
  const { shown } = await server.certify(people);
  const prefix = (shown[0] as { number: string }).number.slice(0, -6);
  const statuses = new Map<number, number>();
  const holders = new Set<string>();
  const open = new Set<string>();
  const began = performance.now();
  let next = 1;
  const lane = async () => {
    while (next <= count) {
      const { status, text } = await get(`/v1/certificates/${prefix}${String(next++).padStart(6, '0')}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200)
        holders.add(JSON.stringify((JSON.parse(text) as { certificate: { holder: unknown } }).certificate.holder));
      for (const { name, id_number } of people)
        for (const secret of [name, id_number, id_number.slice(0, 14)]) if (text.includes(secret)) open.add(secret);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  const seconds = (performance.now() - began) / 1000;
  const answered = count - (statuses.get(429) ?? 0);
  console.log(
    `${count} numbers in ${seconds.toFixed(1)} s: ${[...statuses]
      .sort()
      .map(([status, n]) => `${status} × ${n}`)
      .join(', ')}`,
  );
  console.log(
    `answered ${answered}, ${Math.round((answered / seconds) * 60)} a minute; braked ${((100 * (count - answered)) / count).toFixed(0)} %`,
  );
  console.log(`holders, as far as they are shown: ${[...holders].join(' ')}`);
  console.log(open.size === 0 ? 'no name and no document number in the open' : `IN THE OPEN: ${[...open].join(' ')}`);
  process.exitCode = open.size === 0 ? 0 : 1;
} finally {
  agent.destroy();
  await server.stop();
}
