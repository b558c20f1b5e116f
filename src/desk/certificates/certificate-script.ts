/**
 * A certificate opened by its number, and suspended, reinstated or revoked by a `status+jwt` that this browser signs
 * after the person has confirmed it, not when its history has moved on since it was shown; and the audit trail, saved
 * as the file that `luzheng trail` checks.
 */

import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { parseNumber } from '../../core/number.ts';
import type { Report } from '../../core/report.ts';
import type { ACTIONS, REASONS } from '../../core/schema.ts';
import { changeStatus } from '../../sdk/sign.ts';
import { download, one } from '../../web/frame/page-script.ts';
import { REASONS as REASON_WORDS } from '../../web/words/report-words.ts';
import { Trouble } from '../frame/desk-call.ts';
import { register } from '../frame/desk-script.ts';
import { clearFaults, markField } from '../frame/step-forms.ts';
import { CHANGE_WORDS, CHANGED } from '../words/desk-words.ts';

const NUMBER_WRONG = '编号不正确：1 个字母加 21 位数字 / This is no number: one letter and 21 digits';

// Judged here: whatever else was typed into the box has no business in an address.
register('open-certificate', async (desk, button) => {
  const form = button.closest('form') as HTMLFormElement;
  const field = form.querySelector('input') as HTMLInputElement;
  clearFaults(form);
  try {
    desk.go(`#/certificates/${parseNumber(field.value).text}`);
  } catch (error) {
    if (!isRefusal(error, 'number_malformed')) throw error;
    markField(field, field.value.trim() === '' ? undefined : NUMBER_WRONG).focus();
  }
});

register('change-status', async (desk, button) => {
  const { caller, signer } = desk;
  const form = button.closest('form') as HTMLFormElement;
  const action = form.dataset.change as (typeof ACTIONS)[number];
  const { number = '', last } = button.dataset;
  const field = form.querySelector('select') as HTMLSelectElement;
  clearFaults(form);
  if (field.value === '') return markField(field).focus();
  const reason = field.value as (typeof REASONS)[number];
  const why = REASON_WORDS[reason] ?? { zh: reason, en: reason };
  if (!confirm(one(filled(CHANGE_WORDS[action].confirm, { number, reason: one(why) })))) return;
  // What is decided upon is the history that was read: each event names the one before.
  const { status } = await caller.get<Report>(`/v1/certificates/${number}`);
  if (status?.digest !== last) throw new Trouble('moved');
  const place = status ? { seq: status.seq + 1, prev: status.digest } : { seq: 1 };
  const statement = await changeStatus(signer, { aud: caller.origin, number, action, reason, ...place });
  await caller.post(`/v1/certificates/${number}/status`, { statement });
  desk.go(`#/certificates/${number}`);
  desk.say(CHANGED[action]);
});

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
