/**
 * The order in which a screen reader reads the certificate, version 2, which is also the order in which it is drawn:
 * heading, sentence, what a copy is for, the photograph, each field as label and value, the code, where to check.
 * FROZEN ONCE USED: a change makes templates/v3.
 */
import type { Kind } from '../../src/core/paper/template.ts';
import type { Tag } from '../../src/formats/pdf/pdf-a.ts';
import { ALT, ROWS, TITLE } from '../v1/words.ts';

const field = (part: string): Tag => ({
  type: 'LI',
  kids: [
    { type: 'Lbl', mark: `${part}_label` },
    { type: 'LBody', mark: part },
  ],
});

export const structure = ({ photo, copy }: Kind): Tag => ({
  type: 'Document',
  kids: [
    // Its letters stand so far apart that they would be taken for words.
    { type: 'H1', mark: 'title', actual: TITLE.zh },
    { type: 'P', mark: 'subtitle', lang: 'en' },
    { type: 'P', mark: 'sentence' },
    { type: 'P', mark: 'sentence_en', lang: 'en' },
    ...(copy ? [{ type: 'P', mark: 'copy' }] : []),
    photo ? { type: 'Figure', mark: 'photo', alt: ALT.photo } : { type: 'P', mark: 'photo' },
    { type: 'L', kids: [...ROWS.map(({ part }) => field(part)), field('organization'), field('issued_on')] },
    { type: 'Figure', mark: 'seal', alt: ALT.seal },
    { type: 'P', mark: 'scan' },
    { type: 'L', kids: ['certificates', 'organizations', 'query_url', 'trust_root'].map(field) },
  ],
});
