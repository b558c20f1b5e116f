/**
 * Owns load: a number of kept connections that ask again as soon as they are answered, for some seconds.
 * The generator shares the machine with the Worker, so only ratios within one run mean anything.
 */
import { Agent, request } from 'node:http';

export interface Target {
  name: string;
  /** The next request: method, address, body. */
  next: () => { method: string; url: string; body?: string; type?: string };
}

function once(agent: Agent, target: Target): Promise<void> {
  const { method, url, body, type = 'application/json' } = target.next();
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method,
        agent,
        headers: body === undefined ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200
            ? resolve()
            : reject(new Error(`${target.name}: ${method} ${url} answered ${response.statusCode}`)),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** Requests a second over `seconds` with `connections`. */
export async function throughput(target: Target, seconds: number, connections = 16): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        await once(agent, target);
        done++;
      }
    }),
  );
  agent.destroy();
  return done / seconds;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Measures two targets turn by turn, so that both meet the same machine. @returns medians of requests a second */
export async function compare(
  baseline: Target,
  subject: Target,
  rounds = 5,
  seconds = 2,
): Promise<{ baseline: number; subject: number; ratio: number }> {
  await throughput(baseline, 1);
  await throughput(subject, 1);
  const rates: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    rates[0].push(await throughput(baseline, seconds));
    rates[1].push(await throughput(subject, seconds));
  }
  const [base, own] = [median(rates[0]), median(rates[1])];
  return { baseline: base, subject: own, ratio: median(rates[1].map((rate, i) => rate / (rates[0][i] as number))) };
}

/** Milliseconds that some work takes, the best of several times (for work that is not a request). */
export async function fastest(times: number, work: () => Promise<void>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
