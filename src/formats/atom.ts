/** Writes an Atom feed (RFC 4287). Characters that XML 1.0 cannot say are left out. */
import { toTimestamp } from '../base/day.ts';

export interface AtomEntry {
  /** Its lasting address: also its identifier. */
  href: string;
  title: string;
  author: string;
  summary: string;
  category: string;
  /** NumericDate. */
  updated: number;
}

export interface AtomFeed {
  title: string;
  subtitle: string;
  /** Address of the feed itself, and of the page that it is about. */
  self: string;
  page: string;
  author: string;
  updated: number;
  entries: readonly AtomEntry[];
}

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (mark) => MARKS[mark] as string);

const entryOf = ({ href, title, author, summary, category, updated }: AtomEntry): string =>
  `  <entry>
    <id>${escaped(href)}</id>
    <title>${escaped(title)}</title>
    <updated>${toTimestamp(updated)}</updated>
    <author><name>${escaped(author)}</name></author>
    <link rel="alternate" type="text/html" href="${escaped(href)}"/>
    <category term="${escaped(category)}"/>
    <summary>${escaped(summary)}</summary>
  </entry>
`;

/** The feed as XML. */
export const writeAtom = ({ title, subtitle, self, page, author, updated, entries }: AtomFeed): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">
  <id>${escaped(self)}</id>
  <title>${escaped(title)}</title>
  <subtitle>${escaped(subtitle)}</subtitle>
  <updated>${toTimestamp(updated)}</updated>
  <author><name>${escaped(author)}</name></author>
  <link rel="self" type="application/atom+xml" href="${escaped(self)}"/>
  <link rel="alternate" type="text/html" href="${escaped(page)}"/>
${entries.map(entryOf).join('')}</feed>
`;
