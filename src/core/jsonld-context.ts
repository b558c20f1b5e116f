/**
 * Owns the JSON-LD context of our own terms (`/contexts/v1.jsonld`). Immutable: certificates name it for ever,
 * verifiers carry their copy and never fetch it. A new term means v2.
 */
const VOCABULARY = 'urn:luzheng:vocabulary#';
const term = (name: string) => ({ '@id': VOCABULARY + name });
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
