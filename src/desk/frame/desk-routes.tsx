/** `GET /desk`, the page that anybody may open, and `GET /desk/view/…`, HTML for whoever signed the request. */
import { LANGUAGE_TAGS } from '../../base/words.ts';
import { allow, factory } from '../../http/context.ts';
import { onError } from '../../http/problems.ts';
import { languageOf } from '../../http/reader-language.ts';
import { ReaderContext } from '../../web/frame/layout.tsx';
import { leadWithEnglish } from '../../web/frame/lead.ts';
import { answerProblem, hostOf, kept, page } from '../../web/frame/page-response.tsx';
import { batchViews } from '../batches/batch-views.tsx';
import { calendarViews } from '../calendar/calendar-views.tsx';
import { certificateViews } from '../certificates/certificate-views.tsx';
import { trailViews } from '../certificates/trail-views.tsx';
import { drawViews } from '../draws/draw-views.tsx';
import { applicationViews } from '../filings/application-views.tsx';
import { organizationViews } from '../filings/organization-views.tsx';
import { rulesViews } from '../filings/rules-views.tsx';
import { homeViews } from '../home/home-views.tsx';
import { deviceViews } from '../keys/device-views.tsx';
import { lossViews } from '../keys/lost-keys.tsx';
import { withdrawalViews } from '../keys/withdraw-views.tsx';
import { objectionViews } from '../objections/objection-views.tsx';
import { planViews } from '../plans/plan-views.tsx';
import { resultViews } from '../results/result-views.tsx';
import { DeskPage, Menu } from './desk-page.tsx';
import { findView, type View } from './views.ts';

const VIEWS: readonly View[] = [
  ...homeViews,
  ...applicationViews,
  ...organizationViews,
  ...withdrawalViews,
  ...rulesViews,
  ...deviceViews,
  ...lossViews,
  ...planViews,
  ...resultViews,
  ...objectionViews,
  ...batchViews,
  ...certificateViews,
  ...trailViews,
  ...drawViews,
  ...calendarViews,
];

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
