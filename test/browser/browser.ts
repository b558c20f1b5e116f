/** Starts the Chromium of the browser tests; without one they are skipped, and the run's end says so (reporter.ts). */
import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../programs.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of a browser, or undefined where the tests are to be skipped. */
export const findChromium = findBrowser;

export const launch = (executablePath: string, flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
