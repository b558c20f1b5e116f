/**
 * Owns the camera: asks for the one at the back, shows it, and lets go of it the moment that nobody needs it.
 * It refuses to keep or send a picture: frames are looked at one by one and forgotten.
 */
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
