/**
 * The single-file verifier: the verification core with a root and, if the builder gave one, a snapshot compiled in.
 * `luzheng verifier` makes one HTML file of it, which works from a stick without any network. The status is that of
 * the lists inside, and their time is said.
 */
import { shanghaiClock } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { readSnapshot } from '../../core/snapshot.ts';
import { Answer, ago, answerFile, answerSeal, Fault, show } from '../check/answer.tsx';
import { judge } from '../check/judge.ts';
import { takeFiles } from '../frame/page-script.ts';
import { makeReader, readPicture, readScanned } from '../scan/scanned.ts';
import { VerifierPage } from './verifier-page.tsx';

/** Compiled in: trusted root thumbprints, and a snapshot or null. */
declare const ROOTS: readonly string[];
declare const SNAPSHOT: unknown;

const snapshot = readSnapshot(SNAPSHOT);
const reader = makeReader();
const now = (): number => Math.floor(Date.now() / 1000);
const ground = () => ({ thumbprints: ROOTS, snapshot, now: now() });
const say = (words: Words, text?: string) => <Fault words={words} {...(text === undefined ? {} : { text })} />;

async function answerText(text: string): Promise<unknown> {
  if (!snapshot)
    return say({
      zh: '没有内置信任列表，无法核对二维码；请使用证书 PDF 或核验包',
      en: 'No trust list is inside, so QR codes cannot be checked; bring the certificate’s PDF or bundle',
    });
  const found = readScanned(text, snapshot.hosts);
  if (found.kind === 'refused') return say(found.words, found.text);
  if (found.digits === undefined)
    return say({
      zh: '仅凭编号无法离线核对，请扫描证书上的二维码，或使用证书 PDF',
      en: 'A number alone cannot be checked offline. Scan the certificate’s QR code, or bring its PDF',
    });
  return answerSeal(found.number, found.digits, ground());
}

async function answerPicture(file: File): Promise<unknown> {
  let text: string | undefined;
  try {
    text = await readPicture(reader, file);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return say({
      zh: '这个文件不是图片，或浏览器打不开',
      en: 'This file is no picture, or the browser cannot open it',
    });
  }
  return text === undefined
    ? say({ zh: '图片中没有读到二维码', en: 'No QR code was found in this picture' })
    : answerText(text);
}

async function begin(): Promise<void> {
  const at = snapshot?.kept_at;
  const kept = snapshot && {
    origin: snapshot.origin,
    at: at === undefined ? '（未注明时间 / undated）' : shanghaiClock(at),
    ago: at === undefined ? { zh: '时间不明', en: 'undated' } : ago(at, now()),
  };
  await show(document.getElementById('app') as HTMLElement, <VerifierPage roots={ROOTS} kept={kept} />);
  const answer = document.getElementById('answer') as HTMLElement;
  if (!globalThis.crypto?.subtle)
    await show(
      answer,
      say({
        zh: '这个浏览器不给本地文件使用密码功能，无法核验；请用 Chrome、Edge 或 Firefox 打开',
        en: 'This browser gives files on disk no cryptography, so nothing can be verified; open this file in Chrome, Edge or Firefox',
      }),
    );
  let asked = 0;
  const attempt = async (work: Promise<unknown>): Promise<void> => {
    const mine = ++asked;
    const content = await work.catch((error: unknown) => {
      console.error(error);
      return say({ zh: '浏览器不支持本次操作，请换一个浏览器', en: 'The browser could not do this; try another one' });
    });
    if (mine === asked) await show(answer, content);
  };
  takeFiles(
    (file) =>
      void attempt(
        file.type.startsWith('image/')
          ? answerPicture(file)
          : answerFile(file, async (judged, name) => (
              <Answer {...(await judge(judged, ground()))} name={name} aged={ground()} />
            )),
      ),
  );
  document.getElementById('by-hand')?.addEventListener('submit', (event) => {
    event.preventDefault();
    const { value } = document.getElementById('typed') as HTMLInputElement;
    if (value.trim() !== '') void attempt(answerText(value));
  });
}

void begin();
