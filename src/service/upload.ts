/**
 * Upload of results (结果上传). Everything that could refuse a row later is checked here, and each row's disclosures are
 * fixed, so that the root which centres sign is the root of what will be issued. A batch is refused as a whole, with
 * every fault.
 *
 *   check → 1. photos (photo-packs.ts) → 2. batch, rows and the places of photos, in one transaction
 *
 * A crash before 1 leaves nothing; between 1 and 2 packs of photos that nobody can read and the sweep deletes.
 */
import { CURRENT } from '../../templates/index.ts';
import { toHex } from '../base/bytes.ts';
import { shanghaiDay, shanghaiYear } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { counted } from '../base/words.ts';
import { leafText, rootOfTexts } from '../core/approved-rows.ts';
import { makeDisclosures, SALT_BYTES } from '../core/disclose.ts';
import { checkPrintable } from '../core/paper/document.ts';
import { ID_TYPE_NAMES, maskName } from '../core/person.ts';
import { type GivenPhoto, matchPhotos } from '../core/rows/row-photos.ts';
import { type CheckedRow, checkRows, type RawRow } from '../core/rows/rows.ts';
import type { Filing } from '../core/schema.ts';
import { chooseFormat } from '../core/seal.ts';
import { missingGlyphs } from '../formats/font/font.ts';
import {
  type BatchRow,
  insertBatch,
  type StoredRow,
  selectAlreadyCertified,
  selectBatchByIdempotencyKey,
  selectBatchOfResults,
  selectReplaceable,
  selectUsedCapacity,
} from '../storage/batch-store.ts';
import { isCodeReleased } from '../storage/code-store.ts';
import type { D1PreparedStatement } from '../storage/database.ts';
import { keepPhotos, type PhotoPlace } from '../storage/object-store.ts';
import { currentFiling, directoryOf } from './on-file.ts';
import { type RowSecret, sealSecret } from './open-batch.ts';
import { discardPhotos, storePhotos } from './photo-packs.ts';
import { requireStanding } from './procedure/standing.ts';
import type { Caller } from './reach.ts';
import type { Service } from './service.ts';

/** One fault of one row; `message` is Chinese, then English. */
export interface RowFault {
  row: number;
  field: string;
  code: string;
  message: string;
  /** Of photos: the name in the archive. */
  file?: string;
}

/** All faults of a batch. Carried beside the refusal because there can be thousands. */
export class RowsRefused extends Refusal {
  readonly faults: RowFault[];
  constructor(faults: RowFault[]) {
    super(
      'rows_refused',
      `${counted(faults.length, 'fault')} in the rows; nothing was stored. Correct the file and send it again.`,
      { count: faults.length },
    );
    this.faults = faults;
  }
}

/**
 * What an organization submits. `results`: what the rows are of, where they were published. `digest`: of all of it, so
 * that an Idempotency-Key is not reused for something else.
 */
export interface Upload {
  rows: RawRow[];
  photos: GivenPhoto[];
  digest: string;
  results?: string;
  /** Written in the same transaction, before it. */
  before?: D1PreparedStatement[];
}

/**
 * Checks and stores a batch.
 * @param key Idempotency-Key
 * @throws RowsRefused; Refusal `organization_not_filed`, `capacity_exceeded`, `idempotency_key_reused`
 */
export async function submitBatch(
  service: Service,
  caller: Caller,
  upload: Upload,
  key: string | null,
): Promise<{ batch: BatchRow; fresh: boolean }> {
  const organization = caller.subject.slice('org:'.length);
  const digest = key === null ? null : await idempotencyDigest(service, organization, key);
  const repeated =
    key === null || digest === null ? null : await selectBatchByIdempotencyKey(service.db, organization, digest, key);
  if (repeated) {
    if (repeated.body_digest !== upload.digest)
      throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for another file.');
    return { batch: repeated, fresh: false };
  }
  const directory = await directoryOf(service);
  const { id: filingId, filing } = await currentFiling(service, directory, organization);
  const standing = await requireStanding(service, organization);
  const fonts = await service.fonts();
  const now = service.now();
  const checked = checkRows(upload.rows, {
    scope: filing.scope,
    pass_mark: filing.pass_mark,
    today: shanghaiDay(now),
    missingGlyphs: (text) => missingGlyphs(fonts, text),
  });
  const { photos, faults: photoFaults } = await matchPhotos(upload.rows, upload.photos);
  const rowFaults = [...checked.faults, ...photoFaults].sort((a, b) => a.row - b.row);
  if (rowFaults.length > 0) throw new RowsRefused(rowFaults);
  await requireCapacity(service, organization, filing, checked.rows.length);
  const persons = await Promise.all(checked.rows.map((row) => service.vault.person(row.id_type, row.id_number)));
  const faults = await registerFaults(service, organization, checked.rows, persons);
  if (faults.length > 0) throw new RowsRefused(faults);

  const id = `b${toHex(service.random(12))}`;
  const rows: StoredRow[] = [];
  const digests: (string | null)[] = [];
  for (const [position, row] of checked.rows.entries()) {
    // Exactly what rendering would refuse is refused now: after numbering nothing may be.
    const { name, occupation, job, level, id_number } = row;
    checkPrintable(fonts, {
      template: CURRENT,
      organization: { code: organization, name: filing.name },
      occupation,
      job,
      level,
      name,
      id_type_name: ID_TYPE_NAMES[row.id_type],
      id_number,
    });
    const digest = photos.get(row.row)?.digest ?? null;
    digests.push(digest);
    rows.push(await storedRow(service, id, position, row, persons[position] as string, digest));
  }
  const root = rootOfTexts(rows.map((row) => row.facts));
  const batch = {
    id,
    organization,
    filing: filingId,
    count: rows.length,
    root,
    created_at: now,
    idempotency_key: digest,
    body_digest: upload.digest,
    template: CURRENT,
    results: upload.results ?? null,
  };
  try {
    const places = await storePhotos(service, id, photos.values());
    const placed = digests.flatMap((digest, position) =>
      digest === null ? [] : [{ position, ...(places.get(digest) as PhotoPlace) }],
    );
    await insertBatch(service.db, batch, rows, {
      before: [standing, ...(upload.before ?? [])],
      along: places.size === 0 ? [] : keepPhotos(service.db, id, placed),
    });
  } catch (error) {
    // Whatever is left if this fails too, the sweep takes.
    if (photos.size > 0)
      await discardPhotos(service, id).catch(() =>
        console.error(JSON.stringify({ event: 'photos_left_to_sweep', batch: id })),
      );
    if (isCodeReleased(error))
      throw new Refusal('filing_withdrawn', 'The filing of the organization was withdrawn.', { part: 'filing+jwt' });
    // Two calls with one key at the same moment: the other one's batch is the answer.
    if (key !== null && error instanceof Error && /batches\.organization/.test(error.message))
      return submitBatch(service, caller, upload, key);
    const overtaken =
      isRefusal(error, 'batch_closed') || (error instanceof Error && /batches\.results/.test(error.message));
    if (upload.results !== undefined && overtaken) return batchOfOther(service, upload.results, upload.digest);
    throw error;
  }
  return { batch: { ...batch, state: 'submitted', returned_sealed: null, returned_reason: null }, fresh: true };
}

/** What is kept of an Idempotency-Key: callers choose it, and may put anything into it. */
export const idempotencyDigest = (service: Service, organization: string, key: string): Promise<string> =>
  service.vault.factor(`idempotency|${organization}|${key}`);

/** Two calls for the same results at the same moment: the other one's batch is the answer, if it is the same. */
async function batchOfOther(
  service: Service,
  results: string,
  digest: string,
): Promise<{ batch: BatchRow; fresh: boolean }> {
  const batch = await selectBatchOfResults(service.db, results);
  if (batch?.body_digest === digest) return { batch, fresh: false };
  throw new Refusal(
    'step_out_of_order',
    'Another batch was made of these results at the same moment. Look again, then decide.',
    { part: 'results' },
  );
}

/** Fixes a row's disclosures and its public part, and seals what is private. */
async function storedRow(
  service: Service,
  batch: string,
  position: number,
  row: CheckedRow,
  person: string,
  photo: string | null,
): Promise<StoredRow> {
  const holder = { name: row.name, id_type: row.id_type, id_number: row.id_number, photo_digest: photo };
  const { disclosures, sd } = makeDisclosures(holder, [
    service.random(SALT_BYTES),
    service.random(SALT_BYTES),
    service.random(SALT_BYTES),
  ]);
  const { occupation, job, level, exam_date, replaces } = row;
  const facts = leafText({
    occupation,
    job,
    level,
    exam_date,
    masked_name: maskName(row.name),
    sd,
    ...(replaces === undefined ? {} : { replaces }),
  });
  // The largest seal this row can have, so that nothing is refused at issue.
  chooseFormat({
    origin: service.config.origin,
    number: '0'.repeat(22),
    key_number: 255,
    issued_on: shanghaiDay(service.now()),
    occupation,
    job,
    name: row.name,
    name_digest: sd[0] as string,
  });
  const secret: RowSecret = { disclosures, scores: [row.score_theory, row.score_practice] };
  return {
    position,
    row: row.row,
    level,
    occupation_code: occupation.code,
    job,
    replaces: replaces ?? null,
    person,
    facts,
    sealed: await sealSecret(service, batch, position, secret),
  };
}

/**
 * What only the register knows of rows, of the organization's own certificates alone: those held already, and replaced
 * ones that are not in force.
 */
async function registerFaults(
  service: Service,
  organization: string,
  rows: readonly CheckedRow[],
  persons: readonly string[],
): Promise<RowFault[]> {
  const replaced = rows.flatMap((row) => (row.replaces === undefined ? [] : [row.replaces]));
  const live = new Map(
    (replaced.length === 0 ? [] : await selectReplaceable(service.db, organization, replaced)).map((one) => [
      one.number,
      one,
    ]),
  );
  const keys = rows.map((row, i) => ({
    person: persons[i] as string,
    occupation_code: row.occupation.code,
    job: row.job,
    level: row.level,
  }));
  const held = new Map(
    (await selectAlreadyCertified(service.db, organization, keys)).map((text) => [
      text.slice(0, text.lastIndexOf('|')),
      text.slice(text.lastIndexOf('|') + 1),
    ]),
  );
  return rows.flatMap((row, i): RowFault[] => {
    const faults: RowFault[] = [];
    const old = row.replaces === undefined ? undefined : live.get(row.replaces);
    if (
      row.replaces !== undefined &&
      (!old || old.occupation_code !== row.occupation.code || old.level !== row.level)
    ) {
      faults.push({
        row: row.row,
        field: 'replaces',
        code: 'replaces_not_live',
        message:
          '被替换的证书不是本机构同职业同等级的有效证书 / The certificate to be replaced is not one of yours in force for the same occupation and level.',
      });
    }
    const number = held.get(`${persons[i]}|${row.occupation.code}|${row.job}|${row.level}`);
    if (number !== undefined && !replaced.includes(number)) {
      faults.push({
        row: row.row,
        field: 'id_number',
        code: 'already_certified',
        message: `本机构已向此人颁发同职业、工种、等级的有效证书 ${number} / You have issued certificate ${number} to this person for the same occupation, job and level.`,
      });
    }
    return faults;
  });
}

async function requireCapacity(service: Service, organization: string, filing: Filing, count: number): Promise<void> {
  const used = await selectUsedCapacity(service.db, organization, shanghaiYear(service.now()));
  if (used + count > filing.annual_capacity) {
    throw new Refusal(
      'capacity_exceeded',
      `The filing allows ${filing.annual_capacity} certificates a year; ${used} are used and this batch has ${count}.`,
      { allowed: filing.annual_capacity, used, count },
    );
  }
}
