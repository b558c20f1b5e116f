/**
 * Owns whom a command of the procedure speaks as: a key that a statement names, or one that nobody has named yet, which
 * speaks for itself. Once a centre has named such a key, its statement is fetched and kept in the key file.
 * It refuses key files that cannot be read, and the province's root.
 */
import { readKeyFile, writeKeyFile } from '../../keys/make.ts';
import { thumbprint } from '../life/statement.ts';
import { Caller } from './caller.ts';
import type { Input } from './command.ts';
import { now, type Speaker } from './sign.ts';
import { asApplicant } from './stepper.ts';
import type { TrustFile } from './steps.ts';
import { rootKeyUsed } from './talk.ts';

interface Me {
  statements: { typ: string; sub: string; exp: number; token: string }[];
}

/** Refuses the province's root as an applicant, before it signs anything: roots that the service names are a hint, and enough for that. */
async function refuseRoot(kid: string, origin: string): Promise<void> {
  const { roots } = await new Caller(origin).get<TrustFile>('/.well-known/trust.json');
  for (const root of roots) if ((await thumbprint(root)) === kid) throw rootKeyUsed();
}

/** The identity of --key, at --server or where the key file says. */
export async function speakerOf(input: Input): Promise<{ identity: Speaker; caller: Caller }> {
  const path = input.path('key');
  const { file, pair } = await readKeyFile(path);
  if (file.token !== undefined && file.subject !== undefined) return input.caller();
  const origin = input.origin(file.server);
  await refuseRoot(pair.kid, origin);
  const applicant = await asApplicant(pair, now());
  const { statements } = await new Caller(origin, applicant).get<Me>('/v1/me');
  const named = statements
    .filter(({ typ, exp }) => typ === 'client+jwt' && exp > now())
    .sort((a, b) => a.exp - b.exp)
    .at(-1);
  if (!named) return { identity: applicant, caller: new Caller(origin, applicant) };
  writeKeyFile(path, { ...file, server: file.server ?? origin, subject: named.sub, token: named.token });
  const identity = { ...pair, subject: named.sub, token: named.token };
  return { identity, caller: new Caller(origin, identity) };
}
