/**
 * Owns the addresses that people open: search, one certificate, its download by the holder, and the static
 * files that these pages need. Forms post, so that names and document numbers never stand in an address.
 * It refuses to let a page load or send anything elsewhere (CSP), to keep an answer in a cache, and to serve
 * any asset that is not on its list.
 */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { stampCopy, type Stamped } from '../copies.ts';
import { openCentre, openDirectory } from '../life/authority.ts';
import { decodeUtf8 } from '../life/bytes.ts';
import { toTimestamp } from '../life/calendar.ts';
import { normalizeNumber, parseNumber } from '../life/number.ts';
import { isRefusal, Refusal } from '../life/refusal.ts';
import { parseSealUrl } from '../life/seal.ts';
import { CertificatePage, type CertificateProps, type Download } from '../pages/certificate.tsx';
import { CheckPage } from '../pages/check.tsx';
import type { FieldFaults, FieldName, Typed } from '../pages/form.tsx';
import { DeskPage } from '../pages/desk.tsx';
import { HomePage } from '../pages/home.tsx';
import { MalformedPage, NotFoundPage, ProblemPage } from '../pages/message.tsx';
import type { CentreNames } from '../pages/report.tsx';
import { FAULTS, NUMBER_PARTS, type Words } from '../pages/words.ts';
import { anchorOf, findForHolder, lookUp, search, type Found } from '../register.ts';
import { renderCopy, renderFor } from '../render.ts';
import type { Service } from '../service.ts';
import { insertDownload, selectDownloads } from '../storage/certificates.ts';
import { selectTokens } from '../storage/statements.ts';
import { LIMITS, readBytes, requireType } from './body.ts';
import { factory, type AppEnv } from './env.ts';
import { onError, problem, PROBLEMS } from './problems.ts';

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const noStore = { 'Cache-Control': 'no-store' };

/** The static files of the pages: name in `/assets` and type. The font and whatever else was built stay inside. */
const FILES = new Map([
  ['style.css', 'text/css; charset=utf-8'],
  ['home.js', 'text/javascript; charset=utf-8'],
  ['certificate.js', 'text/javascript; charset=utf-8'],
  ['check.js', 'text/javascript; charset=utf-8'],
  ['scan.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
  ['icon-192.png', 'image/png'],
  ['icon-512.png', 'image/png'],
  ['desk.js', 'text/javascript; charset=utf-8'],
]);

/** Longest entry of a form; an address with a seal has up to 900 digits. */
const LONGEST: Record<FieldName, number> = { number: 2000, name: 200, id_number: 200, purpose: 200, expires_on: 20 };
const FIELDS = Object.keys(LONGEST) as FieldName[];

type C = Context<AppEnv>;
type Element = Parameters<typeof html>[1];

export const page = (c: C, status: number, element: Element, headers: Record<string, string> = noStore) =>
  c.html(html`<!DOCTYPE html>${element}`, status as ContentfulStatusCode, { 'Content-Security-Policy': CSP, ...headers });

const hostOf = (c: C): string => new URL(c.var.service.config.origin).host;

/** Fields of a form as typed; unknown ones are dropped. */
async function readForm(c: C): Promise<Typed & { want?: string }> {
  requireType(c, ['application/x-www-form-urlencoded']);
  const form = new URLSearchParams(decodeUtf8(await readBytes(c, LIMITS.small)));
  const typed: Typed & { want?: string } = {};
  for (const name of [...FIELDS, 'want'] as const) {
    const value = form.get(name)?.trim();
    if (value) typed[name] = value;
  }
  return typed;
}

/** Entries that are too long, and the blank ones among the `needed`. */
function faultsOf(typed: Typed, needed: readonly FieldName[]): FieldFaults {
  const faults: FieldFaults = {};
  for (const name of FIELDS) {
    if ((typed[name]?.length ?? 0) > LONGEST[name]) faults[name] = FAULTS['too_long'] as Words;
    else if (needed.includes(name) && typed[name] === undefined) faults[name] = FAULTS[`${name}_missing`] as Words;
  }
  return faults;
}

const some = (faults: FieldFaults): boolean => Object.keys(faults).length > 0;

/** What is wrong with a number, in words; undefined for refusals about something else. */
function numberFault(refusal: Refusal, typed: string): Words | undefined {
  if (refusal.code !== 'number_malformed') return FAULTS[refusal.code];
  const part = NUMBER_PARTS[refusal.facts.part ?? 'length'];
  if (!part || refusal.facts.part !== 'length') return part;
  const length = [...normalizeNumber(typed)].length;
  return { zh: `${part.zh}，这里是 ${length} 位`, en: `${part.en}; this one has ${length}` };
}

/** The number in a pasted text: the number itself, or the address of a QR code of this service. */
function readTyped(service: Service, typed: string): { number: string; digits?: string | undefined } {
  const text = typed.includes('/c/') && !typed.includes('://') ? `https://${typed}` : typed;
  if (!text.includes('://')) return { number: parseNumber(text).text };
  const { origin, number, digits } = parseSealUrl(text);
  if (!service.config.hosts.includes(new URL(origin).host)) throw new Refusal('host_unknown', 'The address is of another host.');
  return { number: parseNumber(number).text, digits };
}

/** Names of the centres, from their verified statements. */
async function centreNames(service: Service): Promise<CentreNames> {
  const tokens = await selectTokens(service.db, 'centre+jwt');
  const directory = await openDirectory(anchorOf(service), tokens, service.memo);
  const names = new Map<string, string>();
  for (const token of tokens) {
    const statement = await openCentre(token, directory).catch(() => undefined);
    if (statement) names.set(statement.payload.sub, statement.payload.name);
  }
  return names;
}

/** The page of a number, whatever there is to say about it. `extra`: what a holder's form adds. */
async function certificatePage(c: C, asked: string, extra: Pick<CertificateProps, 'holder' | 'downloads'> = {}, known?: Found) {
  const { service } = c.var;
  const host = hostOf(c);
  const roots = service.config.trustRoot;
  let number: string;
  try {
    number = parseNumber(asked).text;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const shown = normalizeNumber(asked).replace(/[\p{C}\ufffd]/gu, '').slice(0, 60);
    return page(c, 400, <MalformedPage host={host} number={shown} part={error.facts.part ?? 'length'} fault={numberFault(error, asked) as Words} />);
  }
  const found = known ?? (await lookUp(service, number));
  if (!found) return page(c, 404, <NotFoundPage host={host} number={number} roots={roots} />);
  const { report } = found.verification;
  const status = extra.holder?.notice ? 404 : extra.holder ? 400 : 200;
  return page(c, status, <CertificatePage host={host} number={number} report={report} centres={await centreNames(service)} roots={roots} {...extra} />);
}

async function searchPage(c: C) {
  const { service } = c.var;
  const host = hostOf(c);
  const typed = await readForm(c);
  const refuse = (status: number, faults: FieldFaults, notice?: Words) =>
    page(c, status, <HomePage host={host} typed={typed} faults={faults} {...(notice ? { notice } : {})} />);
  const nothing = typed.number === undefined && typed.name === undefined && typed.id_number === undefined;
  const faults = faultsOf(typed, nothing ? ['number'] : typed.number === undefined ? ['name', 'id_number'] : []);
  if (some(faults)) return refuse(400, faults);
  try {
    const { number, digits } = typed.number === undefined ? {} : readTyped(service, typed.number);
    // An address pasted alone is opened: its page can check the digits.
    if (digits !== undefined && typed.name === undefined && typed.id_number === undefined) return c.body(null, 303, { ...noStore, Location: `/c/${number}#${digits}` });
    const reports = await search(service, { number, name: typed.name, id_number: typed.id_number });
    return page(c, 200, <HomePage host={host} typed={{}} results={{ reports, centres: await centreNames(service) }} />);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'no_match') return refuse(404, {}, FAULTS['no_match']);
    const fault = numberFault(error, typed.number ?? '');
    if (!fault) throw error;
    return refuse(400, { number: fault });
  }
}

/** The holder's form: the PDF, or the list of earlier downloads; else the same page with what is wrong. */
async function downloadPage(c: C, asked: string) {
  const { service } = c.var;
  const typed = await readForm(c);
  const faults = faultsOf(typed, ['name', 'id_number', ...(typed.want === 'copy' ? (['purpose', 'expires_on'] as const) : [])]);
  if (some(faults)) return certificatePage(c, asked, { holder: { typed, faults } });
  let found: Found;
  try {
    found = await findForHolder(service, asked, typed.name as string, typed.id_number as string);
  } catch (error) {
    // Any other refusal is about the number in the address, and the page says so by itself.
    if (!isRefusal(error)) throw error;
    if (error.code !== 'no_match') return certificatePage(c, asked);
    return certificatePage(c, asked, { holder: { typed, faults, notice: FAULTS['holder_differs'] as Words } });
  }
  const { number } = found.row;
  if (typed.want === 'history') {
    const downloads: Download[] = (await selectDownloads(service.db, number, 100)).map(({ kind, by, at }) => ({ kind, by, at: toTimestamp(at) }));
    return certificatePage(c, number, { downloads }, found);
  }
  let copy: Stamped | undefined;
  try {
    if (typed.want === 'copy') copy = await stampCopy(service, found, { purpose: typed.purpose as string, expires_on: typed.expires_on as string });
  } catch (error) {
    const fault = isRefusal(error) ? FAULTS[error.code] : undefined;
    if (!fault) throw error;
    return certificatePage(c, number, { holder: { typed, faults: { [(error as Refusal).code === 'expiry_malformed' ? 'expires_on' : 'purpose']: fault } } });
  }
  const pdf = await (copy ? renderCopy(service, found, copy) : renderFor(service, found));
  await insertDownload(service.db, number, copy ? 'copy' : 'application/pdf', 'holder', service.now());
  return c.body(pdf, 200, { ...noStore, 'Content-Type': 'application/pdf', 'Content-Disposition': `attachment; filename="${number}${copy ? '-copy' : ''}.pdf"` });
}

async function assetFile(c: C, name: string) {
  const type = FILES.get(name);
  const etag = c.req.header('if-none-match');
  // The assets binding ignores the host of the address.
  const request = new Request(`https://assets.invalid/client/${name}`, { headers: etag === undefined ? {} : { 'If-None-Match': etag } });
  const file = type === undefined ? undefined : await c.var.service.assets.fetch(request);
  if (type === undefined || !file || (file.status !== 200 && file.status !== 304)) return problem(c, new Refusal('not_found', 'There is no such file.'));
  const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=60', ETag: file.headers.get('etag') ?? '' };
  return new Response(file.body, { status: file.status, headers });
}

export const pageRoutes = factory
  .createApp()
  .get('/', (c) => page(c, 200, <HomePage host={hostOf(c)} />, { 'Cache-Control': 'public, max-age=60' }))
  .get('/desk', (c) => page(c, 200, <DeskPage host={hostOf(c)} origin={c.var.service.config.origin} />, { 'Cache-Control': 'public, max-age=60' }))
  .post('/search', searchPage)
  .get('/check', (c) => page(c, 200, <CheckPage host={hostOf(c)} roots={c.var.service.config.trustRoot} />, { 'Cache-Control': 'public, max-age=60' }))
  .get('/c/:number', (c) => certificatePage(c, c.req.param('number')))
  .post('/c/:number/download', (c) => downloadPage(c, c.req.param('number')))
  .get('/assets/:file', (c) => assetFile(c, c.req.param('file')));

/** Whoever asked for a page gets a page; others get the problem itself. */
export function answerProblem(c: Context<AppEnv>, error: Error): Response | Promise<Response> {
  const answer = onError(error, c);
  if (!(c.req.header('accept') ?? '').includes('text/html')) return answer;
  const { code, message } = error instanceof Refusal ? error : { code: 'unexpected', message: 'Something went wrong on our side. Try again in a moment.' };
  return page(c, answer.status, <ProblemPage host={hostOf(c)} title={PROBLEMS[code]?.[1] ?? '请求未被接受'} detail={message} code={code} />);
}

pageRoutes.onError((error, c) => answerProblem(c, error));
