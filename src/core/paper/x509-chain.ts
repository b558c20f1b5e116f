/**
 * Owns judging a certificate chain before it is kept for an issuing key: the province's own, or one of somebody else's
 * authority. Whom to believe is for whoever reads the signed PDF; here the chain must be sound in itself.
 * It refuses, each with its own code, what is no chain (`certificate_malformed`), one for another key, one with a
 * missing link, one that may not sign, and one whose time is over or far off.
 */
import { isRefusal, Refusal } from '../../base/refusal.ts';
import {
  allows,
  type Certificate,
  isIssuedBy,
  readCertificate,
  readPem,
  toPem,
  USAGE,
} from '../../formats/pades/x509.ts';
import type { PublicJwk } from '../schema.ts';

/** Characters of PEM, and certificates in it. */
const CHAIN_LIMIT = 16_384;
const CERTIFICATES = 6;
/** Seconds by which a certificate may be handed in before it begins. */
const EARLY = 90 * 86_400;

export interface Chain {
  leaf: Certificate;
  /** PEM, the leaf first; a root at the end is left out: who trusts it has it. */
  pem: string;
}

const broken = (at: number) =>
  new Refusal(
    'certificate_chain_broken',
    `Certificate ${at + 1} was not issued under the one after it: each must be followed by its issuer's.`,
    { part: 'certificate', position: at },
  );

function readAll(pem: string): Certificate[] {
  const blocks = pem.length > CHAIN_LIMIT ? [] : readPem(pem);
  if (blocks.length === 0 || blocks.length > CERTIFICATES) {
    throw new Refusal(
      'certificate_malformed',
      `Send 1 to ${CERTIFICATES} certificates as PEM, the signer's first, in at most ${CHAIN_LIMIT} characters.`,
      { part: 'certificate', limit: CHAIN_LIMIT },
    );
  }
  return blocks.map(readCertificate);
}

/**
 * Checks a chain for a key. @throws Refusal `certificate_malformed`, `certificate_not_supported`,
 * `certificate_key_differs`, `certificate_chain_broken`, `certificate_usage_wrong`, `certificate_not_valid`
 */
export async function checkChain(pem: string, jwk: PublicJwk, now: number): Promise<Chain> {
  const chain = readAll(pem);
  const leaf = chain[0] as Certificate;
  if (leaf.jwk?.x !== jwk.x || leaf.jwk.y !== jwk.y)
    throw new Refusal(
      'certificate_key_differs',
      'The first certificate is for another key than the one that it is handed in for.',
      { part: 'certificate' },
    );
  if (leaf.ca || !allows(leaf, USAGE.digitalSignature | USAGE.nonRepudiation))
    throw new Refusal('certificate_usage_wrong', 'The first certificate does not let its key sign documents.', {
      part: 'certificate',
    });
  try {
    for (const [at, issuer] of chain.slice(1).entries())
      if (!(await isIssuedBy(chain[at] as Certificate, issuer, at))) throw broken(at);
    const top = chain.length - 1;
    if (top > 0 && (await isIssuedBy(chain[top] as Certificate, chain[top] as Certificate, 0))) chain.pop();
  } catch (error) {
    if (isRefusal(error, 'der_malformed'))
      throw new Refusal('certificate_malformed', error.message, { part: 'certificate' });
    throw error;
  }
  if (leaf.not_after < now || leaf.not_before > now + EARLY)
    throw new Refusal('certificate_not_valid', 'The first certificate is over, or begins too far from now.', {
      part: 'certificate',
      not_before: leaf.not_before,
      not_after: leaf.not_after,
    });
  return { leaf, pem: chain.map(({ der }) => toPem('CERTIFICATE', der)).join('') };
}
