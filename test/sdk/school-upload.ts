/**
 * A training school's own program: uploads a list of results, waits until the centres have approved it, issues, and
 * saves the certificates as PDF. Usage: node school-upload.ts KEY.json LIST.xlsx FOLDER
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as luzheng from 'luzheng/sdk';

const [keyFile, listFile, folder] = process.argv.slice(2) as [string, string, string];
const key = await luzheng.readCaller(await readFile(keyFile, 'utf8'));
const caller = new luzheng.Caller(key.server, key);
try {
  const list = new Uint8Array(await readFile(listFile));
  const { id } = await luzheng.submitList(caller, list);
  console.log(`submitted ${id}`);
  await luzheng.whenApproved(caller, id, { every: 2000 });
  // What the order signs is computed here, from the rows that the service shows.
  const batch = await luzheng.readBatch(caller, id);
  luzheng.requireSameRows(luzheng.readRows(list).rows, batch, new Map());
  const { count } = await luzheng.issueBatch(caller, batch);
  await mkdir(folder, { recursive: true });
  for await (const { name, bytes } of luzheng.pdfsOf(caller, id, count)) await writeFile(join(folder, name), bytes);
  console.log(`issued ${count}`);
} catch (error) {
  if (!luzheng.isCallError(error)) throw error;
  for (const { row, field, message } of error.problem.errors ?? []) console.error(`row ${row}: ${field}: ${message}`);
  console.error(error.message);
  process.exitCode = 1;
}
