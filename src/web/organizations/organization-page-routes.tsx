/** Pages of organizations: the list, and one with what it has published. */
import { Refusal } from '../../base/refusal.ts';
import { normalizeNumber, parseOrganizationCode } from '../../core/number.ts';
import { factory } from '../../http/context.ts';
import { centreNames } from '../../service/on-file.ts';
import { filingsOf, listOrganizations, matchesOrganization } from '../../service/organizations.ts';
import { publishedIndex, publishedOf } from '../../service/published-organization.ts';
import { answerProblem, hostOf, kept, noStore, page } from '../frame/problem-pages.tsx';
import { OrganizationPage, OrganizationsPage } from './organization-pages.tsx';

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
