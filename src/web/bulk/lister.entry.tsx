/**
 * Checks a list in the browser: the file is read here, only numbers and names are sent, and the answer is taken line
 * by line while it comes. Key and list stay in this page's memory. Without a receipt a list does not count as
 * checked.
 */

import { concat, encodeUtf8 } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { counted } from '../../base/words.ts';
import {
  BULK_VERDICTS,
  type BulkAnswer,
  KEYED_ROWS,
  NDJSON_TYPE,
  OPEN_ROWS,
  readStaffList,
  type StaffRow,
  toNdjson,
} from '../../core/bulk-list.ts';
import { writeCsv, writeXlsx } from '../../formats/table/table.ts';
import { Both, htmlOf } from '../frame/layout.tsx';
import { bytesOfList, download, get } from '../frame/page-script.ts';
import { BULK_WORDS, isClear, LIST_FAULTS, RESULT_WIDTHS, resultTable } from '../words/list-words.ts';
import { Fault, ResultRows, Summary } from './bulk-page.tsx';

/** Rows that are shown at a time. */
const SHOWN = 200;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const pasted = get<HTMLTextAreaElement>('list');
const chooser = get<HTMLInputElement>('list-file');

/** The list of the chosen file; undefined while the pasted one counts. */
let fromFile: StaffRow[] | undefined;
let stop: AbortController | undefined;
let rows: StaffRow[] = [];
let answers: BulkAnswer[] = [];
let shown = 0;

/** The components escape every text; there is no other way into the page. */
async function put(id: string, content: unknown, position?: 'beforeend'): Promise<void> {
  const html = await htmlOf(content);
  if (position) get(id).insertAdjacentHTML(position, html);
  else get(id).innerHTML = html;
}

class Trouble extends Error {
  readonly words: Words;
  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}

const known = (code: string): Words => LIST_FAULTS[code] ?? (LIST_FAULTS.unexpected as Words);

function wordsFor(error: unknown): Words {
  if (error instanceof Trouble) return error.words;
  if (isRefusal(error)) return LIST_FAULTS[error.code] ?? { zh: '名单无法读取', en: error.message };
  if (error instanceof DOMException && error.name === 'AbortError') return known('cancelled');
  return known(error instanceof TypeError ? 'broke_off' : 'unexpected');
}

const tell = (error: unknown): Promise<void> => put('say', <Fault words={wordsFor(error)} />);
const hush = (): void => get('say').replaceChildren();

const currentRows = (): StaffRow[] => fromFile ?? readStaffList(encodeUtf8(pasted.value));

/** Asks for a key only where one is needed. */
function askForKey(count: number): void {
  get('key-field').hidden = count <= OPEN_ROWS;
}

export async function choose(file: File): Promise<void> {
  if (stop) return;
  hush();
  try {
    fromFile = readStaffList(await bytesOfList(file));
    pasted.value = '';
    await put(
      'chosen',
      <Both words={{ zh: `${file.name}：${fromFile.length} 行`, en: counted(fromFile.length, 'row') }} />,
    );
    askForKey(fromFile.length);
  } catch (error) {
    fromFile = undefined;
    get('chosen').replaceChildren();
    await tell(error);
  } finally {
    // The same file can be chosen again after it was corrected.
    chooser.value = '';
  }
}

/** Reads the answer while it comes. @returns all of its bytes */
async function take(response: Response, at: (done: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const parts: Uint8Array[] = [];
  let rest = '';
  let receipt = false;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    parts.push(value as Uint8Array);
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as BulkAnswer | { receipt: string };
      if ('receipt' in answer) receipt = true;
      else answers.push(answer);
    }
    at(answers.length);
  }
  if (!receipt || answers.length !== rows.length) throw new Trouble(known('broke_off'));
  return concat(...parts);
}

async function check(): Promise<void> {
  const list = currentRows();
  const key = get<HTMLInputElement>('bulk-key').value.trim();
  askForKey(list.length);
  if (list.length > OPEN_ROWS && key === '') {
    get('bulk-key').focus();
    throw new Trouble({
      zh: `名单有 ${list.length} 行，超过 ${OPEN_ROWS} 行需要批量密钥`,
      en: `The list has ${list.length} rows; more than ${OPEN_ROWS} need a bulk key`,
    });
  }
  const request = toNdjson(list);
  const stopping = new AbortController();
  [stop, rows, answers] = [stopping, list, []];
  const bar = get<HTMLProgressElement>('bar');
  [bar.max, bar.value] = [list.length, 0];
  get('total').textContent = String(list.length);
  const at = (done: number) => {
    bar.value = done;
    get('done').textContent = String(done);
  };
  at(0);
  get('work').hidden = false;
  get('work-title').focus();
  const headers: Record<string, string> = {
    'Content-Type': NDJSON_TYPE,
    ...(list.length > OPEN_ROWS ? { Authorization: `Bearer ${key}` } : {}),
  };
  const response = await fetch('/v1/verify/bulk', {
    method: 'POST',
    body: request,
    headers,
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: stopping.signal,
  });
  if (!response.ok) {
    const {
      code = '',
      title = `HTTP ${response.status}`,
      detail = '',
    } = (await response.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string };
    throw new Trouble(LIST_FAULTS[code] ?? { zh: title, en: detail });
  }
  await offer(request, await take(response, at));
  await showResults();
}

/** What can be saved. */
async function offer(request: Uint8Array<ArrayBuffer>, answer: Uint8Array<ArrayBuffer>): Promise<void> {
  const choices: [words: Words, act: () => void][] = [
    [
      { zh: '结果 XLSX', en: 'Results, XLSX' },
      () => download('results.xlsx', XLSX, writeXlsx('核验结果', resultTable(rows, answers), RESULT_WIDTHS)),
    ],
    [
      { zh: '结果 CSV', en: 'Results, CSV' },
      () => download('results.csv', 'text/csv', writeCsv(resultTable(rows, answers))),
    ],
    [{ zh: '所问', en: 'Request' }, () => download('results.request.ndjson', NDJSON_TYPE, request)],
    [{ zh: '所答与回执', en: 'Answers and receipt' }, () => download('results.answers.ndjson', NDJSON_TYPE, answer)],
  ];
  await put(
    'save',
    choices.map(([words]) => (
      <button type="button" class="second">
        <Both words={words} />
      </button>
    )),
  );
  for (const [at, button] of get('save').querySelectorAll('button').entries())
    button.addEventListener('click', () => choices[at]?.[1]());
  get('save').hidden = false;
}

const FILTERS: Record<string, { words: Words; holds: (answer: BulkAnswer) => boolean }> = {
  all: { words: { zh: '全部', en: 'all' }, holds: () => true },
  look: { words: { zh: '需要核实', en: 'need a look' }, holds: (answer) => !isClear(answer) },
  name: { words: { zh: '姓名不相符', en: 'name does not match' }, holds: ({ name }) => name === 'no_match' },
  ...Object.fromEntries(
    BULK_VERDICTS.map((verdict) => [
      verdict,
      { words: BULK_WORDS[verdict], holds: (answer: BulkAnswer) => answer.verdict === verdict },
    ]),
  ),
};

const filtered = (): BulkAnswer[] =>
  answers.filter((FILTERS[get<HTMLSelectElement>('filter').value] ?? (FILTERS.all as (typeof FILTERS)[string])).holds);

async function showMore(): Promise<void> {
  const all = filtered();
  await put('rows', <ResultRows answers={all.slice(shown, shown + SHOWN)} rows={rows} />, 'beforeend');
  shown = Math.min(all.length, shown + SHOWN);
  get('more').hidden = shown >= all.length;
}

async function showRows(): Promise<void> {
  get('rows').replaceChildren();
  shown = 0;
  await showMore();
}

async function showResults(): Promise<void> {
  await put('summary', <Summary answers={answers} />);
  const options = Object.entries(FILTERS).flatMap(([name, { words, holds }]) => {
    const count = answers.filter(holds).length;
    const [first, second] = document.documentElement.lang === 'en' ? [words.en, words.zh] : [words.zh, words.en];
    return count === 0 ? [] : [new Option(`${first} ${second} (${count})`, name)];
  });
  get<HTMLSelectElement>('filter').replaceChildren(...options);
  get('filters').hidden = false;
  await showRows();
  get('results').hidden = false;
  get('results-title').focus();
}

/** Checks the list that stands there now. */
export async function start(): Promise<void> {
  if (stop) return;
  hush();
  get('results').hidden = true;
  const button = get<HTMLButtonElement>('start');
  button.disabled = true;
  try {
    await check();
  } catch (error) {
    await tell(error);
  } finally {
    stop = undefined;
    button.disabled = false;
    get('work').hidden = true;
  }
}

/** The pasted list counts, not a file that was chosen before. */
export function typed(): void {
  fromFile = undefined;
  get('chosen').replaceChildren();
  // Lines are enough to know whether a key will be asked for.
  askForKey(Math.min(KEYED_ROWS, pasted.value.split('\n').filter((line) => line.trim() !== '').length));
}

get('cancel').addEventListener('click', () => stop?.abort());
get('filter').addEventListener('change', () => void showRows());
get('more').addEventListener('click', () => void showMore());
