/** Owns the words in which a filing is read before it is signed. Words in braces are filled in by the browser. */
import type { Words } from '../words.ts';

export const FILING_WORDS = {
  code: { zh: '机构编码', en: 'Code' },
  name: { zh: '机构名称', en: 'Name' },
  uscc: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  route: { zh: '备案途径', en: 'Route' },
  by_city: { zh: '市级备案', en: 'filed by the city' },
  by_province: { zh: '省级备案', en: 'filed by the province' },
  scope: { zh: '职业', en: 'Occupations' },
  counted: {
    zh: '{count} 个职业，{jobs} 个工种/方向',
    en: '{count} {count|occupation|occupations}, {jobs} {jobs|job|jobs}',
  },
  annual_capacity: { zh: '年度评价规模', en: 'Certificates a year' },
  pass_mark: { zh: '合格线', en: 'Pass mark' },
  until: { zh: '有效期至', en: 'Until' },
  first: { zh: '此编码此前没有备案。', en: 'Nothing was filed under this code before.' },
  same: { zh: '内容与此前的备案相同。', en: 'The terms are those of the filing before.' },
  changes: { zh: '与此前备案的不同：', en: 'What is different from the filing before:' },
  take_over: {
    zh: '{code} 已由{centre}备案，名称为“{name}”。签署后即由本中心接管：该中心登记的密钥随即失效，待审核的批次须退回重新上传。请先核对机构编码。',
    en: '{centre} has filed {code} as “{name}”. Your signature takes the organization over: keys which that centre named stop, and waiting batches are returned and uploaded again. Check the code first.',
  },
  filed: { zh: '已重新备案。', en: 'Filed again.' },
} satisfies Record<string, Words>;
