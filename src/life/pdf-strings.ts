/** Owns how texts and dates are written as PDF strings (ISO 32000-1 § 7.9.2, § 7.9.4). */
import { PDFHexString, PDFString } from 'pdf-lib';

/** ASCII as it is, everything else as UTF-16. */
export function pdfText(text: string): PDFString | PDFHexString {
  return /^[\w .,:;@/-]*$/.test(text) ? PDFString.of(text) : PDFHexString.fromText(text);
}

/** Midnight in Shanghai of a day `YYYY-MM-DD`. */
export const pdfDate = (day: string): PDFString => PDFString.of(`D:${day.replaceAll('-', '')}000000+08'00'`);
