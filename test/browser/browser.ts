/** The Chromium of the browser tests; without one they are skipped, and the run's end says so (reporter.ts). */
import { type Browser, type BrowserContext, type BrowserServer, chromium, type Download } from 'playwright-core';
import { findBrowser } from '../programs.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

const optionsOf = (executablePath: string, flags: readonly string[] = []) => ({
  executablePath,
  headless: true,
  args: [...FLAGS, ...flags],
});

/** Path of a browser, or undefined where the tests are to be skipped. */
export const findChromium = findBrowser;

/** The one Chromium of all files, which connect to it (server.ts). */
export const serveChromium = (executablePath: string): Promise<BrowserServer> =>
  chromium.launchServer(optionsOf(executablePath));

/** A Chromium of one's own. */
export const launch = (executablePath: string, flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch(optionsOf(executablePath, flags));

/** The same with a camera that shows a film (camera.ts). */
export const launchWithCamera = (executablePath: string, film: string): Promise<Browser> =>
  launch(executablePath, [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ]);

/** Ten o'clock of a day in Shanghai, NumericDate. */
export const momentOf = (day: string): number => Date.parse(`${day}T10:00:00+08:00`) / 1000;

/** When everything about days of plans happens: they are counted by a calendar that ends. */
export const AT = momentOf('2026-11-23');

/** Lets a browser live in a moment, with the server that it asks. */
export async function atMoment(context: BrowserContext, moment: number): Promise<void> {
  await context.setExtraHTTPHeaders({ 'Luzheng-Clock': String(moment) });
  await context.clock.setFixedTime(moment * 1000);
}

/** What was saved; the browser that saved it may be another process's. */
export async function bytesOf(download: Download): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
