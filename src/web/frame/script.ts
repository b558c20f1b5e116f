/** Owns how components become text for the page in the browser: every text escaped by them, the reader's language first. */

import { TABLE_LIMITS, tableTooLarge } from '../../formats/table/table-rows.ts';
import { leadWithEnglish } from './lead.ts';

export async function htmlOf(content: unknown): Promise<string> {
  const text = String(await (content as Promise<string>));
  return document.documentElement.lang === 'en' ? leadWithEnglish(text) : text;
}

// How pages take files: chosen in `#file`, or dropped anywhere while `#drop` says so; and lists, up to the size of one.

/** The bytes of a chosen list; what is larger than any list is not read. @throws Refusal `table_too_large` */
export async function bytesOfList(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > TABLE_LIMITS.bytes) throw tableTooLarge('bytes');
  return new Uint8Array(await file.arrayBuffer());
}

export function takeFiles(take: (file: File) => void): void {
  const input = document.getElementById('file') as HTMLInputElement;
  const drop = document.getElementById('drop') as HTMLElement;
  const first = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file) take(file);
  };
  input.addEventListener('change', () => first(input.files));
  for (const type of ['dragenter', 'dragover']) {
    addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  for (const type of ['dragleave', 'drop']) addEventListener(type, () => drop.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  });
}
