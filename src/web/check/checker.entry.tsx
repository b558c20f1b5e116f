/**
 * Checks a file in the browser (PDF, bundle or credential) under the root thumbprints that came with the page. With a
 * network the certificate's number alone is sent, to learn its present status; without one the status is that of the
 * lists that were kept. Every failure becomes a sentence.
 */
import { type Check, type Report, verdictOf } from '../../core/report.ts';
import { readSnapshot } from '../../core/snapshot.ts';
import { get } from '../frame/page-script.ts';
import { Answer, answerFile, show } from './answer.tsx';
import { type Judged, judge } from './judge.ts';
import { ask, knowledge, SOON } from './knowledge.ts';

const box = get('check');
const answer = get('answer');
let asked = 0;

/** What the service says of the certificate's status; undefined without a network. */
async function statusOf(number: string): Promise<Report | 'missing' | undefined> {
  try {
    const response = await ask(`/v1/certificates/${encodeURIComponent(number)}`);
    if (response.status === 404) return 'missing';
    return response.ok ? ((await response.json()) as Report) : undefined;
  } catch (error) {
    console.info('the service does not answer:', error);
    return undefined;
  }
}

/** The status is the service's word, unless signed lists say worse; everything else was checked here. */
function withStatus(here: Report, said: Report | 'missing'): Report {
  if (here.checks.some(({ id, result }) => result === 'fail' && id !== 'status')) return here;
  const theirs: Check =
    said === 'missing'
      ? { id: 'status', result: 'not_checked', code: 'certificate_not_found' }
      : (said.checks.find(({ id }) => id === 'status') as Check);
  // A register that contradicts itself proves nothing about this file.
  const status: Check =
    said !== 'missing' && said.verdict === 'invalid'
      ? { id: 'status', result: 'not_checked', code: 'service_disagrees' }
      : theirs;
  const checks = here.checks.map((check) => (check.id === 'status' ? status : check));
  const fate =
    said === 'missing'
      ? {}
      : {
          ...(said.status ? { status: said.status } : {}),
          ...(said.replaced_by ? { replaced_by: said.replaced_by } : {}),
        };
  return { ...here, ...fate, checks, verdict: verdictOf(checks) };
}

async function answerFor(judged: Judged, name: string) {
  const snapshot = readSnapshot(await knowledge(SOON));
  const now = Math.floor(Date.now() / 1000);
  const { report, centres } = await judge(judged, { thumbprints: (box.dataset.roots ?? '').split(' '), snapshot, now });
  const said = report.certificate === null ? undefined : await statusOf(report.certificate.number);
  return said === undefined ? (
    <Answer report={report} centres={centres} name={name} aged={report.certificate ? { snapshot, now } : undefined} />
  ) : (
    <Answer report={withStatus(report, said)} centres={centres} name={name} />
  );
}

export async function check(file: File): Promise<void> {
  const mine = ++asked;
  const content = await answerFile(file, answerFor);
  // Another file may have been chosen meanwhile: only the last one is answered.
  if (mine === asked) await show(answer, content);
}
