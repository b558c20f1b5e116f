/**
 * Parts of the requests and answers of the API. Each is a valibot schema, and what `v.metadata` says (words, a
 * pattern, a format) stands in openapi.json beside what the schema checks: words of one service, which validation does
 * not read.
 */

import * as v from 'valibot';
import { publicJwk } from '../keys.ts';
import { PATTERNS } from '../province.ts';

/** Keywords of JSON Schema beside those that follow from the schema itself. */
type Keywords = Record<string, unknown>;

/** A schema with words, and with keywords that are said and not checked here. */
export const said = <S extends v.GenericSchema>(schema: S, description: string, keywords: Keywords = {}) =>
  v.pipe(schema, v.metadata({ description, ...keywords }));

export const text = (description: string, keywords: Keywords = {}) => said(v.string(), description, keywords);
export const whole = (description: string, keywords: Keywords = {}) =>
  v.pipe(v.number(), v.integer(), v.metadata({ description, ...keywords }));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counted = (description: string) => said(count, description);
export const time = (description: string) => text(description, { format: 'date-time' });
export const date = v.pipe(v.string(), v.metadata({ format: 'date' }));
export const day = (description: string) => text(description, { format: 'date' });
/** NumericDate. */
export const seconds = (description: string) => counted(`${description} (NumericDate: seconds since 1970)`);
export const oneOf = <const O extends readonly string[]>(description: string, options: O) =>
  said(v.picklist(options), description);
export const nullableText = v.nullable(v.string());

export const number = text('证书编号 / certificate number: organization code (13), year (2), level (1), serial (6)', {
  pattern: `^${PATTERNS.number}$`,
  examples: ['S000037000001263000001'],
});
export const code = text('机构编码 / organization code', {
  pattern: `^${PATTERNS.organization}$`,
  examples: ['S000037000001'],
});
export const DIGEST_PATTERN = '^[A-Za-z0-9_-]{43}$';
export const digestOf = (description: string) => text(description, { pattern: DIGEST_PATTERN });
export const digest = digestOf('SHA-256, base64url without padding');
export const JWS_PATTERN = '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$';
export const jwsOf = (description: string) => text(description, { pattern: JWS_PATTERN });
export const jws = jwsOf('Compact JWS (RFC 7515), ES256, header parameters alg, typ, kid and no others');
export const sdJwt = text('SD-JWT (RFC 9901): <JWS>~<disclosure>~…~', {
  pattern: `${JWS_PATTERN.slice(0, -1)}(~[A-Za-z0-9_-]+)*~$`,
});
export const centre = text('鉴定指导中心 / centre', { pattern: `^${PATTERNS.centre}$`, examples: ['centre:3701'] });
export const level = said(v.picklist([1, 2, 3, 4, 5]), '等级，5 最低，1 最高 / level, 5 is the lowest', {
  type: 'integer',
});
/** Lists are read page by page to their end. */
export const next = said(
  nullableText,
  '下一页从此开始（作为 after 传入）；列表结束为 null / where the next page begins, for `after`; null at the end',
);

export const STATES = ['valid', 'suspended', 'revoked', 'replaced'] as const;
export const BATCH_STATES = ['submitted', 'city_approved', 'approved', 'returned', 'issuing', 'issued'] as const;
export const TIERS = ['city', 'province'] as const;

/** A public key, without and with its name. */
export const PublicKey = publicJwk;
export const NamedPublicKey = v.object({ ...publicJwk.entries, kid: text('key id') });

/** A signed statement, as a call carries it: what is wrong with it is told by a code of its own. */
export const Statement = v.pipe(v.string(), v.minLength(1), v.metadata({ pattern: JWS_PATTERN }));
