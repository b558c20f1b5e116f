/**
 * The scanner in the browser. A certificate's seal is checked here at once; with a network its page is opened,
 * without one the answer says what could not be known. The service worker shows this page in place of a certificate's
 * when there is no network (sw.entry.ts).
 */
import type { Words } from '../../base/words.ts';
import { writeFragment } from '../../core/address.ts';
import { readSnapshot } from '../../core/snapshot.ts';
import { Para } from '../frame/layout.tsx';
import { get } from '../frame/page-script.ts';
import { answerSeal, Fault, show } from './answer.tsx';
import { ask, knowledge, prepare, SOON } from './knowledge.ts';
import { makeReader, readPicture, readScanned } from './scanned.ts';

type CameraFault = 'denied' | 'none' | 'busy' | 'unsupported';

const FAULTS: Record<string, CameraFault> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** Torches are not in TypeScript's own declarations. */
type Lit = MediaTrackCapabilities & { torch?: boolean };

/**
 * The camera at the back: asked for, shown, and let go of the moment that nobody needs it. Frames are looked at one by
 * one and forgotten.
 */
class Camera {
  readonly #video: HTMLVideoElement;
  #stream: MediaStream | undefined;
  /** Counts starts and stops: a permission that comes late must not start a camera that was let go. */
  #turn = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  get running(): boolean {
    return this.#stream !== undefined;
  }

  /** @returns what went wrong, if anything did */
  async start(): Promise<CameraFault | undefined> {
    const turn = ++this.#turn;
    // Missing on pages without https, and in some in-app browsers.
    if (!navigator.mediaDevices?.getUserMedia) return 'unsupported';
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
      if (turn !== this.#turn) {
        for (const track of stream.getTracks()) track.stop();
        return undefined;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      return undefined;
    } catch (error) {
      if (turn !== this.#turn) return undefined;
      this.stop();
      return FAULTS[(error as DOMException).name] ?? 'busy';
    }
  }

  stop(): void {
    this.#turn++;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  get #track(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }

  get hasTorch(): boolean {
    return (this.#track?.getCapabilities?.() as Lit | undefined)?.torch === true;
  }

  async light(on: boolean): Promise<void> {
    await this.#track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }
}

/** Why there is no picture of the camera. */
const CAMERA_FAULTS: Record<CameraFault, Words> = {
  denied: {
    zh: '没有使用相机的权限。请在浏览器的网站设置中允许使用相机后重试；也可以拍一张二维码的照片，在下方选择图片',
    en: 'The camera is not allowed here. Allow it in the browser’s site settings and try again, or take a photo of the code and choose it below',
  },
  none: {
    zh: '没有找到相机。请选择二维码的图片，或输入二维码的内容',
    en: 'There is no camera. Choose a picture of the code, or type what it says',
  },
  busy: {
    zh: '相机打不开，可能正被其他程序使用。关闭其他程序后重试，或选择二维码的图片',
    en: 'The camera cannot be opened; another program may be using it. Close it and try again, or choose a picture of the code',
  },
  unsupported: {
    zh: '这个浏览器不让网页使用相机。请用手机相机直接扫描二维码，或拍照后在下方选择图片',
    en: 'This browser gives no camera to pages. Scan the code with the phone’s own camera, or take a photo and choose it below',
  },
};

/** Milliseconds between two looks at the camera's picture. */
const PAUSE = 120;

const box = get('scan');
const answer = get('answer');
const video = get<HTMLVideoElement>('video');
const start = get('start');
const torch = get('torch');
const typed = get<HTMLInputElement>('typed');

const camera = new Camera(video);
const reader = makeReader();
const here = { roots: (box.dataset.roots ?? '').split(' '), hosts: (box.dataset.hosts ?? '').split(' ') };
/** Shown in place of a certificate's page, which could not be reached. */
const standsIn = location.pathname.startsWith('/c/');
let asked = 0;

const say = (words: Words, text?: string) =>
  show(answer, <Fault words={words} {...(text === undefined ? {} : { text })} />);

const Note = ({ words }: { words: Words }) => (
  <section class="seal neutral" role="status">
    <Para words={words} />
  </section>
);

/** Whether the service answers, whatever the browser thinks of the network. */
const reachable = (): Promise<boolean> =>
  ask('/healthz', 4000).then(
    ({ ok }) => ok,
    () => false,
  );

async function checkSeal(number: string, digits: string, mine: number, online: Promise<boolean>): Promise<void> {
  const snapshot = readSnapshot(await knowledge(SOON));
  const content = await answerSeal(number, digits, {
    thumbprints: here.roots,
    snapshot,
    now: Math.floor(Date.now() / 1000),
  });
  if (mine === asked && !(await online)) {
    await show(answer, content);
    answer.scrollIntoView({ block: 'start' });
  }
}

/** What to do with the text of a code. */
async function take(text: string): Promise<void> {
  const mine = ++asked;
  stop();
  const found = readScanned(text, here.hosts);
  document.body.dataset.scanned = found.kind === 'refused' ? found.why : found.kind;
  if (found.kind === 'refused') return say(found.words, found.text);
  const { number, digits } = found;
  const page = `/c/${number}${writeFragment(found)}`;
  await show(
    answer,
    <Note words={{ zh: '已读到证书二维码，正在核对…', en: 'This is a certificate’s code. Checking…' }} />,
  );
  const online = standsIn ? Promise.resolve(false) : reachable();
  const checked = digits === undefined ? undefined : checkSeal(number, digits, mine, online);
  // The page of the certificate checks the seal again, against the register.
  if ((await online) && mine === asked) return location.assign(page);
  if (checked === undefined && mine === asked)
    return say({
      zh: '现在没有网络，仅凭编号无法核对。请扫描证书上的二维码，或联网后再查',
      en: 'There is no network, and a number alone cannot be checked without one. Scan the certificate’s QR code, or look again later',
    });
  await checked;
}

function stop(): void {
  camera.stop();
  box.classList.remove('live');
  torch.hidden = true;
  torch.setAttribute('aria-pressed', 'false');
}

async function look(): Promise<void> {
  const { read } = await reader;
  while (camera.running) {
    const text = await read(video, false);
    if (text !== undefined && text !== '' && camera.running) return take(text);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function scan(): Promise<void> {
  if (box.classList.contains('live')) return;
  asked++;
  answer.replaceChildren();
  delete document.body.dataset.scanned;
  box.classList.add('live');
  const fault = await camera.start();
  if (fault !== undefined) {
    stop();
    return say(CAMERA_FAULTS[fault]);
  }
  if (!camera.running) return stop();
  torch.hidden = !camera.hasTorch;
  await look();
}

async function picture(file: File | undefined): Promise<void> {
  if (!file) return;
  const mine = ++asked;
  stop();
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
  if (mine !== asked) return;
  if (text !== undefined) return take(text);
  await say({
    zh: '图片中没有读到二维码。请靠近、对正、光线均匀地重新拍摄，二维码占画面一半以上',
    en: 'No QR code was found in this picture. Take it again, close, straight and in even light, the code filling half of the picture',
  });
}

/** Whatever goes wrong besides, the visitor is told. */
const attempt = (work: Promise<void>): void =>
  void work.catch((error: unknown) => {
    console.error(error);
    return say({
      zh: '浏览器不支持本次操作，请换一种方式或换一个浏览器',
      en: 'The browser could not do this; try another way, or another browser',
    });
  });

start.addEventListener('click', () => attempt(scan()));
get('stop').addEventListener('click', stop);
torch.addEventListener('click', () => {
  const on = torch.getAttribute('aria-pressed') !== 'true';
  attempt(camera.light(on).then(() => torch.setAttribute('aria-pressed', String(on))));
});
get<HTMLInputElement>('picture').addEventListener('change', (event) => {
  const input = event.target as HTMLInputElement;
  attempt(picture(input.files?.[0]).finally(() => (input.value = '')));
});
get<HTMLFormElement>('by-hand').addEventListener('submit', (event) => {
  event.preventDefault();
  if (typed.value.trim() !== '') attempt(take(typed.value));
});
// A camera that nobody looks at is let go.
document.addEventListener('visibilitychange', () => document.hidden && stop());
addEventListener('pagehide', stop);

for (const part of document.querySelectorAll<HTMLElement>('[data-script]')) part.hidden = false;
if (standsIn) {
  const again = get('again');
  again.hidden = false;
  again.addEventListener('click', () => location.reload());
  attempt(take(location.href.replace(location.origin, `https://${here.hosts[0]}`)));
} else {
  prepare(SOON);
  // Who allowed the camera before need not press anything.
  void navigator.permissions?.query({ name: 'camera' as PermissionName }).then(
    ({ state }) => state === 'granted' && !document.hidden && attempt(scan()),
    // Browsers that know no such permission are asked by the button.
    () => undefined,
  );
}
