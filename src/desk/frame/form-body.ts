/**
 * How the fields of a form become the body of a step: names with dots and `[]` (`form.occupations[].code`), rows
 * counted by where they stand, and which field a fault belongs to. What is missing or wrong, the step's own schema
 * says.
 */
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
/** A part of the body that is no field: a table, attached files. */
export interface Part {
  value(): unknown;
  /** What is wrong with it before the schema is asked; the paths are below it. */
  faults?(): { path: string; message: string }[];
  /** What a draft keeps, where that is not its value. */
  draft?(): unknown;
  /** Shows faults of this part; the paths are below it. @returns where to look, for the summary */
  show?(faults: { path: string; message: string }[]): HTMLElement;
}

export interface Collected {
  body: Record<string, unknown>;
  /** Path → field: `sessions.0.date`. */
  places: Map<string, HTMLElement>;
  parts: Map<string, Part>;
}

const parts = new WeakMap<HTMLFormElement, Map<string, Part>>();

/** Adds a part to what a form says. */
export function providePart(form: HTMLFormElement, name: string, part: Part): void {
  parts.set(form, (parts.get(form) ?? new Map<string, Part>()).set(name, part));
}

export const partsOfForm = (form: HTMLFormElement): Map<string, Part> => parts.get(form) ?? new Map<string, Part>();

/** Place of a row among its kind, within the row around it or the form. */
function placeOf(row: Element, form: HTMLFormElement): number {
  const around = row.parentElement?.closest('[data-row]') ?? form;
  const kind = row.getAttribute('data-row') as string;
  return [...around.querySelectorAll(`[data-row="${CSS.escape(kind)}"]`)]
    .filter((one) => (one.parentElement?.closest('[data-row]') ?? form) === around)
    .indexOf(row);
}

/** `sessions[].levels[]` of a field in the second row → `['sessions', 1, 'levels', '[]']`. */
function pathOf(control: Element, form: HTMLFormElement): (string | number)[] {
  const path: (string | number)[] = [];
  const segments = (control.getAttribute('name') as string).split('.');
  let walked = '';
  segments.forEach((segment, at) => {
    const name = segment.replace(/\[\]$/, '');
    walked += (walked === '' ? '' : '.') + name;
    path.push(name);
    if (!segment.endsWith('[]')) return;
    if (at === segments.length - 1) path.push('[]');
    else {
      const row = control.closest(`[data-row="${CSS.escape(walked)}"]`);
      path.push(row ? placeOf(row, form) : 0);
      walked += '[]';
    }
  });
  return path;
}

const whole = /^\s*-?\d+(\.\d+)?\s*$/;

/** What a field says; undefined for what was left out. */
function controlValue(control: Control): unknown {
  const type = control.dataset.type;
  if (control instanceof HTMLInputElement && control.type === 'checkbox') {
    if (type === 'boolean') return control.checked;
    if (!control.checked) return undefined;
  }
  if (control instanceof HTMLInputElement && control.type === 'radio' && !control.checked) return undefined;
  const text = control.value.trim();
  if (type === 'json') return text === '' ? undefined : JSON.parse(text);
  if (text === '') return type === undefined && control.dataset.optional === undefined ? '' : undefined;
  if (type === 'number') return whole.test(text) ? Number(text) : text;
  if (type === 'list') return text.split(/[\s,，、;；]+/).filter(Boolean);
  return control.value.replace(/\r\n?/g, '\n');
}

function put(root: Record<string, unknown>, path: (string | number)[], value: unknown): void {
  let at: Record<string | number, unknown> = root;
  path.slice(0, -1).forEach((segment, i) => {
    const next = path[i + 1];
    at[segment] ??= typeof next === 'number' || next === '[]' ? [] : {};
    at = at[segment] as Record<string | number, unknown>;
  });
  const last = path.at(-1) as string | number;
  if (last === '*') {
    // One choice that says several things: an occupation's code, name and job.
    Object.assign(at, value);
    return;
  }
  if (last === '[]') {
    if (value !== undefined) (at as unknown as unknown[]).push(value);
  } else if (value !== undefined) at[last] = value;
}

/** Reads a form. @param whole without it the parts are left out: they may ask for the fields themselves */
export function collect(form: HTMLFormElement, whole = true): Collected {
  const body: Record<string, unknown> = {};
  const places = new Map<string, HTMLElement>();
  for (const control of form.querySelectorAll<Control>('input[name], textarea[name], select[name]')) {
    if (control.disabled || control.closest('template')) continue;
    const path = pathOf(control, form);
    const key = path.filter((one) => one !== '[]').join('.');
    if (!places.has(key)) places.set(key, control);
    put(body, path, controlValue(control));
  }
  const own = whole ? partsOfForm(form) : new Map<string, Part>();
  for (const [name, part] of own) body[name] = part.value();
  return { body, places, parts: own };
}

/** The field that a fault is about: itself, what it stands in, or the first within it. */
export function fieldOf(path: string, places: ReadonlyMap<string, HTMLElement>): HTMLElement | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const place = places.get(at) ?? places.get(`${at.slice(0, Math.max(0, at.lastIndexOf('.')))}.*`);
    if (place) return place;
  }
  return [...places].find(([key]) => key.startsWith(`${path}.`))?.[1];
}

/** Puts a stored body's value back into a field; the opposite of `collect`, for drafts. */
export function restore(form: HTMLFormElement, values: Record<string, string | boolean>): void {
  for (const control of form.querySelectorAll<Control>('input[name], textarea[name], select[name]')) {
    const value = values[fieldKey(control, form)];
    if (value === undefined || (control instanceof HTMLInputElement && control.type === 'file')) continue;
    if (typeof value === 'boolean') (control as HTMLInputElement).checked = value;
    else control.value = value;
  }
}

const fieldKey = (control: Control, form: HTMLFormElement): string => {
  const several = control instanceof HTMLInputElement && (control.type === 'radio' || control.type === 'checkbox');
  return pathOf(control, form).join('.') + (several ? `=${control.value}` : '');
};

/** Every field as it stands, for a draft. */
export function snapshot(form: HTMLFormElement): Record<string, string | boolean> {
  const values: Record<string, string | boolean> = {};
  for (const control of form.querySelectorAll<Control>('input[name], textarea[name], select[name]')) {
    if (control instanceof HTMLInputElement && control.type === 'file') continue;
    const ticked = control instanceof HTMLInputElement && (control.type === 'radio' || control.type === 'checkbox');
    values[fieldKey(control, form)] = ticked ? control.checked : control.value;
  }
  return values;
}
