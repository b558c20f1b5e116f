/**
 * `npm start`: a working service on this machine, with development keys, migrations and a demonstration. Everything it
 * keeps lies under `.dev/` (keys, secrets) and the data folder; a second start shows the same certificates.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { developmentKeys, keyPath, STATE } from './dev.ts';
import { type LocalService, onAbandoned, startLocal } from './local.ts';
import { type Seeded, seed } from './seed.ts';
import { err, explain, out, usage } from './talk.ts';
import { settingsFor, withDemoClock } from './worker-bundle.ts';

const USAGE = `用法 / usage: npm start -- [--port N] [--persist-to DIR]
  --port        端口，默认 8787 / the port
  --persist-to  数据目录，默认 .dev/state / where the data is kept`;

const FILLING = `正在写入 filling in      另一家机构及其证书、公示、计划、申报、督导抽查，稍候可见 / another organization with its certificates, notices, plans, an application, inspections: a moment more
`;
const FILLED = `
已写全 filled in         演示数据 / the demonstration is complete`;

/** What the data folder remembers beside the database. */
interface Kept {
  root?: string;
  /** Hosts under which certificates were issued from this folder. */
  hosts?: string[];
  seeded?: Seeded;
}

function readArguments(argv: string[]): { port: number; persist: string } | undefined {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: { type: 'string', default: '8787' },
      'persist-to': { type: 'string', default: STATE },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : 0;
  if (port < 1 || port > 65_535) throw usage('--port 应为 1–65535', '--port takes a number from 1 to 65535');
  // npm runs scripts in the package's folder; people mean the folder that they are in.
  return { port, persist: resolve(process.env.INIT_CWD ?? '.', values['persist-to']) };
}

const shown = (path: string): string => {
  const short = relative(process.env.INIT_CWD ?? process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short || '.';
};

let starting: Promise<LocalService> | undefined;
let stopping = false;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await starting?.then(
    (service) => service.stop(),
    () => undefined,
  );
  process.exit(code);
}

async function main(): Promise<void> {
  const input = readArguments(process.argv.slice(2));
  if (!input) {
    out(USAGE);
    return void process.exit(0);
  }
  const { port, persist } = input;
  const origin = `http://localhost:${port}`;
  // A service beside the usual one must not turn the key files away from it.
  const keys = await developmentKeys(persist === STATE ? origin : undefined);
  mkdirSync(persist, { recursive: true, mode: 0o700 });
  const file = join(persist, 'luzheng.json');
  let kept: Kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {};
  if (kept.root !== undefined && kept.root !== keys.root.kid) {
    throw usage(
      `${shown(persist)} 中的数据属于另一把根密钥（${kept.root}）；请换一个 --persist-to 目录，或删除该目录`,
      'the data in this folder belongs to another root key; choose another --persist-to, or delete the folder',
    );
  }
  const keep = (change: Kept) => writeFileSync(file, `${JSON.stringify((kept = { ...kept, ...change }), null, 2)}\n`);
  const host = `localhost:${port}`;
  const hosts = kept.hosts ?? [];
  keep({ root: keys.root.kid, hosts: [...new Set([...hosts, host])] });
  err('正在启动 / starting …');
  const settings = withDemoClock(
    settingsFor(
      origin,
      keys.root,
      keys.masterSecret,
      hosts.filter((one) => one !== host),
    ),
  );
  const held = kept.seeded === undefined;
  starting = startLocal({ ...settings, port, persist, log: join(persist, 'server.log'), held });
  const service = await starting;
  if (held) err('首次启动，正在写入演示数据 / first start: putting in the demonstration …');
  const made = held ? await seed(origin, keys) : undefined;
  const { valid, revoked, holder } = made?.seeded ?? (kept.seeded as Seeded);
  await service.open();
  out(`
鲁证 luzheng            ${origin}

有效证书 valid          ${valid}
                        ${origin}/c/${valid}
                        持证人（虚构）holder, invented: ${holder.name} ${holder.id_number}
已撤销证书 revoked      ${revoked}
                        ${origin}/c/${revoked}

根密钥指纹 root         ${keys.root.kid}
密钥 keys               ${shown(join(keyPath('root'), '..'))}
数据 data               ${shown(persist)}
${made ? FILLING : ''}
查验 verify             npm run -s luzheng -- verify ${valid}${persist === STATE ? '' : ` --server ${origin}`}
停止 stop               Ctrl-C`);
  if (made) {
    await made.fill();
    // An interrupted start begins again: every step asks whether it was taken.
    keep({ seeded: made.seeded });
    out(FILLED);
  }
  await service.ended;
  if (!stopping) {
    err(`服务意外停止，详见 ${shown(join(persist, 'server.log'))} / the service stopped by itself; see its log.`);
    await stop(1);
  }
}

// Ctrl-C is the ordinary end of this command.
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
process.on('SIGHUP', () => void stop(0));
onAbandoned(() => void stop(0));

try {
  await main();
} catch (error) {
  // While it is stopping, calls fail because the service is gone.
  if (!stopping) {
    const { exit, lines } = explain(error);
    for (const line of lines) err(line);
    if (exit === 2) err(`\n${USAGE}`);
    await stop(exit);
  }
}
