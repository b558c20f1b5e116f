/**
 * Pages without a certificate: a number that is malformed or of another kind, one that the register does not hold,
 * and whatever else went wrong. What is not found may exist elsewhere: no page says otherwise.
 */

import type { Context } from 'hono';
import type { Child, FC } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal } from '../../base/refusal.ts';
import { LANGUAGE_TAGS, type Words } from '../../base/words.ts';
import { languageOf, prefersPage } from '../../http/answers.ts';
import type { AppEnv } from '../../http/context.ts';
import { onError, PROBLEM_TYPE, PROBLEMS } from '../../http/problems.ts';
import type { Styles } from '../../storage/database.ts';
import { SealCheck } from '../certificate/seal-answers.tsx';
import { NUMBER_PARTS } from '../words/refusal-words.ts';
import { SearchForm, SiteKey } from './form.tsx';
import { Both, En, Layout, leadWithEnglish, ReaderContext } from './layout.tsx';
import { NumberText } from './report-view.tsx';

const Elsewhere: FC = () => (
  <p>
    其他省份和全国的证书，可在国家查询网站{' '}
    <a href="http://jndj.osta.org.cn" rel="noreferrer">
      jndj.osta.org.cn
    </a>{' '}
    查询。
    <En>Certificates of other provinces can be looked up at the national site jndj.osta.org.cn.</En>
  </p>
);

/** The number as it was understood, with the part that is wrong marked. */
const Marked: FC<{ number: string; part: string }> = ({ number, part }) => {
  const { from, to } = NUMBER_PARTS[part] ?? { from: 0, to: 0 };
  return (
    <p class="asked">
      您输入的是 <span lang="en">You entered</span>{' '}
      <span class="number">
        {number.slice(0, from)}
        {to > from ? <mark>{number.slice(from, to)}</mark> : null}
        {number.slice(to)}
      </span>
    </p>
  );
};

interface MalformedProps {
  host: string;
  /** Normalised, without control characters, at most 60 characters. */
  number: string;
  part: string;
  fault: Words;
}

export const MalformedPage: FC<MalformedProps> = ({ host, number, part, fault }) => (
  <Layout title={{ zh: '编号不正确', en: 'Number not well formed' }} host={host}>
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        ?
      </span>
      <h1>
        无法按此编号查询<En>This number cannot be looked up</En>
      </h1>
      <p class="sentence">
        <Both words={fault} />
      </p>
    </section>
    <Marked number={number} part={part} />
    <Elsewhere />
    <SearchForm typed={{ number }} again />
  </Layout>
);

export const NotFoundPage: FC<{ host: string; number: string; roots: readonly string[] }> = ({
  host,
  number,
  roots,
}) => (
  <Layout title={{ zh: '没有查到', en: 'Not found' }} host={host} script="certificate.js">
    <p class="asked">
      证书编号 <span lang="en">Certificate</span> <NumberText number={number} />
    </p>
    <SealCheck number={number} roots={roots} />
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        ?
      </span>
      <h1>
        没有查到此编号的证书<En>No certificate with this number was found</En>
      </h1>
      <p class="sentence">
        没有查到并不说明证书有问题：请先逐位核对编号，输错一位就可能成为另一个编号。
        <En>
          That says nothing against a certificate. Compare every digit first: one mistyped digit can make another
          well-formed number.
        </En>
      </p>
    </section>
    <section class="card">
      <h2>
        可能的原因<En>What may be the reason</En>
      </h2>
      <ul>
        <li>
          编号输入有误<En>the number was mistyped</En>
        </li>
        <li>
          证书由其他平台或早年的系统颁发，未收入本平台
          <En>the certificate was issued through another platform or an earlier system</En>
        </li>
        <li>
          证书正在颁发，几分钟后可再查<En>it is being issued at this moment; look again in a few minutes</En>
        </li>
      </ul>
      <p>
        仍查不到时，请向证书上的评价机构核实。
        <En>If it is still not found, ask the organization named on the certificate.</En>
      </p>
      <Elsewhere />
    </section>
    <SearchForm typed={{ number }} again />
  </Layout>
);

/** @param title what the service says in Chinese @param english the same for the reader of English, in few words */
const ProblemPage: FC<{ host: string; title: string; english: string; detail: Words; code: string }> = ({
  host,
  title,
  english,
  detail,
  code,
}) => (
  <Layout title={{ zh: title, en: english }} host={host}>
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        !
      </span>
      <h1>
        {title}
        <En>{english}</En>
      </h1>
      <p class="sentence">
        <Both words={detail} />
      </p>
      <p>
        <code>{code}</code>
      </p>
    </section>
    <SearchForm again />
  </Layout>
);

// How a page becomes an answer: the reader's language first, the content security policy, how long it may be kept;
// and problems as pages for whoever asked for one.

/**
 * The content security policy of every page (CSP 3).
 * @param turnstile whether the script and frame of that check are allowed: only where it is configured
 */
function policy(styles: Styles, turnstile: boolean): string {
  const style = Object.values(styles)
    .map(({ sha256 }) => `'sha256-${sha256}'`)
    .join(' ');
  const check = 'https://challenges.cloudflare.com';
  return `default-src 'none'; script-src 'self'${turnstile ? ` ${check}` : ''}; style-src ${style}; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'${turnstile ? `; frame-src ${check}` : ''}`;
}

/** Reports, searches and whatever else tells of a person. */
export const noStore = { 'Cache-Control': 'no-store' };
/** Pages that are the same for all readers of a language. */
export const kept = { 'Cache-Control': 'public, max-age=60', Vary: 'Accept-Language, Cookie' };

export const hostOf = (c: Context<AppEnv>): string => new URL(c.var.service.config.origin).host;

/** No address of a page is longer. */
const LONGEST_PATH = 500;

/** Where a page can be asked for again: what a form answered can not, so its own page stands for it. */
function pathOf(c: Context<AppEnv>): string {
  const { pathname, search } = new URL(c.req.url);
  const path = c.req.method === 'POST' ? pathname.replace(/\/[^/]*$/, '') || '/' : pathname + search;
  return path.length > LONGEST_PATH ? '/' : path;
}

/** Answers with a page, in the reader's language first. */
export async function page(
  c: Context<AppEnv>,
  status: number,
  element: Child,
  headers: Record<string, string> = noStore,
): Promise<Response> {
  const language = languageOf(c);
  const [versions, styles] = await Promise.all([c.var.service.versions(), c.var.service.styles()]);
  const siteKey = c.var.service.config.turnstile?.siteKey;
  const text = String(
    <ReaderContext.Provider value={{ language, path: pathOf(c), versions, styles }}>
      <SiteKey.Provider value={siteKey}>{element}</SiteKey.Provider>
    </ReaderContext.Provider>,
  );
  const body = `<!DOCTYPE html>${language === 'en' ? leadWithEnglish(text) : text}`;
  return c.html(body, status as ContentfulStatusCode, {
    'Content-Security-Policy': policy(styles, siteKey !== undefined),
    'Content-Language': LANGUAGE_TAGS[language],
    ...headers,
  });
}

/** What to do, where a refusal says it in English alone. */
function detailOf(status: number, message: string): Words {
  const [zh = '', en] = message.split(' / ');
  if (en !== undefined && /\p{Script=Han}/u.test(zh)) return { zh, en };
  if (status === 404) return { zh: '请核对网址，或从首页进入。', en: message };
  if (status === 429) return { zh: '请稍候再试。', en: message };
  return { zh: status < 500 ? '请按上面的提示更正后再试。' : '请稍后再试；仍有问题时，请联系平台。', en: message };
}

/** Whoever asked for a page gets a page; others get the problem itself. */
export function answerProblem(c: Context<AppEnv>, error: Error): Response | Promise<Response> {
  const answer = onError(error, c);
  if (!prefersPage(c, [PROBLEM_TYPE, 'application/json'])) return answer;
  const { code, message } =
    error instanceof Refusal
      ? error
      : { code: 'unexpected', message: 'Something went wrong on our side. Try again in a moment.' };
  const english =
    answer.status === 404
      ? 'Nothing at this address'
      : answer.status < 500
        ? 'The request was not accepted'
        : 'Something went wrong';
  return page(
    c,
    answer.status,
    <ProblemPage
      host={hostOf(c)}
      title={PROBLEMS[code]?.[1] ?? '请求未被接受'}
      english={english}
      detail={detailOf(answer.status, message)}
      code={code}
    />,
  );
}

/** Where there is nothing: a page's address is asked for again without slashes at its end, which people type. */
export function answerNothing(c: Context<AppEnv>): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const path = pathname.replace(/\/+$/, '');
  const page =
    path !== pathname && ['GET', 'HEAD'].includes(c.req.method) && prefersPage(c, [PROBLEM_TYPE, 'application/json']);
  // Two slashes at its beginning would make it an address of another host.
  if (page && /^\/[^/]/.test(path)) return c.body(null, 301, { ...noStore, Location: path + search });
  return answerProblem(
    c,
    new Refusal('not_found', 'There is nothing at this address. The API is described in /openapi.json.'),
  );
}
