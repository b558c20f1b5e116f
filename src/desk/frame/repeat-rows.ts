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
export function setRows(root: ParentNode, name: string, count: number): void {
  const list = listOf(root, name);
  if (!list) return;
  while (list.children.length > count && list.lastElementChild) list.lastElementChild.remove();
  while (list.children.length < count && addRow(root, name));
}

export function countRows(root: ParentNode): Record<string, number> {
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
