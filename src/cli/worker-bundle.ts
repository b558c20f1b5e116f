/**
 * The Worker as this machine runs it: the sources in one file, the bindings of wrangler.toml as the local runtime
 * takes them, and the migrations as statements, all in `.dev/worker`; the assets lie beside it.
 * Where nothing changed since the last time, nothing is done, and wrangler is not even loaded: its development server
 * costs every start some seconds, and every request a second runtime.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { PublicJwk } from '../core/keys.ts';
import { ASSETS, buildAssets, ROOT, whenChanged } from './build.ts';

const OUT = join(ROOT, '.dev/worker');
const MIGRATIONS = join(ROOT, 'src/storage/migrations');
const [SCRIPT, BINDINGS, STATEMENTS] = ['index.js', 'bindings.json', 'migrations.json'];

/** Bindings of a Worker as Miniflare has them; those that are named here are replaced for a service. */
interface WorkerOptions {
  [option: string]: unknown;
  bindings: Record<string, string>;
  ratelimits: Record<string, unknown>;
}

export interface Bundle {
  script: string;
  options: WorkerOptions;
  /** JSON: `[{ name, statements }]`, in their order. */
  migrations: string;
}

/** Whole or not at all: another service may be reading. */
function put(name: string, text: string): void {
  const beside = join(OUT, `${name}.${process.pid}`);
  writeFileSync(beside, text);
  renameSync(beside, join(OUT, name));
}

/** A Worker in one file, as wrangler bundles one without Node's modules. @param entry path in this folder tree */
export async function scriptOf(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    mainFields: ['workerd', 'worker', 'browser', 'module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    absWorkingDir: ROOT,
    logLevel: 'warning',
  });
  return (outputFiles[0] as { text: string }).text;
}

async function make(): Promise<void> {
  const {
    unstable_getMiniflareWorkerOptions: optionsOf,
    unstable_readConfig: readConfig,
    unstable_splitSqlQuery: split,
  } = await import('wrangler');
  const config = join(ROOT, 'wrangler.toml');
  // Of the bindings, the vars alone: what a developer keeps in .dev.vars is not to lie in one more file.
  const options = { ...optionsOf(config).workerOptions, bindings: readConfig({ config }).vars };
  const migrations = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  mkdirSync(OUT, { recursive: true });
  put(SCRIPT, await scriptOf('src/index.ts'));
  put(BINDINGS, JSON.stringify(options));
  put(
    STATEMENTS,
    JSON.stringify(
      migrations.map((name) => ({ name, statements: split(readFileSync(join(MIGRATIONS, name), 'utf8')) })),
    ),
  );
}

/** The Worker with its assets, built where something changed. */
export async function bundleWorker(): Promise<Bundle> {
  await buildAssets();
  await whenChanged(join(ROOT, '.dev/bundled'), OUT, [], make);
  const read = (name: string) => readFileSync(join(OUT, name), 'utf8');
  const { assets, ...options } = JSON.parse(read(BINDINGS)) as WorkerOptions & { assets: object };
  // A folder that was moved since is still the folder.
  return {
    script: read(SCRIPT),
    options: { ...options, rootPath: ROOT, assets: { ...assets, directory: ASSETS } },
    migrations: read(STATEMENTS),
  };
}

// Settings of a local deployment: what the Worker is told of the root, and its secrets.

/** Address before a local Worker: where `/healthz` was held, it answers from then on. */
export const OPEN = '/cdn-cgi/handler/open';

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** The same settings for a service whose requests bring their own time (localhost alone). */
export const withDemoClock = <S extends { vars: Record<string, string> }>(settings: S): S => ({
  ...settings,
  vars: { ...settings.vars, DEMO_CLOCK: 'on' },
});

/** Bindings for a root key and an origin. */
export function settingsFor(
  origin: string,
  root: { kid: string; jwk: PublicJwk },
  masterSecret: string,
  formerHosts: readonly string[] = [],
) {
  const { kty, crv, x, y } = root.jwk;
  return {
    vars: {
      PUBLIC_ORIGIN: origin,
      TRUST_ROOT: root.kid,
      TRUST_ROOT_JWKS: JSON.stringify([{ kty, crv, x, y }]),
      FORMER_HOSTS: formerHosts.join(' '),
    },
    secrets: { MASTER_SECRET: masterSecret },
  };
}
