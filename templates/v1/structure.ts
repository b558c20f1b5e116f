/**
 * The order in which a screen reader reads the certificate, version 1: heading, sentence, each field as label
 * and value, who issued it and when, the code, where to check. FROZEN ONCE USED: a change makes templates/v2.
 */
import type { Kind } from '../../src/core/paper/template.ts';
import type { Tag } from '../../src/formats/pdf/pdf-a.ts';
import { ALT, ROWS } from './words.ts';

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
    { type: 'H1', mark: 'title' },
    { type: 'P', mark: 'subtitle', lang: 'en' },
    ...(copy ? [{ type: 'P', mark: 'copy' }] : []),
    { type: 'P', mark: 'sentence' },
    { type: 'P', mark: 'sentence_en', lang: 'en' },
    photo ? { type: 'Figure', mark: 'photo', alt: ALT.photo } : { type: 'P', mark: 'photo' },
    { type: 'L', kids: [...ROWS.map(({ part }) => field(part)), field('organization'), field('issued_on')] },
    { type: 'Figure', mark: 'seal', alt: ALT.seal },
    { type: 'P', mark: 'scan' },
    { type: 'L', kids: ['certificates', 'organizations', 'query_url', 'trust_root'].map(field) },
  ],
});
