/**
 * Cases of the procedure: `luzheng case` and `luzheng step` for any of them; `luzheng plan`, `results` and `upload`
 * from tables. A case is shown only after its chain was recomputed.
 */

import { readFileSync } from 'node:fs';
import { Refusal } from '../../base/refusal.ts';
import { counted } from '../../base/words.ts';
import { type Body, bodyFaults, readBody } from '../../core/procedure/bodies.ts';
import { readResultsTable, readRosterTable } from '../../core/procedure/name-lists.ts';
import type { PlanFault, Results } from '../../core/procedure/plan.ts';
import { type CaseLine, type CaseView, newestBody, openCase } from '../../core/procedure/read-case.ts';
import { passingRows } from '../../core/procedure/results-check.ts';
import { KINDS, PROCEDURES, readAbout, STEPS, type StepName } from '../../core/procedure/steps.ts';
import type { ResultsBatch } from '../../core/shapes/procedure-shapes.ts';
import { photosFor, requireSameRows } from '../../sdk/batch.ts';
import type { Answer, Caller } from '../../sdk/call.ts';
import { newCase, newSalt, takeStep } from '../../sdk/call.ts';
import { CENTRE_KEY, type Command, fromHere, KEY, KEY_HELP, speakerOf } from '../command.ts';
import { readArchive } from '../subjects.ts';
import { usage } from '../talk.ts';
import { readShowing } from './luzheng-batch.ts';

const time = (at: number): string => new Date((at + 8 * 3600) * 1000).toISOString().slice(0, 16).replace('T', ' ');
const lineOf = ({ about, state, organization, due, updated_at, facts }: CaseLine): string =>
  `${about.padEnd(26)} ${state.padEnd(10)} ${time(updated_at)}  ${organization ?? '-'}${due === null ? '' : `  ${due}`}  ${String(facts.title ?? facts.name ?? '')}`.trimEnd();

/** All cases of a kind within reach, page by page to the end. */
export async function listCases(
  caller: Pick<Caller, 'get'>,
  kind: string,
  state: string | undefined,
): Promise<CaseLine[]> {
  if (!(KINDS as string[]).includes(kind))
    throw usage(`--kind 为 ${KINDS.join('、')} 之一`, `--kind is one of ${KINDS.join(', ')}`);
  const cases: CaseLine[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query: URLSearchParams = new URLSearchParams({
      kind,
      ...(state === undefined ? {} : { state }),
      ...(after === '' ? {} : { after }),
    });
    const page: { cases: CaseLine[]; next: string | null } = await caller.get(`/v1/cases?${query.toString()}`);
    cases.push(...page.cases);
    after = page.next;
  }
  return cases;
}

export const caseCommand: Command = {
  takes: '[ABOUT]',
  about: '查看评价流程的案卷 / look at cases of the procedure',
  help: `${KEY_HELP}
  ABOUT            案卷编号，如 plan:p0123abcd：逐步列出并重新核对链 / a case: every step, its chain recomputed
  --kind KIND      或列出一类案卷 / or list cases: ${KINDS.join(' ')}
  --state STATE    只列某一状态 / of one state only`,
  options: { ...KEY, kind: { type: 'string' }, state: { type: 'string' } },
  async run(input) {
    const about = input.word(0) as string | undefined;
    if ((about === undefined) === (input.text('kind') === undefined))
      throw usage('请给出 ABOUT 或 --kind 之一', 'give either ABOUT or --kind');
    if (about !== undefined) readAbout(about);
    const { caller } = await speakerOf(input);
    if (about === undefined) {
      const cases = await listCases(caller, input.need('kind'), input.text('state'));
      return input.answer(cases.length === 0 ? ['没有案卷 / no cases'] : cases.map(lineOf), { cases });
    }
    const shown = await caller.get<CaseView>(`/v1/cases/${about}`);
    await openCase(about, shown.steps, shown);
    const steps = shown.steps.flatMap(({ seq, step, role, iss, at, body }) => [
      `${String(seq).padStart(3)}  ${time(at)}  ${step}  ${iss} (${role})`,
      ...JSON.stringify(body, null, 2)
        .split('\n')
        .map((text) => `       ${text}`),
    ]);
    return input.answer(
      [
        lineOf(shown),
        ...steps,
        `链 / chain              ${shown.seq} 步 steps，次序与摘要已重新核对 order and digests recomputed`,
        `可以 / possible now     ${shown.allowed.join(' ') || '-'}`,
      ],
      { ...shown, chain: 'pass' },
    );
  },
};

/** The body of a step from --body or --reason; salts are made here. */
function bodyOf<S extends StepName>(step: S, given: Record<string, unknown>): Body<S> {
  const lacksSalt = given.salt === undefined && bodyFaults(step, given).some(({ part }) => part === 'salt');
  return readBody(step, lacksSalt ? { ...given, salt: newSalt() } : given);
}

export const stepCommand: Command = {
  takes: 'ABOUT STEP',
  about: '签署并提交流程中的一步 / sign a step of a case and submit it',
  help: `${KEY_HELP}
  ABOUT            案卷编号；new:KIND 开始一个新案卷 / the case; new:KIND begins one
  STEP             步骤，如 plan.return / the step
  --body FILE      内容（JSON；缺少 salt 时自动生成）/ what it says, JSON; a missing salt is made
  --reason TEXT    或只给出理由 / or a reason alone`,
  options: { ...KEY, body: { type: 'string' }, reason: { type: 'string' } },
  async run(input) {
    const [given, step] = [input.word(0), input.word(1) as StepName];
    if (!STEPS.includes(step)) throw usage(`没有步骤 ${step}；步骤有 ${STEPS.join('、')}`, `there is no step ${step}`);
    const kind = step.split('.')[0] as string;
    const about = given === `new:${kind}` ? newCase(kind) : given;
    if (!about.startsWith(`${kind}:`) || about === `${kind}:` || !Object.hasOwn(PROCEDURES, kind))
      throw usage(`${step} 不是 ${given} 的步骤`, `${step} is no step of ${given}`);
    const [path, reason] = [input.text('body'), input.text('reason')];
    if ((path === undefined) === (reason === undefined))
      throw usage('请给出 --body 或 --reason 之一', 'give either --body or --reason');
    const body = bodyOf(step, path === undefined ? { reason } : readJsonFile(path));
    const { caller } = await speakerOf(input);
    const done = await takeStep(caller, about, step, body);
    input.answer(
      [
        `已提交 / taken          ${done.about} ${done.step}（第 ${done.seq} 步 step）`,
        `状态 / state            ${done.state}`,
      ],
      { ...done },
    );
  },
};

/** A JSON object of a file. */
export function readJsonFile(path: string): Record<string, unknown> {
  const text = readFileSync(fromHere(path), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw usage(`${path} 不是 JSON`, `${path} is not JSON`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw usage(`${path} 应为一个 JSON 对象`, `${path} is to be one JSON object`);
  return json as Record<string, unknown>;
}

const bytesOf = (path: string) => new Uint8Array(readFileSync(fromHere(path)));

function requireNone(code: 'plan_refused' | 'results_refused', errors: readonly PlanFault[]): void {
  if (errors.length > 0)
    throw new Refusal(
      code,
      `${counted(errors.length, 'fault')} in the table; nothing was submitted. Correct the table and try again.`,
      { count: errors.length, errors },
    );
}

const notUsed = (ignored: readonly string[]): string[] =>
  ignored.length === 0 ? [] : [`未使用的列 / not used    ${ignored.join(', ')}`];

/** The kind that an argument must be of. */
function requireKind(about: string, kind: string): string {
  if (readAbout(about).kind !== kind)
    throw usage(`${about} 应形如 ${kind}:…`, `${about} is to be a case like ${kind}:…`);
  return about;
}

export const plan: Command = {
  takes: 'ROSTER',
  about: '机构提交考核计划 / an organization files a plan',
  help: `${KEY_HELP}
  ROSTER           考生名册：.xlsx 或 CSV / the roster, .xlsx or CSV
  --details FILE   计划的其余内容（JSON）/ the rest, JSON: {title, process, sessions, staff}
  --amend ABOUT    更改已提交的计划 / amend a plan that was filed`,
  options: { ...KEY, details: { type: 'string' }, amend: { type: 'string' } },
  async run(input) {
    const amended = input.text('amend');
    const about = amended === undefined ? newCase('plan') : requireKind(amended, 'plan');
    const details = readJsonFile(input.need('details'));
    const { sessions } = details;
    const only =
      Array.isArray(sessions) && sessions.length === 1 ? (sessions[0] as { id?: unknown } | null)?.id : undefined;
    const { rows, faults, ignored } = readRosterTable(
      bytesOf(input.word(0)),
      typeof only === 'string' ? { session: only } : {},
    );
    requireNone('plan_refused', faults);
    const step = amended === undefined ? 'plan.file' : 'plan.amend';
    const body = readBody(step, { ...details, salt: newSalt(), roster: rows });
    const { caller } = await input.caller();
    const done = await takeStep(caller, about, step, body);
    input.answer(
      [
        `已提交 / filed          ${about}（第 ${done.seq} 步 step）`,
        `考生 / candidates       ${rows.length}`,
        `场次 / sessions         ${body.sessions.length}`,
        ...notUsed(ignored),
        `下一步 / next           考后公示结果 / publish the results after the exams: ${input.next(['results', about, 'RESULTS.xlsx'])}`,
      ],
      { ...done, candidates: rows.length, ignored_columns: ignored },
    );
  },
};

export const results: Command = {
  takes: 'PLAN TABLE',
  about: '机构公示考核结果 / an organization publishes results',
  help: `${KEY_HELP}
  PLAN             考核计划的编号 / the plan
  TABLE            结果名单：.xlsx 或 CSV，缺考填“缺考” / the results, .xlsx or CSV
  --days N         公示工作日，默认 5 / working days of the notice
  --correct ABOUT  更正已公示的结果，须有 --reason / correct published results, with --reason
  --reason TEXT    更正理由 / why they are corrected`,
  options: { ...KEY, days: { type: 'string' }, correct: { type: 'string' }, reason: { type: 'string' } },
  async run(input) {
    const filed = requireKind(input.word(0), 'plan');
    const corrected = input.text('correct');
    const about = corrected === undefined ? newCase('results') : requireKind(corrected, 'results');
    const reason = corrected === undefined ? input.text('reason') : input.need('reason');
    const { rows, faults, ignored } = readResultsTable(bytesOf(input.word(1)));
    requireNone('results_refused', faults);
    const step = corrected === undefined ? 'results.publish' : 'results.correct';
    const body = readBody(step, {
      salt: newSalt(),
      plan: filed,
      rows,
      working_days: input.whole('days', 5),
      ...(reason === undefined ? {} : { reason }),
    });
    const { caller } = await input.caller();
    const done = await takeStep(caller, about, step, body);
    const { due } = await caller.get<CaseView>(`/v1/cases/${about}`);
    input.answer(
      [
        `已公示 / published      ${about}（第 ${done.seq} 步 step）`,
        `人数 / rows             ${rows.length}`,
        `公示至 / notice until   ${due ?? '-'}`,
        ...notUsed(ignored),
        `下一步 / next           公示期满后上传 / upload when the notice has run: ${input.next(['upload', about])}`,
      ],
      { ...done, count: rows.length, due, ignored_columns: ignored },
    );
  },
};

export const upload: Command = {
  takes: 'RESULTS',
  about: '机构上传公示期满的结果 / an organization uploads results whose notice has run',
  help: `${KEY_HELP}
  RESULTS          已公示结果的编号 / the published results
  --photos ZIP|DIR 照片：ZIP 或文件夹，以证件号码命名 / portraits named by document number`,
  options: { ...KEY, photos: { type: 'string' } },
  async run(input) {
    const about = requireKind(input.word(0), 'results');
    const { caller } = await input.caller();
    const shown = await caller.get<CaseView>(`/v1/cases/${about}`);
    await openCase(about, shown.steps, shown);
    const published = newestBody<Results>(shown, 'results.publish', 'results.correct');
    const archive = input.text('photos') === undefined ? undefined : readArchive(input.path('photos'));
    const made = await caller.json<Answer<typeof ResultsBatch>>(
      'POST',
      `/v1/results/${about}/batch`,
      archive ? { body: archive, type: 'application/zip' } : { body: {} },
    );
    const seen = await readShowing(caller, made.id);
    const rows = passingRows(published.rows, Number(shown.facts.pass_mark));
    requireSameRows(rows, seen, await photosFor(rows, archive));
    const { batch, root, count } = seen.ref;
    const done = await takeStep(caller, about, 'results.upload', { batch, root, count });
    input.answer(
      [
        `已上传 / uploaded       ${about}`,
        `批次 / batch            ${batch}`,
        `人数 / rows             ${count}`,
        `根 / root               ${root}（已由名单重新计算 recomputed from the rows）`,
        `下一步 / next           由中心审核 / the centres approve: ${input.next(['approve', batch], CENTRE_KEY)}`,
      ],
      { ...done, batch, root, count },
    );
  },
};
