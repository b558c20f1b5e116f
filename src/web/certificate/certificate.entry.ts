/**
 * Checks the fragment of a QR code on the certificate page. The server never receives the fragment; what the seal
 * says is only ever written as text. An error becomes the answer `unknown`.
 */
import { isRefusal } from '../../base/refusal.ts';
import { readFragment } from '../../core/address.ts';
import { checkSeal, type SealAnswer, type TrustList } from '../check/judge.ts';
import { prepare } from '../check/knowledge.ts';

const box = document.getElementById('seal');
const { title } = document;
let asked = 0;

function show(state: string, words: Record<string, string> = {}): void {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-seal="${state}"]`);
  if (!box || !template) return;
  const content = template.content.cloneNode(true) as DocumentFragment;
  for (const place of content.querySelectorAll<HTMLElement>('[data-fill]')) {
    const text = words[place.dataset.fill as string];
    if (text !== undefined) place.textContent = text;
  }
  document.body.dataset.seal = state;
  // A tab must not go on saying “valid” above a seal that failed.
  const bad = content.querySelector('.bad h2');
  document.title = bad?.firstChild?.textContent ?? title;
  box.replaceChildren(content);
}

function clear(): void {
  delete document.body.dataset.seal;
  document.title = title;
  box?.replaceChildren();
}

function wordsOf(answer: SealAnswer): Record<string, string> {
  if (!('facts' in answer)) return { code: answer.code };
  const { facts } = answer;
  const part = answer.state === 'differs' ? { part: answer.part } : {};
  return {
    ...part,
    issued_on: facts.issued_on,
    ...('text' in facts.name ? { name: facts.name.text } : {}),
    ...('text' in facts.occupation ? { occupation: facts.occupation.text } : {}),
  };
}

async function trustList(): Promise<TrustList> {
  const response = await fetch('/.well-known/trust.json');
  if (!response.ok) throw new Error(`trust.json answered ${response.status}`);
  return (await response.json()) as TrustList;
}

async function check(): Promise<void> {
  const fragment = location.hash.slice(1);
  const mine = ++asked;
  // Jumps within the page are no seals.
  if (!box || (fragment !== '' && document.getElementById(fragment))) return;
  const { digits, unread } = readFragment(fragment);
  if (digits === undefined) return unread ? show('unread') : clear();
  show('checking');
  let answer: SealAnswer;
  try {
    const { number = '', roots = '', credential } = box.dataset;
    answer = await checkSeal({
      number,
      digits,
      thumbprints: roots.split(' '),
      trust: await trustList(),
      credential,
      now: Math.floor(Date.now() / 1000),
    });
  } catch (error) {
    answer = {
      state: 'unknown',
      code: isRefusal(error) ? error.code : navigator.onLine ? 'browser_cannot' : 'no_network',
    };
  }
  // The address may have changed meanwhile: only the last question is answered.
  if (mine === asked) show(answer.state, wordsOf(answer));
}

// The switch of language comes back to the same digits: a form's address hands its fragment on through the redirect,
// unsent.
document.querySelector<HTMLFormElement>('form#language')?.addEventListener('submit', ({ target }) => {
  (target as HTMLFormElement).action = `/language${location.hash}`;
});
addEventListener('hashchange', () => void check());
// What is kept for later waits for the answer of now.
void check().finally(prepare);
