/**
 * Owns the steps of the life as each party takes them over HTTP: file, upload, look at the rows, approve, order,
 * issue, fetch. What is signed is only ever what was recomputed here from the rows that the service showed.
 * It refuses to sign over rows whose root, disclosures or texts are not what the service says they are.
 */

import { shanghaiDay } from '../base/day.ts';
import { isRefusal } from '../base/refusal.ts';
import { Failure, type Progress } from '../cli/talk.ts';
import { Reading, type SeenRow, type ShownRow } from '../core/approved-rows.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { type OnFile, takesOver } from '../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import { checkRows, type RawRow } from '../core/rows/rows.ts';
import type { Filing, ScopeEntry } from '../core/schema.ts';
import { unverified } from '../core/statement.ts';
import { CallError, type Caller } from './call.ts';
import {
  approveBatch,
  type BatchRef,
  fileOrganization,
  nameService,
  now,
  orderBatch,
  type Signatory,
  type Speaker,
  type Times,
} from './sign.ts';

type NamedJwk = PublicJwk & { kid: string };

export interface TrustFile {
  origin: string;
  hosts: string[];
  roots: PublicJwk[];
  centres: string[];
  services: string[];
  filings: string[];
  clients: string[];
  withdrawals: string[];
  calendars?: string[];
  /** Of one that was kept: when it was taken, and the status lists of that moment. */
  kept_at?: string | undefined;
  status_lists?: string[];
}

/** The root names the service's own key, unless it did so before. @returns whether it was new */
export async function nameServiceKey(root: Signatory, province: Caller, times: Times = {}): Promise<boolean> {
  const [{ keys }, trust] = await Promise.all([
    province.get<{ keys: NamedJwk[] }>('/.well-known/jwks.json'),
    province.get<TrustFile>('/.well-known/trust.json'),
  ]);
  const own = keys.find(({ kid }) => !kid.includes(':orgs:'));
  if (!own) throw new Failure(1, '服务没有公布自己的公钥', 'the service publishes no key of its own');
  const kid = await thumbprint(own);
  for (const token of trust.services)
    if ((await thumbprint(unverified<{ cnf: { jwk: PublicJwk } }>(token).claims.cnf.jwk)) === kid) return false;
  await province.post('/v1/centres', {
    statement: await nameService(root, { kty: 'EC', crv: 'P-256', x: own.x, y: own.y }, province.origin, times),
  });
  return true;
}

export interface FilingInput {
  code: string;
  name: string;
  uscc: string;
  scope: ScopeEntry[];
  annual_capacity: number;
  pass_mark?: number;
}

/** The issuing keys of an organization, the newest last. */
export async function issuingKeys(caller: Caller, code: string): Promise<NamedJwk[]> {
  const { keys } = await caller.get<{ keys: NamedJwk[] }>('/.well-known/jwks.json');
  return keys.filter(({ kid }) => kid.includes(`#${code}-`));
}

/** A centre files an organization; issuing keys made before stay named. @returns the filing */
export async function fileWith(
  centre: Speaker,
  caller: Caller,
  input: FilingInput,
  newKey = false,
  times: Times = {},
): Promise<string> {
  const issuing = await issuingKeys(caller, input.code);
  if (issuing.length === 0 || newKey)
    issuing.push(await caller.post<NamedJwk>(`/v1/organizations/${input.code}/keys`, {}));
  const filing = await fileOrganization(
    centre,
    { ...input, route: centre.subject === PROVINCE_CENTRE ? 'province' : 'city', issuing_jwks: { keys: issuing } },
    times,
  );
  await caller.post('/v1/filings', { statement: filing });
  return filing;
}

export interface BatchView {
  id: string;
  organization: string;
  count: number;
  root: string;
  state: string;
  issued: number;
  /** Of one that was returned: why. */
  returned_reason?: string;
  /** Another centre that has filed the organization since the upload. */
  filed_since?: string;
  approvals: { tier: 'city' | 'province'; iss: string; jti: string; approval: string }[];
}

/**
 * Refuses to take an organization over from another centre unawares, before anything is made or signed.
 * @param anyone asks without a key: a card would be asked for a signature
 * @throws Failure `filed_by_other_centre`
 */
export async function requireNotFiledElsewhere(centre: string, anyone: Caller, code: string): Promise<void> {
  let before: OnFile;
  try {
    before = await anyone.get<OnFile>(`/v1/organizations/${code}`);
  } catch (error) {
    if (error instanceof CallError && error.problem.code === 'organization_not_found') return;
    throw error;
  }
  if (!takesOver(before, centre)) return;
  const who = `${before.centre_name}（${before.centre}）`;
  throw centre === PROVINCE_CENTRE
    ? new Failure(
        1,
        `${code} 已由${who}备案，名称为“${before.name}”，没有签名。请核对机构编码；确要由本中心接管的，加 --take-over：该中心登记的密钥随即失效，待审核的批次须退回重新上传`,
        `${before.centre_name} (${before.centre}) has filed ${code} as “${before.name}”; nothing was signed. Check the code. To take the organization over, add --take-over: keys that centre named stop, and waiting batches are returned and uploaded again`,
        'filed_by_other_centre',
      )
    : new Failure(
        1,
        `${code} 已由${who}备案，名称为“${before.name}”，没有签名。请核对机构编码；要改由本中心备案，须先由省中心撤回该备案`,
        `${before.centre_name} (${before.centre}) has filed ${code} as “${before.name}”; nothing was signed. Check the code; for this centre to file it, the province withdraws that filing first`,
        'filed_by_other_centre',
      );
}

/** A batch whose rows were read and whose root was computed from them on this machine. */
export interface Seen {
  view: BatchView;
  ref: BatchRef;
  filing: Filing;
  rows: SeenRow[];
}

/** Reads all rows of a batch and computes its root. @throws Failure when it is not the root that the service names */
export async function readBatch(caller: Caller, id: string, progress?: Progress): Promise<Seen> {
  const view = await caller.get<BatchView>(`/v1/batches/${id}`);
  const reading = new Reading();
  let filing: Filing | undefined;
  let root: string;
  try {
    for (let after: string | null = ''; after !== null && reading.rows.length < view.count; ) {
      const page: { filing: string; rows: ShownRow[]; next: string | null } = await caller.get(
        `/v1/batches/${id}/rows?after=${after}`,
      );
      filing ??= unverified<Filing>(page.filing).claims;
      reading.add(page.rows);
      after = page.rows.length === 0 ? null : page.next;
      progress?.at(reading.rows.length, view.count);
    }
    root = reading.root(view);
  } catch (error) {
    if (isRefusal(error, 'rows_differ'))
      throw new Failure(
        1,
        `第 ${String(error.facts.row)} 行的内容与其摘要不符，拒绝签名`,
        error.message,
        'rows_differ',
      );
    if (isRefusal(error, 'root_differs'))
      throw new Failure(
        1,
        `由 ${reading.rows.length} 行重新计算的根与服务给出的 ${view.root} 不符，拒绝签名`,
        error.message,
        'root_differs',
      );
    throw error;
  } finally {
    progress?.end();
  }
  if (!filing) throw new Failure(1, '批次没有名单', 'the batch has no rows', 'rows_differ');
  const { rows } = reading;
  return {
    view,
    filing,
    rows,
    ref: { organization: view.organization, aud: caller.origin, batch: view.id, root, count: view.count },
  };
}

/** Whether the batch holds exactly the rows of the file, as the service's own rules read them, and the photos by row. */
export function requireSameRows(
  raw: RawRow[],
  { rows, filing }: Seen,
  photos: ReadonlyMap<number, { digest: string }>,
): void {
  const mine = checkRows(raw, {
    scope: filing.scope,
    pass_mark: filing.pass_mark,
    today: shanghaiDay(now()),
    missingGlyphs: () => [],
  }).rows;
  const text = (row: {
    row: number;
    name: string;
    id_type: string;
    id_number: string;
    occupation: { code: string; name: string };
    job: string;
    level: number;
    exam_date: string;
    replaces?: string | undefined;
  }) =>
    JSON.stringify([
      row.row,
      row.name,
      row.id_type,
      row.id_number,
      row.occupation.code,
      row.occupation.name,
      row.job,
      row.level,
      row.exam_date,
      row.replaces ?? null,
    ]);
  const differs =
    mine.length === rows.length
      ? mine.findIndex((row, i) => text(row) !== text(rows[i] as Seen['rows'][number]))
      : mine.length;
  if (differs >= 0)
    throw new Failure(
      1,
      `服务保存的名单与文件不符（第 ${mine[differs]?.row ?? '?'} 行）`,
      `the rows that the service stored are not those of the file (row ${mine[differs]?.row ?? '?'})`,
      'rows_differ',
    );
  const other = rows.find(({ row, photo_digest }) => photo_digest !== (photos.get(row)?.digest ?? null));
  if (other)
    throw new Failure(
      1,
      `服务保存的照片与文件不符（第 ${other.row} 行）`,
      `the photo that the service stored is not the one that was sent (row ${other.row})`,
      'photo_differs',
    );
}

/**
 * A centre signs what it saw and hands it in; the province passes on the city's token.
 * @param photos_unseen of a batch with photos: how many nobody looked at
 * @returns the approval
 */
export async function approveWith(
  centre: Speaker,
  caller: Caller,
  { ref, view, filing }: Seen,
  photos_unseen?: number,
): Promise<string> {
  if (view.filed_since !== undefined) {
    throw new Failure(
      1,
      `上传之后，机构已改由 ${view.filed_since} 备案，本批次不能审核。请退回（luzheng return ${ref.batch}），由机构重新上传`,
      `${view.filed_since} has filed the organization since the upload: return the batch (luzheng return ${ref.batch}), and let the organization upload it again`,
      'filed_by_other_centre',
    );
  }
  const isProvince = centre.subject === PROVINCE_CENTRE;
  const inner =
    isProvince && filing.route === 'city' ? view.approvals.find(({ tier }) => tier === 'city')?.approval : undefined;
  if (isProvince && filing.route === 'city' && inner === undefined) {
    throw new Failure(
      1,
      '该机构由市级备案，须市级先审核',
      'the organization is filed by a city, whose centre approves first: luzheng approve with its key',
      'city_approval_missing',
    );
  }
  const approval = await approveBatch(centre, ref, inner, {
    iat: caller.now(),
    ...(photos_unseen === undefined ? {} : { photos_unseen }),
  });
  await caller.post(`/v1/batches/${ref.batch}/approvals`, { approval });
  return approval;
}

/** The province's approval that a batch has received. @throws Failure `batch_returned`, `approval_missing` */
export function provinceApproval({ view }: Pick<Seen, 'view'>): string {
  if (view.state === 'returned') {
    const [zh, en] =
      view.returned_reason === undefined ? ['', ''] : [`，原因：${view.returned_reason}`, `: ${view.returned_reason}`];
    throw new Failure(
      1,
      `批次已被中心退回${zh}。其中的结果不能颁发；请改好名单，作为新批次重新提交（submit；经公示的结果用 upload）`,
      `a centre returned this batch${en}. Nothing of it can be issued: mend the list and hand it in as a new batch (submit, or upload after a notice)`,
      'batch_returned',
    );
  }
  const approval = view.approvals.find(({ tier }) => tier === 'province')?.approval;
  if (approval === undefined)
    throw new Failure(
      1,
      `批次尚未经省级审核（状态 ${view.state}）`,
      `the province has not approved this batch yet (state: ${view.state})`,
      'approval_missing',
    );
  return approval;
}

/** Orders and issues; asks again while the service is not through. */
export async function issueWith(
  client: Speaker,
  caller: Caller,
  { ref }: Pick<Seen, 'ref'>,
  approval: string,
  progress: Progress,
): Promise<{ state: string; issued: number; count: number }> {
  const order = await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti, { iat: caller.now() });
  // A look at how far it is costs a signature: a card is not asked for that.
  const watch =
    typeof client.key === 'function'
      ? undefined
      : setInterval(
          () =>
            void caller.get<BatchView>(`/v1/batches/${ref.batch}`).then(
              (view) => progress.at(view.issued, view.count),
              () => undefined,
            ),
          1500,
        );
  try {
    for (;;) {
      const done = await caller.post<{ state: string; issued: number; count: number }>(
        `/v1/batches/${ref.batch}/issue`,
        { approval, order },
      );
      if (done.state === 'issued') return done;
      progress.at(done.issued, done.count);
    }
  } finally {
    clearInterval(watch);
    progress.end();
  }
}

export interface Issued {
  row: number;
  number: string;
  state: string;
  credential: string;
  seal_url: string;
}

/** All certificates of a batch, a page at a time. */
export async function* certificatesOf(caller: Caller, id: string, progress?: Progress): AsyncGenerator<Issued> {
  for (let after: string | null = '', read = 0; after !== null; ) {
    const page: { count: number; certificates: Issued[]; next: string | null } = await caller.get(
      `/v1/batches/${id}/certificates?after=${after}`,
    );
    yield* page.certificates;
    after = page.certificates.length === 0 ? null : page.next;
    progress?.at((read += page.certificates.length), page.count);
  }
  progress?.end();
}

export interface HolderOf {
  name: string;
  id_number: string;
}

/** The holder that a credential with all its disclosures names: what a holder types to download it. */
export function holderOf(credential: string): HolderOf {
  const claims = credential
    .split('~')
    .slice(1, -1)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as [string, string, unknown]);
  const value = (name: string) => claims.find(([, claim]) => claim === name)?.[2];
  return {
    name: value('name') as string,
    id_number: (value('identifier') as { identityHash: string }[])[0]?.identityHash as string,
  };
}
