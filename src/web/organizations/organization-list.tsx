/** The list of filed organizations (备案机构) with its search, and the routes of it and of one organization's page. */
import type { FC } from 'hono/jsx';
import { Refusal } from '../../base/refusal.ts';
import { normalizeNumber, parseOrganizationCode } from '../../core/number.ts';
import { factory } from '../../http/context.ts';
import { centreNames } from '../../service/on-file.ts';
import { filingsOf, listOrganizations, matchesOrganization } from '../../service/organizations.ts';
import { publishedIndex, publishedOf } from '../../service/procedure/standing.ts';
import { En, Layout, Lead, Pager } from '../frame/layout.tsx';
import { answerProblem, hostOf, kept, noStore, page } from '../frame/problem-pages.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { type FiledView, OrganizationPage, State } from './organization-page.tsx';

interface ListProps {
  host: string;
  /** As typed. */
  query: string;
  /** Of this page. */
  filed: FiledView[];
  /** Of all pages. */
  total: number;
  page: number;
  pages: number;
  centres: CentreNames;
  /** Codes. */
  suspended: ReadonlySet<string>;
}

const pageAddress = (query: string, page: number): string =>
  `/organizations?${new URLSearchParams({ ...(query === '' ? {} : { q: query }), page: String(page) }).toString()}`;

/** Occupations named in the list before it says “and more”. */
const SHOWN = 4;

const Item: FC<{ filed: FiledView; centres: CentreNames; suspended: boolean }> = ({
  filed: { code, filing, state, from, until },
  centres,
  suspended,
}) => {
  const names = [...new Set(filing.scope.map(({ name }) => name))];
  return (
    <li class="card">
      <h2>
        <a href={`/organizations/${code}`}>{filing.name}</a>
      </h2>
      <State state={state} suspended={suspended} />
      <p>
        {names.slice(0, SHOWN).join('、')}
        {names.length > SHOWN ? ` … (${names.length})` : ''}
      </p>
      <p class="hint">
        <span class="number">{code}</span>
        <br />
        {centres.get(filing.iss) ?? filing.iss}
        <br />
        <time datetime={from}>{from}</time> – <time datetime={until}>{until}</time>
      </p>
    </li>
  );
};

const OrganizationsPage: FC<ListProps> = ({ host, query, filed, total, page, pages, centres, suspended }) => (
  <Layout title={{ zh: '备案机构', en: 'Organizations' }} host={host} listed>
    <Lead
      title={{ zh: '备案机构', en: 'Organizations on file' }}
      text={{
        zh: '可以颁发职业技能等级证书的评价机构，由省、市鉴定指导中心备案并签名。',
        en: 'Organizations that may issue certificates, each filed and signed for by the centre of the province or its city.',
      }}
    />
    <form method="get" action="/organizations" class="card filter" role="search">
      <div class="field">
        <label for="q">
          机构名称、编码或职业<En>Name, code or occupation</En>
        </label>
        <input id="q" name="q" type="search" value={query} maxlength={100} autocomplete="off" enterkeyhint="search" />
      </div>
      <button type="submit">
        查找<En>Find</En>
      </button>
    </form>
    <p role="status">
      {query === '' ? `共 ${total} 家` : `找到 ${total} 家`}
      <En>{query === '' ? `${total} in all` : `${total} found`}</En>
    </p>
    <ul class="organizations">
      {filed.map((one) => (
        <Item filed={one} centres={centres} suspended={suspended.has(one.code)} />
      ))}
    </ul>
    {total === 0 ? (
      <section class="card">
        <p>
          没有找到。请换一种写法，或只输入名称中的几个字。证书上的机构不在此列，并不说明证书有问题，请先核验证书。
          <En>
            Nothing was found. Try another spelling, or a few characters of the name. That an organization is not listed
            says nothing against a certificate: verify the certificate itself.
          </En>
        </p>
      </section>
    ) : null}
    <Pager page={page} pages={pages} address={(at) => pageAddress(query, at)} />
  </Layout>
);

/** Organizations on one page of the list. */
const PAGE = 30;
const LONGEST_QUERY = 100;

export const organizationPages = factory
  .createApp()
  .get('/organizations', async (c) => {
    const { service } = c.var;
    const query = (c.req.query('q') ?? '').trim().slice(0, LONGEST_QUERY);
    const all = (await listOrganizations(service)).filter((one) => matchesOrganization(one, query));
    const pages = Math.max(1, Math.ceil(all.length / PAGE));
    const at = Math.min(pages, Math.max(1, Math.floor(Number(c.req.query('page'))) || 1));
    const props = {
      host: hostOf(c),
      query,
      filed: all.slice((at - 1) * PAGE, at * PAGE),
      total: all.length,
      page: at,
      pages,
      centres: await centreNames(service),
      suspended: (await publishedIndex(service)).suspended,
    };
    return page(c, 200, <OrganizationsPage {...props} />, query === '' ? kept : noStore);
  })
  .get('/organizations/:code', async (c) => {
    const { service } = c.var;
    const code = parseOrganizationCode(normalizeNumber(c.req.param('code')));
    const [current, ...others] = await filingsOf(service, code);
    if (!current)
      throw new Refusal(
        'organization_not_found',
        'No centre has filed an organization with this code. That says nothing against a certificate: check each digit.',
      );
    const centres = await centreNames(service);
    return page(
      c,
      200,
      <OrganizationPage
        host={hostOf(c)}
        filings={[current, ...others]}
        centres={centres}
        published={await publishedOf(service, code)}
      />,
      kept,
    );
  });

organizationPages.onError((error, c) => answerProblem(c, error));
