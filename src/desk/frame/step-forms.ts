/**
 * Forms that take a step: fields become the body, the step's own schema checks it before anything is sent, faults
 * stand beside their fields and in a summary, and what holds is signed and submitted. What was typed stays when
 * anything goes wrong.
 */
import { filled, split, together } from '../../base/words.ts';
import { CHOOSE, labelOf as labelOfPath, MISSING } from '../../core/field-words.ts';
import { bodyFaults } from '../../core/procedure/bodies.ts';
import type { StepName } from '../../core/procedure/steps.ts';
import { isCallError, newCase, newSalt, type RowFault, sendStep } from '../../sdk/call.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { DONE, FORM_WORDS } from '../words/desk-words.ts';
import type { Desk } from './desk-script.ts';
import { type Collected, collect, fieldOf } from './form-body.ts';
import { clearDraft } from './form-parts.ts';

export interface Fault {
  path: string;
  message: string;
}

/** What the form says, with what the shell adds: salt and public key. */
function bodyOf(form: HTMLFormElement, desk: Desk, collected: Collected): Record<string, unknown> {
  const { x, y } = desk.signer.jwk;
  return {
    ...(form.dataset.salt === undefined ? {} : { salt: newSalt() }),
    ...(form.dataset.key === undefined ? {} : { [form.dataset.key || 'key']: { kty: 'EC', crv: 'P-256', x, y } }),
    ...collected.body,
  };
}

export function clearFaults(form: HTMLElement): void {
  for (const old of form.querySelectorAll('.fault[data-made], .faults')) old.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    const described = (field.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .filter((id) => id !== '' && !id.startsWith('fault-'))
      .join(' ');
    if (described) field.setAttribute('aria-describedby', described);
    else field.removeAttribute('aria-describedby');
  }
  for (const wrong of form.querySelectorAll('.wrong')) wrong.classList.remove('wrong');
}

let made = 0;

/** What is not there is filled in, or chosen where there is nothing to type. */
function wordsOf(field: HTMLElement | undefined, message: string) {
  if (!/\p{Script=Han}/u.test(message)) return filled(FORM_WORDS.wrong, { message });
  if (message !== together(MISSING)) return split(message);
  return field && ['checkbox', 'radio'].includes((field as HTMLInputElement).type) ? CHOOSE : MISSING;
}

const labelOf = (field: HTMLElement): string => {
  const own = field.id === '' ? null : document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  const legend = field.closest('fieldset')?.querySelector('legend');
  const label =
    (['checkbox', 'radio'].includes((field as HTMLInputElement).type) ? legend : null) ??
    own ??
    field.closest('label') ??
    legend;
  const place = field.closest('[data-row]')?.querySelector('[data-place]')?.textContent;
  return `${place ? `${place} · ` : ''}${(label ?? field.querySelector('h2'))?.firstChild?.textContent?.trim() || field.getAttribute('aria-label') || field.getAttribute('name') || ''}`;
};

/** Marks one field with what is wrong; by itself, that it is empty. @returns it */
export function markField(field: HTMLElement, message = together(MISSING)): HTMLElement {
  const id = `fault-${++made}`;
  const line = make('p', { class: 'fault', id, 'data-made': '' }, both(wordsOf(field, message)));
  const box = field.closest('.field') ?? field.parentElement;
  box?.classList.add('wrong');
  const group = ['checkbox', 'radio'].includes((field as HTMLInputElement).type) ? field.closest('fieldset') : null;
  if (group) group.append(line);
  else field.after(line);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', [field.getAttribute('aria-describedby'), id].filter(Boolean).join(' '));
  return field;
}

/** A link within the page that moves the focus; the address names the view and stays. */
function linkTo(target: HTMLElement, ...children: (Node | string)[]): HTMLElement {
  target.id ||= `place-${++made}`;
  return make('a', { href: `#${target.id}`, 'data-focus': target.id }, ...children);
}

/** Shows all faults: beside the fields, in the parts, and in a summary that gets the focus. */
function showFaults(
  form: HTMLFormElement,
  faults: readonly Fault[],
  { places, parts }: Collected,
  heading = FORM_WORDS.faults,
): void {
  clearFaults(form);
  const items: HTMLElement[] = [];
  const seen = new Set<HTMLElement>();
  const ofParts = new Map<string, Fault[]>();
  for (const fault of faults) {
    const part = [...parts.keys()].find((name) => fault.path === name || fault.path.startsWith(`${name}.`));
    if (part !== undefined) {
      ofParts.set(part, [
        ...(ofParts.get(part) ?? []),
        { path: fault.path.slice(part.length + 1), message: fault.message },
      ]);
      continue;
    }
    const field = fieldOf(fault.path, places);
    if (field && seen.has(field)) continue;
    if (field) {
      seen.add(markField(field, fault.message));
      items.push(make('li', {}, linkTo(field, `${labelOf(field)}: `, both(wordsOf(field, fault.message)))));
    } else items.push(make('li', {}, `${one(labelOfPath(fault.path))}: `, both(wordsOf(undefined, fault.message))));
  }
  for (const [name, list] of ofParts) {
    const place = parts.get(name)?.show?.(list);
    const [first] = list;
    // A part with one fault and no rows says it as a field does.
    const words =
      list.length === 1 && first?.path === '' && place
        ? [`${labelOf(place)}: `, both(wordsOf(place, first.message))]
        : [both(filled(FORM_WORDS.rows, { count: list.length }))];
    items.push(make('li', {}, place ? linkTo(place, ...words) : `${one(labelOfPath(name))}: ${first?.message}`));
  }
  const shown = items.slice(0, 30);
  const summary = make(
    'div',
    { class: 'notice faults', role: 'alert', tabindex: '-1' },
    make('h2', {}, both(filled(heading, { count: items.length }))),
    make('ul', {}, ...shown),
  );
  form.prepend(summary);
  summary.focus();
}

/** Sessions and staff are counted from 1, as they stand; rows of a table have numbers of their own. */
export const pathOfRow = ({ part = 'rows', row, field, message }: RowFault): Fault => ({
  path:
    part === 'sessions' || part === 'staff'
      ? `${part}.${Math.max(0, row - 1)}.${field}`
      : `${part}.row=${row}.${field}`,
  message,
});

/** What a step is asked besides its schema, before it is signed. */
const judges = new Map<StepName, (body: Record<string, unknown>, form: HTMLFormElement) => Fault[]>();
export const judgeBefore = (
  step: StepName,
  judge: (body: Record<string, unknown>, form: HTMLFormElement) => Fault[],
): void => void judges.set(step, judge);

/**
 * What has to be done before a step is signed: it throws when it cannot be. @returns what is done once the step was
 * taken
 */
type Before = (
  form: HTMLFormElement,
  next: { about: string; body: Record<string, unknown> },
) => Promise<(() => Promise<void>) | void>;
const preparations = new Map<StepName, Before>();
export const beforeSend = (step: StepName, prepare: Before): void => void preparations.set(step, prepare);

/** Faults that the service found: of the body, or of rows of a table. */
function faultsOf(error: unknown): Fault[] {
  if (!isCallError(error)) return [];
  const { errors = [], faults = [], part, title = '', detail = '', code } = error.problem;
  if (errors.length > 0) return errors.map(pathOfRow);
  if (faults.length > 0) return faults.map(({ part: path, message }) => ({ path, message }));
  return part === undefined || code === 'step_out_of_order'
    ? []
    : [{ path: part, message: /\p{Script=Han}/u.test(detail) ? detail : `${title} / ${detail}` }];
}

/** Takes the step of a form. */
export async function submitStep(form: HTMLFormElement, desk: Desk): Promise<void> {
  if (form.getAttribute('aria-busy') === 'true') return;
  const step = form.dataset.step as StepName;
  const collected = collect(form);
  const body = bodyOf(form, desk, collected);
  const own = [...collected.parts].flatMap(([name, part]) =>
    (part.faults?.() ?? []).map(({ path, message }) => ({ path: `${name}.${path}`, message })),
  );
  const named = new Set(own.map(({ path }) => path.split('.')[0]));
  const faults = [
    ...bodyFaults(step, body)
      .map(({ part, message }) => ({ path: part, message }))
      .filter(({ path }) => !named.has(path.split('.')[0])),
    ...own,
  ];
  if (faults.length === 0) faults.push(...(judges.get(step)?.(body, form) ?? []));
  if (faults.length > 0) return showFaults(form, faults, collected);
  clearFaults(form);
  const question = form.dataset.confirm;
  if (question !== undefined && !confirm(question)) return;
  form.setAttribute('aria-busy', 'true');
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button[type=submit]')];
  for (const button of buttons) button.disabled = true;
  try {
    const asked = form.dataset.about as string;
    const about = asked.startsWith('new:') ? newCase(asked.slice(4)) : asked;
    const after = await preparations.get(step)?.(form, { about, body });
    const done = await sendStep(desk.caller, {
      about,
      step,
      seq: Number(form.dataset.seq ?? 0),
      last: form.dataset.last || undefined,
      body,
    });
    clearDraft(form);
    await after?.();
    desk.go((form.dataset.next ?? '#/home').replace('{about}', done.about));
    desk.say(DONE[step] ?? FORM_WORDS.done, 'done');
  } catch (error) {
    desk.fail(error);
    const found = faultsOf(error);
    if (found.length > 0) showFaults(form, found, collected, FORM_WORDS.refused);
  } finally {
    form.removeAttribute('aria-busy');
    for (const button of buttons) button.disabled = false;
  }
}
