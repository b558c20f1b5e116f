/**
 * Where each value stands on a printed certificate, version 1, and what must be read there: for whoever compares a
 * file with the signed data in it. FROZEN ONCE USED: a change makes templates/v2.
 */

import { levelName, levelWords } from '../../src/core/number.ts';
import type { DocumentFacts, PrintedField } from '../../src/core/paper/template.ts';
import * as at from './layout.ts';
import { COPY, FOOT, MONTHS, ROWS } from './words.ts';

/** Baselines stand a little above the lower edge of their row. */
const row = (part: string, index: number, text: string): PrintedField => {
  const top = at.ROWS_TOP + index * at.ROW;
  return {
    part,
    text,
    box: { left: at.VALUE_LEFT - 1, right: index < 3 ? at.PHOTO.x - 4 : at.RIGHT + 8, top, bottom: top + at.ROW },
  };
};

const foot = (part: string, line: number, text: string): PrintedField => {
  const baseline = at.FOOT_TOP + 5.6 + line * at.FOOT_STEP;
  return { part, text, box: { left: at.LEFT - 8, right: at.RIGHT + 8, top: baseline - 2, bottom: baseline + 2 } };
};

export function fields(facts: DocumentFacts): PrintedField[] {
  const [year, month, day] = facts.issued_on.split('-').map(Number) as [number, number, number];
  const level = levelName(facts.level) + levelWords(facts.level).english;
  const texts = [
    facts.name,
    facts.id_type_name,
    facts.id_number,
    facts.occupation.name,
    facts.job,
    level,
    facts.number,
  ];
  const { copy } = facts;
  return [
    ...ROWS.map(({ part }, index) => row(part, index, texts[index] as string)),
    {
      part: 'organization',
      text: facts.organization.name,
      box: { left: at.SIGN_LEFT - 4, right: at.RIGHT + 8, top: at.SIGN_NAME - 5, bottom: at.SIGN_DATE - 3 },
    },
    {
      part: 'issued_on',
      text: `${year}年${month}月${day}日${day}${MONTHS[month - 1]}${year}`,
      box: { left: at.SIGN_LEFT - 4, right: at.RIGHT + 8, top: at.SIGN_DATE + 2, bottom: at.SIGN_DATE + 10 },
    },
    foot('query_url', 1, FOOT.service.label + facts.query_url),
    foot('trust_root', 2, FOOT.root.label + facts.trust_root),
    ...(copy
      ? [
          {
            part: 'purpose',
            text: COPY.purpose + copy.purpose,
            box: { left: at.COPY.x + 14, right: at.RIGHT + 8, top: at.COPY.y, bottom: at.COPY.y + 5.2 },
          },
          {
            part: 'expires_on',
            text: COPY.from + copy.stamped_on + COPY.until + copy.expires_on,
            box: {
              left: at.COPY.x + 14,
              right: at.RIGHT + 8,
              top: at.COPY.y + 6.8,
              bottom: at.COPY.y + at.COPY.height,
            },
          },
        ]
      : []),
  ];
}
