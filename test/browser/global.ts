/** Serves one Worker and starts one Chromium for all files of the project, which use them beside each other (served.ts). */
import type { TestProject } from 'vitest/node';
import { browserPath } from '../programs.ts';
import { serveChromium } from './browser.ts';
import { type Served, serveWorker } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    served: Served;
    /** Where the Chromium is connected to. */
    chromium: string;
  }
}

export default async function serve(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const path = browserPath();
  if (path === undefined) return undefined;
  const [worker, chromium] = await Promise.all([serveWorker(true), serveChromium(path)]);
  project.provide('served', worker.served);
  project.provide('chromium', chromium.wsEndpoint());
  return async () => {
    await chromium.close();
    await worker.stop();
  };
}
