/** The part of `qrcode` that qr.ts uses: @types/qrcode describes only the package's main entry. */
declare module 'qrcode/lib/core/qrcode.js' {
  export interface QrSegment {
    data: string;
    mode: 'byte' | 'numeric' | 'alphanumeric';
  }
  export interface QrSymbol {
    version: number;
    /** Row by row. */
    modules: { size: number; data: Uint8Array };
  }
  export function create(
    segments: QrSegment[],
    options: { errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H'; maskPattern?: number },
  ): QrSymbol;
}
