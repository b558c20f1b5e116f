/** Finds certificates by what somebody knows of them. Why nothing was found is never told apart (guesses.ts). */
import { isRefusal, Refusal } from '../base/refusal.ts';
import { splitCredential, withDisclosures } from '../core/credential.ts';
import { type ClaimName, chooseDisclosures, type Holder, holderIn } from '../core/disclose.ts';
import { ID_TYPE_NAMES, type IdType, normalizeIdNumber } from '../core/identity.ts';
import { foldName, requireWritten } from '../core/name.ts';
import { parseNumber } from '../core/number.ts';
import type { Report } from '../core/report.ts';
import { complete, type OwnRow, selectOwnRows, selectOwnRowsOfPerson } from '../storage/certificate-store.ts';
import { type Factors, type Guesser, guess, noMatch } from './guesses.ts';
import { examine, lookUp, openPrivate } from './read-certificate.ts';
import type { Found, Service } from './service.ts';

const sameName = (holder: Partial<Holder> | undefined, name: string) =>
  holder?.name !== undefined && foldName(holder.name) === foldName(name);

const sameId = (holder: Partial<Holder> | undefined, id: string) =>
  holder?.id_number !== undefined && normalizeIdNumber(holder.id_number) === normalizeIdNumber(id);

const matches = (holder: Partial<Holder> | undefined, { name, id_number }: Factors): boolean =>
  (name === undefined || sameName(holder, name)) && (id_number === undefined || sameId(holder, id_number));

/** Whom a row's ciphertext names; nobody when it was tampered with. */
async function claimedHolder(service: Service, own: OwnRow): Promise<Partial<Holder>> {
  const { disclosures } = await openPrivate(service, own);
  try {
    return holderIn(disclosures);
  } catch (error) {
    if (isRefusal(error)) return {};
    throw error;
  }
}

async function ownOfPerson(service: Service, idNumber: string): Promise<OwnRow[]> {
  const normal = normalizeIdNumber(idNumber);
  const persons = await Promise.all(
    (Object.keys(ID_TYPE_NAMES) as IdType[]).map((type) => service.vault.person(type, normal)),
  );
  return selectOwnRowsOfPerson(service.db, persons, 50);
}

/**
 * The certificates that agree with everything entered, verified. One statement reads the rows, and nothing else runs unless
 * their holders agree: not found, wrong name and wrong ID cost the same.
 * @throws Refusal what `guess` throws
 */
async function findMatching(
  service: Service,
  factors: Factors,
  asker: Guesser,
  show: readonly ClaimName[],
): Promise<Found[]> {
  const { number, name, id_number } = factors;
  const read = async () => {
    const owns =
      number === undefined
        ? await ownOfPerson(service, id_number as string)
        : await selectOwnRows(service.db, [number]);
    return { owns, holders: await Promise.all(owns.map((own) => claimedHolder(service, own))) };
  };
  // What counts depends on the holder: read before; otherwise a closed guess reads nothing.
  const before = number !== undefined && name !== undefined && id_number !== undefined ? await read() : undefined;
  return guess(service, factors, before?.holders[0]?.name, asker, async () => {
    const { owns, holders } = before ?? (await read());
    const agreeing = owns.filter((_, at) => matches(holders[at], factors));
    if (agreeing.length === 0) return undefined;
    const rows = await complete(service.db, service.lately, agreeing);
    const found = await Promise.all(rows.map((row) => examine(service, row, number, show)));
    // What a ciphertext says counts only once the signed digests hold.
    const matching = found.filter(({ holder }) => matches(holder, factors));
    return matching.length === 0 ? undefined : matching;
  });
}

/**
 * Finds certificates by any two of number, name and identifier, or by the number alone.
 * @throws Refusal `search_too_little`, `number_malformed`, what `requireWritten` throws, and what `guess` throws: for whatever does not match the uniform
 *   `no_match`
 */
export async function search(service: Service, query: Factors, asker: Guesser): Promise<Report[]> {
  const { name, id_number } = query;
  if (query.number === undefined && (name === undefined || id_number === undefined)) {
    throw new Refusal('search_too_little', 'Give the certificate number, or name and document number.');
  }
  const number = query.number === undefined ? undefined : parseNumber(query.number).text;
  if (name !== undefined) requireWritten(name);
  const show: ClaimName[] = [
    ...(name === undefined ? [] : ['name' as const]),
    ...(id_number === undefined ? [] : ['identifier' as const]),
  ];
  const factors = { number, name, id_number };
  const found =
    show.length === 0 ? [await lookUp(service, number as string)] : await findMatching(service, factors, asker, show);
  const proved = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return found.map((one) => {
    if (!one) throw noMatch();
    const {
      verification: { report },
      disclosures,
    } = one;
    // Who proved a claim gets it signed: the credential with that disclosure and no other.
    const credential =
      report.credential === undefined
        ? {}
        : { credential: withDisclosures(splitCredential(report.credential).jws, chooseDisclosures(disclosures, show)) };
    return { ...report, ...credential, proved };
  });
}

/** The certificate of someone who knows its number, name and document number. @throws Refusal what `requireWritten` and `guess` throw */
export async function findForHolder(
  service: Service,
  asked: string,
  name: string,
  id_number: string,
  asker: Guesser,
): Promise<Found> {
  const factors = { number: parseNumber(asked).text, name, id_number };
  requireWritten(name);
  const [found] = await findMatching(service, factors, asker, ['name', 'identifier']);
  return found as Found;
}
