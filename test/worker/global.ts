/** Builds the assets once before the Worker's tests. */
import { buildAssets } from '../../src/cli/build.ts';

export default buildAssets;
