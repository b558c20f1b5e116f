/**
 * Reads notices of results (公示) for everybody: the list, one notice with those who passed under masked names, and what
 * changed last for the feed. Rows come from the signed list alone, which is compared with its digest first.
 */

import { Recent } from '../../base/bounded.ts';
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import {
  type NoticeFacts,
  type NoticeRow,
  type NoticeState,
  noticeRows,
  noticeState,
  readNoticeFacts,
  showsRows,
} from '../../core/procedure/notice.ts';
import type { Results } from '../../core/procedure/plan.ts';
import { selectLastStep } from '../../storage/case-store.ts';
import {
  countNotices,
  countObjections,
  type NoticeCase,
  type NoticeFilter,
  selectChangedNotices,
  selectNotice,
  selectNotices,
} from '../../storage/notice-store.ts';
import { organizationNames } from '../organizations.ts';
import type { Service } from '../service.ts';
import { reportDamaged } from '../service.ts';
import { differs, readStored, signedBody } from './stored-cases.ts';

export interface NoticeLine extends Pick<NoticeFacts, 'title' | 'occupations' | 'counts' | 'from' | 'until'> {
  id: string;
  state: NoticeState;
  organization: { code: string; name: string };
  /** Since when it runs again, if results were corrected. */
  corrected_on: string | null;
}

export interface Notice extends NoticeLine {
  /** Days of the plan's sessions. */
  exam_days: string[];
  /** To any publication of the plan's results: withdrawing some settles nothing. */
  objections: { raised: number; open: number; upheld: number; rejected: number };
  /** Null where rows are not shown: withdrawn, or over for more than 30 days. */
  rows: NoticeRow[] | null;
}

interface Opened {
  rows: NoticeRow[];
  days: string[];
}

/**
 * By vault, which all requests of an isolate share: lists that were opened lately. They hold masked names and nothing
 * else of a person. One may have 10,000 rows.
 */
const opened = new WeakMap<object, Recent<Promise<Opened>>>();
const REMEMBERED = 8;

const PREFIX = 'results:';
const idOf = (about: string): string => about.slice(PREFIX.length);
export const aboutOf = (id: string): string => PREFIX + id;
export const isNoticeId = (id: string): boolean => /^[A-Za-z0-9_-]{8,64}$/.test(id);
export const noticeNotFound = () => new Refusal('notice_not_found', 'There is no notice of results at this address.');

function lineOf(row: NoticeCase, names: ReadonlyMap<string, string>, today: string): NoticeLine | undefined {
  const facts = readNoticeFacts(row.facts);
  if (!facts || row.organization === null) {
    reportDamaged('cases', row.about);
    return undefined;
  }
  const { title, occupations, counts, from, until } = facts;
  return {
    id: idOf(row.about),
    state: noticeState(row.state, until, today),
    organization: { code: row.organization, name: names.get(row.organization) ?? row.organization },
    title,
    occupations,
    counts,
    from,
    until,
    corrected_on: row.corrected_at === null ? null : shanghaiDay(row.corrected_at),
  };
}

/** What a reader asks the list for. */
export interface NoticeQuery {
  /** Code, or a part of the name. */
  organization?: string | undefined;
  occupation?: string | undefined;
  state?: NoticeFilter['state'];
}

/** One page of the list, those that run first. */
export async function listNotices(
  service: Service,
  { organization, occupation, state }: NoticeQuery,
  page: number,
  size: number,
): Promise<{ notices: NoticeLine[]; total: number; page: number; pages: number }> {
  const today = shanghaiDay(service.now());
  const names = await organizationNames(service);
  const organizations =
    organization === undefined
      ? undefined
      : [...names]
          .filter(([code, name]) => code === organization.toUpperCase() || name.includes(organization))
          .map(([code]) => code);
  const filter: NoticeFilter = { organizations, occupation, state };
  const total = await countNotices(service.db, filter, today);
  const pages = Math.max(1, Math.ceil(total / size));
  const at = Math.min(pages, Math.max(1, page));
  const rows = await selectNotices(service.db, filter, today, size, (at - 1) * size);
  return {
    notices: rows.map((row) => lineOf(row, names, today)).filter((line) => line !== undefined),
    total,
    page: at,
    pages,
  };
}

/** Notices that changed last, with when. */
export async function changedNotices(
  service: Service,
  limit: number,
): Promise<(NoticeLine & { updated_at: number })[]> {
  const today = shanghaiDay(service.now());
  const names = await organizationNames(service);
  return (await selectChangedNotices(service.db, limit)).flatMap((row) => {
    const line = lineOf(row, names, today);
    return line ? [{ ...line, updated_at: row.updated_at }] : [];
  });
}

/** The list as it was published or corrected last. @throws Refusal `notice_not_found`, `register_differs` */
export async function publishedResults(service: Service, about: string): Promise<Results> {
  const row = await selectLastStep(service.db, about, ['results.publish', 'results.correct']);
  if (!row) throw noticeNotFound();
  return readBody(row.step as 'results.publish', await signedBody(service, row));
}

/** Days of the plan's sessions; where the plan is not at hand, those on which somebody sat an exam. */
async function examDays(service: Service, plan: string | null, results: Results): Promise<string[]> {
  const filed = plan === null ? null : await selectLastStep(service.db, plan, ['plan.file', 'plan.amend']);
  const days = filed
    ? (await readStored<'plan.file'>(service, filed)).sessions.map(({ date }) => date)
    : results.rows.map(({ exam_date }) => exam_date);
  return [...new Set(days)].sort();
}

async function openNotice(service: Service, row: NoticeCase, passMark: number): Promise<Opened> {
  const results = await publishedResults(service, row.about);
  return { rows: noticeRows(results.rows, passMark), days: await examDays(service, row.parent, results) };
}

/** One notice. @throws Refusal `notice_not_found`, `register_differs` */
export async function readNotice(service: Service, id: string): Promise<Notice> {
  const row = await selectNotice(service.db, aboutOf(id));
  const today = shanghaiDay(service.now());
  const facts = row && readNoticeFacts(row.facts);
  const line = row && lineOf(row, await organizationNames(service), today);
  if (!facts || !line) throw noticeNotFound();
  if (row.parent === null) throw differs();
  let lately = opened.get(service.vault);
  if (!lately) opened.set(service.vault, (lately = new Recent(REMEMBERED)));
  const shown = showsRows(line.state, line.until, today);
  const known = await lately.once(`${row.about}|${row.last}`, () => openNotice(service, row, facts.pass_mark));
  const states = new Map((await countObjections(service.db, row.parent)).map(({ state, n }) => [state, n]));
  const [open, upheld, rejected] = (['open', 'upheld', 'rejected'] as const).map((state) => states.get(state) ?? 0) as [
    number,
    number,
    number,
  ];
  return {
    ...line,
    exam_days: known.days,
    objections: { raised: open + upheld + rejected, open, upheld, rejected },
    rows: shown ? known.rows : null,
  };
}
