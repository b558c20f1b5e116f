/**
 * The certificate as a credential: W3C VCDM 2.0 secured as SD-JWT (VC-JOSE-COSE `vc+sd-jwt`, RFC 9901), which
 * disclosed also reads as an Open Badges 3.0 `OpenBadgeCredential`.
 *
 * The signed payload is a function of the facts and of nothing else. Verifying therefore means to read the facts,
 * write the payload again and reject every text that differs (`credential_not_canonical`), so that no second meaning
 * can hide in it. So each form that was ever used stays FROZEN (test/vectors/credentials.json); a change makes another
 * form.
 */
import { CompactSign, type CryptoKey } from 'jose';
import * as v from 'valibot';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { toTimestamp } from '../base/day.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { RowFacts } from './approved-rows.ts';
import { LEVELS, type Level, levelName, levelWords } from './number.ts';
import { NUMBER } from './province.ts';
import { type KeyFinder, openBytes, readHeader } from './statement.ts';

/**
 * 1: two status entries (revocation, suspension). 2: one, as Open Badges 3.0 has it (0..1): a list with a bit for every
 * certificate that is not in force now. The two lists of form 1 go on, at the same place, for who wants to tell them
 * apart.
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

/** The page of a certificate; its QR code adds the seal. */
export const certificateUrl = (origin: string, number: string): string => `${origin}/c/${number}`;
/** The address of a status list, as credentials name it. */
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

export const CREDENTIAL_TYP = 'vc+sd-jwt';
export const CREDENTIAL_MEDIA_TYPE = 'application/vc+sd-jwt';

/** Signs the issuer-signed part: a compact JWS without disclosures. */
export async function signCredential(facts: CredentialFacts, key: CryptoKey): Promise<string> {
  return new CompactSign(encodeUtf8(payloadOf(facts)))
    .setProtectedHeader({ alg: 'ES256', typ: CREDENTIAL_TYP, kid: facts.kid })
    .sign(key);
}

/** `<JWS>~<disclosure>~…~` (RFC 9901 §4): the credential with some or none of its disclosures. */
export const withDisclosures = (jws: string, disclosures: readonly string[]): string =>
  [jws, ...disclosures, ''].join('~');

/** Splits an SD-JWT; a bare JWS counts as one without disclosures. Refuses a key binding at the end. */
export function splitCredential(text: string): { jws: string; disclosures: string[] } {
  const [jws, ...rest] = text.split('~');
  if (rest.length > 0 && rest.pop() !== '') {
    throw new Refusal('credential_malformed', 'An SD-JWT ends with ~; credentials here have no key binding.');
  }
  if (rest.length > 3 || rest.some((part) => part.length > 4000)) {
    throw new Refusal('credential_malformed', 'The credential has more or larger disclosures than a certificate has.');
  }
  return { jws: jws as string, disclosures: rest };
}

/**
 * The kid of a credential, unverified: for finding the key and nothing else.
 * @throws Refusal as readHeader; without a kid `credential_malformed`
 */
export function credentialKid(jws: string): string {
  try {
    return readHeader(jws, CREDENTIAL_TYP).kid;
  } catch (error) {
    // Nobody's key is in question: there is no key to look for.
    if (isRefusal(error, 'key_unknown'))
      throw new Refusal('credential_malformed', error.message, { part: CREDENTIAL_TYP });
    throw error;
  }
}

const text = v.string();
const entry = v.object({ statusListIndex: v.pipe(text, v.digits()), statusListCredential: text });
const PAYLOAD = v.object({
  id: text,
  issuer: v.object({ id: text, name: text }),
  validFrom: text,
  credentialSubject: v.object({
    number: v.pipe(text, v.regex(NUMBER)),
    occupation: v.object({ code: text, name: text, edition: text }),
    job: text,
    level: v.custom<Level>((value) => (LEVELS as unknown[]).includes(value)),
    exam_date: v.pipe(text, v.isoDate()),
    masked_name: text,
    replaces: v.optional(text),
    _sd: v.pipe(v.array(text), v.maxLength(3)),
  }),
  batch: text,
  approval: text,
  seal_digest: v.pipe(text, v.regex(/^[A-Za-z0-9_-]{43}$/)),
  // Two entries in form 1, one since form 2.
  credentialStatus: v.union([v.tuple([entry, v.object({})]), entry]),
});

const ORIGIN = /^(https?:\/\/[^\s/?#]{1,253})\/c\//;
const STATUS_URL = /\/v1\/status\/[a-z]+-(\d{1,9})$/;

/**
 * Verifies the issuer-signed part and gives its facts.
 * @throws Refusal of openStatement, `credential_not_canonical`
 */
export async function openCredential(jws: string, find: KeyFinder): Promise<CredentialFacts> {
  const { kid, bytes } = await openBytes(jws, CREDENTIAL_TYP, find);
  const payload = decodeUtf8(bytes);
  try {
    const claims = v.parse(PAYLOAD, JSON.parse(payload));
    const { credentialSubject: subject, credentialStatus } = claims;
    const { occupation, job, level, exam_date, masked_name, replaces, _sd: sd } = subject;
    const [status, form] = Array.isArray(credentialStatus)
      ? [credentialStatus[0], 1 as const]
      : [credentialStatus, 2 as const];
    const facts: CredentialFacts = {
      form,
      origin: ORIGIN.exec(claims.id)?.[1] ?? '',
      number: subject.number,
      organization_name: claims.issuer.name,
      kid,
      row: { occupation, job, level, exam_date, masked_name, ...(replaces === undefined ? {} : { replaces }), sd },
      issued_at: Date.parse(claims.validFrom) / 1000,
      batch: claims.batch,
      approval: claims.approval,
      seal_digest: claims.seal_digest,
      status: {
        list: Number(STATUS_URL.exec(status.statusListCredential)?.[1]),
        index: Number(status.statusListIndex),
      },
    };
    if (payloadOf(facts) === payload) return facts;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  throw new Refusal(
    'credential_not_canonical',
    'The signed part is not a certificate of this service in its one form.',
  );
}

// The JSON-LD context of our own terms (`/contexts/v1.jsonld`). Immutable: certificates name it for ever, and verifiers
// carry their copy and never fetch it. A new term means v2.
const VOCABULARY = 'urn:luzheng:vocabulary#';
// For the bundler, so that pages do not carry the context.
/* @__NO_SIDE_EFFECTS__ */
const term = (name: string) => ({ '@id': VOCABULARY + name });
/* @__NO_SIDE_EFFECTS__ */
const day = (name: string) => ({ '@id': VOCABULARY + name, '@type': 'http://www.w3.org/2001/XMLSchema#date' });

export const CONTEXT = {
  '@context': {
    '@version': 1.1,
    VocationalSkillLevelCertificate: {
      '@id': `${VOCABULARY}VocationalSkillLevelCertificate`,
      '@context': { batch: term('batch'), approval: term('approval'), seal_digest: term('sealDigest') },
    },
    number: term('number'),
    occupation: {
      '@id': `${VOCABULARY}occupation`,
      '@context': { code: term('occupationCode'), edition: term('edition') },
    },
    job: term('job'),
    level: { '@id': `${VOCABULARY}level`, '@type': 'http://www.w3.org/2001/XMLSchema#integer' },
    exam_date: day('examDate'),
    masked_name: term('maskedName'),
    replaces: term('replaces'),
    photo_digest: term('photoDigest'),
  },
} as const;
