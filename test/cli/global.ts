/** One `npm start` for all files of the project that do not try the start itself; the first that asks has it started. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../src/cli/local.ts';
import { type Running, scratch, start } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with what was started. */
    started: string;
  }
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const folder = scratch();
  let service: Running | undefined;
  async function launch(): Promise<string> {
    const port = await freePort();
    service = start('start.ts', ['--port', String(port), '--persist-to', join(folder, 'state')]);
    await service.says(/filled in/);
    return JSON.stringify({ origin: `http://localhost:${port}`, said: service.text() });
  }
  let launched: Promise<string> | undefined;
  const server = createServer((_request, response) => {
    launched ??= launch();
    launched.then(
      (answer) => response.end(answer),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  project.provide('started', `http://localhost:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    service?.child.kill('SIGTERM');
    await service?.end;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
