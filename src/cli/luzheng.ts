/**
 * Starts the `luzheng` command, which is main.ts. What was compiled is kept for the next time (.dev/compiled, as in
 * tests): without it, half of a short command's time is Node reading its sources.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../.dev/compiled', import.meta.url)));
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
