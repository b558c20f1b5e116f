/** The page rearranged for readers of English: the same words, English first, every language marked. */

import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { leadWithEnglish } from '../../src/web/frame/layout.tsx';
import fc from '../fuzz.ts';

const second = (chinese: string): string => `<span lang="zh-CN" class="en">${chinese}</span>`;

test.each([
  ['a pair', '<p>中文<span lang="en" class="en">English</span></p>', `<p>English${second('中文')}</p>`],
  [
    'two pairs in one element',
    '<dd>甲<span lang="en" class="en">A</span>乙<span lang="en" class="en">B</span></dd>',
    `<dd>A${second('甲')}B${second('乙')}</dd>`,
  ],
  [
    'a sentence with parts',
    '<p>共 <b data-fill="n">3</b> 张<span lang="en" class="en"><b data-fill="n">3</b> of them</span></p>',
    `<p><b data-fill="n">3</b> of them${second('共 <b data-fill="n">3</b> 张')}</p>`,
  ],
  [
    'an English aside',
    '<p>批次 <span lang="en">Batch</span> <code>x</code></p>',
    '<p><span lang="en">Batch</span> <span lang="zh-CN">批次</span> <code>x</code></p>',
  ],
  [
    'a field after its label',
    '<label>从<span lang="en" class="en">From</span><input name="n"></label>',
    `<label>From${second('从')}<input name="n"></label>`,
  ],
  [
    'a block before a sentence',
    '<li><h3>X</h3>中<span lang="en" class="en">E</span></li>',
    `<li><h3>X</h3>E${second('中')}</li>`,
  ],
  [
    'a name alone',
    '<dd>济南学校 <small>S0</small></dd>',
    '<dd><span lang="zh-CN">济南学校</span> <small>S0</small></dd>',
  ],
  ['English alone', '<p><span lang="en">Only this</span></p>', '<p><span lang="en">Only this</span></p>'],
  ['what is marked already', '<button lang="zh-CN">中文</button>', '<button lang="zh-CN">中文</button>'],
  ['a title', '<title>鲁证</title>', '<title>鲁证</title>'],
])('%s', (_, html, expected) => expect(leadWithEnglish(html)).toBe(expected));

const word = fc.constantFrom('中文', '证书', 'a &lt; b', '&quot;', ' ', 'S0000', '');
const node: Arbitrary<string> = fc.letrec<{ node: string; nodes: string }>((tie) => ({
  nodes: fc.array(tie('node'), { maxLength: 4 }).map((parts) => parts.join('')),
  node: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.constantFrom('<br/>', '<input name="x" value="中 &gt; 文"/>'),
    fc
      .tuple(fc.constantFrom('p', 'b', 'div', 'span', 'template', 'a href="/x"'), tie('nodes'))
      .map(([tag, inner]) => `<${tag}>${inner}</${tag.split(' ')[0]}>`),
    fc
      .tuple(fc.constantFrom('<span lang="en">', '<span lang="en" class="en">'), word)
      .map(([tag, text]) => `${tag}${text}</span>`),
  ),
})).nodes;

test('loses no word, adds no word, and closes every tag', () => {
  const letters = (html: string) => [...html.replace(/<[^>]*>/g, '').replace(/\s/g, '')].sort().join('');
  const tags = (html: string) =>
    (html.match(/<[a-z]+ [a-z-]+="[^"]*(?:fill|name|href)[^>]*>|<(?:p|b|div|template)>/g) ?? []).sort();
  fc.assert(
    fc.property(node, (html) => {
      const turned = leadWithEnglish(html);
      expect(letters(turned)).toBe(letters(html));
      expect(tags(turned)).toEqual(tags(html));
      expect(turned.match(/<span/g)?.length ?? 0).toBe(turned.match(/<\/span/g)?.length ?? 0);
      expect(turned).not.toContain('<span lang="en" class="en">');
    }),
  );
});
