/**
 * Draws as pages and as JSON to compute again, with the signed statements; for centres the sessions that they can
 * draw from; details and files for the inspected and their centres alone.
 */

import { fromBase64url } from '../../base/bytes.ts';
import { shanghaiDay } from '../../base/day.ts';
import { Refusal } from '../../base/refusal.ts';
import { type DrawFile, type DrawRecord, publicRecord } from '../../core/procedure/draw-record.ts';
import { allow, factory } from '../../http/context.ts';
import type { Caller } from '../../service/caller.ts';
import { centreNames } from '../../service/on-file.ts';
import { readFile } from '../../service/procedure/case-files.ts';
import { findDraw, openDraw, sessionsToCome } from '../../service/procedure/draw-steps.ts';
import { listedFacts } from '../../service/procedure/stored-cases.ts';
import { reachesCase, reachesOrganization } from '../../service/reach.ts';
import type { Service } from '../../service/service.ts';
import { type CaseRow, selectCases } from '../../storage/case-store.ts';
import { selectTokens } from '../../storage/statement-store.ts';
import { answerProblem, hostOf, kept, page } from '../frame/page-response.tsx';
import { type DrawLine, DrawPage, DrawsPage } from './draw-pages.tsx';

const cached = { 'Cache-Control': 'public, max-age=60' };
const PAGE = 100;

function lineOf(row: CaseRow): DrawLine | undefined {
  const { about, state, centre, due, created_at, updated_at } = row;
  const facts = listedFacts('draw', row);
  return (
    facts && { id: about.slice('draw:'.length), about, state, centre, ...facts, first_day: due, created_at, updated_at }
  );
}

/** Draws, the last changed first. */
async function listDraws(service: Service, before?: number, centre?: string): Promise<DrawLine[]> {
  return (await selectCases(service.db, { kind: 'draw', before, centre }, PAGE))
    .map(lineOf)
    .filter((line) => line !== undefined);
}

/** What somebody may read of what was found: an organization its own, a city its organizations' and its own draws', the province all. */
async function withinReach(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  row: CaseRow,
  record: DrawRecord,
): Promise<Pick<DrawRecord, 'findings' | 'follow_ups'>> {
  const { findings, follow_ups, drawn = [] } = record;
  if (reachesCase(caller, row)) return { findings, follow_ups };
  const own = new Set<string>();
  for (const { plan, session, organization } of drawn) {
    if (await reachesOrganization(service, caller, organization)) own.add(`${plan}/${session}`);
  }
  const mine = ({ plan, session }: { plan: string; session: string }) => own.has(`${plan}/${session}`);
  return { findings: findings.filter(mine), follow_ups: follow_ups.filter(mine) };
}

function beforeOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,12}$/.test(text))
    throw new Refusal('body_malformed', 'The query parameter before is malformed.', { part: 'before' });
  return Number(text);
}

/** What everybody gets of a draw: all that is needed to check it under the root's thumbprint, without this service. */
async function drawFile(service: Service, id: string): Promise<DrawFile> {
  const record = publicRecord(await openDraw(service, await findDraw(service, id)));
  const [centres, withdrawals] = await Promise.all([
    selectTokens(service.db, 'centre+jwt'),
    selectTokens(service.db, 'withdrawal+jwt'),
  ]);
  return { ...record, roots: [...service.config.rootJwks], statements: { centres, withdrawals } };
}

const inspected = allow('organization', 'city', 'province');

export const drawRoutes = factory
  .createApp()
  .get('/v1/draws', async (c) =>
    c.json({ draws: await listDraws(c.var.service, beforeOf(c.req.query('before'))) }, 200, cached),
  )
  .get('/v1/sessions', allow('city', 'province'), async (c) =>
    c.json({ sessions: await sessionsToCome(c.var.service, c.var.caller) }),
  )
  .get('/v1/draws/:draw', async (c) => c.json(await drawFile(c.var.service, c.req.param('draw')), 200, cached))
  .get('/v1/draws/:draw/findings', inspected, async (c) => {
    const { service, caller } = c.var;
    const row = await findDraw(service, c.req.param('draw'));
    const { about, state, seq, last } = row;
    return c.json({
      about,
      state,
      seq,
      last,
      ...(await withinReach(service, caller, row, await openDraw(service, row))),
    });
  })
  .get('/v1/draws/:draw/files/:sha256', inspected, async (c) => {
    const { service, caller } = c.var;
    const row = await findDraw(service, c.req.param('draw'));
    const { findings, follow_ups } = await withinReach(service, caller, row, await openDraw(service, row));
    const digest = c.req.param('sha256');
    fromBase64url(digest);
    const owner = [...findings, ...follow_ups].find(({ files = [] }) =>
      files.some(({ sha256 }) => sha256 === digest),
    )?.by;
    if (owner === undefined) throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
    const { bytes, type } = await readFile(service, owner, digest);
    return c.body(bytes, 200, {
      'Content-Type': type,
      'Content-Disposition': 'attachment',
      'Cache-Control': 'private, no-store',
    });
  });

export const drawPages = factory
  .createApp()
  .get('/supervision', async (c) =>
    page(
      c,
      200,
      <DrawsPage host={hostOf(c)} draws={await listDraws(c.var.service)} centres={await centreNames(c.var.service)} />,
      kept,
    ),
  )
  .get('/supervision/:draw', async (c) => {
    const { service } = c.var;
    const record = publicRecord(await openDraw(service, await findDraw(service, c.req.param('draw'))));
    return page(
      c,
      200,
      <DrawPage
        host={hostOf(c)}
        record={record}
        centres={await centreNames(service)}
        roots={service.config.trustRoot}
        today={shanghaiDay(service.now())}
      />,
      kept,
    );
  });

drawPages.onError((error, c) => answerProblem(c, error));
