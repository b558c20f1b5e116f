/**
 * Owns the words of notices of results and of objections. It refuses nothing.
 */
import { counted } from '../../base/text.ts';
import type { Words } from '../../base/words.ts';
import type { NoticeState } from '../../core/procedure/notice.ts';

export const NOTICE_WORDS: Record<NoticeState, Words> = {
  running: { zh: '公示中', en: 'On notice' },
  over: { zh: '公示期满', en: 'Notice over' },
  uploaded: { zh: '已上传', en: 'Uploaded for approval' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
};

export const OBJECTION_WORDS: Record<'open' | 'upheld' | 'rejected' | 'reopened', Words> = {
  open: { zh: '处理中', en: 'Open' },
  upheld: { zh: '异议成立', en: 'Upheld' },
  rejected: { zh: '异议不成立', en: 'Rejected' },
  reopened: { zh: '由中心重新打开', en: 'Opened again by the centre' },
};

export const correctedWords = (day: string): Words => ({
  zh: `已更正，自 ${day} 起重新公示`,
  en: `Corrected; on notice anew since ${day}`,
});

/** How the counts of a notice are said in one line. */
export const countWords = ({
  candidates,
  passed,
  failed,
  absent,
}: {
  candidates: number;
  passed: number;
  failed: number;
  absent: number;
}): Words => ({
  zh: `应考 ${candidates} 人，合格 ${passed} 人，不合格 ${failed} 人，缺考 ${absent} 人`,
  en: `${counted(candidates, 'candidate')}: ${passed} passed, ${failed} failed, ${absent} absent`,
});
