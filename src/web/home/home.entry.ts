/**
 * Opens the address of a QR code that is pasted into the search right here, so that the digits after # (they hold the
 * holder's name) never travel to the server; and prepares for a time without a network.
 */
import { isRefusal } from '../../base/refusal.ts';
import { readPasted, writeFragment } from '../../core/address.ts';
import { prepare } from '../check/knowledge.ts';

prepare();

const form = document.querySelector<HTMLFormElement>('form#search');

form?.addEventListener('submit', (event) => {
  const value = (name: string): string =>
    (form.elements.namedItem(name) as HTMLInputElement | null)?.value.trim() ?? '';
  if (value('name') !== '' || value('id_number') !== '') return;
  try {
    const pasted = readPasted(value('number'), (host) => host === location.host);
    if (pasted.kind !== 'address' || pasted.digits === undefined) return;
    event.preventDefault();
    location.assign(`/c/${pasted.number}${writeFragment(pasted)}`);
  } catch (error) {
    // The server says in words what is wrong.
    if (!isRefusal(error)) throw error;
  }
});
