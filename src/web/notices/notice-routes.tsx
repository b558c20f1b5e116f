/**
 * Notices of results (结果公示) and objections (异议): pages, JSON, the Atom feed. Answers about objections are kept
 * nowhere, and forms answer with nothing that a reload would send again.
 */

import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { NOTICE_STATES, type NoticeState } from '../../core/procedure/notice.ts';
import { HERE } from '../../core/province.ts';
import { writeAtom } from '../../formats/atom.ts';
import { cached } from '../../http/answers.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { ok, operation, TEXT } from '../../http/operation.ts';
import { PROBLEMS } from '../../http/problems.ts';
import { rateLimit, readHumanForm, senderOf } from '../../http/rate-limit.ts';
import { centreNames } from '../../service/on-file.ts';
import {
  changedNotices,
  isNoticeId,
  listNotices,
  type Notice,
  noticeNotFound,
  readNotice,
} from '../../service/procedure/notices.ts';
import { followObjection, type Grounds, raiseObjection } from '../../service/procedure/objection-steps.ts';
import { answerProblem, hostOf, kept, noStore, page } from '../frame/problem-pages.tsx';
import { countWords, NOTICE_WORDS } from '../words/case-words.ts';
import { NoticePage, NoticesPage } from './notice-pages.tsx';
import {
  FollowPage,
  OBJECTION_FIELDS,
  ObjectedPage,
  type ObjectionFaults,
  type ObjectionField,
  type ObjectionTyped,
} from './objection-pages.tsx';

type C = Context<AppEnv>;

/** Notices on a page of the list, rows on a page of a notice, entries of the feed. */
const PAGE = 20;
const ROWS = 200;
const ENTRIES = 50;
const LONGEST_QUERY = 100;
/** Carries a fresh code from the form's answer to the page that shows it. */
const COOKIE = 'objection';

function queryOf(c: C) {
  const words = (name: string) => (c.req.query(name) ?? '').trim().slice(0, LONGEST_QUERY);
  const state = words('state');
  const typed = {
    organization: words('organization'),
    occupation: words('occupation'),
    state: (NOTICE_STATES as readonly string[]).includes(state) ? state : '',
  };
  const asked = {
    organization: typed.organization || undefined,
    occupation: typed.occupation || undefined,
    state: (typed.state || undefined) as NoticeState | undefined,
  };
  return { typed, asked };
}

/** The page that is asked for: a number from 1 on, whatever was written. */
const pageOf = (c: C): number => Math.min(1_000_000, Math.max(1, Math.floor(Number(c.req.query('page'))) || 1));

async function listPage(c: C) {
  const { typed, asked } = queryOf(c);
  const found = await listNotices(c.var.service, asked, pageOf(c), PAGE);
  const searched = typed.organization !== '' || typed.occupation !== '';
  return page(c, 200, <NoticesPage host={hostOf(c)} query={typed} {...found} />, searched ? noStore : kept);
}

function noticePage(
  c: C,
  status: number,
  notice: Notice,
  headers: Record<string, string>,
  form: { typed?: ObjectionTyped; faults?: ObjectionFaults; refused?: Words } = {},
) {
  const pages = Math.max(1, Math.ceil((notice.rows?.length ?? 0) / ROWS));
  const at = Math.min(pages, pageOf(c));
  const rows = notice.rows?.slice((at - 1) * ROWS, at * ROWS) ?? null;
  return page(
    c,
    status,
    <NoticePage host={hostOf(c)} notice={{ ...notice, rows }} page={at} pages={pages} {...form} />,
    headers,
  );
}

async function feed(c: C) {
  const { service } = c.var;
  const { origin } = service.config;
  const notices = await changedNotices(service, ENTRIES);
  const entries = notices.map(({ id, title, organization, state, from, until, counts, updated_at }) => ({
    href: `${origin}/notices/${id}`,
    title,
    author: organization.name,
    category: state,
    updated: updated_at,
    summary: `${NOTICE_WORDS[state].zh}，${from} 至 ${until}。${countWords(counts).zh}。`,
  }));
  const xml = writeAtom({
    title: '鲁证 · 结果公示',
    subtitle: `${HERE.name}职业技能等级认定结果公示 / Notices of results`,
    self: `${origin}/notices/feed.xml`,
    page: `${origin}/notices`,
    author: '鲁证',
    updated: notices[0]?.updated_at ?? 0,
    entries,
  });
  return c.body(xml, 200, { ...cached, 'Content-Type': 'application/atom+xml; charset=utf-8' });
}

const ROW_FAULT: Words = { zh: '请填写名单中的行号，或留空', en: 'A row number of the list, or nothing' };
const UNKNOWN_ROW: Words = {
  zh: '名单中没有这一行，请核对或留空',
  en: 'The list has no such row; check it, or leave it out',
};

/** What a refusal of the objection says beside the fields of the form; undefined for anything else. */
function faultsOf(error: unknown): ObjectionFaults | undefined {
  if (!isRefusal(error)) return undefined;
  if (error.code === 'objection_row_unknown') return { row: UNKNOWN_ROW };
  if (error.code !== 'step_body_malformed') return undefined;
  const faults: ObjectionFaults = {};
  for (const { part, message } of error.facts.faults as { part: string; message: string }[]) {
    const [zh = message, en = message] = message.split(' / ');
    if ((OBJECTION_FIELDS as readonly string[]).includes(part))
      faults[part as ObjectionField] ??= part === 'row' ? ROW_FAULT : { zh, en };
  }
  return Object.keys(faults).length > 0 ? faults : undefined;
}

/** The form: a code in a cookie for one look, and on to its page. */
async function objectByForm(c: C) {
  const { service } = c.var;
  const id = c.req.param('notice') as string;
  const form = await readHumanForm(c);
  const typed: ObjectionTyped = {};
  for (const name of OBJECTION_FIELDS) {
    const value = form.get(name)?.trim();
    if (value) typed[name] = value;
  }
  const { row, ...texts } = typed;
  let code: string;
  try {
    if (row !== undefined && !/^\d{1,7}$/.test(row.normalize('NFKC')))
      throw new Refusal('objection_row_unknown', 'A row is a number of the list.', { part: 'row' });
    const given: Grounds = {
      ...texts,
      grounds: texts.grounds ?? '',
      ...(row === undefined ? {} : { row: Number(row.normalize('NFKC')) }),
    };
    code = await raiseObjection(service, id, given, await senderOf(c, `objection|${id}`));
  } catch (error) {
    const faults = faultsOf(error);
    if (faults) return noticePage(c, 400, await readNotice(service, id), noStore, { typed, faults });
    if (!isRefusal(error, 'objections_full') && !isRefusal(error, 'objections_too_often')) throw error;
    const [status, zh] = PROBLEMS[error.code] as (typeof PROBLEMS)[string];
    if (typeof error.facts.retry_after === 'number') c.header('Retry-After', String(error.facts.retry_after));
    return noticePage(c, status, await readNotice(service, id), noStore, { typed, refused: { zh, en: error.message } });
  }
  setCookie(c, COOKIE, code, {
    path: '/notices',
    maxAge: 600,
    httpOnly: true,
    sameSite: 'Strict',
    secure: service.config.origin.startsWith('https:'),
  });
  return c.body(null, 303, { ...noStore, Location: `/notices/${id}/objected` });
}

function objectedPage(c: C) {
  const id = c.req.param('notice') as string;
  if (!isNoticeId(id)) throw noticeNotFound();
  const code = getCookie(c, COOKIE);
  if (code !== undefined) deleteCookie(c, COOKIE, { path: '/notices' });
  const known =
    code !== undefined && /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/.test(code) ? code : undefined;
  return page(c, 200, <ObjectedPage host={hostOf(c)} id={id} code={known} />, noStore);
}

async function followPage(c: C) {
  const typed = ((await readHumanForm(c)).get('code') ?? '').slice(0, LONGEST_QUERY);
  try {
    const followed = await followObjection(c.var.service, typed);
    return page(c, 200, <FollowPage host={hostOf(c)} followed={followed} centres={await centreNames(c.var.service)} />);
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'objection_not_found') throw error;
    return page(
      c,
      404,
      <FollowPage
        host={hostOf(c)}
        typed={typed}
        fault={{ zh: '没有查到，请逐位核对', en: 'Nothing was found; check each character' }}
      />,
    );
  }
}

export const noticePages = factory
  .createApp()
  .get('/notices', listPage)
  .get(
    '/notices/feed.xml',
    operation({
      tag: '公开数据',
      open: true,
      summary: '公示的 Atom 订阅源 / Atom feed of notices (RFC 4287)',
      answers: ok('Atom', { 'application/atom+xml': { schema: TEXT } }),
    }),
    feed,
  )
  .get('/notices/objections', (c) => page(c, 200, <FollowPage host={hostOf(c)} />, kept))
  .post('/notices/objections', rateLimit('search'), followPage)
  .get('/notices/:notice', async (c) =>
    noticePage(c, 200, await readNotice(c.var.service, c.req.param('notice')), kept),
  )
  .post('/notices/:notice/objections', rateLimit('search'), objectByForm)
  .get('/notices/:notice/objected', objectedPage);

noticePages.onError((error, c) => answerProblem(c, error));
