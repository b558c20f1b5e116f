/**
 * Owns the desk (工作台): its one page, which anybody may open, and its views, which are written for whoever signs the
 * request and kept nowhere. What stands in a view belongs to the files of its role.
 * It refuses callers without a key (401) and views of other roles (403).
 */

import { factory } from '../../http/context.ts';
import { allow } from '../../http/guard.ts';
import { onError } from '../../http/problems.ts';
import { languageOf } from '../../http/reader-language.ts';
import { LANGUAGE_TAGS, ReaderContext } from '../../web/frame/language.ts';
import { leadWithEnglish } from '../../web/frame/lead.ts';
import { hostOf, kept, page } from '../../web/frame/page-response.tsx';
import { answerProblem } from '../../web/home/home-routes.tsx';
import { applicantViews } from '../filings/applicant-views.tsx';
import { lossViews } from '../keys/losses.tsx';
import { centreViews } from './centre-views.tsx';
import { DeskPage } from './desk-page.tsx';
import { Menu } from './menu.tsx';
import { organizationViews } from './organization-views.tsx';
import { findView, type View } from './views.ts';

const VIEWS: readonly View[] = [...organizationViews, ...applicantViews, ...centreViews, ...lossViews];

/** For a test that no identifier can stand for one of them. */
export const viewPaths: readonly string[] = VIEWS.map(({ path }) => path);

export const deskRoutes = factory
  .createApp()
  .get('/desk', (c) =>
    page(
      c,
      200,
      <DeskPage host={hostOf(c)} origin={c.var.service.config.origin} roots={c.var.service.config.trustRoot} />,
      kept,
    ),
  )
  .get('/desk/view/:path{.+}', allow('applicant', 'organization', 'city', 'province'), async (c) => {
    const { service, caller } = c.var;
    const path = c.req.param('path');
    const { view, params } = findView(VIEWS, path, caller.role);
    const content = await view.render({ service, caller, params, now: service.now() });
    const language = languageOf(c);
    const text = String(
      <ReaderContext.Provider value={{ language, path: '/desk' }}>
        <Menu role={caller.role} at={path} />
        {content}
      </ReaderContext.Provider>,
    );
    // Opened as a page of its own it could do nothing.
    return c.html(language === 'en' ? leadWithEnglish(text) : text, 200, {
      'Cache-Control': 'no-store',
      'Content-Language': LANGUAGE_TAGS[language],
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

deskRoutes.onError((error, c) => (c.req.path.startsWith('/desk/view/') ? onError(error, c) : answerProblem(c, error)));
