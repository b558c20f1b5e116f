/**
 * Lists: `check` sends an employer's staff list and writes the results, `verify-receipt` checks a receipt under the
 * root, `bulk-key` is for centres, who give employers the keys for long lists.
 */

import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from '../../../keys/make.ts';
import { concat, decodeUtf8 } from '../../base/bytes.ts';
import { shanghaiClock, shanghaiDay, toTimestamp } from '../../base/day.ts';
import { formOf } from '../../base/words.ts';
import { type BulkAnswer, NDJSON_TYPE, OPEN_ROWS, readStaffList, toNdjson } from '../../core/bulk-list.ts';
import { openDirectory } from '../../core/directory.ts';
import { splitAnswers, verifyReceipt } from '../../core/receipt.ts';
import type { BulkKey, BulkKeyMade, BulkKeys } from '../../core/shapes/batch-shapes.ts';
import { Memo } from '../../core/statement.ts';
import { writeCsv, writeXlsx } from '../../formats/table/table.ts';
import { type Answer, Caller } from '../../sdk/call.ts';
import type { TrustFile } from '../../sdk/file-organization.ts';
import { now } from '../../sdk/sign.ts';
import { BULK_WORDS, isClear, nameWords, RESULT_WIDTHS, remarkOf, resultTable } from '../../web/words/list-words.ts';
import { type Command, fromHere, KEY, KEY_HELP, SERVER } from '../command.ts';
import { readSnapshotFile } from '../examine.ts';
import { writeWhole } from '../save-certificates.ts';
import { readRoots } from '../subjects.ts';
import { err, Failure, Progress, usage } from '../talk.ts';

/** Lines of a list that are shown, of those that are not clear. */
const SHOWN = 50;

function readBulkKeyFile(path: string): string {
  const key = readFileSync(path, 'utf8').trim();
  if (!/^lzb_[A-Za-z0-9_-]{43}$/.test(key))
    throw new Failure(2, `${path} 中不是批量密钥（lzb_…）`, 'it holds no bulk key (lzb_…)', 'unreadable');
  return key;
}

/** Reads the whole answer, showing how many lines came. */
async function readAnswer(response: Response, rows: number): Promise<Uint8Array<ArrayBuffer>> {
  const progress = new Progress('核验 checking');
  const parts: Uint8Array[] = [];
  let lines = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    for (const byte of part) if (byte === 0x0a) lines++;
    progress.at(Math.min(lines, rows), rows);
  }
  progress.end();
  return concat(...parts);
}

const answersIn = (lines: Uint8Array): BulkAnswer[] =>
  decodeUtf8(lines)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BulkAnswer);

const counted = <T>(all: readonly T[], of: (one: T) => string): Map<string, number> =>
  all.reduce((counts, one) => counts.set(of(one), (counts.get(of(one)) ?? 0) + 1), new Map<string, number>());

export const check: Command = {
  takes: 'LIST.csv|LIST.xlsx',
  about:
    '批量核验名单：0 全部有效且相符，1 有需要核实的行 / check a staff list: exit 0 all clear, 1 some rows need a look',
  help: `  LIST            列：证书编号，姓名（可无）；表头可无 / columns: certificate number, name if any; the header may be missing
  --key FILE      批量密钥文件，名单超过 ${OPEN_ROWS} 行时需要 / file with a bulk key, for more than ${OPEN_ROWS} rows
  --out FILE      结果表，.csv 或 .xlsx；旁边另存所问、所答（末行为回执）/ results; what was asked and answered (with the receipt) goes beside it
  --server ORIGIN 服务地址 / the service`,
  options: { ...SERVER, key: { type: 'string' }, out: { type: 'string' } },
  async run(input) {
    const path = input.text('out') === undefined ? undefined : input.path('out');
    if (path !== undefined && !/\.(csv|xlsx)$/i.test(path))
      throw usage('--out 应为 .csv 或 .xlsx 文件', '--out is a .csv or .xlsx file');
    const rows = readStaffList(new Uint8Array(readFileSync(fromHere(input.word(0)))));
    const key = input.text('key') === undefined ? undefined : readBulkKeyFile(input.path('key'));
    if (!key && rows.length > OPEN_ROWS)
      throw usage(
        `名单有 ${rows.length} 行，超过 ${OPEN_ROWS} 行需要 --key`,
        `the list has ${rows.length} rows; more than ${OPEN_ROWS} need --key, a bulk key that a centre gives`,
      );
    const request = toNdjson(rows);
    const service = new Caller(input.origin());
    const response = await service.take('POST', '/v1/verify/bulk', {
      body: request,
      type: NDJSON_TYPE,
      headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    });
    const answer = await readAnswer(response, rows.length);
    const answers = answersIn(splitAnswers(answer).lines);
    const files =
      path === undefined
        ? undefined
        : {
            results: path,
            request: path.replace(/\.\w+$/, '.request.ndjson'),
            answers: path.replace(/\.\w+$/, '.answers.ndjson'),
          };
    if (files) {
      const table = resultTable(rows, answers);
      writeWhole(
        files.results,
        /\.csv$/i.test(files.results) ? writeCsv(table) : writeXlsx('核验结果', table, RESULT_WIDTHS),
        0o600,
      );
      writeWhole(files.request, request, 0o600);
      writeWhole(files.answers, answer, 0o600);
    }
    const unclear = answers.filter((one) => !isClear(one));
    const lines = unclear.slice(0, SHOWN).map((one) => {
      const remark = remarkOf(one);
      return `row ${rows[one.row - 1]?.row ?? one.row}: ${one.number ?? '?'}  ${BULK_WORDS[one.verdict].zh} ${BULK_WORDS[one.verdict].en}${one.name === 'no_match' || one.code === 'second_factor_locked' ? `  姓名${nameWords(one).zh} / name ${nameWords(one).en}` : ''}${remark ? `  ${remark.zh} / ${remark.en}` : ''}`;
    });
    const verdicts = Object.fromEntries(counted(answers, ({ verdict }) => verdict));
    const names = Object.fromEntries(
      counted(
        answers.filter(({ name }) => name !== undefined),
        ({ name }) => name as string,
      ),
    );
    input.answer(
      [
        ...lines,
        ...(unclear.length > SHOWN ? [`… 另有 ${unclear.length - SHOWN} 行 / and ${unclear.length - SHOWN} more`] : []),
        `共 ${answers.length} 行 / ${answers.length} ${formOf(answers.length, 'row', 'rows')}: ${Object.entries(
          verdicts,
        )
          .map(([verdict, count]) => `${verdict} ${count}`)
          .join(', ')}${names.no_match ? `; 姓名不符 names that do not match ${names.no_match}` : ''}`,
        ...(files
          ? [
              `结果 / results           ${files.results}`,
              `所问 / asked             ${files.request}`,
              `所答与回执 / answered    ${files.answers}`,
              `核对回执 / the receipt   ${input.next(['verify-receipt', files.answers, '--request', files.request], null)}`,
            ]
          : []),
      ],
      { rows: answers.length, verdicts, names, ...(files ?? {}) },
    );
    return unclear.length === 0 ? 0 : 1;
  },
};

export const verifyReceiptCommand: Command = {
  takes: 'ANSWERS.ndjson',
  about: '核对批量核验的回执 / verify the receipt of a checked list',
  help: `  ANSWERS            所答，末行为回执 / the answers, with the receipt as their last line
  --request FILE     当时的名单（所问）/ what was asked
  --root THUMBPRINT  信任的省级根指纹；开发时默认取 .dev/root.txt / the root to trust; the one of npm start otherwise
  --trust FILE       事先保存的 trust.json / a trust.json kept from before
  --server ORIGIN    服务地址，用于取 trust.json / the service, for its trust.json`,
  options: {
    ...SERVER,
    root: { type: 'string', multiple: true },
    trust: { type: 'string' },
    request: { type: 'string' },
  },
  async run(input) {
    const roots = readRoots(input);
    const answers = new Uint8Array(readFileSync(fromHere(input.word(0))));
    const request =
      input.text('request') === undefined ? undefined : new Uint8Array(readFileSync(input.path('request')));
    const trust =
      input.text('trust') === undefined
        ? await new Caller(input.origin()).get<TrustFile>('/.well-known/trust.json')
        : readSnapshotFile(input.path('trust'));
    const directory = await openDirectory(
      { thumbprints: roots, roots: trust.roots },
      trust.centres,
      new Memo(),
      trust.withdrawals,
    );
    const receipt = await verifyReceipt(answers, request, trust.services, directory);
    const { began, iat, request: asked, verdicts, names, key } = receipt;
    input.answer(
      [
        `回执有效 / the receipt holds: ${receipt.iss}`,
        `  ${shanghaiClock(toTimestamp(began))} – ${shanghaiClock(toTimestamp(iat))}  ${asked.rows} 行 rows${key === undefined ? '' : `  批量密钥 key ${key}`}`,
        `  ${Object.entries(verdicts)
          .map(([verdict, count]) => `${verdict} ${count}`)
          .join(', ')}; 姓名 names: match ${names.match}, no_match ${names.no_match}`,
        request
          ? '  所问、所答均与回执一致 / request and answers are what it was made for'
          : '  所答与回执一致；未核对名单（--request）/ the answers are what it was made for; the request was not compared (--request)',
      ],
      { receipt, request_compared: request !== undefined },
    );
  },
};

type ListedKey = Answer<typeof BulkKeys>['keys'][number];

const keyLine = ({ id, name, issued_by, quota_per_day, expires_on, revoked_at, used_today }: ListedKey): string =>
  `${id}  ${revoked_at === undefined ? (expires_on < shanghaiDay(now()) ? '已到期 expired' : '有效 active') : '已撤销 revoked'}  ${expires_on}  ${used_today}/${quota_per_day}  ${issued_by}  ${name}`;

export const bulkKey: Command = {
  takes: 'create|list|revoke [ID]',
  about: '中心发给用人单位的批量密钥 / bulk keys that centres give to employers',
  help: `${KEY_HELP}
  create  --name NAME --expires YYYY-MM-DD [--quota ROWS] [--out FILE]
          密钥只显示一次，或存入文件 / the key is shown once, or kept in a file
  revoke  ID，立即生效 / at once`,
  options: {
    ...KEY,
    name: { type: 'string' },
    expires: { type: 'string' },
    quota: { type: 'string' },
    out: { type: 'string' },
  },
  async run(input) {
    const action = input.word(0);
    if (!['create', 'list', 'revoke'].includes(action))
      throw usage('操作应为 create、list、revoke 之一', 'the action is one of create, list, revoke');
    const { caller } = await input.caller();
    if (action === 'list') {
      const { keys } = await caller.get<Answer<typeof BulkKeys>>('/v1/bulk-keys');
      input.answer(keys.length === 0 ? ['还没有批量密钥 / there are no bulk keys'] : keys.map(keyLine), { keys });
      return;
    }
    if (action === 'revoke') {
      const id = input.word(1);
      if (id === undefined) throw usage('缺少密钥编号 ID', 'ID is missing');
      const ended = await caller.json<Answer<typeof BulkKey>>('DELETE', `/v1/bulk-keys/${encodeURIComponent(id)}`);
      input.answer([`${ended.id}  已撤销 revoked  ${ended.name}`], { ...ended });
      return;
    }
    const quota = input.text('quota') === undefined ? {} : { quota_per_day: input.whole('quota', 0) };
    const path = input.text('out') === undefined ? undefined : input.path('out');
    // A key that could not be written down would be lost.
    if (path !== undefined && existsSync(path)) throw usage(`${path} 已存在`, `${path} exists; choose another --out`);
    const { key, ...made } = await caller.post<Answer<typeof BulkKeyMade>>('/v1/bulk-keys', {
      name: input.need('name'),
      expires_on: input.need('expires'),
      ...quota,
    });
    if (path === undefined)
      err('此密钥只显示这一次，请妥善交给用人单位 / this key is shown once; hand it to the employer safely');
    else writePrivate(path, `${key}\n`, true);
    input.answer(
      [`${made.id}  ${made.name}  ${made.quota_per_day} 行/日 rows a day  ${made.expires_on}`, path ?? key],
      { ...made, ...(path === undefined ? { key } : { file: path }) },
    );
  },
};
