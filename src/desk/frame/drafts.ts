/**
 * Drafts of forms (`data-draft="key"`), kept in this browser's localStorage only after the person ticked “在本机保存草稿”,
 * because forms hold personal data; gone once the form was submitted or the tick taken back.
 */
import { FORM_WORDS } from '../words/desk-words.ts';
import type { Desk } from './actions.ts';
import { partsOfForm, restore, snapshot } from './form-body.ts';
import { countRows, setRows } from './repeat-rows.ts';

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
