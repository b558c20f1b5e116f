/**
 * The tables of plans and results, filled from a plan that stands and checked against filing and plan, and the upload
 * of results as a batch, which has to hold the rows that were published and the photos that were chosen.
 */

import { split } from '../../base/words.ts';
import { levelName } from '../../core/number.ts';
import { ID_TYPE_NAMES } from '../../core/person.ts';
import { TEMPLATES } from '../../core/procedure/name-lists.ts';
import type { Plan, ResultRow, Results, RosterEntry } from '../../core/procedure/plan.ts';
import { planFaults } from '../../core/procedure/plan-check.ts';
import { newestBody } from '../../core/procedure/read-case.ts';
import { passingRows, resultFaults } from '../../core/procedure/results-check.ts';
import type { RawRow, ScopeEntry } from '../../core/rows/row.ts';
import type { ResultsBatch } from '../../core/shapes/procedure-shapes.ts';
import { writeXlsx } from '../../formats/table/table.ts';
import { photosFor, readBatch, requireSameRows } from '../../sdk/batch.ts';
import { type Answer, isCallError, type RowFault, sendStep } from '../../sdk/call.ts';
import { both, download, make, one } from '../../web/frame/page-script.ts';
import { caseNow } from '../frame/desk-call.ts';
import { onShow, register } from '../frame/desk-script.ts';
import { judgeBefore, pathOfRow } from '../frame/step-forms.ts';
import { BATCH_WORDS, DONE, TABLE_WORDS } from '../words/desk-words.ts';
import { Table } from './people-table.ts';

const person = ({
  name,
  id_type,
  id_number,
  occupation_code,
  occupation_name,
  job_type,
  level,
}: Omit<RosterEntry, 'sessions'>) => ({
  name,
  id_type: ID_TYPE_NAMES[id_type],
  id_number,
  occupation_code,
  occupation_name,
  job_type,
  level: levelName(level),
});
const rosterRow = ({ row, sessions, ...rest }: RosterEntry): RawRow => ({
  row,
  values: { ...person({ row, ...rest }), sessions: sessions.join(';') },
});
const score = (value: ResultRow['score_theory']): string => (value === 'absent' ? '缺考' : String(value));
const resultRow = (row: ResultRow): RawRow => ({
  row: row.row,
  values: {
    ...person(row),
    score_theory: score(row.score_theory),
    score_practice: score(row.score_practice),
    exam_date: row.exam_date,
    ...(row.replaces === undefined ? {} : { replaces: row.replaces }),
  },
});

const scopeIn = (box: HTMLElement): ScopeEntry[] => JSON.parse(box.dataset.scope ?? '[]') as ScopeEntry[];

onShow('[data-table="roster"]', async (desk, box) => {
  const table = new Table(desk, box, 'roster');
  const about = box.dataset.load;
  if (about !== undefined && table.taken.length === 0)
    table.take(newestBody<Plan>(await caseNow(desk, about), 'plan.file', 'plan.amend').roster.map(rosterRow));
});

/** The roster with the candidates' days, waiting for scores. */
function unscored({ roster, sessions }: Plan): RawRow[] {
  const days = new Map(sessions.map(({ id, date }) => [id, date]));
  return roster.map((entry) => ({
    row: entry.row,
    values: {
      ...person(entry),
      score_theory: '',
      score_practice: '',
      exam_date:
        entry.sessions
          .map((id) => days.get(id) ?? '')
          .sort()
          .at(-1) ?? '',
    },
  }));
}

onShow('[data-table="rows"]', async (desk, box) => {
  const plan = newestBody<Plan>(await caseNow(desk, box.dataset.plan as string), 'plan.file', 'plan.amend');
  const scope = scopeIn(box);
  const judge = (rows: unknown[], complete: boolean) =>
    resultFaults(rows as ResultRow[], plan, scope).filter(({ code }) => complete || code !== 'candidate_missing');
  const table = new Table(desk, box, 'rows', judge);
  box.querySelector('button[data-from-roster]')?.addEventListener('click', () => {
    table.take(unscored(plan), 'scores');
    box.querySelector<HTMLElement>('[data-preview] input')?.focus();
  });
  box.querySelector('button[data-sheet]')?.addEventListener('click', () => {
    const { title, header, widths } = TEMPLATES.results;
    const lines = unscored(plan).map(({ values }) => [...Object.values(values).map(String), '']);
    download(
      'results.xlsx',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      writeXlsx(title, [[...header], ...lines], [...widths]),
    );
  });
  const about = box.dataset.load;
  if (about !== undefined && table.taken.length === 0)
    table.take(
      newestBody<Results>(await caseNow(desk, about), 'results.publish', 'results.correct').rows.map(resultRow),
    );
});

for (const step of ['plan.file', 'plan.amend'] as const) {
  judgeBefore(step, (body, form) => {
    const box = form.querySelector<HTMLElement>('[data-table="roster"]');
    return box ? planFaults(body as unknown as Plan, scopeIn(box)).map(pathOfRow) : [];
  });
}

/** Lists what is wrong with photos under their field. */
function showPhotoFaults(errors: readonly RowFault[]): void {
  const field = document.querySelector<HTMLElement>('#photos');
  document.querySelector('#photos-faults')?.remove();
  field?.removeAttribute('aria-invalid');
  field?.removeAttribute('aria-describedby');
  if (!field || errors.length === 0) return;
  field.after(
    make(
      'ul',
      { id: 'photos-faults', class: 'fault' },
      ...errors
        .slice(0, 50)
        .map(({ file, row, message }) =>
          make('li', {}, `${file ?? `${one(TABLE_WORDS.row)} ${row}`}: `, both(split(message))),
        ),
    ),
  );
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', 'photos-faults');
}

register('upload-results', async (desk, button) => {
  const about = button.dataset.about as string;
  const photos = document.querySelector<HTMLInputElement>('#photos')?.files?.[0];
  const work = desk.begin(BATCH_WORDS.uploading);
  showPhotoFaults([]);
  try {
    const shown = await caseNow(desk, about);
    const { id } = await desk.caller.post<Answer<typeof ResultsBatch>>(`/v1/results/${about}/batch`, photos ?? {}, {
      signal: work.signal,
      ...(photos ? { type: 'application/zip' } : {}),
    });
    const seen = await readBatch(desk.caller, id, work);
    const { rows } = newestBody<Results>(shown, 'results.publish', 'results.correct');
    const passed = passingRows(rows, Number(shown.facts.pass_mark));
    const archive = photos && new Uint8Array(await photos.arrayBuffer());
    requireSameRows(passed, seen, await photosFor(passed, archive));
    await sendStep(desk.caller, {
      about,
      step: 'results.upload',
      seq: shown.seq,
      last: shown.last,
      body: { batch: id, root: seen.view.root, count: seen.view.count },
    });
    desk.go(`#/batches/${id}`);
    desk.say(DONE['results.upload'] ?? BATCH_WORDS.uploading);
  } catch (error) {
    showPhotoFaults(isCallError(error) ? (error.problem.errors ?? []) : []);
    throw error;
  } finally {
    work.end();
  }
});
