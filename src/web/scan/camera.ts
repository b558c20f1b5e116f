/**
 * The camera at the back: asked for, shown, and let go of the moment that nobody needs it. Frames are looked at one
 * by one and forgotten.
 */
import type { Words } from '../../base/words.ts';

export type CameraFault = 'denied' | 'none' | 'busy' | 'unsupported';

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

export class Camera {
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
export const CAMERA_FAULTS: Record<'denied' | 'none' | 'busy' | 'unsupported', Words> = {
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
