/**
 * First half of the page that checks lists: hands what the visitor types, chooses, drops and sends to
 * lister.entry.tsx, in its order. The form is not sent the old way, which takes no files and no long lists.
 */
import { get, later, takeFiles } from '../frame/page-script.ts';

type Work = typeof import('./lister.entry.tsx');

const form = get<HTMLFormElement>('list-form');
const work = later<Work>(form, get('say'));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  work(({ start }) => start());
});
get('list').addEventListener('input', () => work(({ typed }) => typed(), true));
takeFiles((file) => work(({ choose }) => choose(file)), 'list-file');
get('drop').hidden = false;
get('or').hidden = false;
