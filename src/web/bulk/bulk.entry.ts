/**
 * First half of the page that checks lists: hands what the visitor types, chooses, drops and sends to
 * lister.entry.tsx, in its order. The form is not sent the old way, which takes no files and no long lists.
 */
import { later } from '../frame/page-script.ts';

type Work = typeof import('./lister.entry.tsx');

const get = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = get<HTMLFormElement>('list-form');
const chooser = get<HTMLInputElement>('list-file');
const work = later<Work>(form, get('say'));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  work(({ start }) => start());
});
get('list').addEventListener('input', () => work(({ typed }) => typed(), true));
chooser.addEventListener('change', () => {
  const file = chooser.files?.[0];
  work(({ choose }) => choose(file));
});
for (const type of ['dragenter', 'dragover']) {
  addEventListener(type, (event) => {
    event.preventDefault();
    get('drop').classList.add('over');
  });
}
for (const type of ['dragleave', 'drop']) addEventListener(type, () => get('drop').classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  work(({ choose }) => choose(file));
});
get('drop').hidden = false;
get('or').hidden = false;
