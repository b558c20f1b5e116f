/**
 * Owns the programs of other people that tests use: which there are on this machine, and putting them there once, before
 * the tests, where the machine lets us (root and apt-get): a browser for everybody, in CI the judges of files too.
 * It refuses to install from inside a test: files run side by side, and the package manager takes one at a time.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';

/** Chromium without a window of its own: the same engine, for less of the processor's time. */
const SHELL = '/usr/bin/chromium-headless-shell';
const BROWSERS = [
  SHELL,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Debian's packages of the programs that judge what the service makes. A test asks for no other (hasTool). */
const JUDGES = {
  pdftoppm: 'poppler-utils',
  pdfinfo: 'poppler-utils',
  pdftotext: 'poppler-utils',
  pdftocairo: 'poppler-utils',
  pdfimages: 'poppler-utils',
  pdfdetach: 'poppler-utils',
  pdfsig: 'poppler-utils',
  qpdf: 'qpdf',
  gs: 'ghostscript',
  zbarimg: 'zbar-tools',
  ZXingReader: 'zxing-cpp-tools',
  openssl: 'openssl',
  certutil: 'libnss3-tools',
  zip: 'zip',
  unzip: 'unzip',
  python3: 'python3',
  'softhsm2-util': 'softhsm2',
  'pkcs11-tool': 'opensc',
};

function answers(name: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(name, args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const onPath = (name: string): boolean => answers('which', name) !== undefined;

/** ImageMagick 6 or 7 itself: other programs are called `convert` too. */
const imageMagick = (): string | undefined =>
  ['magick', 'convert'].find((name) => answers(name, '-version')?.includes('ImageMagick'));

const PYJWT = ['python3-jwt', 'python3-cryptography'];
const pythonWithJwt = (): string | undefined =>
  ['/usr/bin/python3', 'python3'].find((name) => answers(name, '-c', 'import jwt, cryptography') !== undefined);

/** The browser to be used, if there is one. `whole`: one with windows, as people have it, where there is a choice. */
export const browserPath = (whole = false): string | undefined =>
  [process.env.LUZHENG_CHROMIUM ?? '', ...(whole ? BROWSERS.toReversed() : BROWSERS)].find(
    (path) => path !== '' && existsSync(path),
  );

/** Names the file in which tests, in processes of their own, note what they lacked; the reporter makes it and tells of it. */
export const MISSING_FILE = 'LUZHENG_MISSING_PROGRAMS';

/** Notes what a test lacked. */
export function missing(name: string, item: string): undefined {
  const file = process.env[MISSING_FILE];
  if (file !== undefined) appendFileSync(file, `${name} (${item})\n`);
}

/** True when all these programs are on this machine; each that is not is named at the end of the run. */
export const hasTool = (...names: (keyof typeof JUDGES)[]): boolean =>
  names.filter((name) => !onPath(name)).map((name) => missing(name, JUDGES[name])).length === 0;

/** The command of ImageMagick, or undefined, and then it is named likewise. */
export const findImageMagick = (): string | undefined => imageMagick() ?? missing('ImageMagick', 'imagemagick');

/** A Python that has PyJWT and its cryptography, Debian's own first, or undefined, and then they are named likewise. */
export const findPyJwt = (): string | undefined => pythonWithJwt() ?? missing('PyJWT', PYJWT.join(' '));

/** The browser, or undefined, and then it is named likewise. */
export const findBrowser = (): string | undefined => browserPath() ?? missing('Chromium', 'chromium-headless-shell');

export function installPrograms(): void {
  const wanted = browserPath() === undefined ? ['chromium-headless-shell'] : [];
  if (process.env.CI) {
    if (wanted.length === 0 && !existsSync(SHELL)) wanted.push('chromium-headless-shell');
    wanted.push(...new Set(Object.entries(JUDGES).flatMap(([name, item]) => (onPath(name) ? [] : [item]))));
    if (imageMagick() === undefined) wanted.push('imagemagick');
    if (pythonWithJwt() === undefined) wanted.push(...PYJWT);
  }
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (wanted.length === 0 || !canInstall) return;
  console.error(`正在安装测试所用的 Debian 软件包 / installing Debian packages for the tests: ${wanted.join(' ')} …`);
  const apt = (...args: string[]) =>
    spawnSync('/usr/bin/apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: 900_000,
    });
  apt('update');
  // One by one after a failure together: a package that a release lacks must not keep the others away.
  if (apt('install', '-y', '--no-install-recommends', ...wanted).status === 0) return;
  for (const item of wanted) {
    const { status, stderr } = apt('install', '-y', '--no-install-recommends', item);
    if (status !== 0) console.error(`!!! ${item}: ${stderr.trim().split('\n').at(-1) ?? 'not installed'}`);
  }
  // Older releases have the whole browser alone.
  if (browserPath() === undefined) apt('install', '-y', '--no-install-recommends', 'chromium');
}
