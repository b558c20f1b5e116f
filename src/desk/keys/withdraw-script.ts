/**
 * Owns the withdrawal of a filing or a key at a centre's desk: asked once more, signed with the centre's key, handed in.
 * It refuses one without a reason, and instants that the service would refuse; what was typed stays.
 */

import { filled } from '../../base/words.ts';
import { now, withdraw } from '../../sdk/sign.ts';
import { one } from '../../web/frame/page-script.ts';
import { register } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { WITHDRAW_WORDS } from '../words/desk-words.ts';

const fieldOf = (id: string): HTMLInputElement | null => document.querySelector<HTMLInputElement>(`#${id}`);

function trouble(field: HTMLInputElement | null, code: string): Trouble {
  field?.focus();
  return new Trouble(code);
}

/** An instant of a field, in Beijing; undefined where it is empty. */
function instantOf(id: string): number | undefined {
  const field = fieldOf(id);
  if (!field || (field.value === '' && !field.validity.badInput)) return undefined;
  const at = Date.parse(`${field.value}${field.value.length === 16 ? ':00' : ''}+08:00`) / 1000;
  if (!Number.isFinite(at)) throw trouble(field, 'instant_wrong');
  return Math.floor(at);
}

register('withdraw-statement', async (desk, button) => {
  const { signer, caller } = desk;
  const { code = '', typ = '', id = '', iss = '' } = button.dataset;
  const reason = (fieldOf('withdraw-reason')?.value ?? '').trim();
  if (reason === '') throw trouble(fieldOf('withdraw-reason'), 'reason_needed');
  const iat = now();
  const effective = instantOf('withdraw-effective') ?? iat;
  const since = instantOf('withdraw-since');
  if (effective < iat) throw trouble(fieldOf('withdraw-effective'), 'effective_past');
  if (since !== undefined && since > iat) throw trouble(fieldOf('withdraw-since'), 'since_future');
  if (!confirm(one(filled(typ === 'filing' ? WITHDRAW_WORDS.filing : WITHDRAW_WORDS.client, { code })))) return;
  const target = typ === 'filing' ? { jti: id, ...(iss === signer.subject ? {} : { iss }) } : { kid: id };
  const statement = await withdraw(signer, target, { effective, compromised_since: since, reason }, { iat });
  await caller.post('/v1/withdrawals', { statement });
  desk.go(`#/organizations/${code}`);
  desk.say(WITHDRAW_WORDS.done);
});
