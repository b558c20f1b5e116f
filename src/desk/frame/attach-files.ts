/**
 * Attached files in forms: `<input type="file" data-files="files">` uploads each file at once (POST /v1/files) and
 * lists what was kept, which the step then names by its digest.
 */
import { filled } from '../../base/words.ts';
import type { AttachedFile } from '../../core/procedure/body-shapes.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { FILE_WORDS } from '../words/desk-words.ts';
import { onShow } from './actions.ts';
import { draftPart } from './drafts.ts';
import { providePart } from './form-body.ts';

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
  input.addEventListener('change', async () => {
    const chosen = [...(input.files ?? [])];
    try {
      for (const [at, file] of chosen.entries()) {
        desk.progress(at, chosen.length);
        const kept = await desk.caller.post<Omit<AttachedFile, 'name'>>('/v1/files', file, {
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
  });
});
