/**
 * Test projects: `core` runs what is pure in Node, `commands` the command line, `worker` runs the Worker in
 * workerd with the real D1 and assets, `browser` looks at the served Worker in a real Chromium.
 */
import { availableParallelism } from 'node:os';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { testBindings } from './worker/bindings.ts';

const root = new URL('..', import.meta.url).pathname;

/** What the Worker and its tests import from packages. */
const PACKAGES = [
  '@noble/hashes/sha2.js',
  'canonicalize',
  'fast-check',
  'fflate',
  'hono',
  'hono/accepts',
  'hono/cookie',
  'hono/etag',
  'hono/factory',
  'hono/route',
  'hono/html',
  'hono/jsx',
  'hono/jsx/jsx-dev-runtime',
  'hono/jsx/jsx-runtime',
  'jose',
  'pako3',
  'papaparse',
  'pdf-lib',
  'qrcode/lib/core/qrcode.js',
  'saxes',
  'valibot',
];

/** Long files first, so that none is left alone at the end: services and browsers, then the Worker, then what is pure. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['commands', 'browser', 'worker', 'core'];
    const place = ({ project }: TestSpecification) => order.indexOf(project.name);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    provide: { fuzz: process.env.FUZZ === 'full' || process.env.CI ? 'full' : 'tenth' },
    // One more than there are cores: files wait for disks, browsers and services.
    maxWorkers: availableParallelism() + 1,
    projects: [
      // What is pure remembers nothing, so its files share their processes; commands and services do not.
      {
        test: {
          name: 'core',
          root,
          include: ['test/{base,core,formats,sdk,web}/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'commands',
          root,
          include: ['test/cli/**/*.test.ts'],
          environment: 'node',
          // One `npm start` for those that only call it.
          globalSetup: ['test/cli/global.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          root,
          include: ['test/browser/**/*.test.ts'],
          environment: 'node',
          // One Worker and one Chromium for all of them.
          globalSetup: ['test/browser/global.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}/wrangler.toml` },
            miniflare: {
              bindings: {
                ...(await testBindings()),
                MIGRATIONS: await readD1Migrations(`${root}/src/storage/migrations`),
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          // One module each in place of hundreds, which every file would ask for one by one.
          deps: { optimizer: { ssr: { enabled: true, include: PACKAGES } } },
          root,
          include: ['test/journey.test.ts', 'test/worker/**/*.test.ts'],
          setupFiles: ['test/worker/setup.ts'],
          isolate: false,
          globalSetup: ['test/worker/global.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
