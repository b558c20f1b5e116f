/**
 * Owns `luzheng case` and `luzheng step`: looking at cases of the procedure, their chain recomputed here, and taking any
 * step. It refuses a case whose steps are not in order, or whose bodies are not the ones that were signed.
 */

import { readFileSync } from 'node:fs';
import { type Body, bodyFaults, readBody } from '../../core/procedure/bodies.ts';
import { type CaseLine, type CaseView, openCase } from '../../core/procedure/read-case.ts';
import { KINDS, PROCEDURES, readAbout, STEPS, type StepName } from '../../core/procedure/steps.ts';
import type { Caller } from '../../sdk/call.ts';
import { newCase, newSalt, takeStep } from '../../sdk/send-step.ts';
import { type Command, fromHere, KEY, KEY_HELP, speakerOf } from '../command.ts';
import { usage } from '../talk.ts';

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
  about: '签署并提交流程中的一步 / sign a step of a case and hand it in',
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
