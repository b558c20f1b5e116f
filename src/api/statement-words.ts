/**
 * Words about signed statements for openapi.json, by type and claim. They stand beside the schemas of core/schema.ts,
 * which also run in browsers, and add to them; a claim of several types has its words once.
 */
import type { StatementType } from '../core/schema.ts';
import { DIGEST_PATTERN, JWS_PATTERN } from '../core/shapes/shape-parts.ts';

interface Words {
  description?: string;
  [keyword: string]: unknown;
}
const w = (description: string, keywords: Omit<Words, 'description'> = {}): Words => ({ description, ...keywords });

const NUMBER = w('证书编号 / certificate number: organization code (13), year (2), level (1), serial (6)', {
  examples: ['S000037000001263000001'],
});

const STATEMENTS: Record<StatementType, string> = {
  'centre+jwt': "中心的工作密钥，由省级根密钥签名 / a centre's working key, signed by the province's root",
  'service+jwt': "平台自身密钥，由省级根密钥签名 / the service's own key, signed by the province's root",
  'filing+jwt': '评价机构备案 / the filing of an organization, signed by the centre that filed it',
  'client+jwt': '机构的一把客户端密钥，也是访问令牌 / one client key of an organization: also its access token',
  'approval+jwt': "审核 / a centre's approval of one batch",
  'issue+jwt': "颁发指令 / the organization's order to issue",
  'status+jwt': '状态事件 / an event in the life of one certificate',
  'withdrawal+jwt':
    '撤回声明或密钥，由签发它的中心、省中心或省级根签名 / ends a statement or a key: signed by the centre that signed it, the province or its root',
  'calendar+jwt':
    '一年的节假日安排，由省中心公布 / the working days of one year, announced by the province’s centre; the newest of a year counts',
  'copy+jwt': "加注副本，由颁发密钥签名 / a copy for one purpose, signed with the certificate's issuing key",
  'receipt+jwt': "批量核验的回执，由平台密钥签名 / receipt of a bulk check, signed with the service's own key",
  'step+jwt': '流程中的一步 / one step of the procedure, signed by whoever is responsible for it',
  'applicant+jwt':
    '尚未登记的密钥为自己出具的访问令牌 / the access token of a key that nobody has named yet, signed by itself',
  'dpop+jwt': '一次请求的密钥证明 / proof of possession for one request (RFC 9449)',
};

/** Claims of several types. */
const COMMON: Record<string, Words> = {
  iat: w('made (NumericDate)'),
  nbf: w('valid from (NumericDate)'),
  exp: w('valid until (NumericDate)'),
  jti: w('id, unique for the issuer'),
  aud: w('PUBLIC_ORIGIN of the service, e.g. https://lz.example.cn', { format: 'uri' }),
  batch: w('batch id'),
  root: w('tree hash, recomputed by the signer from the rows'),
  'issuing_jwks.keys.kid': w('key id'),
  'cnf.jwk': w('public key'),
};

const CLAIMS: Partial<Record<StatementType, Record<string, Words>>> = {
  'centre+jwt': { name: w('name'), tier: w('tier') },
  'service+jwt': { sub: w('service') },
  'filing+jwt': {
    name: w('organization'),
    uscc: w('统一社会信用代码'),
    route: w('备案途径 / route'),
    city: w("the city's centre, by route city"),
    'scope.code': w('occupation code'),
    'scope.name': w('occupation'),
    'scope.edition': w('edition of the classification'),
    'scope.jobs[]': w('job'),
  },
  'approval+jwt': {
    city: w("the city's whole token", { pattern: JWS_PATTERN }),
    photos_unseen: w('未查看的照片数 / photos of the batch that the signer did not look at'),
  },
  'issue+jwt': { approval: w("jti of the province's approval") },
  'status+jwt': {
    number: NUMBER,
    action: w('action'),
    reason: w('reason'),
    prev: w("digest of the previous event's payload; absent for seq 1"),
  },
  'withdrawal+jwt': {
    'target.jti': w('id, unique for the issuer'),
    'target.iss': w('whose statement; the withdrawal’s own iss if absent'),
    'target.kid': w('thumbprint of a centre’s, client’s or the service’s key, or id of an issuing key'),
    effective: w('nothing counts under it from then on; not before iat (NumericDate)'),
    compromised_since: w('nothing counts under it from this earlier instant on (NumericDate)'),
    reason: w('撤回原因，公开 / why, for everybody to read'),
  },
  'calendar+jwt': {
    'holidays[]': w('a free day of that year', { format: 'date' }),
    'workdays[]': w('a Saturday or Sunday that is worked', { format: 'date' }),
    source: w('国务院办公厅的通知 / what it rests on'),
  },
  'copy+jwt': {
    number: NUMBER,
    credential: w("digest of the certificate's signed payload"),
    purpose: w('what the copy is for'),
    name: w('the holder'),
    'document.type': w('type, as in the certificate'),
    'document.number': w('number'),
    photo: w('SHA-256 of the photo'),
    iat: w('stamped (NumericDate)'),
  },
  'receipt+jwt': {
    iss: w('PUBLIC_ORIGIN of the service, e.g. https://lz.example.cn', { format: 'uri' }),
    began: w('began (NumericDate)'),
    iat: w('ended (NumericDate)'),
    'request.sha256': w('of the whole body as sent'),
    'request.bytes': w('bytes'),
    'request.rows': w('rows'),
    'answers.sha256': w('of all lines before the receipt, each with its line feed'),
    'answers.bytes': w('bytes'),
    'verdicts[]': w('answers with this verdict'),
    'names.match': w('names that match'),
    'names.no_match': w('names that do not'),
    key: w('id of the bulk key'),
  },
  'step+jwt': {
    iss: w('who signs: an organization, a centre, an applicant (`key:` and thumbprint), or the service', {
      type: 'string',
      maxLength: 300,
    }),
    about: w('the case, e.g. `plan:p0123abcd`'),
    step: w('what is done'),
    prev: w("digest of the previous step's payload; absent for seq 1"),
    body: w('SHA-256 of the canonical JSON (RFC 8785) of what is said'),
  },
  'applicant+jwt': { iss: w('`key:` and the thumbprint of the key') },
  'dpop+jwt': {
    jti: w('id'),
    htm: w('method'),
    htu: w('address without query'),
    ath: w('digest of the access token'),
  },
};

const PATTERNS: Record<string, string> = {
  '^centre:': 'centre',
  '^org:': 'organization',
  [DIGEST_PATTERN]: 'SHA-256, base64url without padding',
};

export const wordsOfStatement = (typ: StatementType): string => STATEMENTS[typ];

/** Words of a claim, by its dotted path; else those that its form suggests. */
export function wordsOfClaim(
  typ: StatementType,
  path: string | undefined,
  { pattern }: Record<string, unknown>,
): Words {
  const words = path === undefined ? undefined : (CLAIMS[typ]?.[path] ?? COMMON[path]);
  if (words || typeof pattern !== 'string') return words ?? {};
  const [, description] = Object.entries(PATTERNS).find(([start]) => pattern.startsWith(start)) ?? [];
  return description === undefined ? {} : { description };
}
