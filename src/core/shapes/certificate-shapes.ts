/**
 * Requests and answers about certificates: look-up, search, verification, downloads, status, trails; keys and trust.
 */
import * as v from 'valibot';
import { CHECKS } from '../report.ts';
import { FAULTS } from '../rows/faults.ts';
import { ACTIONS, REASONS } from '../schema.ts';
import {
  centre,
  code,
  count,
  day,
  digest,
  digestOf,
  jws,
  jwsOf,
  level,
  NamedPublicKey,
  number,
  oneOf,
  PublicKey,
  STATES,
  said,
  sdJwt,
  text,
  time,
  whole,
} from './shape-parts.ts';

const VERDICTS = ['valid', 'incomplete', 'suspended', 'revoked', 'replaced', 'invalid'] as const;
const CHECK_RESULTS = ['pass', 'fail', 'not_reached', 'not_checked'] as const;

/** Of RFC 9457; openapi.json adds which codes there are. */
export const RowFault = v.object({
  row: whole(
    "文件中的行号 / the file's own row number: the CSV header is row 1; the first JSON candidate is row 1; 0 for a photo that belongs to no row",
    { minimum: 0 },
  ),
  field: text('列 / column, `photo`, or `row` for the whole row'),
  code: text('Stable code', { enum: [...Object.keys(FAULTS), 'replaces_not_live', 'already_certified'] }),
  message: text('中文 / English'),
  file: v.optional(text('照片在压缩包中的文件名（个人信息）/ name of the photo in the archive: personal data')),
});
export const Problem = said(
  v.object({
    type: text('urn:luzheng:problem:<code>', { pattern: '^urn:luzheng:problem:[a-z0-9_]+$' }),
    title: text('中文说明 / what is wrong, in Chinese'),
    status: whole('HTTP status', { minimum: 400, maximum: 599 }),
    detail: text('What is wrong and what to do, in English'),
    code: text('Stable code: compare this'),
    part: v.optional(text('The part that is wrong, e.g. `level` of a number or `approval+jwt:root` of a statement')),
    errors: v.optional(said(v.array(RowFault), '名单中的全部错误 / every fault of every row (code rows_refused)')),
  }),
  'RFC 9457 problem. Further members are facts that belong to the code, e.g. `limit` or `allowed`.',
);

export const CertificateView = v.strictObject({
  number,
  organization: v.object({ code, name: text('评价机构 / organization') }),
  occupation: v.object({
    code: text('职业编码 / occupation code', { pattern: '^\\d-\\d{2}-\\d{2}-\\d{2}$' }),
    name: text('职业名称 / occupation'),
    edition: v.optional(text('国家职业分类大典版本 / edition of the classification')),
  }),
  job: text('工种，无则为 -- / job, or --'),
  level,
  level_name: text('等级名称 / level', { examples: ['三级/高级工'] }),
  issued_on: day('颁发日期 / day of issue'),
  exam_date: v.optional(day('考试日期 / exam day')),
  holder: v.object({
    name: text('姓名，未证明时只显首字 / name, masked unless it was proved'),
    id_type: v.optional(text('证件类型 / document type')),
    id_number: v.optional(text('证件号码，只显末四位 / document number, last four characters')),
  }),
  filed_by: v.optional(centre),
  filed_on: v.optional(day('备案生效日期 / since when the filing counts')),
  approved_by: v.optional(v.array(centre)),
  city_approved_on: v.optional(day('市级审核日期 / day of the city’s approval, where it had to approve')),
  approved_on: v.optional(day('省级审核日期 / day of the province’s approval')),
  replaces: v.optional(number),
});

const check = v.object({
  id: oneOf('check', CHECKS),
  result: oneOf('result', CHECK_RESULTS),
  code: v.optional(text('why not `pass`')),
  part: v.optional(text('which part')),
  parts: v.optional(v.array(text('each altered field of a document'))),
  as_of: v.optional(time('of a status known from a list: when the list was made')),
});
const pastAction = {
  seq: whole('place in the history'),
  action: oneOf('action', ACTIONS),
  reason: oneOf('reason', REASONS),
  at: time('when'),
  by: text('who signed it: org:<code> or centre:<code>'),
  by_name: text('their name, from their own signed statement'),
  tier: oneOf('tier', ['organization', 'city', 'province']),
  digest: text('SHA-256 of the payload, base64url: the prev of the next event'),
  counts: said(
    v.boolean(),
    '签名密钥此前已被撤回则为 false，不产生效力 / false when the key that signed it had ended before: it changed nothing',
  ),
};
export const Report = said(
  v.strictObject({
    verdict: oneOf('结论 / verdict', VERDICTS),
    checks: v.pipe(v.array(check), v.length(CHECKS.length)),
    certificate: said(v.nullable(CertificateView), '只含经验证的签名内容 / only what a verified signature says'),
    credential: v.optional(sdJwt),
    replaced_by: v.optional(number),
    status: v.optional(
      said(
        v.object({
          ...pastAction,
          history: said(
            v.pipe(v.array(v.object(pastAction)), v.minLength(1)),
            '全部状态变更，由先到后 / every event, first to last',
          ),
        }),
        '最近一次状态变更 / the last event of its history',
      ),
    ),
    copy: v.optional(
      said(
        v.object({
          purpose: text('用途 / what the copy is for'),
          stamped_on: day('加注日期 / day'),
          expires_on: day('最后一天 / last day'),
          expired: v.boolean(),
        }),
        '加注副本；过期不影响证书 / of a copy for one purpose; running out leaves the certificate as valid as it was',
      ),
    ),
    proved: v.optional(v.array(oneOf('what the caller proved to know', ['number', 'name', 'id_number']))),
    checked_at: time('checked at'),
  }),
  '核验报告：各项检查按序进行，首个失败决定结论 / checks in order, the first failure decides. `valid` needs number, signature, filing, approval, order and status, and where a PDF was brought its document check.',
);

const typed = v.pipe(v.string(), v.maxLength(200));
export const SearchQuery = said(
  v.object({
    number: v.optional(said(typed, '证书编号 / number')),
    name: v.optional(said(typed, '姓名 / name')),
    id_number: v.optional(said(typed, '证件号码 / document number')),
  }),
  '编号，或任意两项 / the number alone, or any two',
);
export const SearchResults = v.strictObject({ results: v.pipe(v.array(Report), v.minLength(1)) });
export const Holder = v.object({
  name: said(typed, '姓名 / name'),
  id_number: said(typed, '证件号码 / document number'),
  copy: v.optional(
    said(
      v.strictObject({
        purpose: said(typed, '用途 / what the copy is for'),
        expires_on: said(typed, '最后一天 / its last day', { format: 'date' }),
      }),
      '加注副本：版面和签名声明中写明用途和期限 / a copy that states its purpose and expiry on its face and in a signed claim',
    ),
  ),
});
export const Downloads = v.object({
  number,
  downloads: v.array(
    v.object({ kind: text('media type, or `copy`'), by: text('`holder` or the organization'), at: time('when') }),
  ),
});

/** As core/bundle.ts reads it. */
export const Bundle = said(
  v.object({
    version: v.literal(1),
    credential: sdJwt,
    seal_url: v.optional(text('二维码内容 / text of the QR code', { maxLength: 2000 })),
    statements: v.object({ centres: v.pipe(v.array(jws), v.maxLength(20)), filing: jws, client: jws }),
    approval: jws,
    order: jws,
    copy: v.optional(jwsOf('加注 / what a copy is for')),
    template: v.optional(text('版面 / template of the printed certificate', { maxLength: 20 })),
    inclusion: v.object({
      index: whole('leaf', { minimum: 0 }),
      size: whole('leaves', { minimum: 1 }),
      path: v.pipe(v.array(digest), v.maxLength(20)),
    }),
    roots: said(
      v.pipe(v.array(PublicKey), v.maxLength(10)),
      'A hint: trusted only by a thumbprint that you got elsewhere',
    ),
    withdrawals: v.optional(
      said(
        v.pipe(v.array(jws), v.maxLength(100)),
        '已知的撤回 / withdrawals of what it rests on, as known when it was given out; add those of trust.json',
      ),
    ),
  }),
  '离线核验包 / everything with which a certificate is checked without this service (application/vnd.luzheng.bundle+json)',
);
/** A bundle inside is judged by its reader, which says more. */
export const Evidence = said(
  v.union([
    v.strictObject({ credential: text('SD-JWT with any of its disclosures') }),
    v.strictObject({
      seal: said(v.pipe(v.string(), v.maxLength(2000)), 'https://<host>/c/<number>#<digits>'),
    }),
    v.strictObject({
      bundle: v.pipe(v.record(v.string(), v.unknown()), v.metadata({ $ref: '#/components/schemas/Bundle' })),
    }),
  ]),
  '三者之一：凭证、二维码内容或核验包 / one of: a credential, the text of a QR code, a bundle',
);

export const StatusChanged = v.strictObject({
  number,
  state: oneOf('state', STATES),
  seq: whole('place of the event'),
  digest: digestOf('digest of the payload: `prev` of the next event'),
});

export const Jwks = v.object({ keys: v.pipe(v.array(NamedPublicKey), v.minLength(1)) });
export const DidDocument = v.object({
  '@context': v.array(v.string()),
  id: text('did:web', { pattern: '^did:web:' }),
  verificationMethod: v.array(
    v.object({
      id: text('key id'),
      type: v.literal('JsonWebKey'),
      controller: text('did'),
      publicKeyJwk: PublicKey,
    }),
  ),
  assertionMethod: v.array(text('key id')),
});
export const StatusLists = v.object({
  lists: v.pipe(
    v.array(
      text('`revocation-<n>`, `suspension-<n>` or `inactive-<n>`', {
        pattern: '^(revocation|suspension|inactive)-[1-9][0-9]*$',
      }),
    ),
    v.minLength(3),
  ),
});
export const Trust = v.object({
  version: v.literal(1),
  origin: text('address of the service', { format: 'uri' }),
  hosts: v.array(text('host that QR codes may name')),
  roots: said(v.array(PublicKey), 'A convenience: trusted only by a thumbprint that you got elsewhere'),
  centres: v.array(jws),
  services: v.array(jws),
  filings: v.array(jws),
  clients: v.array(jws),
  withdrawals: v.array(jws),
  calendars: v.array(jws),
});

const entry = v.strictObject({
  group: v.string(),
  about: v.optional(v.string()),
  what: text('step, action or typ'),
  by: v.string(),
  at: said(count, 'signed'),
  received_at: v.optional(count),
  kid: text('signing key'),
  digest,
  token: v.string(),
  result: v.picklist(['pass', 'fail']),
  code: v.optional(v.string()),
  part: v.optional(v.string()),
  body: v.optional(v.picklist(['same', 'not_at_hand'])),
});
export const Trail = v.strictObject({
  trail: said(v.looseObject({}), '供离线核验的全部签名文本 / every signed text, to be checked with luzheng trail'),
  report: v.strictObject({
    number: v.string(),
    holds: v.boolean(),
    complete: v.boolean(),
    certificate: Report,
    entries: v.array(entry),
    forward: v.array(entry),
    links: v.array(
      v.strictObject({
        id: v.string(),
        result: v.picklist(['pass', 'fail', 'not_checked']),
        code: v.optional(v.string()),
      }),
    ),
  }),
});

export const Health = v.strictObject({ status: v.literal('ok') });
