/**
 * Owns verification of what brings no filing of its own: an organization is filed again every year, often with the same
 * issuing keys, and only the filing that was in force at the issue makes a certificate good. Every one that names the
 * key is tried.
 * It refuses nothing by itself: when none of them fits, the answer is that of the first.
 */
import type { Directory } from './authority.ts';
import type { Evidence } from './evidence.ts';
import { type Verification, verify } from './verify.ts';

export interface Under {
  found: Verification;
  /** The evidence with the filing under which it was found. */
  evidence: Evidence;
}

/** Verifies under each filing, newest first; `filings` empty: without one. */
export async function verifyUnder(
  filings: readonly string[],
  evidence: Evidence,
  directory: Directory,
  now: number,
): Promise<Under> {
  let first: Under | undefined;
  for (const filing of filings.length === 0 ? [evidence.filing] : filings) {
    const under = { ...evidence, filing };
    const found = await verify(under, directory, now);
    // What became of a certificate does not depend on the filing.
    if (found.report.checks.every(({ id, result }) => result !== 'fail' || id === 'status'))
      return { found, evidence: under };
    first ??= { found, evidence: under };
  }
  return first as Under;
}
