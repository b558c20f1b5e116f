/**
 * The page that checks lists, and its form for browsers without JavaScript: the check of POST /v1/verify/bulk, its
 * answer as a table. What can be saved stands in the page itself, because nothing of a list is kept here.
 */
import type { Context } from 'hono';
import { concat, decodeUtf8, encodeUtf8, toBase64 } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import { type BulkAnswer, countRows, OPEN_ROWS, readStaffList, toNdjson } from '../../core/bulk-list.ts';
import { splitAnswers } from '../../core/receipt.ts';
import { writeCsv } from '../../formats/table/table.ts';
import { LIMITS } from '../../http/body.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { announce, readHumanForm, spend } from '../../http/rate-limit.ts';
import { answerBulk } from '../../service/bulk-check.ts';
import { answerProblem, hostOf, kept, page } from '../frame/problem-pages.tsx';
import { LIST_FAULTS, resultTable } from '../words/list-words.ts';
import { BulkPage, type SavedFile } from './bulk-page.tsx';

type C = Context<AppEnv>;

async function checkPasted(c: C) {
  const { service } = c.var;
  const host = hostOf(c);
  announce(c, 'lookup');
  const form = await readHumanForm(c, LIMITS.bulkOpen);
  const typed = form.get('list') ?? '';
  let rows: ReturnType<typeof readStaffList>;
  let request: ReturnType<typeof toNdjson>;
  try {
    rows = readStaffList(encodeUtf8(typed));
    request = toNdjson(rows);
    countRows(request, OPEN_ROWS);
  } catch (error) {
    const fault = isRefusal(error) ? LIST_FAULTS[error.code] : undefined;
    if (!fault) throw error;
    return page(c, 400, <BulkPage host={host} typed={typed} fault={fault} />);
  }
  await spend(c, 'lookup', rows.length);
  const parts: Uint8Array[] = [];
  for await (const part of answerBulk(service, request, rows.length)) parts.push(part);
  const answer = concat(...parts);
  const answers = decodeUtf8(splitAnswers(answer).lines)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BulkAnswer);
  const files: SavedFile[] = [
    {
      name: 'results.csv',
      href: `data:text/csv;base64,${toBase64(writeCsv(resultTable(rows, answers)))}`,
      words: { zh: '结果 CSV', en: 'Results, CSV' },
    },
    {
      name: 'results.request.ndjson',
      href: `data:application/x-ndjson;base64,${toBase64(request)}`,
      words: { zh: '所问', en: 'Request' },
    },
    {
      name: 'results.answers.ndjson',
      href: `data:application/x-ndjson;base64,${toBase64(answer)}`,
      words: { zh: '所答与回执', en: 'Answers and receipt' },
    },
  ];
  return page(c, 200, <BulkPage host={host} result={{ answers, rows }} files={files} />);
}

export const bulkPageRoutes = factory
  .createApp()
  .get('/bulk', (c) => page(c, 200, <BulkPage host={hostOf(c)} />, kept))
  .post('/bulk', checkPasted);

bulkPageRoutes.onError((error, c) => answerProblem(c, error));
