/**
 * The single-file verifier: the verification core with a root and, if the builder gave one, a snapshot compiled in.
 * `luzheng verifier` makes one HTML file of it, which works from a stick without any network. The status is that of
 * the lists inside, and their time is said.
 */

import type { FC } from 'hono/jsx';
import { shanghaiClock } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { readSnapshot } from '../../core/snapshot.ts';
import { En, Lead } from '../frame/layout.tsx';
import { get, takeFiles } from '../frame/page-script.ts';
import { Answer, ago, answerFile, answerSeal, Fault, show } from './answer.tsx';
import { judge } from './judge.ts';
import { makeReader, readPicture, readScanned } from './scanned.ts';

/** Compiled in: trusted root thumbprints, and a snapshot or null. */
declare const ROOTS: readonly string[];
declare const SNAPSHOT: unknown;

const snapshot = readSnapshot(SNAPSHOT);
const reader = makeReader();
const now = (): number => Math.floor(Date.now() / 1000);
const ground = () => ({ thumbprints: ROOTS, snapshot, now: now() });
const say = (words: Words, text?: string) => <Fault words={words} {...(text === undefined ? {} : { text })} />;

interface VerifierProps {
  roots: readonly string[];
  /** Of the snapshot inside: its service, when it was kept (words), and how long ago. */
  kept: { origin: string; at: string; ago: Words } | undefined;
}

/** Under which root it checks, how old its knowledge is, what it cannot know, and the places to bring something. */
const VerifierPage: FC<VerifierProps> = ({ roots, kept }) => (
  <>
    <header>
      <a href="#main">
        <b>鲁证</b>
        <span>
          职业技能等级证书离线核验
          <En>Vocational skill certificates, verified offline</En>
        </span>
      </a>
    </header>
    <main id="main" tabindex={-1}>
      <Lead
        title={{ zh: '离线核验证书', en: 'Verify certificates offline' }}
        text={{
          zh: '这个文件自带全部核验程序，不联网，不上传任何内容；不必信任任何网站。',
          en: 'This file carries all it needs. It uses no network, sends nothing, and trusts no website.',
        }}
      />
      <section class={kept ? 'card' : 'notice'}>
        <h2>
          依据什么核验<En>What it checks against</En>
        </h2>
        <p>
          省级根密钥指纹：请与证书上印的、或省鉴定指导中心公布的逐字对照。
          <En>
            Thumbprint of the province’s root key: compare it with the one printed on the certificate, or published by
            the province’s centre.
          </En>
        </p>
        {roots.map((root) => (
          <p>
            <code>{root}</code>
          </p>
        ))}
        {kept ? (
          <p id="kept">
            内置 {kept.origin} 的信任列表和状态列表，截至 {kept.at}（{kept.ago.zh}
            ）；此后新备案的机构和撤销的证书无从得知。
            <En>
              It carries the trust and status lists of {kept.origin} as of {kept.at} ({kept.ago.en}); organizations
              filed and certificates revoked since are unknown.
            </En>
          </p>
        ) : (
          <p id="kept">
            没有内置信任列表：只能核对带核验包的 PDF 和核验包本身，证书的状态和二维码无法核对。
            <En>
              It carries no trust list: only PDFs with a bundle and bundles can be checked, and neither the status nor
              QR codes.
            </En>
          </p>
        )}
      </section>
      <section class="card">
        <label for="file" class="drop" id="drop">
          <b>
            选择证书 PDF、核验包、凭证，或二维码图片；也可拖到这里
            <En>Choose a certificate’s PDF, bundle or credential, or a picture of its QR code; or drop it here</En>
          </b>
          <input type="file" id="file" accept="application/pdf,.pdf,application/json,.json,.sd-jwt,image/*" />
        </label>
        <form id="by-hand">
          <label for="typed">
            二维码内容（可用扫码枪输入）<En>What the QR code says (a hand scanner can type it)</En>
          </label>
          <input id="typed" autocomplete="off" spellcheck={false} maxlength={2000} />
          <button type="submit" class="second">
            核对<En>Check</En>
          </button>
        </form>
      </section>
      <div id="answer" aria-live="polite"></div>
    </main>
  </>
);

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
  await show(get('app'), <VerifierPage roots={ROOTS} kept={kept} />);
  const answer = get('answer');
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
  get('by-hand').addEventListener('submit', (event) => {
    event.preventDefault();
    const { value } = get<HTMLInputElement>('typed');
    if (value.trim() !== '') void attempt(answerText(value));
  });
}

void begin();
