/** Owns the words of draws and inspections, for pages, the browser and the command. */
import type { DrawCheck } from '../life/procedure/draw-record.ts';
import type { FINDINGS } from '../life/procedure/draw.ts';
import type { Words } from './words.ts';

export const DRAW_STATES: Record<string, Words> = {
  committed: { zh: '名单已锁定，待公布种子', en: 'Lists fixed; seed not published yet' },
  drawn: { zh: '已抽取', en: 'Drawn' },
  closed: { zh: '检查已办结', en: 'Inspections closed' },
  abandoned: { zh: '已作废', en: 'Given up' },
};

export const FINDING_WORDS: Record<(typeof FINDINGS)[number], Words> = {
  no_problem: { zh: '未发现问题', en: 'No problem found' },
  minor: { zh: '一般问题', en: 'Minor problem' },
  serious: { zh: '严重问题', en: 'Serious problem' },
};

export const CHECK_WORDS: Record<DrawCheck['id'], Record<'pass' | 'fail', Words>> = {
  lists: { pass: { zh: '名单、承诺值与签名声明所签内容一致', en: 'Lists and commitment are what the statement signed' }, fail: { zh: '名单、承诺值或种子与签名声明所签内容不一致', en: 'Lists, commitment or seed are not what the statements signed' } },
  seed: { pass: { zh: '种子与抽取前公布的承诺值一致', en: 'The seed is the one that was committed to' }, fail: { zh: '种子与抽取前公布的承诺值不一致', en: 'The seed is not the one that was committed to' } },
  draw: { pass: { zh: '由名单和种子算出的结果与公布的一致', en: 'Lists and seed lead to exactly what is shown' }, fail: { zh: '由名单和种子算出的结果与公布的不一致', en: 'Lists and seed lead to something else than what is shown' } },
};

export const CHECK_ENDS: Record<'agrees' | 'differs' | 'waiting' | 'unread', Words> = {
  agrees: { zh: '已在本浏览器中重新计算：结果与公布的一致。', en: 'Computed again in this browser: it agrees with what is published.' },
  differs: { zh: '已在本浏览器中重新计算：与公布的不一致。请向组织抽取的中心和省级中心反映。', en: 'Computed again in this browser: it does not agree. Tell the centre that drew, and the province’s.' },
  waiting: { zh: '种子尚未公布，公布后可在此重新计算。名单与签名声明已核对一致。', en: 'The seed is not published yet; then the draw can be computed again here. The lists are those that were signed.' },
  unread: { zh: '未能取得抽取记录，没有重新计算。请检查网络后刷新本页。', en: 'The record could not be fetched, so nothing was computed. Check the network and load the page again.' },
};
