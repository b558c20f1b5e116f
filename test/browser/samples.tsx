/** Pages that the served Worker would need weeks to come to, drawn from the same components: a notice with its form, an answered objection, draws. */
import { readFileSync } from 'node:fs';
import type { Child } from 'hono/jsx';
import type { Language } from '../../src/base/words.ts';
import { type DrawCommit, drawFrom } from '../../src/core/procedure/draw.ts';
import type { DrawRecord } from '../../src/core/procedure/draw-record.ts';
import { DRAW_RULE } from '../../src/core/procedure/draw-seed.ts';
import { type Counted, type IssuedCell, statisticsOf } from '../../src/core/statistics-year.ts';
import type { DrawLine } from '../../src/service/procedure/draw-reading.ts';
import { STYLES, type Styles } from '../../src/storage/database.ts';
import { DrawPage, DrawsPage } from '../../src/web/draws/draw-pages.tsx';
import { leadWithEnglish, ReaderContext } from '../../src/web/frame/layout.tsx';
import { NoticePage, type NoticeView } from '../../src/web/notices/notice-pages.tsx';
import { FollowPage, ObjectedPage } from '../../src/web/notices/objection-pages.tsx';
import { StatisticsPage } from '../../src/web/statistics/statistics-page.tsx';

const HOST = 'lz.example.cn';

const row = (at: number, name: string, job = '--') => ({
  row: at,
  name,
  occupation: { code: '6-18-02-04', name: '焊工' },
  job,
  level: 4 as const,
  level_name: '四级/中级工',
  exam_date: '2026-11-14',
});

const NOTICE: NoticeView = {
  id: 'r0123456789',
  state: 'running',
  organization: { code: 'S000037000001', name: '济南泉城职业培训学校' },
  title: '2026 年第三批焊工（中级工）职业技能等级认定',
  occupations: ['焊工（电焊工）', '焊工（气焊工）'],
  counts: { candidates: 30, passed: 3, failed: 26, absent: 1 },
  from: '2026-11-18',
  until: '2026-11-25',
  corrected_on: '2026-11-18',
  exam_days: ['2026-11-14', '2026-11-15'],
  objections: { raised: 2, open: 1, upheld: 1, rejected: 0 },
  rows: [row(2, '欧**', '电焊工'), row(13, '阿**', '气焊工'), row(1204, '𬭎**')],
};

const cell = (change: Partial<IssuedCell>): IssuedCell => ({
  month: '2026-03',
  level: 3,
  code: '6-31-01-03',
  name: '电工',
  centre: 'centre:3701',
  n: 140,
  ...change,
});

const COUNTED: Counted = {
  issued: [
    cell({}),
    cell({ month: '2026-04', level: 4, n: 260 }),
    cell({ month: '2026-06', code: '6-18-02-04', name: '焊工', centre: 'centre:3702', n: 85 }),
    cell({ month: '2026-07', code: '4-10-01-05', name: '养老护理员', level: 5, n: 33 }),
    cell({ month: '2026-09', code: '6-18-01-01', name: '车工', n: 3, level: 2 }),
    cell({
      month: '2026-10',
      code: '6-31-01-02',
      name: '机械设备安装与维修技术工人员（示例长名称）',
      n: 1204,
      centre: 'centre:3700',
    }),
  ],
  delays: [{ year: '2026', days: 23, n: 900 }],
  outcomes: [
    { year: '2026', centre: 'centre:3701', passed: 436, failed: 61 },
    { year: '2026', centre: 'centre:3702', passed: 85, failed: 12 },
    { year: '2026', centre: 'centre:3700', passed: 1204, failed: 90 },
  ],
};

const CENTRES: Record<string, string> = {
  'centre:3700': '山东省职业技能鉴定指导中心',
  'centre:3701': '济南市职业技能鉴定指导中心',
  'centre:3702': '青岛市职业技能鉴定指导中心',
};

const COMMIT: DrawCommit = {
  title: '2026 年第四季度督导检查',
  pick: 2,
  per_session: 2,
  commitment: 'VZq4eR2ufmymSc-_huMmcaFLsHLXLnD92i1BV9RRh84',
  public_source: { lottery: 'ssq', issue: '2026134', date: '2026-11-08' },
  sessions: ['2026-11-14', '2026-11-15', '2026-11-16'].map((date, at) => ({
    plan: `plan:p0123456789abcde${at}`,
    session: 's1',
    organization: 'S000037000001',
    name: '济南泉城职业培训学校',
    date,
    label: '焊工 · 电焊工 四级/中级工 理论和实操 08:30',
  })),
  inspectors: ['赵', '钱', '孙'].map((name, at) => ({
    id: `d${at + 1}`,
    name: `${name}督导`,
    unit: '济南市职业技能鉴定指导中心',
    ...(at === 2 ? { avoids: ['Y000037000002', 'S000037000003'] } : {}),
  })),
};

const COMMITTED: DrawRecord = {
  rule: DRAW_RULE,
  about: 'draw:d0123456789',
  state: 'committed',
  centre: 'centre:3701',
  committed: { at: 1_793_000_000, by: 'centre:3701', token: 'x', body: COMMIT },
  findings: [],
  follow_ups: [],
};

const drawnSessions = drawFrom(COMMIT, new Uint8Array(32), '03 11 19 22 27 31 08');

const [{ plan, session }] = drawnSessions as [(typeof drawnSessions)[number]];

const CLOSED: DrawRecord = {
  ...COMMITTED,
  state: 'closed',
  revealed: {
    at: 1_794_200_000,
    by: 'centre:3701',
    token: 'x',
    body: { seed: 'A'.repeat(43), public_value: '03 11 19 22 27 31 08' },
  },
  drawn: drawnSessions,
  findings: [
    {
      plan,
      session,
      finding: 'serious',
      inspectors: ['d1'],
      summary: '监考员少一人，考场座位标识不全。',
      at: 1_794_600_000,
      by: 'centre:3701',
    },
  ],
  follow_ups: [{ plan, session, summary: '已补足监考员。', at: 1_794_700_000, by: 'org:S000037000001' }],
  closed: { at: 1_794_800_000, by: 'centre:3701', token: 'x', body: { summary: '已督促整改。' } },
};

const LINE: DrawLine = {
  id: 'd0123456789',
  about: COMMITTED.about,
  state: 'closed',
  centre: 'centre:3701',
  title: COMMIT.title,
  sessions: 3,
  inspectors: 3,
  pick: 2,
  per_session: 2,
  commitment: COMMIT.commitment,
  public_source: COMMIT.public_source,
  found: 2,
  serious: 1,
  first_day: '2026-11-14',
  created_at: 1_793_000_000,
  updated_at: 1_794_800_000,
};

const NAMES = new Map(Object.entries(CENTRES));

const drawPage = (record: DrawRecord) => (
  <DrawPage host={HOST} record={record} centres={NAMES} roots={['A'.repeat(43)]} today="2026-11-27" />
);

export const SAMPLES: Record<string, Child> = {
  'a list of draws': (
    <DrawsPage
      host={HOST}
      draws={[LINE, { ...LINE, state: 'committed', found: 0, serious: 0 }, { ...LINE, state: 'abandoned' }]}
      centres={NAMES}
    />
  ),
  'a closed draw': drawPage(CLOSED),
  'an overdue draw': drawPage(COMMITTED),
  'a draw that was given up': drawPage({
    ...COMMITTED,
    state: 'abandoned',
    abandoned: { at: 1_794_300_000, by: 'centre:3701', token: 'x', body: { reason: '种子文件遗失' } },
  }),

  'a running notice': (
    <NoticePage
      host={HOST}
      notice={NOTICE}
      page={1}
      pages={3}
      typed={{ row: '9', grounds: '该人员当日未到场。' }}
      faults={{
        row: { zh: '名单中没有这一行，请核对或留空', en: 'The list has no such row; check it, or leave it out' },
      }}
    />
  ),
  'a past notice': <NoticePage host={HOST} notice={{ ...NOTICE, state: 'over', rows: null }} page={1} pages={1} />,
  'the code of an objection': <ObjectedPage host={HOST} id={NOTICE.id} code="7K2QM-0R4TZ-9HXCE-5VB3N" />,
  'an answered objection': (
    <FollowPage
      host={HOST}
      centres={new Map(Object.entries(CENTRES))}
      followed={{
        state: 'upheld',
        raised_on: '2026-11-17',
        notice: NOTICE,
        history: [
          { decision: 'reopened', on: '2026-11-18', by: 'centre:3701', reason: '请附签到表。' },
          { decision: 'upheld', on: '2026-11-19', by: 'org:S000037000001', reason: '签到表缺失。\n更正结果。' },
        ],
      }}
    />
  ),
  'statistics of a year': (
    <StatisticsPage
      host={HOST}
      years={['2026', '2025']}
      statistics={statisticsOf(COUNTED, '2026', '2026-11-27', (centre) => CENTRES[centre] ?? centre)}
    />
  ),
};

/** A sample as the Worker would answer it, with the style that was built. */
export function sample(name: string, language: Language): string {
  const styles = JSON.parse(readFileSync(new URL(`../../.dev/assets/${STYLES}`, import.meta.url), 'utf8')) as Styles;
  const text = String(
    <ReaderContext.Provider value={{ language, path: '/notices', styles }}>
      {SAMPLES[name] as Child}
    </ReaderContext.Provider>,
  );
  return `<!DOCTYPE html>${language === 'en' ? leadWithEnglish(text) : text}`;
}
