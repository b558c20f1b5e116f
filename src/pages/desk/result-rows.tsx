/**
 * Owns how published results are listed at the desk, for the organization and for its centres alike: who, what, both
 * scores, the outcome, and the certificate that a row replaces, where one does.
 * It refuses nothing.
 */
import type { FC } from 'hono/jsx';
import { counted } from '../../life/counted.ts';
import { levelName } from '../../life/level.ts';
import { outcomeOf } from '../../life/procedure/outcome.ts';
import type { ResultRow } from '../../life/procedure/plan.ts';
import { Both } from '../layout.tsx';
import type { Words } from '../words.ts';
import { Card, List } from './parts.tsx';

const OUTCOMES: Record<'passed' | 'failed' | 'absent', Words> = {
  passed: { zh: '合格', en: 'passed' },
  failed: { zh: '不合格', en: 'failed' },
  absent: { zh: '缺考', en: 'absent' },
};
const scoreText = (score: number | 'absent'): string => (score === 'absent' ? '缺考' : String(score));
const COLUMNS: readonly Words[] = [
  { zh: '行', en: 'Row' },
  { zh: '姓名', en: 'Name' },
  { zh: '证件号码', en: 'Number' },
  { zh: '职业（工种）', en: 'Occupation' },
  { zh: '等级', en: 'Level' },
  { zh: '理论', en: 'Theory' },
  { zh: '实操', en: 'Practice' },
  { zh: '结果', en: 'Outcome' },
];
const REPLACES: Words = { zh: '替换的证书', en: 'Replaces' };

export const ResultRows: FC<{ rows: readonly ResultRow[]; passMark: number }> = ({ rows, passMark }) => {
  const replacing = rows.some(({ replaces }) => replaces !== undefined);
  return (
    <Card title={{ zh: `结果（${rows.length} 人）`, en: counted(rows.length, 'result') }}>
      <List
        name="results"
        caption={{ zh: '含个人信息，请妥善保管下载的文件', en: 'Personal data: keep what you download safe' }}
        none={{ zh: '没有结果。', en: 'Nobody.' }}
        columns={[...COLUMNS, ...(replacing ? [REPLACES] : [])].map((words) => ({ words }))}
        rows={rows.map((row) => [
          String(row.row),
          row.name,
          row.id_number,
          row.job_type === '--' ? row.occupation_name : `${row.occupation_name} · ${row.job_type}`,
          levelName(row.level),
          scoreText(row.score_theory),
          scoreText(row.score_practice),
          <Both words={OUTCOMES[outcomeOf(row, passMark)]} />,
          ...(replacing ? [row.replaces ?? ''] : []),
        ])}
      />
    </Card>
  );
};
