/**
 * Collects an audit trail (问题回溯): what the register holds of a certificate, back to the plan of its exam and the filing
 * of its organization, and forward to its events and downloads. What it is worth is judged by core/procedure/trail.ts.
 * Steps about other people leave without their bodies unless they are asked for.
 */
import { withDisclosures } from '../../core/credential.ts';
import type { StepName } from '../../core/procedure/steps.ts';
import { ABOUT_PEOPLE, type TrailCase, type TrailFile } from '../../core/procedure/trail-links.ts';
import { openStatement } from '../../core/statement.ts';
import { selectBatch } from '../../storage/batch-store.ts';
import { type StepRow, selectCases, selectLastSteps, selectSteps, selectStepsOf } from '../../storage/case-store.ts';
import { type CertificateRow, selectCertificate, selectDownloads } from '../../storage/certificate-store.ts';
import { selectDevices, selectEventTimes } from '../../storage/review-store.ts';
import { selectTokens } from '../../storage/statement-store.ts';
import { storedEvents, storedEvidence } from '../lookup.ts';
import { directoryOf } from '../on-file.ts';
import type { Service } from '../service.ts';
import { openBody } from './stored-cases.ts';

/** Downloads in one trail. */
const DOWNLOADS = 1000;
/** Cases of one kind that are looked through for the one that led to a statement. */
const LOOKED = 500;

/** Bodies of steps as they were signed; those about other people only where `people`. */
async function caseOf(service: Service, about: string, rows: readonly StepRow[], people: boolean): Promise<TrailCase> {
  const said = async (row: StepRow) =>
    !people && ABOUT_PEOPLE.includes(row.step as StepName) ? {} : { body: await openBody(service, row) };
  return {
    about,
    steps: await Promise.all(
      rows.map(async (row) => ({ token: row.token, received_at: row.received_at, ...(await said(row)) })),
    ),
  };
}

/** The case whose last step of this name names a statement. */
async function caseNaming(
  service: Service,
  kind: 'application' | 'device',
  state: string,
  organization: string,
  field: 'filing' | 'client',
  jti: string,
): Promise<string | undefined> {
  const cases = await selectCases(service.db, { kind, state, organization }, LOOKED);
  for (const last of await selectLastSteps(
    service.db,
    cases.map(({ about }) => about),
  )) {
    if (((await openBody(service, last)) as Record<string, unknown>)[field] === jti) return last.about;
  }
  return undefined;
}

/** Which cases belong to a certificate: results, objections and plan, and how its organization came to be filed. */
async function casesOf(service: Service, row: CertificateRow): Promise<string[]> {
  const { db } = service;
  const directory = await directoryOf(service);
  const abouts: (string | undefined)[] = [];
  const results = (await selectBatch(db, row.batch))?.results ?? null;
  if (results !== null) {
    abouts.push(results);
    const [notice] = (await selectSteps(db, results)).filter(({ step }) => step === 'results.publish');
    if (notice) {
      const { plan } = (await openBody(service, notice)) as { plan: string };
      // Objections follow the plan: also those to results that were withdrawn.
      abouts.push(
        plan,
        ...(await selectCases(db, { resultsOf: plan, kind: 'objection' }, LOOKED)).map(({ about }) => about),
      );
    }
  }
  const filing = (await openStatement(row.filing, 'filing+jwt', directory.findCentre)).payload;
  const client = (await openStatement(row.client, 'client+jwt', directory.findCentre)).payload;
  abouts.push(await caseNaming(service, 'application', 'selected', row.organization, 'filing', filing.jti));
  abouts.push(await caseNaming(service, 'device', 'granted', row.organization, 'client', client.jti));
  abouts.push(
    ...(await selectCases(db, { kind: 'standing', organization: row.organization }, 1)).map(({ about }) => about),
  );
  return [...new Set(abouts)].filter((about): about is string => about !== undefined);
}

/**
 * Everything signed behind a certificate. @param people whether bodies about other people come along
 * @returns undefined when the register does not hold it whole
 */
export async function trailOf(service: Service, number: string, people: boolean): Promise<TrailFile | undefined> {
  const row = await selectCertificate(service.db, service.lately, number);
  if (!row) return undefined;
  const { db, config } = service;
  const [{ evidence, disclosures }, centres, services, withdrawals, calendars, devices, downloads, times] =
    await Promise.all([
      storedEvidence(service, row, number),
      selectTokens(db, 'centre+jwt'),
      selectTokens(db, 'service+jwt'),
      selectTokens(db, 'withdrawal+jwt'),
      selectTokens(db, 'calendar+jwt'),
      selectDevices(db, row.organization),
      selectDownloads(db, number, DOWNLOADS),
      selectEventTimes(db, number),
    ]);
  const cases: TrailCase[] = [];
  const abouts = await casesOf(service, row);
  const steps = await selectStepsOf(db, abouts);
  for (const about of abouts)
    cases.push(
      await caseOf(
        service,
        about,
        steps.filter((step) => step.about === about),
        people,
      ),
    );
  const successor = evidence.status?.successor;
  return {
    version: 1,
    number,
    origin: config.origin,
    made_at: service.now(),
    credential: withDisclosures(row.credential, disclosures),
    inclusion: evidence.inclusion as TrailFile['inclusion'],
    approval: row.approval,
    order: row.order_token,
    statements: {
      centres,
      services,
      filing: row.filing,
      client: row.client,
      clients: devices.map(({ token }) => token),
      withdrawals,
      calendars,
    },
    events: storedEvents(row).map(({ token, client }, at) => ({
      token,
      ...(client === undefined ? {} : { client }),
      ...(times[at] === undefined ? {} : { received_at: times[at] }),
    })),
    ...(successor === undefined ? {} : { successor }),
    cases,
    downloads,
    roots: [...config.rootJwks],
  };
}
