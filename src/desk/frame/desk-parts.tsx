/** What the desk's views are made of. Scripts of the desk attach to the data attributes that stand here. */

import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { shanghaiClock, shanghaiDay, toTimestamp } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import type { CaseLine, CaseStep } from '../../core/procedure/read-case.ts';
import { Both, En, Fact, inLanguage, Lead, Para } from '../../web/frame/layout.tsx';
import { BATCH_STATES, CASE_STATES, ROLE_WORDS, STEP_WORDS } from '../../web/words/case-words.ts';

/** How a view begins; the heading gets the focus when the view is shown. */
export const ViewLead: FC<{ title: Words; text?: Words | undefined; children?: unknown }> = (said) => (
  <Lead {...said} heading={{ tabindex: -1 }} />
);

export const Card: FC<PropsWithChildren<{ title?: Words; id?: string }>> = ({ title, id, children }) => (
  <section class="card" id={id}>
    {title ? (
      <h2>
        <Both words={title} />
      </h2>
    ) : null}
    {children}
  </section>
);

export const moment = (at: number): string => shanghaiClock(toTimestamp(at));
export const dayOf = (at: number): string => shanghaiDay(at);

const GOOD = [
  'selected',
  'granted',
  'active',
  'published',
  'filed',
  'uploaded',
  'issued',
  'approved',
  'upheld',
  'closed',
];

/** A state in words, by colour and border too. */
export const State: FC<{ state: string; of?: 'case' | 'batch' }> = ({ state, of = 'case' }) => {
  const words = (of === 'batch' ? BATCH_STATES : CASE_STATES)[state] ?? { zh: state, en: state };
  return (
    <span class={`state ${GOOD.includes(state) ? 'good' : 'warn'}`}>
      <Both words={words} />
    </span>
  );
};

/** Facts in two columns; lines without a value are left out. */
export const Facts: FC<{ lines: readonly (readonly [Words, Child])[] }> = ({ lines }) => (
  <dl class="facts">
    {lines
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([words, value]) => (
        <Fact label={words}>{value}</Fact>
      ))}
  </dl>
);

interface Column {
  words: Words;
  /** Not for the file: buttons and links. */
  only?: 'page';
}

interface ListProps {
  /** Name of the file, without its ending; holds nothing of a person. */
  name: string;
  columns: readonly Column[];
  rows: readonly (readonly Child[])[];
  /** Said where there is nothing. */
  none: Words;
  caption: Words;
  /** View that has the next page of this list, where it goes on. */
  more?: string | undefined;
}

/** What stands above a list: the box that filters it, and the button that saves it. */
export const Tools: FC = () => (
  <>
    <div class="tools">
      <label class="field">
        筛选 <span lang="en">Filter</span>
        <input type="search" autocomplete="off" />
      </label>
      <button type="button" class="second" data-action="csv">
        下载 CSV<En>Download</En>
      </button>
    </div>
    <p class="hint" data-count role="status"></p>
  </>
);

/** A list: filtered by words, saved as CSV; on a phone each row is a block whose lines name their column. */
export const List: FC<ListProps> = ({ name, columns, rows, none, caption, more }) => {
  const labels = columns.map(({ words }) => inLanguage(words));
  if (rows.length === 0) {
    return <Para words={none} />;
  }
  return (
    <div class="list" data-list={name} data-more={more}>
      <Tools />
      <table class="wide">
        <caption>
          <Both words={caption} />
        </caption>
        <thead>
          <tr>
            {columns.map(({ words, only }) => (
              <th scope="col" data-csv={only ? '-' : undefined}>
                <Both words={words} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, at) => (
                <td data-label={labels[at]} data-csv={columns[at]?.only ? '-' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <More more={more} />
    </div>
  );
};

/** Above a list whose rows are ticked, within `data-ticks`: all that the filter shows, or none of them. */
export const TickShown: FC = () => (
  <p class="buttons">
    <button type="button" class="second" data-action="tick-shown" data-tick="all">
      勾选所示全部<En>Tick all shown</En>
    </button>
    <button type="button" class="second" data-action="tick-shown">
      取消所示全部<En>Untick all shown</En>
    </button>
  </p>
);

/** The way on in a long list; filter and download read it to its end by themselves. */
export const More: FC<{ more: string | undefined }> = ({ more }) =>
  more === undefined ? null : (
    <p class="buttons">
      <button type="button" class="second" data-action="more">
        更多<En>More</En>
      </button>
    </p>
  );

const reasonOf = (body: unknown): string | undefined => {
  const { reason, note } = (body ?? {}) as { reason?: unknown; note?: unknown };
  return typeof reason === 'string' ? reason : typeof note === 'string' ? note : undefined;
};

/** Every step of a case: who, when, what was said, and the signed statement itself. */
const Trail: FC<{ steps: readonly CaseStep[]; names?: ReadonlyMap<string, string> }> = ({ steps, names }) => (
  <ol class="trail">
    {steps.map(({ seq, step, role, iss, at, token, body }) => (
      <li>
        <p>
          <b>
            <Both words={STEP_WORDS[step]} />
          </b>
        </p>
        <p class="hint">
          {moment(at)} ·{' '}
          <span>
            <Both words={ROLE_WORDS[role] ?? { zh: role, en: role }} />
          </span>{' '}
          {names?.get(iss) ?? iss}
        </p>
        {reasonOf(body) === undefined ? null : <p class="said-there">{reasonOf(body)}</p>}
        <details>
          <summary>
            第 {seq} 步的签名声明 <span lang="en">signed statement</span>
          </summary>
          <code class="token">{token}</code>
        </details>
      </li>
    ))}
  </ol>
);

/** @param beside what stands after the state, in its line; the children stand under it */
export const CaseHead: FC<{ words: Words; state: string; of?: 'case' | 'batch'; beside?: Child; children?: Child }> = ({
  words,
  state,
  of = 'case',
  beside,
  children,
}) => (
  <ViewLead title={words}>
    <p>
      <State state={state} of={of} />
      {beside === undefined ? null : <> {beside}</>}
    </p>
    {children}
  </ViewLead>
);

/** Big buttons to what people come for. */
export const Ways: FC<{ ways: readonly { words: Words; href: string }[] }> = ({ ways }) => (
  <p class="buttons">
    {ways.map(({ words, href }) => (
      <a class="next" href={href}>
        <Both words={words} />
      </a>
    ))}
  </p>
);

interface CasesProps {
  name: string;
  title: Words;
  lead?: Words;
  cases: readonly CaseLine[];
  /** View that has the next page. */
  more?: string | undefined;
  /** Address of one, without its identifier: `#/plans/`. */
  to: string;
  none: Words;
  /** Columns between the title and the state. */
  columns?: readonly (Column & { of(one: CaseLine): Child })[];
  /** What a case is called in the list. */
  called(one: CaseLine): string;
  children?: Child;
}

export const CasesView: FC<CasesProps> = ({
  name,
  title,
  lead,
  cases,
  more,
  to,
  none,
  columns = [],
  called,
  children,
}) => (
  <>
    <ViewLead title={title} text={lead} />
    {children}
    <Card>
      <List
        name={name}
        caption={
          lead
            ? { zh: '其余按变动时间，新的在前', en: 'Then the last changed first' }
            : { zh: '最近变动的在前', en: 'The last changed first' }
        }
        none={none}
        more={more}
        columns={[
          { words: { zh: '名称', en: 'Title' } },
          ...columns,
          { words: { zh: '状态', en: 'State' } },
          { words: { zh: '更新时间', en: 'Changed' } },
        ]}
        rows={cases.map((one) => [
          <a href={to + one.about}>{called(one)}</a>,
          ...columns.map(({ of }) => of(one)),
          <State state={one.state} />,
          moment(one.updated_at),
        ])}
      />
    </Card>
  </>
);

/** The record of a case. */
export const Record: FC<{ steps: readonly CaseStep[]; names?: ReadonlyMap<string, string> }> = ({ steps, names }) => (
  <Card title={{ zh: '办理记录', en: 'Record' }}>
    <Trail steps={steps} {...(names ? { names } : {})} />
  </Card>
);
