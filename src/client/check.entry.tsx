/**
 * Owns checking a certificate's PDF in the browser: the file is read here and sent nowhere; the same core as the
 * server's verifies it under the root thumbprints that came with the page. With a network, the certificate's number alone
 * is sent, to learn its present status.
 * It refuses to leave the visitor without an answer: every failure becomes a sentence.
 */
import { openCentre, openDirectory, type Directory } from '../life/authority.ts';
import type { Opened } from '../life/bundle.ts';
import { openDocument } from '../life/document-check.ts';
import { Memo } from '../life/memo.ts';
import { isRefusal } from '../life/refusal.ts';
import { verdictOf, type Check, type Report } from '../life/report.ts';
import { verify } from '../life/verify.ts';
import { Both, En } from '../pages/layout.tsx';
import { leadWithEnglish } from '../pages/lead.ts';
import { Checks, CopyNotice, Facts, VerdictBanner, type CentreNames } from '../pages/report.tsx';
import { PDF_FAULTS, type Words } from '../pages/words.ts';

const LARGEST = 5_242_880;

const box = document.getElementById('check') as HTMLElement;
const input = document.getElementById('file') as HTMLInputElement;
const drop = document.getElementById('drop') as HTMLElement;
const answer = document.getElementById('answer') as HTMLElement;
let asked = 0;

/** The components escape every text; there is no other way into the page. */
async function show(content: unknown): Promise<void> {
  const text = String(await (content as Promise<string>));
  answer.innerHTML = document.documentElement.lang === 'en' ? leadWithEnglish(text) : text;
}

const Fault = ({ words }: { words: Words }) => (
  <section class="notice" role="alert">
    <p>
      <Both words={words} />
    </p>
  </section>
);

/** What the service says of the certificate's status; undefined without a network. */
async function statusOf(number: string): Promise<Report | 'missing' | undefined> {
  try {
    const response = await fetch(`/v1/certificates/${encodeURIComponent(number)}`, { cache: 'no-store' });
    if (response.status === 404) return 'missing';
    return response.ok ? ((await response.json()) as Report) : undefined;
  } catch {
    return undefined;
  }
}

/** The status is the service's word; everything else was checked here. */
function withStatus(here: Report, said: Report | 'missing' | undefined): Report {
  const failed = here.checks.some(({ result }) => result === 'fail');
  if (failed || said === undefined) return here;
  const theirs: Check = said === 'missing' ? { id: 'status', result: 'not_checked', code: 'certificate_not_found' } : (said.checks.find(({ id }) => id === 'status') as Check);
  // A register that contradicts itself proves nothing about this file.
  const status: Check = said !== 'missing' && said.verdict === 'invalid' ? { id: 'status', result: 'not_checked', code: 'service_disagrees' } : theirs;
  const checks = here.checks.map((check) => (check.id === 'status' ? status : check));
  const fate = said === 'missing' ? {} : { ...(said.status ? { status: said.status } : {}), ...(said.replaced_by ? { replaced_by: said.replaced_by } : {}) };
  return { ...here, ...fate, checks, verdict: verdictOf(checks) };
}

/** What the service publishes of centres and withdrawals: signed, so that it can be used without being believed. */
async function published(): Promise<{ centres: string[]; withdrawals: string[] }> {
  try {
    const response = await fetch('/.well-known/trust.json');
    if (response.ok) return (await response.json()) as { centres: string[]; withdrawals: string[] };
  } catch {
    // Without a network the file's own statements have to do; its status is unknown anyhow.
  }
  return { centres: [], withdrawals: [] };
}

/** Names of the centres, from the file's own statements under the trusted root. */
async function namesOf(centres: readonly string[], directory: Directory): Promise<CentreNames> {
  const opened = await Promise.all(centres.map((token) => openCentre(token, directory).catch(() => undefined)));
  return new Map(opened.flatMap((statement) => (statement ? [[statement.payload.sub, statement.payload.name] as const] : [])));
}

async function judge(opened: Opened): Promise<{ report: Report; centres: CentreNames }> {
  const thumbprints = (box.dataset['roots'] ?? '').split(' ');
  const known = await published();
  const directory = await openDirectory({ thumbprints, roots: opened.bundle.roots }, [...opened.centres, ...known.centres], new Memo(), [...opened.withdrawals, ...known.withdrawals]);
  const { report } = await verify(opened.evidence, directory, Math.floor(Date.now() / 1000));
  const whole = report.certificate === null ? report : withStatus(report, await statusOf(report.certificate.number));
  return { report: whole, centres: await namesOf([...opened.centres, ...known.centres], directory) };
}

const Answer = ({ report, centres, name }: { report: Report; centres: CentreNames; name: string }) => (
  <>
    <p class="asked">{name}</p>
    <VerdictBanner report={report} heading="h2" />
    {report.copy ? <CopyNotice copy={report.copy} /> : null}
    {report.certificate ? (
      <section class="card">
        <h2>
          签名中的证书内容<En>The certificate, as signed</En>
        </h2>
        <Facts certificate={report.certificate} centres={centres} />
      </section>
    ) : null}
    <Checks report={report} by="browser" />
  </>
);

async function check(file: File): Promise<void> {
  const mine = ++asked;
  const words = (fault: Words) => <Fault words={fault} />;
  let content: unknown;
  try {
    if (file.size > LARGEST) content = words(PDF_FAULTS['pdf_too_large'] as Words);
    else content = <Answer {...await judge(openDocument(new Uint8Array(await file.arrayBuffer())))} name={file.name} />;
  } catch (error) {
    const fault = isRefusal(error) ? PDF_FAULTS[error.code] : undefined;
    content = words(fault ?? { zh: '读取文件时出错，请重新选择文件再试', en: 'The file could not be read; choose it again' });
  }
  // Another file may have been chosen meanwhile: only the last one is answered.
  if (mine === asked) await show(content);
}

const take = (files: FileList | null | undefined): void => {
  const file = files?.[0];
  if (file) void check(file);
};

input.addEventListener('change', () => take(input.files));
for (const type of ['dragenter', 'dragover']) {
  addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
for (const type of ['dragleave', 'drop']) addEventListener(type, () => drop.classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files);
});
