/**
 * Reads one stored certificate: the row becomes evidence, the evidence a Report. Every answer is verified from stored
 * signatures; what a row's columns say counts for nothing by itself.
 */
import { readStoredJson } from '../base/bounded.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Evidence } from '../core/bundle.ts';
import { splitCredential, withDisclosures } from '../core/credential.ts';
import { type ClaimName, chooseDisclosures, type Holder, holderIn } from '../core/disclose.ts';
import { parseNumber } from '../core/number.ts';
import { foldName, ID_TYPE_NAMES, type IdType, normalizeIdNumber, requireWritten } from '../core/person.ts';
import type { Columns } from '../core/register-columns.ts';
import type { Report } from '../core/report.ts';
import type { StoredEvent } from '../core/status.ts';
import { verify } from '../core/verify.ts';
import {
  type CertificateRow,
  complete,
  type OwnRow,
  selectCertificate,
  selectOwnRows,
  selectOwnRowsOfPerson,
} from '../storage/certificate-store.ts';
import { type Factors, type Guesser, guess, noMatch } from './guesses.ts';
import { directoryOf } from './on-file.ts';
import { openSecret } from './open-batch.ts';
import type { Found, Service } from './service.ts';

async function openPrivate(
  service: Service,
  row: Pick<CertificateRow, 'batch' | 'position' | 'sealed'>,
): Promise<{ disclosures: string[]; broken?: string }> {
  try {
    const { disclosures } = await openSecret(service, row.batch, row);
    return { disclosures };
  } catch (error) {
    if (isRefusal(error)) return { disclosures: [], broken: 'sealed' };
    throw error;
  }
}

/** Columns that repeat another column: a difference means that one of them was edited. */
function brokenCopy(row: CertificateRow): string | undefined {
  if (row.row_person !== row.person) return 'person';
  if (row.row_level !== row.level) return 'level';
  if (row.row_occupation_code !== row.occupation_code) return 'occupation_code';
  if (row.row_job !== row.job) return 'job';
  if (row.batch_organization !== row.organization) return 'organization';
  return undefined;
}

function columnsOf(service: Service, row: CertificateRow, broken: string | undefined): Columns {
  return {
    ...row,
    personOf: (idType, idNumber) => service.vault.person(idType, idNumber),
    approval: row.approval_jti,
    row: row.facts,
    replaces: row.row_replaces,
    live: row.live === 1,
    crowded: row.crowded === 1,
    mending: row.mending === 1,
    successor_pending: row.successor_pending === 1,
    broken: broken ?? brokenCopy(row),
  };
}

/** The events of a stored row; none when they are no JSON, which the state column then contradicts. */
export const storedEvents = (row: CertificateRow): StoredEvent[] =>
  (readStoredJson<{ token: string; client: string | null }[]>(row.events) ?? []).map(({ token, client }) => ({
    token,
    client: client ?? undefined,
  }));

/** The evidence that a stored row gives. */
function evidenceOf(
  service: Service,
  row: CertificateRow,
  asked: string | undefined,
  disclosures: string[],
  broken: string | undefined,
): Evidence {
  return {
    asked,
    credential: withDisclosures(row.credential, disclosures),
    seal: { number: row.number, digits: row.seal },
    filing: row.filing,
    client: row.client,
    approval: row.approval,
    order: row.order_token,
    inclusion: { index: row.position, size: row.count, path: row.path === '' ? [] : row.path.split('.') },
    status: {
      events: storedEvents(row),
      successor:
        row.successor === null ? undefined : readStoredJson<{ credential: string; filing: string }>(row.successor),
    },
    columns: columnsOf(service, row, broken),
  };
}

/** A stored row as evidence, with the directory of the centres behind it. */
export async function storedEvidence(service: Service, row: CertificateRow, asked: string | undefined) {
  const { disclosures, broken } = await openPrivate(service, row);
  return {
    evidence: evidenceOf(service, row, asked, disclosures, broken),
    directory: await directoryOf(service, row.revision),
    disclosures,
  };
}

/** Whether a row's private part and all that it is compared with are what was found intact before. */
const sameRow = (a: CertificateRow, b: CertificateRow): boolean =>
  a.sealed === b.sealed &&
  a.facts === b.facts &&
  a.person === b.person &&
  a.row_person === b.row_person &&
  a.batch === b.batch &&
  a.position === b.position;

const isWhole = (holder: Partial<Holder> | undefined): holder is Holder =>
  holder?.name !== undefined && holder.id_type !== undefined && holder.id_number !== undefined;

/** Verifies a stored row. `show` limits which personal claims the report may carry. */
export async function examine(
  service: Service,
  row: CertificateRow,
  asked: string | undefined,
  show: readonly ClaimName[],
): Promise<Found> {
  // A public look-up shows nothing private: a ciphertext that was found intact before is not opened again.
  const before = service.intact.get(row.number);
  if (show.length === 0 && before && sameRow(before, row)) {
    const evidence = evidenceOf(service, row, asked, [], undefined);
    return {
      row,
      verification: await verify({ ...evidence, show }, await directoryOf(service, row.revision), service.now()),
      disclosures: [],
      holder: undefined,
    };
  }
  const { evidence, directory, disclosures } = await storedEvidence(service, row, asked);
  const verification = await verify({ ...evidence, show }, directory, service.now());
  if (verification.disclosed && verification.report.verdict !== 'invalid') service.intact.set(row.number, row);
  const holder = verification.disclosed?.holder;
  return { row, verification, disclosures, holder: isWhole(holder) ? holder : undefined };
}

/** What a number is answered with that the register does not hold. */
export const certificateNotFound = () =>
  new Refusal(
    'certificate_not_found',
    'This register holds no certificate with this number. That does not mean that a certificate is false: check each digit.',
  );

/** Seconds for which the outcome of a verification stands while the register's revision stays. */
const STANDS = 60;

/** Looks a certificate up by its number, as typed. @returns undefined when the register does not hold it */
export async function lookUp(
  service: Service,
  asked: string,
  show: readonly ClaimName[] = [],
): Promise<Found | undefined> {
  const { text } = parseNumber(asked);
  const row = await selectCertificate(service.db, service.lately, text);
  if (!row) return undefined;
  return show.length === 0 ? publicly(service, row, text) : examine(service, row, text, show);
}

/** What a public look-up finds: verified within the last minute from the very row and directory that are read now. */
async function publicly(service: Service, row: CertificateRow, text: string): Promise<Found> {
  const directory = await directoryOf(service, row.revision);
  const now = service.now();
  const before = service.verified.get(text);
  if (before && before.row === row && before.directory === directory && now >= before.at && now < before.at + STANDS)
    return before.found;
  const found = await examine(service, row, text, []);
  service.verified.set(text, { row, directory, found, at: now });
  return found;
}

// Finds certificates by what somebody knows of them. Why nothing was found is never told apart (guesses.ts).

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
 * The certificates that agree with everything entered, verified. One statement reads the rows, and nothing else runs
 * unless their holders agree: not found, wrong name and wrong ID cost the same.
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
 * @throws Refusal `search_too_little`, `number_malformed`, what `requireWritten` throws, and what `guess` throws: for
 *   whatever does not match the uniform `no_match`
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
  const proved = (['number', 'name', 'id_number'] as const).filter((factor) => query[factor] !== undefined);
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

/**
 * The certificate of someone who knows its number, name and document number.
 * @throws Refusal what `requireWritten` and `guess` throw
 */
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
