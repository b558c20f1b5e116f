/** Words of draws, for pages, desk and command. */
import type { Words } from '../../base/words.ts';
import type { FINDINGS } from '../../core/procedure/draw.ts';
import type { DrawCheck, DrawEnd } from '../../core/procedure/draw-record.ts';
import type { LotteryName, PublicSource } from '../../core/procedure/draw-seed.ts';

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

/** What each lottery is called, when it is drawn, what its numbers look like, and where they are published. */
export const LOTTERY_WORDS: Record<
  LotteryName,
  { name: Words; when: Words; numbers: Words; like: string; site: string }
> = {
  ssq: {
    name: { zh: '双色球', en: 'Double Colour Ball (双色球)' },
    when: { zh: '每周二、四、日开奖', en: 'drawn on Tuesday, Thursday, Sunday' },
    numbers: { zh: '6 个红球和 1 个蓝球', en: 'six red balls, then the blue one' },
    like: '03 11 19 22 27 31 08',
    site: 'https://www.cwl.gov.cn/',
  },
  dlt: {
    name: { zh: '大乐透', en: 'Super Lotto (大乐透)' },
    when: { zh: '每周一、三、六开奖', en: 'drawn on Monday, Wednesday, Saturday' },
    numbers: { zh: '5 个前区号码和 2 个后区号码', en: 'five front numbers, then two back ones' },
    like: '03 11 19 22 27 02 11',
    site: 'https://www.lottery.gov.cn/',
  },
};

/** `双色球第 2026138 期，2026-12-01 开奖` */
export const sourceWords = ({ lottery, issue, date }: PublicSource): Words => ({
  zh: `${LOTTERY_WORDS[lottery].name.zh}第 ${issue} 期开奖号码，${date} 开奖`,
  en: `The numbers of ${LOTTERY_WORDS[lottery].name.en}, issue ${issue}, drawn on ${date}`,
});

export const CHECK_WORDS: Record<DrawCheck['id'], Record<'pass' | 'fail', Words>> = {
  signed: {
    pass: {
      zh: '名单、种子等公开步骤由该中心的密钥签名，密钥由省级根任命',
      en: 'Lists, seed and the other public steps are signed by a key of this centre, which the province’s root named',
    },
    fail: {
      zh: '有步骤的签名不成立，或不是该中心的密钥所签',
      en: 'A signature does not hold, or is not by a key of this centre',
    },
  },
  lists: {
    pass: { zh: '名单、承诺值与签名声明所签内容一致', en: 'Lists and commitment are what the statement signed' },
    fail: {
      zh: '名单、承诺值或种子与签名声明所签内容不一致',
      en: 'Lists, commitment or seed are not what the statements signed',
    },
  },
  source: {
    pass: {
      zh: '按签名时间，名单在公开值开奖日之前锁定',
      en: 'By the signed times, the lists were fixed before the day of the public value',
    },
    fail: {
      zh: '时间次序不对，或公开值写法不符：名单不是在开奖日之前锁定的，或种子早于开奖日公布',
      en: 'The order of the days is wrong, or the public value is: the lists were not fixed before it, or the seed came before it',
    },
  },
  seed: {
    pass: { zh: '种子与抽取前公布的承诺值一致', en: 'The seed is the one that was committed to' },
    fail: { zh: '种子与抽取前公布的承诺值不一致', en: 'The seed is not the one that was committed to' },
  },
  draw: {
    pass: {
      zh: '由名单、种子和公开值算出的结果与公布的一致',
      en: 'Lists, seed and public value lead to exactly what is shown',
    },
    fail: {
      zh: '由名单、种子和公开值算出的结果与公布的不一致',
      en: 'Lists, seed and public value lead to something else than what is shown',
    },
  },
};

/** What could not be checked. */
export const NOT_CHECKED: Words = {
  zh: '没有可信的省级根，签名未核对',
  en: 'No trusted root was at hand: signatures were not checked',
};

export const CHECK_ENDS: Record<DrawEnd | 'stale' | 'unread', Words> = {
  agrees: {
    zh: '已重新计算：签名成立，结果与公布的一致。',
    en: 'Computed again: the signatures hold, and the outcome is what is published.',
  },
  differs: {
    zh: '已重新计算：与公布的不一致。请向组织抽取的中心和省级中心反映。',
    en: 'Computed again: it does not agree. Tell the centre that drew, and the province’s.',
  },
  unsigned: {
    zh: '内容前后一致，但签名没有核对，不能确定是该中心所写。',
    en: 'It agrees in itself, but no signature was checked: it could be anybody’s.',
  },
  waiting: {
    zh: '种子尚未公布，公布后可在此重新计算。名单及其签名已核对。',
    en: 'The seed is not published yet; then the draw can be computed again. The lists and their signature were checked.',
  },
  given_up: {
    zh: '这次抽取已作废，没有结果可算。名单及其签名已核对。',
    en: 'This draw was given up: there is nothing to compute. The lists and their signatures were checked.',
  },
  stale: {
    zh: '这次抽取在本页打开前后有了新进展，请刷新本页后再核对。',
    en: 'This draw has moved on since this page was made: load the page again, then it is checked.',
  },
  unread: {
    zh: '未能取得抽取记录，没有重新计算。请检查网络后刷新本页。',
    en: 'The record could not be fetched, so nothing was computed. Check the network and load the page again.',
  },
};

/** What stays to be looked up by a person. */
export const lookUpWords = (source: PublicSource, value: string): Words => ({
  zh: `请自行核对：${LOTTERY_WORDS[source.lottery].name.zh}第 ${source.issue} 期的开奖号码是否为 ${value}，开奖是否晚于名单锁定时间（${LOTTERY_WORDS[source.lottery].site}）`,
  en: `To be looked up by you: whether ${value} was drawn in issue ${source.issue} of ${LOTTERY_WORDS[source.lottery].name.en}, and after the lists were fixed (${LOTTERY_WORDS[source.lottery].site})`,
});
