/** Requests and answers about what is published: notices, objections, statistics, draws. */
import * as v from 'valibot';
import { FILE_TYPES } from '../procedure/body-shapes.ts';
import { FINDINGS } from '../procedure/draw.ts';
import { DRAW_RULE, LOTTERY_NAMES } from '../procedure/draw-seed.ts';
import { NOTICE_STATES } from '../procedure/notice.ts';
import { statesOf } from '../procedure/steps.ts';
import { code, count, date, digest, digestOf, jws, jwsOf, nullableText, oneOf, said, text } from './shape-parts.ts';

const string = v.string();
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

const line = {
  id: string,
  state: oneOf('公示中、公示期满、已上传、已撤回', NOTICE_STATES),
  organization: v.strictObject({ code: string, name: string }),
  title: string,
  occupations: v.array(string),
  counts: v.strictObject({ candidates: count, passed: count, failed: count, absent: count }),
  from: date,
  until: said(date, 'last day, included'),
  corrected_on: said(v.nullable(date), '更正后重新公示之日 / since when it runs again after a correction'),
};
const row = v.strictObject({
  row: positive,
  name: text('masked'),
  occupation: v.strictObject({ code: string, name: string }),
  job: string,
  level: v.pipe(positive, v.maxValue(5)),
  level_name: string,
  exam_date: date,
});
export const NoticeList = v.strictObject({
  notices: v.array(v.strictObject(line)),
  total: count,
  page: count,
  pages: count,
});
export const Notice = v.strictObject({
  ...line,
  exam_days: v.array(date),
  objections: v.strictObject({ raised: count, open: count, upheld: count, rejected: count }),
  rows: said(
    v.nullable(v.array(row)),
    '合格人员；撤回后或期满 30 日后为 null / those who passed; null once withdrawn or over for 30 days',
  ),
});

/** What is said in full is judged as the body of the step `objection.raise`. */
export const ObjectionBody = v.strictObject({
  row: v.optional(v.pipe(v.number(), v.metadata({ type: 'integer', minimum: 1, maximum: 1_000_000 }))),
  grounds: v.pipe(v.string(), v.metadata({ minLength: 1, maxLength: 2000 })),
  name: v.optional(v.pipe(v.string(), v.metadata({ maxLength: 50 }))),
  contact: v.optional(v.pipe(v.string(), v.metadata({ maxLength: 200 }))),
});
export const ObjectionRaised = v.strictObject({
  state: v.literal('open'),
  code: text('查询码，只出现一次 / stands in this answer and nowhere else', {
    pattern: '^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$',
  }),
});
export const ObjectionCode = v.strictObject({ code: v.pipe(v.string(), v.maxLength(100)) });
export const ObjectionFollowed = v.strictObject({
  state: v.picklist(['open', 'upheld', 'rejected']),
  raised_on: date,
  notice: v.strictObject({ id: string, title: string }),
  history: v.array(
    v.strictObject({ decision: v.picklist(['upheld', 'rejected', 'reopened']), on: date, by: string, reason: string }),
  ),
});

const published = said(
  v.union([count, v.picklist(['<5', 'withheld'])]),
  '`withheld`：由合计可推算出小数字，故不公布 / withheld, because a small count could be told from it',
);
const lines = said(
  v.nullable(v.array(v.strictObject({ key: string, name: string, count: published }))),
  '数量过少时为 null / null where there are too few',
);
const rate = v.nullable(
  v.strictObject({ attended: count, passed: count, rate: v.pipe(v.number(), v.minValue(0), v.maxValue(100)) }),
);
export const Statistics = v.strictObject({
  counted_at: v.pipe(v.string(), v.metadata({ format: 'date-time' })),
  licence: v.literal('CC-BY-4.0'),
  small_below: said(v.literal(5), 'counts of 1 to 4 are `<5`'),
  years: v.array(v.pipe(v.string(), v.regex(/^\d{4}$/))),
  statistics: v.array(
    v.strictObject({
      year: string,
      certificates: v.strictObject({
        total: published,
        by_occupation: lines,
        by_level: lines,
        by_centre: lines,
        by_month: lines,
      }),
      pass_rates: v.strictObject({
        overall: rate,
        by_centre: v.array(v.strictObject({ key: string, name: string, rate })),
      }),
      exam_to_issue: v.strictObject({ median_days: v.nullable(v.number()) }),
    }),
  ),
});

const drawState = v.picklist(statesOf('draw'));
const signed = <B extends v.GenericSchema>(body: B) =>
  v.strictObject({
    at: count,
    by: string,
    token: jwsOf('the step+jwt: `body` in it is the digest of `body` here'),
    body,
  });
const session = { plan: string, session: string, organization: code, name: string, date, label: string };
const inspector = { id: string, name: string, unit: string };
const found = {
  plan: string,
  session: string,
  summary: string,
  details: v.optional(text('never in public answers')),
  files: v.optional(
    v.array(v.strictObject({ name: string, type: v.picklist(FILE_TYPES), size: count, sha256: digest })),
  ),
  at: count,
  by: string,
};
const findings = {
  findings: v.array(v.strictObject({ ...found, finding: v.picklist(FINDINGS), inspectors: v.array(string) })),
  follow_ups: v.array(v.strictObject(found)),
};
const publicSource = said(
  v.strictObject({
    lottery: oneOf('`ssq` 双色球, `dlt` 大乐透', LOTTERY_NAMES),
    issue: text('期号，以它为准 / the issue, which decides'),
    date: said(date, '开奖日 / the day on which it is drawn'),
  }),
  '加入种子的公开值：锁定名单之后开奖的号码 / the public value that joins the seed: numbers drawn after the lists were fixed',
);
const commit = v.strictObject({
  title: string,
  sessions: v.array(v.strictObject(session)),
  inspectors: v.array(v.strictObject({ ...inspector, avoids: v.optional(v.array(code)) })),
  pick: count,
  per_session: count,
  commitment: digest,
  public_source: publicSource,
});
export const DrawLine = v.strictObject({
  id: string,
  about: string,
  state: drawState,
  centre: string,
  title: string,
  sessions: count,
  inspectors: count,
  pick: count,
  per_session: count,
  commitment: digest,
  public_source: publicSource,
  found: count,
  serious: count,
  first_day: nullableText,
  created_at: count,
  updated_at: count,
});
export const DrawList = v.strictObject({ draws: v.array(DrawLine) });
export const Draw = v.strictObject({
  rule: v.literal(DRAW_RULE),
  about: string,
  state: drawState,
  centre: string,
  committed: signed(commit),
  revealed: v.optional(
    signed(
      v.strictObject({
        seed: digest,
        public_value: text(
          '开奖号码：主号升序、再特别号升序，两位数，一个空格 / the numbers: main ones ascending, then special ones ascending, two digits each, one space',
          { pattern: '^\\d\\d( \\d\\d){6}$' },
        ),
      }),
    ),
  ),
  drawn: v.optional(
    said(
      v.array(v.strictObject({ ...session, inspectors: v.array(v.strictObject(inspector)) })),
      'in the order in which they were drawn',
    ),
  ),
  ...findings,
  closed: v.optional(signed(v.strictObject({ summary: string }))),
  abandoned: v.optional(signed(v.strictObject({ reason: string }))),
  roots: said(v.array(v.looseObject({})), 'root keys, to be trusted by their thumbprint alone'),
  statements: said(
    v.strictObject({ centres: v.array(jws), withdrawals: v.array(jws) }),
    'under which its signers signed: enough to check it offline, `luzheng draw verify`',
  ),
});
export const SessionList = v.strictObject({ sessions: v.array(v.strictObject(session)) });
export const DrawFindings = v.strictObject({
  about: string,
  state: drawState,
  seq: count,
  last: digestOf('`prev` of the next step'),
  ...findings,
});
