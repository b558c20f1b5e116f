/**
 * The page that checks a staff list. Without JavaScript up to 100 pasted rows are posted and come back as a table;
 * with it lister.entry.tsx reads the file. Names and bulk keys stand in bodies of requests alone.
 */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { counted, formOf } from '../../base/words.ts';
import type { StaffRow } from '../../core/bulk-list.ts';
import { type BulkAnswer, OPEN_ROWS } from '../../core/bulk-list.ts';
import { levelName } from '../../core/number.ts';
import { Human } from '../frame/form.tsx';
import { Both, En, Layout, Lead, Para } from '../frame/layout.tsx';
import { BULK_WORDS, isClear, nameWords, remarkOf } from '../words/list-words.ts';

const HEADS: readonly Words[] = [
  { zh: '行', en: 'Row' },
  { zh: '编号与姓名', en: 'Number and name' },
  { zh: '结论', en: 'Verdict' },
  { zh: '姓名核对', en: 'Name' },
  { zh: '证书内容', en: 'Certificate' },
];

const ResultRow: FC<{ answer: BulkAnswer; asked: StaffRow | undefined }> = ({ answer, asked }) => {
  const remark = remarkOf(answer);
  const { verdict, name, level } = answer;
  const compared = name !== undefined || answer.code === 'second_factor_locked';
  return (
    <tr class={isClear(answer) ? undefined : 'look'}>
      <td>{asked?.row ?? answer.row}</td>
      <td>
        {answer.number !== null && verdict !== 'unreadable' ? (
          <a href={`/c/${answer.number}`}>{answer.number}</a>
        ) : (
          <span>{answer.number ?? asked?.number}</span>
        )}
        {asked?.name ? <span class="who">{asked.name}</span> : null}
      </td>
      <td>
        <span class={`badge ${verdict}`}>
          {BULK_WORDS[verdict].zh} <span lang="en">{BULK_WORDS[verdict].en}</span>
        </span>
        {remark ? (
          <span class="remark">
            <Both words={remark} />
          </span>
        ) : null}
      </td>
      <td class={name === 'no_match' ? 'differs' : undefined}>
        {compared ? <Both words={nameWords(answer)} /> : null}
      </td>
      <td>
        {level === undefined ? null : (
          <>
            {answer.occupation}
            {answer.job === undefined ? '' : ` ${answer.job}`} {levelName(level)}
            <span class="remark">
              {answer.organization} {answer.issued_on}
            </span>
          </>
        )}
      </td>
    </tr>
  );
};

/** The rows of the table; the browser shows more of them as they are asked for. */
export const ResultRows: FC<{ answers: readonly BulkAnswer[]; rows: readonly StaffRow[] }> = ({ answers, rows }) => (
  <>
    {answers.map((answer) => (
      <ResultRow answer={answer} asked={rows[answer.row - 1]} />
    ))}
  </>
);

/** How the whole list came out. */
export const Summary: FC<{ answers: readonly BulkAnswer[] }> = ({ answers }) => {
  const look = answers.filter((answer) => !isClear(answer)).length;
  return (
    <p>
      {look === 0
        ? `共 ${answers.length} 行：全部有效，所填姓名均相符。`
        : `共 ${answers.length} 行：需要核实 ${look} 行，其余 ${answers.length - look} 行有效。`}
      <En>
        {look === 0
          ? `${counted(answers.length, 'row')}, ${answers.length === 1 ? '' : 'all '}valid, and every name that was given matches.`
          : `${counted(answers.length, 'row')}: ${counted(look, 'needs', 'need')} a look, ${answers.length - look} ${formOf(answers.length - look, 'is', 'are')} valid.`}
      </En>
    </p>
  );
};

const ResultTable: FC<{ result?: BulkResult | undefined }> = ({ result }) => (
  <table class="results" aria-labelledby="results-title">
    <thead>
      <tr>
        {HEADS.map((words) => (
          <th scope="col">
            <Both words={words} />
          </th>
        ))}
      </tr>
    </thead>
    <tbody id="rows">{result ? <ResultRows {...result} /> : null}</tbody>
  </table>
);

/** A file that needs no second request, because nothing of it is kept. */
export interface SavedFile {
  name: string;
  href: string;
  words: Words;
}

interface BulkResult {
  answers: readonly BulkAnswer[];
  rows: readonly StaffRow[];
}

interface BulkProps {
  host: string;
  typed?: string;
  fault?: Words;
  result?: BulkResult;
  files?: readonly SavedFile[];
}

const RECEIPT: Words = {
  zh: '回执由平台密钥签名，写明何时问了哪份名单、答了什么。请把“所问”和“所答与回执”一起保存，日后可用 luzheng verify-receipt 核对。',
  en: 'The receipt, signed with the service’s key, says which list was asked for, what was answered and when. Keep request and answers together; luzheng verify-receipt checks them later.',
};

const Results: FC<{ result?: BulkResult | undefined; files?: readonly SavedFile[] | undefined }> = ({
  result,
  files = [],
}) => (
  <section class="card" id="results" hidden={!result} aria-labelledby="results-title">
    <h2 id="results-title" tabindex={-1}>
      核验结果<En>Results</En>
    </h2>
    <div id="summary">{result ? <Summary answers={result.answers} /> : null}</div>
    <p class="hint">
      “没有查到”不说明证书有问题：请先逐位核对编号；也可能由其他平台颁发。
      <En>“Not found” says nothing against a certificate: check each digit; it may also have been issued elsewhere.</En>
    </p>
    <p class="buttons" id="save" hidden={files.length === 0}>
      {files.map(({ name, href, words }) => (
        <a class="next second" download={name} href={href}>
          <Both words={words} />
        </a>
      ))}
    </p>
    <p class="hint">
      <Both words={RECEIPT} />
    </p>
    <p id="filters" hidden>
      <label for="filter">
        只看<En>Show</En>
      </label>
      <select id="filter"></select>
    </p>
    <ResultTable result={result} />
    <p id="more" hidden>
      <button type="button" class="second">
        再显示 200 行<En>Show 200 more</En>
      </button>
    </p>
  </section>
);

const Working: FC = () => (
  <section class="card" id="work" hidden aria-labelledby="work-title">
    <h2 id="work-title" tabindex={-1}>
      正在核验<En>Checking</En>
    </h2>
    <progress id="bar" max="1" value="0" aria-labelledby="work-title"></progress>
    <p>
      <b id="done">0</b> / <span id="total">0</span> 行 <span lang="en">rows</span>
    </p>
    <p>
      <button type="button" id="cancel" class="second">
        取消<En>Cancel</En>
      </button>
    </p>
  </section>
);

export const Fault: FC<{ words: Words }> = ({ words }) => (
  <div class="notice" role="alert">
    <Para words={words} />
  </div>
);

const ListForm: FC<{ typed?: string | undefined }> = ({ typed = '' }) => (
  <form method="post" action="/bulk" id="list-form" class="card">
    <div class="drop" id="drop" hidden>
      <label for="list-file">
        选择名单文件，或把文件拖到这里<En>Choose the list’s file, or drop it here</En>
      </label>
      <input id="list-file" type="file" accept=".csv,.xlsx,.txt,text/csv" aria-describedby="file-hint" />
      <p class="hint" id="file-hint">
        .xlsx 或 CSV；文件由浏览器读取，只发送编号和姓名两列
        <En>.xlsx or CSV; your browser reads it and sends the columns of numbers and names alone</En>
      </p>
      <p id="chosen" role="status"></p>
    </div>
    <div class="field">
      <label for="list">
        <span id="or" hidden>
          或
        </span>
        粘贴名单<En>Paste the list</En>
      </label>
      <textarea id="list" name="list" rows={8} spellcheck={false} autocomplete="off" aria-describedby="list-hint">
        {typed}
      </textarea>
      <p class="hint" id="list-hint">
        每行一人：证书编号，姓名（可不填）。可从表格中直接复制两列，表头可有可无。
        <En>
          One person a line: certificate number, name if you like. Two columns copied from a spreadsheet will do, with
          or without a header.
        </En>
      </p>
    </div>
    <div class="field" id="key-field" hidden>
      <label for="bulk-key">
        批量密钥（超过 {OPEN_ROWS} 行时需要）<En>Bulk key, for more than {OPEN_ROWS} rows</En>
      </label>
      <input id="bulk-key" type="password" autocomplete="off" spellcheck={false} aria-describedby="key-hint" />
      <p class="hint" id="key-hint">
        由鉴定指导中心发给用人单位，以 lzb_ 开头。只留在本页内存中，关闭即消失。
        <En>
          A centre gives it to employers; it begins with lzb_. It stays in this page’s memory and is gone when the page
          is closed.
        </En>
      </p>
    </div>
    <Human />
    <button type="submit" id="start">
      核验名单<En>Check the list</En>
    </button>
    <p class="hint">
      姓名只用于比对是否相符，不会显示持证人的真实姓名，也不保存。
      <En>Names are compared, nothing more: the holder’s own name is not shown, and nothing is kept.</En>
    </p>
  </form>
);

export const BulkPage: FC<BulkProps> = ({ host, typed, fault, result, files }) => (
  <Layout
    title={{ zh: '批量核验', en: 'Check a list' }}
    host={host}
    styles={['list']}
    script="bulk.js"
    work="lister.js"
    listed={!result && !fault}
  >
    <Lead
      title={{ zh: '批量核验名单', en: 'Check a staff list' }}
      text={{
        zh: `一次核验多张证书：每一行都当场核对数字签名和当前状态。任何人一次最多 ${OPEN_ROWS} 行；有批量密钥的用人单位最多 10,000 行。`,
        en: `Many certificates at once: for each row the digital signatures and the present status are verified on the spot. Anyone may check ${OPEN_ROWS} rows; employers with a bulk key 10,000.`,
      }}
    />
    <noscript>
      <p class="hint">
        没有启用 JavaScript：请粘贴不超过 {OPEN_ROWS} 行的名单。
        <En>Without JavaScript, paste a list of at most {OPEN_ROWS} rows.</En>
      </p>
    </noscript>
    <div id="say">{fault ? <Fault words={fault} /> : null}</div>
    <ListForm typed={typed} />
    <Working />
    <Results result={result} files={files} />
  </Layout>
);
