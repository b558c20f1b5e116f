/**
 * The line of a copy for one purpose (加注), version 2: it looks as in version 1, and its words stay apart when they are
 * read out or extracted. FROZEN ONCE USED: a change makes templates/v3.
 */
import type { CopyFacts } from '../../src/core/paper/template.ts';
import { fit, MM, measure, type Page, type TextStyle } from '../../src/formats/pdf/drawing.ts';
import * as at from '../v1/layout.ts';
import { COPY } from '../v1/words.ts';

export function drawCopy(page: Page, { purpose, stamped_on, expires_on }: CopyFacts): void {
  const { x, y, width, height } = at.COPY;
  page.rectangle(x, y, width, height, 'f', at.WHITE);
  page.rectangle(x, y, width, height, 'S', at.STAMP, 0.9);
  page.rectangle(x + 0.7, y + 0.7, width - 1.4, height - 1.4, 'S', at.STAMP, 0.3);
  const label: TextStyle = { size: 8, colour: at.STAMP };
  const value: TextStyle = { size: 10, colour: at.STAMP };
  const first = y + 4.2;
  const second = y + 8.1;
  page.mark('copy', () => {
    page.text(`${COPY.zh} `, x + 3, y + 6.3, { size: 13, colour: at.STAMP, embolden: 0.3 });
    const left = x + 3 + measure(page.fonts, COPY.zh, 13) / MM + 3;
    page.text(`${COPY.purpose} `, left, first, label);
    const from = left + measure(page.fonts, `${COPY.purpose} `, 8) / MM;
    const place = { part: 'purpose', width: (x + width - 3 - from) * MM, height: 10, sizes: [10, 9, 8], leading: 1 };
    const set = fit(page.fonts, purpose, place);
    for (const line of set.lines) page.text(`${line} `, from, first, { ...value, size: set.size });
    let right = left;
    for (const [text, day] of [
      [COPY.from, stamped_on],
      [COPY.until, expires_on],
    ] as const) {
      page.text(`${text} `, right, second, label);
      right += measure(page.fonts, `${text} `, 8) / MM;
      page.text(`${day} `, right, second, { ...value, size: 9 });
      right += measure(page.fonts, `${day}    `, 9) / MM;
    }
  });
}
