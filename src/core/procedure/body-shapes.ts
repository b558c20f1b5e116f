/**
 * The small shapes that bodies of steps are made of: lines, texts, days, times, salts, attached files. All are bounded.
 */

import * as v from 'valibot';
import { dayNumber } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import { LEVELS, type Level } from '../number.ts';
import { CENTRE, ORGANIZATION_CODE } from '../province.ts';

const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\ufffd]/u;

/** One line. */
export const line = (max: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, '不能为空 / must not be empty'),
    v.maxLength(max, `最多 ${max} 个字 / at most ${max} characters`),
    v.check((text) => !CONTROL.test(text), '含有控制字符 / has control characters'),
  );

/** Text of several lines. */
export const text = (max: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, '不能为空 / must not be empty'),
    v.maxLength(max, `最多 ${max} 个字 / at most ${max} characters`),
    v.check((value) => !CONTROL.test(value.replace(/[\n\r\t]/g, '')), '含有控制字符 / has control characters'),
  );

const isDay = (value: string): boolean => {
  try {
    return dayNumber(value) > 0;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
};
export const day = v.pipe(v.string(), v.check(isDay, '应为 YYYY-MM-DD 的日期 / must be a day, YYYY-MM-DD'));
export const time = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, '应为 HH:MM / must be HH:MM'));
export const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
export const level = v.custom<Level>(
  (value) => (LEVELS as unknown[]).includes(value),
  '等级为 1 至 5 / a level is a number from 1 to 5',
);
export const digest = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{43}$/, '应为 43 位的摘要 / must be a digest of 43 characters'),
);
/** 16 random bytes, so that nobody who has a digest can try out what a body says. */
export const salt = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, '应为 22 位的随机值 / must be a random value of 22 characters'),
);
export const organizationCode = v.pipe(
  v.string(),
  v.regex(ORGANIZATION_CODE, '机构编码形如 S000037000001 / an organization code looks like S000037000001'),
);
export const centre = v.pipe(v.string(), v.regex(CENTRE, '中心形如 centre:3701 / a centre looks like centre:3701'));
export const occupationCode = v.pipe(
  v.string(),
  v.regex(/^\d-\d{2}-\d{2}-\d{2}$/, '职业编码形如 6-31-01-03 / an occupation code looks like 6-31-01-03'),
);
/** Identifiers within one body: sessions, inspectors. */
export const key = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,20}$/, '编号只用字母和数字 / letters and digits only'));
export const caseOf = (kind: string) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^${kind}:[A-Za-z0-9_-]{8,64}$`),
      `编号形如 ${kind}:${kind[0]}0123abcd / looks like ${kind}:${kind[0]}0123abcd`,
    ),
  );
/** Counted before its elements are judged: each that is wrong takes an issue of its own. */
export const list = <T extends v.GenericSchema>(schema: T, max: number, min = 0) =>
  v.pipe(
    v.array(v.unknown()),
    v.minLength(min, `至少 ${min} 项 / at least ${min}`),
    v.maxLength(max, `最多 ${max} 项 / at most ${max}`),
    v.array(schema),
  );

export const FILE_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export const FILE_BYTES = 10_000_000;
/** A file that was submitted before (POST /v1/files) and is named here by its digest. */
const file = v.strictObject({
  name: line(200),
  type: v.picklist(FILE_TYPES),
  size: whole(1, FILE_BYTES),
  sha256: digest,
});
export const files = list(file, 30);
export type AttachedFile = v.InferOutput<typeof file>;
