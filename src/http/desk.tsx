/**
 * Owns the desk (工作台): its one page, which anybody may open, and its views, which are written for whoever signs the
 * request and kept nowhere. What stands in a view belongs to the files of its role.
 * It refuses callers without a key (401) and views of other roles (403).
 */

import { Menu } from '../pages/desk/menu.tsx';
import { DeskPage } from '../pages/desk/page.tsx';
import { LANGUAGE_TAGS, ReaderContext } from '../pages/language.ts';
import { leadWithEnglish } from '../pages/lead.ts';
import { applicantViews } from './desk-applicant.tsx';
import { centreViews } from './desk-centre.tsx';
import { lossViews } from './desk-losses.tsx';
import { organizationViews } from './desk-organization.tsx';
import { findView, type View } from './desk-views.ts';
import { factory } from './env.ts';
import { allow } from './guard.ts';
import { languageOf } from './language.ts';
import { hostOf, kept, page } from './page.tsx';
import { answerProblem } from './pages.tsx';
import { onError } from './problems.ts';

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
