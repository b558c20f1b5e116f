/**
 * Reads QR codes in pictures, and tells apart what they say before anything is done with it. Nothing that a code says
 * is ever opened: only number and digits are taken over, and other hosts are named (fourteen imitations of the
 * official query were closed in 2022).
 */
import decodeQR from 'qr/decode.js';
import { isRefusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { DASHES, withoutMarks } from '../../base/words.ts';
import { type Fragment, readAddress, readUrl } from '../../core/address.ts';
import { normalizeNumber, parseNumber } from '../../core/number.ts';
import { FAULTS, NUMBER_PARTS } from '../words/refusal-words.ts';

export type Scanned =
  | ({ kind: 'certificate'; number: string } & Fragment)
  /** What is wrong with it, and the text itself, to be shown and never opened. */
  | { kind: 'refused'; why: 'host' | 'national' | 'number' | 'other'; words: Words; text: string };

const NUMBER_ALONE = new RegExp(`^[\\p{L}\\p{N}\\s${DASHES}]{10,60}$`, 'u');
const NATIONAL = /(^|\.)osta\.org\.cn$/;
/** Characters of a code's text that are shown. */
const SHOWN = 200;

const shown = (text: string): string => {
  const plain = text.replace(/[\p{C}\u2028\u2029]/gu, '·');
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
};

/** The host that an address names, as browsers see it: in punycode, without what stands before an @. */
function hostOf(text: string): string | undefined {
  const url = readUrl(text);
  return url && /^https?:$/.test(url.protocol) ? url.host : undefined;
}

function ofNumber(number: string, fragment: Fragment, text: string): Scanned {
  try {
    return { kind: 'certificate', number: parseNumber(number).text, ...fragment };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const words = FAULTS[error.code] ??
      NUMBER_PARTS[error.facts.part ?? ''] ?? { zh: '证书编号格式不正确', en: 'The certificate number is malformed' };
    return { kind: 'refused', why: 'number', words, text: shown(text) };
  }
}

/** @param hosts hosts that this service's codes ever named, with port */
export function readScanned(scanned: string, hosts: readonly string[]): Scanned {
  const text = withoutMarks(scanned).trim();
  const refused = (why: 'host' | 'national' | 'other', words: Words): Scanned => ({
    kind: 'refused',
    why,
    words,
    text: shown(text),
  });
  const host = hostOf(text);
  if (host !== undefined && NATIONAL.test(host)) {
    return refused('national', {
      zh: `这是国家查询网站（${host}）的二维码，不是本网站颁发的证书二维码。此类证书请自行在浏览器中输入该网址查询`,
      en: `This code belongs to the national query site (${host}), not to a certificate of this service. Enter that address in your browser yourself to look such certificates up`,
    });
  }
  if (host !== undefined && !hosts.includes(host)) {
    return refused('host', {
      zh: `这个二维码指向 ${host}，不是本查询网址；请不要打开，也不要在那里填写个人信息`,
      en: `This code points to ${host}, which is not this service. Do not open it, and do not enter personal data there`,
    });
  }
  try {
    const { host: named, number, digits, unread } = readAddress(text);
    if (hosts.includes(named)) return ofNumber(number, { digits, ...(unread ? { unread } : {}) }, text);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  if (host !== undefined)
    return refused('other', {
      zh: '这是本网站的地址，但不是证书二维码的内容，或内容不完整，请重新扫描',
      en: 'This is an address of this service, but not that of a certificate’s QR code, or not all of it; scan again',
    });
  // A number printed as a code of its own, or typed: also the 16 digits of old national certificates.
  if (NUMBER_ALONE.test(text) && /\d{10}/.test(normalizeNumber(text)))
    return ofNumber(text, { digits: undefined }, text);
  return refused('other', {
    zh: '这不是职业技能等级证书的二维码',
    en: 'This is not the QR code of a vocational skill level certificate',
  });
}

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Longer side in pixels to which pictures are brought, one after the other, and milliseconds for each. */
const FRAME = { sides: [1280], patience: 60 };
const STILL = { sides: [1280, 2400, 700], patience: 1500 };

/** Some phones have the class without the service behind it: no formats, or an error at the first picture. */
async function ownDetector(): Promise<Detector | undefined> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    return own && (await own.getSupportedFormats()).includes('qr_code') ? new own({ formats: ['qr_code'] }) : undefined;
  } catch {
    return undefined;
  }
}

function bundled(
  canvas: HTMLCanvasElement,
  source: CanvasImageSource,
  width: number,
  height: number,
  { sides, patience }: typeof FRAME,
): string | undefined {
  for (const side of sides) {
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    // Transparent pictures are meant to stand on paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), { timeLimit: patience });
    } catch {
      // This reader throws when there is no code in the picture.
    }
  }
  return undefined;
}

export interface Reader {
  /** `still`: takes its time over a picture that was chosen. */
  read(source: HTMLVideoElement | ImageBitmap, still: boolean): Promise<string | undefined>;
}

/**
 * What the QR code of a chosen picture says; undefined where there is none. @throws DOMException where it is no picture
 */
export const readPicture = async (reader: Promise<Reader>, file: File): Promise<string | undefined> =>
  (await reader).read(await createImageBitmap(file), true);

export async function makeReader(): Promise<Reader> {
  let detector = await ownDetector();
  const canvas = document.createElement('canvas');
  return {
    async read(source, still) {
      const found = await detector?.detect(source).catch(() => (detector = undefined));
      if (found?.[0]) return found[0].rawValue;
      // A frame is followed by others; of a still the bundled reader may make more.
      if (detector && !still) return undefined;
      const [width, height] =
        'videoWidth' in source ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
      return width > 0 && height > 0 ? bundled(canvas, source, width, height, still ? STILL : FRAME) : undefined;
    },
  };
}
