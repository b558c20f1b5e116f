/**
 * The procedure (评价流程) as one table: which things have a procedure, which step is allowed in which state, by whom, and
 * what state follows. Each thing is a case; each step of a case is a statement (`step+jwt`) signed by whoever takes it.
 */
import { Refusal } from '../../base/refusal.ts';

/** `applicant`: a body that nobody has filed yet; `service`: this service for somebody without a key. */
export type Role = 'applicant' | 'organization' | 'city' | 'province' | 'service';

export interface StepRule {
  /** States in which it is allowed; null: the case begins with it. */
  from: readonly (string | null)[];
  /** The state after it; `=` leaves the state as it is. */
  to: string;
  by: readonly Role[];
}

const CENTRES = ['city', 'province'] as const;
const step = (from: StepRule['from'], to: string, ...by: Role[]): StepRule => ({ from, to, by });

/** Kind of case → step → rule (notice 2020: 四（一）plans, 四（三）notice and upload, 六（二）supervision; annexes 1 and 2). */
export const PROCEDURES = {
  /** 申报: a body asks to be selected, or a filed one asks for a change or an extension of its filing. */
  application: {
    'application.submit': step([null], 'submitted', 'applicant', 'organization'),
    'application.amend': step(['submitted', 'returned'], 'submitted', 'applicant', 'organization'),
    'application.return': step(['submitted'], 'returned', ...CENTRES),
    'application.decline': step(['submitted'], 'declined', ...CENTRES),
    'application.select': step(['submitted'], 'selected', ...CENTRES),
    /** 清理: what is no application, also once it was withdrawn or declined; its files are deleted. */
    'application.clear': step(['submitted', 'returned', 'withdrawn', 'declined'], 'cleared', ...CENTRES),
    'application.withdraw': step(['submitted', 'returned'], 'withdrawn', 'applicant', 'organization'),
  },
  /** 设备登记: a further or a lost device's key asks to speak for an organization. */
  device: {
    'device.request': step([null], 'requested', 'applicant'),
    'device.endorse': step(['requested'], 'endorsed', 'organization'),
    'device.grant': step(['requested', 'endorsed'], 'granted', ...CENTRES),
    'device.refuse': step(['requested', 'endorsed'], 'refused', 'organization', ...CENTRES),
  },
  /** 设备报失: a key of an organization is lost; the identifier is its code and the key's thumbprint. */
  loss: {
    'loss.report': step([null, 'closed'], 'reported', 'organization'),
    'loss.close': step(['reported'], 'closed', ...CENTRES),
  },
  /** 暂停评价: an organization's standing; the identifier is its code. */
  standing: {
    'standing.suspend': step([null, 'active'], 'suspended', ...CENTRES),
    'standing.resume': step(['suspended'], 'active', ...CENTRES),
  },
  /** 管理办法公开: an organization's published rules; the identifier is its code. */
  rules: {
    'rules.publish': step([null, 'published'], 'published', 'organization'),
  },
  /** 考核计划. */
  plan: {
    'plan.file': step([null], 'filed', 'organization'),
    'plan.amend': step(['filed', 'returned'], 'filed', 'organization'),
    'plan.receive': step(['filed'], '=', ...CENTRES),
    'plan.return': step(['filed'], 'returned', ...CENTRES),
    'plan.cancel': step(['filed', 'returned'], 'cancelled', 'organization'),
  },
  /** 结果公示与上传: results of a plan, from their notice to their upload. */
  results: {
    'results.publish': step([null], 'notice', 'organization'),
    'results.correct': step(['notice', 'uploaded'], 'notice', 'organization'),
    'results.withdraw': step(['notice', 'uploaded'], 'withdrawn', 'organization'),
    'results.upload': step(['notice'], 'uploaded', 'organization'),
  },
  /** 异议: anyone raises it, the organization decides with a reason, a centre may open it again. */
  objection: {
    'objection.raise': step([null], 'open', 'service'),
    'objection.uphold': step(['open'], 'upheld', 'organization'),
    'objection.reject': step(['open'], 'rejected', 'organization'),
    'objection.reopen': step(['rejected', 'upheld'], 'open', ...CENTRES),
  },
  /** 双随机、一公开: a draw of sessions and inspectors, and what they found. */
  draw: {
    'draw.commit': step([null], 'committed', ...CENTRES),
    'draw.reveal': step(['committed'], 'drawn', ...CENTRES),
    'draw.abandon': step(['committed'], 'abandoned', ...CENTRES),
    'draw.finding': step(['drawn'], '=', ...CENTRES),
    'draw.follow': step(['drawn'], '=', 'organization', ...CENTRES),
    'draw.close': step(['drawn'], 'closed', ...CENTRES),
  },
  /** 退回批次: a centre gives a batch back; the identifier is the batch's. */
  batch: {
    'batch.return': step([null], 'returned', ...CENTRES),
  },
} as const satisfies Record<string, Record<string, StepRule>>;

export type Kind = keyof typeof PROCEDURES;
export type StepName = { [K in Kind]: keyof (typeof PROCEDURES)[K] }[Kind] & string;

export const KINDS = Object.keys(PROCEDURES) as Kind[];
export const STEPS = KINDS.flatMap((kind) => Object.keys(PROCEDURES[kind])) as StepName[];

/** All states that cases of a kind can be in. */
export const statesOf = (kind: Kind): string[] =>
  [
    ...new Set(Object.values(PROCEDURES[kind] as Record<string, StepRule>).flatMap(({ from, to }) => [...from, to])),
  ].filter((state): state is string => state !== null && state !== '=');

/** `plan:p0123abcd` → its kind and identifier. */
export function readAbout(about: string): { kind: Kind; id: string } {
  const at = about.indexOf(':');
  const kind = about.slice(0, at) as Kind;
  if (!KINDS.includes(kind)) throw new Refusal('case_not_found', 'There is no such kind of case.', { part: 'about' });
  return { kind, id: about.slice(at + 1) };
}

/** Kinds whose identifier names something that is there already: a batch, an organization, one of its keys. */
const NAMED: readonly Kind[] = ['loss', 'standing', 'rules', 'batch'];

/**
 * Whether text can be the identifier of a case that begins. Identifiers stand in addresses beside words
 * (`/notices/objections`): they have a digit, or are longer than any of those words. Those of earlier cases stay
 * readable.
 */
export const isFreshId = (id: string): boolean =>
  /^[A-Za-z0-9_-]{8,64}$/.test(id) && (/\d/.test(id) || id.length >= 16);

/** @throws Refusal `case_id_malformed` */
export function requireFreshId(kind: Kind, id: string): void {
  if (NAMED.includes(kind) || isFreshId(id)) return;
  throw new Refusal(
    'case_id_malformed',
    'The identifier of a new case has 8 to 64 letters, digits, - and _, made at random: with a digit among them, or at least 16 long.',
    { part: 'about' },
  );
}

/** The steps that a role may take in a state. */
export const stepsFrom = (kind: Kind, state: string | null, role: Role): StepName[] =>
  (Object.entries(PROCEDURES[kind] as Record<string, StepRule>) as [StepName, StepRule][])
    .filter(([, rule]) => rule.from.includes(state) && rule.by.includes(role))
    .map(([name]) => name);

/**
 * The state after a step.
 * @param state null before the first
 * @throws Refusal `step_unknown`, `role_wrong`, `step_not_now`
 */
export function stateAfter(kind: Kind, name: string, state: string | null, role: Role): string {
  const rule = (PROCEDURES[kind] as Record<string, StepRule>)[name];
  if (!rule) throw new Refusal('step_unknown', `A ${kind} has no step ${name}.`, { part: 'step' });
  if (!rule.by.includes(role))
    throw new Refusal('role_wrong', `This step is for: ${rule.by.join(', ')}.`, { allowed: rule.by });
  if (!rule.from.includes(state))
    throw new Refusal(
      'step_not_now',
      state === null ? `Nothing is here yet to ${name}.` : `This ${kind} is ${state}; ${name} is not possible now.`,
      { state },
    );
  return rule.to === '=' ? (state as string) : rule.to;
}
