/**
 * Owns the audit trail at a centre's desk: opened by the number of a certificate, and saved as the file that `luzheng trail`
 * checks. It refuses what is no number (`number_malformed`).
 */
import { parseNumber } from '../../core/number.ts';
import { download } from '../../web/frame/page-script.ts';
import { register } from '../frame/actions.ts';

register('open-trail', async (desk) => {
  const { text } = parseNumber(document.querySelector<HTMLInputElement>('#trail-number')?.value ?? '');
  desk.go(`#/trail/${text}`);
});

register('export-trail', async ({ caller }, button) => {
  const number = button.dataset.number as string;
  const people = document.querySelector<HTMLInputElement>('#trail-people')?.checked ? 'all' : 'none';
  const answer = await caller.take('GET', `/v1/certificates/${number}/trail?people=${people}`);
  download(`trail-${number}.json`, 'application/json', await answer.arrayBuffer());
});
