/**
 * Owns one kindness of the home page: the web address of a QR code, pasted alone, is opened right here, so that
 * the digits after # (they hold the holder's name) never travel to the server. Without JavaScript the form does it.
 * And, as every page where people check, it prepares for a time without a network.
 */
import { prepare } from './register.ts';

prepare();

const form = document.querySelector<HTMLFormElement>('form#search');

form?.addEventListener('submit', (event) => {
  const value = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement | null)?.value.trim() ?? '';
  const typed = value('number');
  if (value('name') !== '' || value('id_number') !== '' || !URL.canParse?.(typed)) return;
  const url = new URL(typed);
  if (url.host !== location.host || !/^\/c\/[^/]+$/.test(url.pathname)) return;
  event.preventDefault();
  location.assign(url.pathname + url.hash);
});
