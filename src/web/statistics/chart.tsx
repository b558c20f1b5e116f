/**
 * Charts as SVG that anybody can read: a title and a description for screen readers, the table of the same numbers
 * beside it, no colour that alone says anything. A count that is not shown has no bar, and its line is broken.
 */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { Both, Heads, inLanguage } from '../frame/layout.tsx';

const WIDTH = 320;
const ROW = 38;
/** Characters of a label before it would meet its number; the table has all of them. */
const LABEL = 20;

export interface Bar {
  key: string;
  label: string;
  /** Null where it is not shown. */
  value: number | null;
  /** As it is read: `1,204`, `<5`, `82.5 %`. */
  text: string;
}

interface ChartProps {
  id: string;
  title: Words;
  desc: Words;
}

const cut = (label: string): string =>
  [...label].length > LABEL ? `${[...label].slice(0, LABEL - 1).join('')}…` : label;

/** @param chinese whether labels are Chinese for all readers @param most what the longest bar stands for */
export const Bars: FC<ChartProps & { bars: readonly Bar[]; chinese?: boolean; most?: number }> = ({
  id,
  title,
  desc,
  bars,
  chinese = false,
  most,
}) => {
  const longest = Math.max(1, most ?? Math.max(0, ...bars.map(({ value }) => value ?? 0)));
  return (
    <svg
      class="chart"
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 0 ${WIDTH} ${Math.max(1, bars.length) * ROW}`}
    >
      <title id={`${id}-title`}>{inLanguage(title)}</title>
      <desc id={`${id}-desc`}>{inLanguage(desc)}</desc>
      {bars.map(({ label, value, text }, i) => (
        <g>
          <text x="0" y={i * ROW + 14} {...(chinese ? { lang: 'zh-CN' } : {})}>
            {cut(label)}
          </text>
          <text x={WIDTH} y={i * ROW + 14} text-anchor="end" class="value">
            {text}
          </text>
          <rect class="track" x="0.5" y={i * ROW + 20.5} width={WIDTH - 1} height="11" />
          {value === null || value === 0 ? null : (
            <rect
              class="bar"
              x="0"
              y={i * ROW + 20}
              width={Math.max(1, Math.round((value / longest) * WIDTH * 10) / 10)}
              height="12"
            />
          )}
        </g>
      ))}
    </svg>
  );
};

const LEFT = 48;
const TOP = 14;
const HEIGHT = 120;

/** A round number of at least `n` for the top of an axis. */
const roundUp = (n: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, n)));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= n) ?? 10) * power;
};

/** Months in a line: `points` in their order. */
export const MonthLine: FC<ChartProps & { points: readonly Bar[] }> = ({ id, title, desc, points }) => {
  const top = Math.max(4, roundUp(Math.max(0, ...points.map(({ value }) => value ?? 0))));
  const x = (i: number): number => Math.round((LEFT + 8 + (i * (WIDTH - LEFT - 18)) / 11) * 10) / 10;
  const y = (value: number): number => Math.round((TOP + HEIGHT * (1 - value / top)) * 10) / 10;
  // A new stretch after every count that is not shown.
  const path = points
    .map(({ value }, i) =>
      value === null ? '' : `${i === 0 || points[i - 1]?.value === null ? 'M' : 'L'}${x(i)} ${y(value)}`,
    )
    .join('');
  return (
    <svg
      class="chart"
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 0 ${WIDTH} ${TOP + HEIGHT + 24}`}
    >
      <title id={`${id}-title`}>{inLanguage(title)}</title>
      <desc id={`${id}-desc`}>{inLanguage(desc)}</desc>
      {[0, top / 2, top].map((value) => (
        <g>
          <path class="grid" d={`M${LEFT} ${y(value)}H${WIDTH}`} />
          <text x={LEFT - 4} y={y(value) + 4} text-anchor="end">
            {value.toLocaleString('en-US')}
          </text>
        </g>
      ))}
      {path === '' ? null : <path class="line" d={path} />}
      {points.map(({ value, label }, i) => (
        <g>
          {value === null ? null : <circle class="dot" cx={x(i)} cy={y(value)} r="3.5" />}
          <text x={x(i)} y={TOP + HEIGHT + 18} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
};

/** The same numbers as a table, folded under its chart. */
export const Numbers: FC<{ caption: Words; heads: readonly Words[]; rows: readonly (readonly string[])[] }> = ({
  caption,
  heads,
  rows,
}) => (
  <details>
    <summary>
      数据表 <span lang="en">Table</span>
    </summary>
    <table class="numbers">
      <caption>
        <Both words={caption} />
      </caption>
      <Heads columns={heads} />
      <tbody>
        {rows.map(([first, ...rest]) => (
          <tr>
            <th scope="row">{first}</th>
            {rest.map((cell) => (
              <td>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
