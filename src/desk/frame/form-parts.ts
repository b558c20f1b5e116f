/**
 * Drafts of forms (`data-draft="key"`), kept in this browser's localStorage only after the person ticked “在本机保存草稿”,
 * because forms hold personal data; gone once the form was submitted or the tick taken back.
 */

import { filled } from '../../base/words.ts';
import type { AttachedFile } from '../../core/procedure/body-shapes.ts';
import type { KeptFile } from '../../core/shapes/procedure-shapes.ts';
import type { Answer } from '../../sdk/call.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { FILE_WORDS, FORM_WORDS } from '../words/desk-words.ts';
import { type Desk, onShow } from './desk-script.ts';
import { partsOfForm, providePart, restore, snapshot } from './form-body.ts';

interface Draft {
  saved: number;
  rows: Record<string, number>;
  fields: Record<string, string | boolean>;
  parts: Record<string, unknown>;
}

const keyOf = (form: HTMLFormElement): string => `luzheng-draft:${form.dataset.draft}`;
const tickOf = (form: HTMLFormElement): HTMLInputElement | null =>
  form.querySelector<HTMLInputElement>('input[data-draft-tick]');

export function clearDraft(form: HTMLFormElement): void {
  if (form.dataset.draft !== undefined) localStorage.removeItem(keyOf(form));
}

/** The parts of a kept draft, for tables that fill themselves. */
export function draftPart(form: HTMLFormElement, name: string): unknown {
  const text = form.dataset.draft === undefined ? null : localStorage.getItem(keyOf(form));
  return text === null ? undefined : (JSON.parse(text) as Draft).parts[name];
}

/** Brings a kept draft back, and keeps the next ones while the tick is set. */
export function tendDraft(form: HTMLFormElement, desk: Desk): void {
  const tick = tickOf(form);
  if (!tick) return;
  const text = localStorage.getItem(keyOf(form));
  if (text !== null) {
    const { rows, fields } = JSON.parse(text) as Draft;
    for (const [name, count] of Object.entries(rows)) setRows(form, name, count);
    restore(form, fields);
    tick.checked = true;
    desk.say(FORM_WORDS.restored);
  }
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    const parts = Object.fromEntries(
      [...partsOfForm(form)].map(([name, part]) => [name, part.draft ? part.draft() : part.value()]),
    );
    const draft: Draft = { saved: Date.now(), rows: countRows(form), fields: snapshot(form), parts };
    try {
      localStorage.setItem(keyOf(form), JSON.stringify(draft));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      desk.say(FORM_WORDS.no_room, 'notice');
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    if (tick.checked) waiting = setTimeout(save, 500);
  });
  tick.addEventListener('change', () => {
    clearTimeout(waiting);
    if (tick.checked) save();
    else clearDraft(form);
  });
}

// Attached files in forms: `<input type="file" data-files="files">` uploads each file at once (POST /v1/files) and
// lists what was kept, which the step then names by its digest.

onShow('input[data-files]', (desk, element) => {
  const input = element as HTMLInputElement;
  const form = input.form;
  const list = input.closest('.field')?.querySelector<HTMLElement>('ul');
  if (!form || !list) return;
  const name = input.dataset.files as string;
  const files = ((draftPart(form, name) ?? JSON.parse(input.dataset.kept ?? '[]')) as AttachedFile[]).slice();
  const draw = (): void => {
    list.replaceChildren(
      ...files.map((file, at) => {
        const remove = make(
          'button',
          {
            type: 'button',
            class: 'second small',
            'aria-label': one(filled(FILE_WORDS.remove_named, { name: file.name })),
          },
          both(FILE_WORDS.remove),
        );
        remove.addEventListener('click', () => {
          files.splice(at, 1);
          draw();
          input.focus();
        });
        return make('li', {}, `${file.name} (${Math.ceil(file.size / 1024)} KB) `, remove);
      }),
    );
    form.dispatchEvent(new Event('input'));
  };
  providePart(form, name, { value: () => files });
  draw();
  const keep = async () => {
    const chosen = [...(input.files ?? [])];
    try {
      for (const [at, file] of chosen.entries()) {
        desk.progress(at, chosen.length);
        const kept = await desk.caller.post<Answer<typeof KeptFile>>('/v1/files', file, {
          type: file.type || 'application/octet-stream',
        });
        if (!files.some(({ sha256 }) => sha256 === kept.sha256)) files.push({ name: file.name.slice(0, 200), ...kept });
      }
      desk.say(filled(FILE_WORDS.kept, { count: chosen.length }), 'done');
    } catch (error) {
      desk.fail(error);
    } finally {
      desk.progress(0, 0);
      input.value = '';
      draw();
    }
  };
  input.addEventListener('change', () => void keep());
});

/**
 * Rows that repeat in a form (occupations, sessions, staff): `<button data-add="sessions">` copies the row of
 * `<template data-of="sessions">` into `[data-rows="sessions"]`; each row has a button that removes it, down to
 * `data-least`.
 */
let made = 0;

/** Names within a copied row are its own: labels, hints and fields keep finding each other. */
function own(root: DocumentFragment | HTMLElement): void {
  const mark = `r${++made}`;
  for (const element of root.querySelectorAll<HTMLElement>('[id], [for], [aria-describedby], [aria-labelledby]')) {
    for (const name of ['id', 'for', 'aria-describedby', 'aria-labelledby']) {
      const value = element.getAttribute(name);
      if (value !== null)
        element.setAttribute(
          name,
          value
            .split(' ')
            .map((one) => `${one}-${mark}`)
            .join(' '),
        );
    }
  }
}

const listOf = (root: ParentNode, name: string): HTMLElement | null =>
  root.querySelector<HTMLElement>(`[data-rows="${CSS.escape(name)}"]`);

/** Adds an empty row. @returns it */
function addRow(root: ParentNode, name: string): HTMLElement | undefined {
  const list = listOf(root, name);
  const template = root.querySelector<HTMLTemplateElement>(`template[data-of="${CSS.escape(name)}"]`);
  const copy = template?.content.cloneNode(true) as DocumentFragment | undefined;
  if (!list || !copy) return undefined;
  own(copy);
  list.append(copy);
  number(list);
  const row = list.lastElementChild as HTMLElement;
  for (const field of row.querySelectorAll<HTMLInputElement>('[data-prefill]'))
    field.value = `${field.dataset.prefill}${list.children.length}`;
  return row;
}

/** Rows are called by their place. */
function number(list: HTMLElement): void {
  [...list.children].forEach((row, at) => {
    for (const place of row.querySelectorAll('[data-place]')) place.textContent = String(at + 1);
  });
}

/** As many rows as a draft had. */
function setRows(root: ParentNode, name: string, count: number): void {
  const list = listOf(root, name);
  if (!list) return;
  while (list.children.length > count && list.lastElementChild) list.lastElementChild.remove();
  while (list.children.length < count && addRow(root, name));
}

function countRows(root: ParentNode): Record<string, number> {
  return Object.fromEntries(
    [...root.querySelectorAll<HTMLElement>('[data-rows]')].map((list) => [
      list.dataset.rows as string,
      list.children.length,
    ]),
  );
}

/** Handles a click on the buttons of rows. @returns whether it was one */
export function clickRow(target: HTMLElement): boolean {
  const add = target.closest<HTMLElement>('[data-add]');
  if (add) {
    const row = addRow(add.closest('form') ?? document, add.dataset.add as string);
    row?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    row?.dispatchEvent(new Event('input', { bubbles: true }));
    return true;
  }
  const remove = target.closest<HTMLElement>('[data-remove]');
  const row = remove?.closest<HTMLElement>('[data-row]');
  const list = row?.parentElement;
  if (!row || !list) return false;
  if (list.children.length > Number(list.dataset.least ?? 0)) {
    const beside =
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>('[data-remove]') ??
      list.parentElement?.querySelector<HTMLElement>('[data-add]');
    row.remove();
    number(list);
    list.dispatchEvent(new Event('input', { bubbles: true }));
    beside?.focus();
  }
  return true;
}
