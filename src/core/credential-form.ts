/**
 * Owns the forms of a certificate's signed payload: facts in, the exact text out, with nothing else taken into account.
 * A certificate is verified by writing its payload again, so each form that was ever used stays FROZEN for ever
 * (test/vectors/credentials.json): a change makes another form. New certificates get CURRENT_FORM.
 */
import { toTimestamp } from '../base/day.ts';
import type { RowFacts } from './leaf.ts';
import { levelName, levelWords } from './level.ts';

/**
 * 1: two status entries (revocation, suspension). 2: one, as Open Badges 3.0 has it (0..1): a list with a bit for every
 * certificate that is not in force now. The two lists of form 1 go on, at the same place, for who wants to tell them apart.
 */
export type Form = 1 | 2;
export const CURRENT_FORM: Form = 2;

export interface CredentialFacts {
  form: Form;
  /** Origin of the service at issue, e.g. `https://lz.example.cn`. */
  origin: string;
  number: string;
  organization_name: string;
  /** `did:web:<issuer host>:orgs:<code>#<code>-<n>`; the part before `#` is the issuer. */
  kid: string;
  row: RowFacts;
  /** Issue instant, NumericDate. */
  issued_at: number;
  batch: string;
  /** `jti` of the province's approval. */
  approval: string;
  /** SHA-256 of the seal's digits, base64url: binds the one QR code that belongs to this certificate. */
  seal_digest: string;
  /** Place in the status lists: the same number and index in each. */
  status: { list: number; index: number };
}

export const STATUS_PURPOSES = ['revocation', 'suspension'] as const;
export type StatusPurpose = (typeof STATUS_PURPOSES)[number];
/** The lists that are published; `inactive` holds what either of the others does. */
export const STATUS_LISTS = [...STATUS_PURPOSES, 'inactive'] as const;
export type StatusListName = (typeof STATUS_LISTS)[number];
/**
 * The purpose that each list states. What is not in force is `revocation` to everybody else: the one purpose that all
 * verifiers know, and a verifier that does not know `suspension` would let a revoked certificate pass.
 */
export const PURPOSE_OF: Record<StatusListName, StatusPurpose> = {
  revocation: 'revocation',
  suspension: 'suspension',
  inactive: 'revocation',
};

/** Always this name (人社鉴发〔2021〕1号). */
const CERTIFICATE_NAME = '职业技能等级证书';

export const certificateUrl = (origin: string, number: string): string => `${origin}/c/${number}`;
export const statusListUrl = (origin: string, name: StatusListName, list: number): string =>
  `${origin}/v1/status/${name}-${list}`;

function statusEntry({ origin, status: { list, index } }: CredentialFacts, name: StatusListName): object {
  const url = statusListUrl(origin, name, list);
  return {
    id: `${url}#${index}`,
    type: 'BitstringStatusListEntry',
    statusPurpose: PURPOSE_OF[name],
    statusListIndex: String(index),
    statusListCredential: url,
  };
}

/** All but the status, which differs from form to form. Key order is part of the format. */
function write(facts: CredentialFacts, credentialStatus: object): string {
  const { row } = facts;
  const title = `${row.occupation.name} ${levelName(row.level)}`;
  return JSON.stringify({
    '@context': [
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
      `${facts.origin}/contexts/v1.jsonld`,
    ],
    id: certificateUrl(facts.origin, facts.number),
    type: ['VerifiableCredential', 'OpenBadgeCredential', 'VocationalSkillLevelCertificate'],
    name: CERTIFICATE_NAME,
    issuer: { id: facts.kid.split('#')[0], type: ['Profile'], name: facts.organization_name },
    validFrom: toTimestamp(facts.issued_at),
    credentialSubject: {
      type: ['AchievementSubject'],
      achievement: {
        id: `urn:luzheng:achievement:${row.occupation.edition}:${row.occupation.code}:${row.level}`,
        type: ['Achievement'],
        name: title,
        description: `职业技能等级认定 ${title} / Vocational skill level: ${row.occupation.code} ${levelWords(row.level).english}`,
        criteria: {
          narrative: '理论知识与操作技能考核均达到合格标准 / Passed both the theory and the practical examination.',
        },
      },
      number: facts.number,
      occupation: { code: row.occupation.code, name: row.occupation.name, edition: row.occupation.edition },
      job: row.job,
      level: row.level,
      exam_date: row.exam_date,
      masked_name: row.masked_name,
      ...(row.replaces === undefined ? {} : { replaces: row.replaces }),
      _sd: [...row.sd].sort(),
    },
    batch: facts.batch,
    approval: facts.approval,
    seal_digest: facts.seal_digest,
    credentialStatus,
    _sd_alg: 'sha-256',
  });
}

const FORMS: Record<Form, (facts: CredentialFacts) => string> = {
  1: (facts) => write(facts, [statusEntry(facts, 'revocation'), statusEntry(facts, 'suspension')]),
  2: (facts) => write(facts, statusEntry(facts, 'inactive')),
};

/** The payload of a credential, as it is signed. */
export const payloadOf = (facts: CredentialFacts): string => FORMS[facts.form](facts);
